"""DICOM Segmentations and RT Structure Sets as masks of the volumes they were drawn on, found by geometry and not by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.intake.picture_files import ARRAYS, NIFTI, PLAIN, TEXTS
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

_OTHERS = ("XL-DICOM-141", "XL-DICOM-142")  # drawn on another volume: another frame of reference, or other slices


def outline_files(folder: str | Path) -> tuple[Path, ...]:
    """The files of a folder that may hold outlines: DICOM, by their beginning."""
    found = []
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file() and not path.name.lower().endswith((*PLAIN, *ARRAYS, *NIFTI, *TEXTS)):
            with path.open("rb") as file:
                head = file.read(132)
            if head[128:132] == b"DICM":
                found.append(path)
    return tuple(found)


def outlines_on(volume: Volume, files: Sequence[Path]) -> list[tuple[str, NDArray[np.bool_]]]:
    """(label, mask (slices, rows, columns)) of every outline that was drawn on this volume; those of other volumes are passed over.

    Raises InvalidInput XL-DICOM-001 to 053, 140, 143 for a file that is none.
    """
    from xinglin.formats.dicom import segment_masks

    found = []
    for path in files:
        try:
            parts = segment_masks(path, volume)
        except InvalidInput as error:
            if error.code in _OTHERS:
                continue
            raise
        found += [(part.label or str(part.number), part.whole(volume.shape)) for part in parts]
    return found
