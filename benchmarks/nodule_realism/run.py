"""Can a classifier tell virtual nodules from a hospital's real ones? Patients kept apart; with few nodules, no rate is claimed.

Run: python -m benchmarks nodule_realism --folder DIR --marks marks.csv [--out FILE]     (a hospital's own scans)
     python benchmarks/nodule_realism/run.py      (the shared LIDC slabs, and artificial patients; writes result.json)
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.lesion_features import described
from benchmarks.machine import described as machine
from benchmarks.nodule_realism import stand_in
from benchmarks.nodule_realism.pairs import Mark, Pair, marks_of, pairs_of
from benchmarks.two_sample import telling, told_apart

DATA = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared/data"))
LEAST_NODULES, LEAST_PATIENTS, PATIENTS, BAR = 50, 10, 26, 0.60


def told(found: list[Pair | str]) -> dict[str, Any]:
    """n, the area with its interval (or why there is none), what told, and what was left out."""
    pairs = [one for one in found if isinstance(one, Pair)]
    patients = np.array([one.patient for one in pairs])
    sizes = np.array([one.diameters_mm for one in pairs])
    report: dict[str, Any] = {
        "nodules": len(pairs), "patients": len(set(patients.tolist())), "marked": len(found),
        "left_out": dict(sorted(Counter(one for one in found if isinstance(one, str)).items())),
    }  # fmt: skip
    if len(pairs):
        report["diameter_mm_real_and_inserted"] = [round(float(v), 1) for v in np.median(sizes, 0)]
    if len(pairs) < LEAST_NODULES or report["patients"] < LEAST_PATIENTS:
        report["rate"] = f"n too small for a rate: at least {LEAST_NODULES} nodules of {LEAST_PATIENTS} patients are asked for"
    if report["patients"] < 2:
        return report
    table, names = described([one.real for one in pairs] + [one.inserted for one in pairs])
    labels, groups = np.repeat([0, 1], len(pairs)), np.concatenate([patients, patients])
    report |= told_apart(table, labels, groups).told()
    if "rate" not in report:
        report["telling"] = telling(table, labels, groups, names, 6)
    return report


def lidc(data: Path) -> dict[str, Any]:
    """The shared slabs: marks are the middles of what at least half the readers outlined."""
    sys.path.insert(0, str(HERE.parent / "lesion_measures"))
    from lidc import nodules_of, reader_masks

    from xinglin.formats.dicom import read_series

    marks = []
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        scan = read_series(sorted(folder.glob("*.dcm")))
        masks = reader_masks(folder, scan)
        for group in nodules_of(masks):
            agreed = np.sum([masks[key] for key in group], axis=0) * 2 >= len(group)
            middle = np.argwhere(agreed).mean(0)
            nearest = np.argwhere(agreed)[np.argmin(((np.argwhere(agreed) - middle) ** 2).sum(1))]
            marks.append(Mark(folder.name, folder.name, scan.point_mm((float(nearest[0]), float(nearest[1]), float(nearest[2])))))
    return told(list(pairs_of(data, marks)))


def artificial(patients: int) -> dict[str, Any]:
    """The same road for artificial patients."""
    with tempfile.TemporaryDirectory() as name:
        table = stand_in.written(Path(name), patients)
        return {"these_are": "phantom chests: no real nodule is among them", **told(list(pairs_of(Path(name), marks_of(table))))}


def main() -> int:
    """0 when it was measured, whatever was found: there is a bar for artificial patients only in nodule_physics."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--folder", type=Path, help="the folder that the series' folders lie in")
    asked.add_argument("--marks", type=Path, help="series,x,y,z (LPS mm) per nodule, and patient where one has several series")
    asked.add_argument("--out", type=Path, help="where to write the figures; otherwise they are printed")
    asked.add_argument("--patients", type=int, default=PATIENTS, help="artificial ones, when no folder is given")
    given = asked.parse_args()
    if (given.folder is None) != (given.marks is None):
        asked.error("--folder and --marks go together")
    if given.folder is not None:
        report = {"machine": machine(), "bar_auc": BAR, **told(list(pairs_of(given.folder, marks_of(given.marks))))}
        text = json.dumps(report, indent=1) + "\n"
        given.out.write_text(text, encoding="utf-8") if given.out else sys.stdout.write(text)
        return 0
    own = DATA / "dicom-lidc-lung-ct"
    report = {"machine": machine(), "bar_auc": BAR, "lidc": lidc(own) if own.exists() else "shared data not present"}
    report["tcga_luad"] = "left out: single slices without marks"
    report["artificial"] = artificial(given.patients)
    (HERE / "result.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
