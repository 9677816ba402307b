"""Small DICOM series of people who do not exist."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from xinglin.formats.dicom.marks import Mark
from xinglin.formats.dicom.write_made import MadeUpPerson, write_made_series
from xinglin.records.volume import Volume

ANNA = MadeUpPerson("Muster^Anna", "77", "EXAMPLE", "1960-01-01", "F")
MARK = Mark(label="PHANTOM", seed="1", description="numbers", made="2026-07-01T09:30:00+08:00")


def series(folder: Path, person: MadeUpPerson = ANNA, *, study: str = "2.25.11", uid: str = "2.25.111", level: int = -900) -> Path:
    """A folder with one series of eight slices."""
    affine = np.zeros((4, 4))
    affine[0, 2], affine[1, 1], affine[2, 0], affine[3, 3] = 0.7, 0.7, 2.5, 1.0
    voxels = (level + np.arange(8 * 16 * 20).reshape(8, 16, 20) % 300).astype(np.int16)
    volume = Volume(
        voxels, affine, "HU", "CT", f"{study}.9", study, uid, tuple(f"{uid}.{k}" for k in range(8)), details={"description": "Chest"}
    )
    folder.mkdir(parents=True)
    for name, content in write_made_series(volume, person, mark=MARK, scanned="2026-01-15"):
        (folder / name).write_bytes(content)
    return folder
