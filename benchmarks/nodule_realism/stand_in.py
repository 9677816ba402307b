"""Artificial patients that stand in for a hospital's: phantom chests whose nodules were scanned together with them, as DICOM folders.

They show that the road from folder and table to a figure works. They are no patients, and their figure says nothing of real nodules.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from benchmarks.nodule_physics.chests import Scanner, chest, drawn_before_imaging, places

from xinglin.formats.dicom.marks import Mark
from xinglin.formats.dicom.write_made import MadeUpPerson, write_made_series
from xinglin.records.imaging import NoduleRequest

SCANNER = Scanner(fineness=(2, 2, 2), region_mm=(50.0, 92.0, 92.0), center_mm=(-100.0, 10.0, -10.0))  # with some chest wall, for the blur
KINDS, MARGINS = ("solid", "solid", "ground-glass"), ("smooth", "lobulated", "spiculated")
APART_MM = 30.0


def written(folder: Path, patients: int, nodules: int = 2, scanner: Scanner = SCANNER) -> Path:
    """A folder per artificial patient and the table of marks, whose path is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "marks.csv"
    with table.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow(["series", "x", "y", "z"])
        for number in range(patients):
            for center in _patient(folder / f"artificial-{number:03d}", number, nodules, scanner):
                out.writerow([f"artificial-{number:03d}", *(f"{value:.2f}" for value in center)])
    return table


def _patient(folder: Path, number: int, nodules: int, scanner: Scanner) -> list[tuple[float, float, float]]:
    """Writes one scan; the middles of its nodules."""
    of = chest(900 + number, scanner)
    rng = np.random.default_rng([number, 61])
    grid, noiseless = of.scan(0), of.noiseless.copy()
    centers: list[tuple[float, float, float]] = []
    for index in places(of, rng):
        center = grid.point_mm(index)
        if len(centers) == nodules or any(np.linalg.norm(np.subtract(center, other)) < APART_MM for other in centers):
            continue
        request = NoduleRequest(
            kind=KINDS[int(rng.integers(3))], margin=MARGINS[int(rng.integers(3))], diameter_mm=float(rng.uniform(6, 14)),
            seed=int(rng.integers(2**31)), center_mm=center,
        )  # fmt: skip
        lesion = drawn_before_imaging(of, request)
        noiseless[lesion.box] += lesion.change
        centers.append(center)
    person = MadeUpPerson("Artificial^Chest", f"STAND-IN-{number}", "XINGLIN", "", "O")
    mark = Mark(label="SYNTHETIC", seed=str(number), description="phantom chest with nodules, nobody's", made="2026-01-01T00:00:00+00:00")
    volume = of.scan(40_000 + number, noiseless)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in write_made_series(volume, person, mark=mark, scanned="2026-01-01"):
        (folder / name).write_bytes(data)
    return centers
