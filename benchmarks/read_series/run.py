"""What does it cost to read a whole CT? Writes result.json beside this file; see README.md.

python benchmarks/read_series/run.py
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "rooms" / "formats"))

READ = """
import json, resource, sys
from pathlib import Path
from xinglin.formats.dicom import read_series
volume = read_series(sorted(Path(sys.argv[1]).iterdir()))
sums = [int(part.sum(dtype="int64")) for part in volume.voxels]
who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
used = [resource.getrusage(one) for one in who]
print(json.dumps({"cpu_s": sum(u.ru_utime + u.ru_stime for u in used), "peak_mb": [u.ru_maxrss / 1024 for u in used], "sums": sums}))
"""


def folder_of(folder: Path, count: int, syntax: str) -> list[int]:
    """Writes the slices under names that say nothing of their order; the sum of each slice's values."""
    import dicom_examples as made
    import numpy as np

    sums = []
    for n in range(count):
        rows, columns = np.ogrid[:512, :512]
        noise = np.random.default_rng(n).normal(0, 12, (512, 512))
        values = (np.where((rows - 256) ** 2 + (columns - 256) ** 2 < 200**2, 1040, 20) + noise + n % 7).astype(np.int16)
        data = made.slice_of(n, Rows=512, Columns=512)
        data.PixelData = values.tobytes()
        (folder / f"{n * 7919 % 1009:04}").write_bytes(made.written(data, syntax))
        sums.append(int(values.sum(dtype=np.int64)) - 1000 * values.size)
    return sums


def measured(count: int, syntax: str) -> dict[str, float | bool | int]:
    with tempfile.TemporaryDirectory() as name:
        sums = folder_of(Path(name), count, syntax)
        runs = [
            json.loads(subprocess.run([sys.executable, "-c", READ, name], check=True, capture_output=True, text=True).stdout)
            for _ in range(3)
        ]
    best = min(runs, key=lambda run: run["cpu_s"])
    return {
        "slices": count,
        "right": all(run["sums"] == sums for run in runs),
        "cpu_s": round(best["cpu_s"], 2),
        "cpu_s_worst_of_3": round(max(run["cpu_s"] for run in runs), 2),
        "house_peak_mb": round(best["peak_mb"][0]),
        "reading_process_peak_mb": round(best["peak_mb"][1]),
    }


def main() -> None:
    import dicom_examples as made

    ways = {
        "explicit": made.EXPLICIT,
        "big-endian": made.BIG,
        "deflated": made.DEFLATED,
        "RLE": made.RLE,
        "JPEG 2000": made.J2K,
        "JPEG-LS": made.JLS,
        "JPEG lossless": made.JPEG,
    }
    result = {
        "question": "What does it cost to read a whole CT of 512 x 512?",
        "bars": {"explicit cpu_s": 1.5},
        "read": {name: measured(300 if name == "explicit" else 30, syntax) for name, syntax in ways.items()},
        "load": os.getloadavg()[0],
        "machine": {"cpu": platform.processor() or platform.machine(), "python": platform.python_version(), "cores": os.cpu_count()},
    }
    (HERE / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
