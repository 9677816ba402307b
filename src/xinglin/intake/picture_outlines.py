"""DICOM Segmentations, RT Structure Sets and LIDC readers' XML as masks of the volumes they were drawn on, found by geometry and not by name."""

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

_HEAD = 1024  # bytes in which the name of the first element stands
_OTHERS = ("XL-DICOM-141", "XL-DICOM-142")  # drawn on another volume: another frame of reference, or other slices


def outline_files(folder: str | Path) -> tuple[Path, ...]:
    """The files of a folder that may hold outlines, by their beginning: DICOM, or readers' XML; where that lies, DICOM beside it is what was read."""
    found, read = [], []
    for path in sorted(Path(folder).rglob("*")):
        name = path.name.lower()
        if not path.is_file() or name.endswith((*PLAIN, *ARRAYS, *NIFTI)):
            continue
        with path.open("rb") as file:
            head = file.read(_HEAD)
        if name.endswith(".xml") and b"LidcReadMessage" in head:
            read.append(path)
        elif not name.endswith(TEXTS) and head[128:132] == b"DICM":
            found.append(path)
    return tuple(read or found)


def outlines_on(volume: Volume, files: Sequence[Path]) -> list[tuple[str, NDArray[np.bool_]]]:
    """(label, mask (slices, rows, columns)) of every outline that was drawn on this volume; those of other volumes are passed over.

    Of readers' XML one label, "nodule": what at least half of the readers outlined.
    Raises InvalidInput XL-DICOM-001 to 053, 140, 143, XL-LIDC-001 to 004 for a file that is none.
    """
    from xinglin.formats.lidc.reading import agreed, read_readers

    found = []
    for path in files:
        if path.suffix.lower() == ".xml":
            mask = agreed(read_readers(path), volume, path.name)
            found += [("nodule", mask)] if mask is not None else []
        else:
            found += _segments_on(volume, path)
    return found


def _segments_on(volume: Volume, path: Path) -> list[tuple[str, NDArray[np.bool_]]]:
    from xinglin.formats.dicom import segment_masks

    try:
        parts = segment_masks(path, volume)
    except InvalidInput as error:
        if error.code in _OTHERS:
            return []
        raise
    return [(part.label or str(part.number), part.whole(volume.shape)) for part in parts]
