"""How long does `xinglin --help` take? Wall time of whole processes, minimum and median of 20, beside bare Python and typer's hello."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

PROGRAMS = {
    "xinglin --help": [str(Path(sys.executable).parent / "xinglin"), "--help"],
    "python -c pass": [sys.executable, "-c", "pass"],
}


def main() -> None:
    result: dict = {"machine": described()}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for name, command in PROGRAMS.items():
        times = []
        for _ in range(20):
            start = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True, env=environment)
            times.append(time.perf_counter() - start)
        result[name] = {"min_s": round(min(times), 3), "median_s": round(statistics.median(times), 3)}
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(result)


if __name__ == "__main__":
    main()
