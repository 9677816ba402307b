"""How well is a scanner's blur measured from edges in the scan? Phantoms of known blur, many widths, spacings and noises.

Run: python benchmarks/scan_blur/run.py     (a few minutes; writes result.json beside it)
The phantom's blur is stated without the voxel's own width, as the measured one is. Anatomy, blur, spacing and noise differ from
row to row. Bar: 0.1 mm in the slice for slices up to 1.25 mm.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described

from xinglin.models.scanner import measure_blur, measure_noise
from xinglin.models.thorax_phantom import thorax

SPACINGS = ((0.625, 0.6, 0.6), (1.0, 0.7, 0.7), (1.25, 0.8, 0.8))
WIDTHS = ((0.8, 0.6), (1.0, 0.8), (1.2, 1.0), (1.0, 1.2), (1.4, 1.4), (1.5, 1.6))  # along slices, in the slice
NOISES = (15.0, 45.0)
REGION_MM = (45.0, 130.0, 150.0)  # right half of the chest with the dome of the diaphragm
BAR_MM = 0.1


def measured(spacing, width, noise, seed):
    """One phantom and what is said of it."""
    shape = tuple(int(r / s) for r, s in zip(REGION_MM, spacing, strict=True))
    blur = (width[0], width[1], width[1])
    phantom = thorax(
        shape, spacing, seed, blur_mm=blur, noise_sd_hu=noise, noise_peak_per_mm=0.35, center_mm=(-90.0, 10.0, -60.0),
        fineness=tuple(max(2, int(np.ceil(s / (0.9 * b / 2.355)))) for s, b in zip(spacing, blur, strict=True)),
    )  # fmt: skip
    start = time.process_time()
    found = measure_blur(phantom.volume)
    seconds = time.process_time() - start
    sd = measure_noise(phantom.volume).sd_hu
    return {
        "spacing_mm": spacing, "true_mm": [width[0], width[1]], "noise_hu": noise, "seed": seed,
        "measured_mm": [round(found.fwhm_mm[0], 3), round(found.fwhm_mm[1], 3)],
        "error_mm": [round(found.fwhm_mm[0] - width[0], 3), round(found.fwhm_mm[1] - width[1], 3)],
        "source": [found.slice_source, found.source], "edges": found.edges, "noise_measured_hu": round(sd, 1),
        "doubt": list(found.doubt), "cpu_s": round(seconds, 2),
    }  # fmt: skip


def summary(rows, which):
    """Worst and middle error of the rows that were measured in the scan."""
    errors = np.abs([row["error_mm"][which] for row in rows if row["source"][which] == "scan"])
    return {"rows": len(errors), "worst_mm": round(float(errors.max()), 3), "median_mm": round(float(np.median(errors)), 3),
            "over_the_bar": int((errors > BAR_MM).sum())}  # fmt: skip


def main() -> int:
    """Exit 1 when the bar in the slice is missed."""
    rows = []
    for n, spacing in enumerate(SPACINGS):
        for m, width in enumerate(WIDTHS):
            noise = NOISES[(n + m) % 2]
            rows.append(measured(spacing, width, noise, 100 * n + 10 * m))
            sys.stderr.write(f"{spacing} {width} {noise:g}: {rows[-1]['error_mm']}\n")
    thick = [measured((2.5, 0.7, 0.7), (2.3, 1.0), 20.0, 7), measured((5.0, 0.8, 0.8), (4.5, 1.2), 20.0, 8)]
    noise_errors = [abs(r["noise_measured_hu"] / r["noise_hu"] - 1) for r in rows]
    result = {
        "in_the_slice": summary(rows, 1), "along_slices": summary(rows, 0),
        "noise_worst_error_percent": round(100 * max(noise_errors), 1), "median_cpu_s": float(np.median([r["cpu_s"] for r in rows])),
        "thick_slices": thick, "rows": rows, "bar_mm": BAR_MM, "machine": described(),
    }  # fmt: skip
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({k: v for k, v in result.items() if k not in ("rows", "thick_slices")}, indent=1) + "\n")
    return 1 if result["in_the_slice"]["over_the_bar"] else 0


if __name__ == "__main__":
    sys.exit(main())
