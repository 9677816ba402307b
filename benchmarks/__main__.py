"""Run every benchmark (some take minutes), or those named, and renew the README's table: python -m benchmarks [NAME...].

One benchmark with options of its own leaves the table as it is: python -m benchmarks nodule_realism --folder DIR --marks marks.csv
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import figures

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Exit code of the worst run."""
    if any(word.startswith("-") for word in sys.argv[2:]):
        return subprocess.run([sys.executable, str(HERE / sys.argv[1] / "run.py"), *sys.argv[2:]], check=False).returncode
    names = sys.argv[1:] or sorted(p.parent.name for p in HERE.glob("*/run.py"))
    worst = 0
    for name in names:
        sys.stderr.write(f"== {name}\n")
        worst = max(worst, subprocess.run([sys.executable, str(HERE / name / "run.py")], check=False).returncode)
    figures.write()
    return worst


if __name__ == "__main__":
    sys.exit(main())
