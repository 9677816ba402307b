"""The original files of a series, each at its slice of a volume: what the writers start from.

A file is matched to its slice by the place it names in the patient, never by its name or by the order it came in;
a place that fits no slice, or fits twice, is an error.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from xinglin.records.volume import Volume

# How far a file may lie from the slice it is matched to, in slice distances and, within the slice, in pixels.
_TOLERANCE: Final = 0.25
UNREADABLE: Final = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, struct.error, RecursionError)


# What `in_slice_order` and the plan of a series look at.
PLACE: Final = (
    "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "NumberOfFrames",
)  # fmt: skip

_PATIENT_AND_STUDY: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime",
    "ReferringPhysicianName",
)  # fmt: skip


@contextmanager
def quietly() -> Iterator[None]:
    """pydicom warns of values it finds odd in a source; they are copied as they are, so nothing is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_original(source: bytes | Path, *, pixels: bool = False, only: tuple[str, ...] = (), where: str = "") -> Dataset:
    """The data set of one file, without its pixels unless asked; `only` some attributes if named. Raises XL-DICOM-501."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        with quietly():
            file = BytesIO(source) if isinstance(source, bytes) else source
            return pydicom.dcmread(file, stop_before_pixels=not pixels, specific_tags=list(only) or None)
    except (*UNREADABLE, InvalidDicomError) as error:
        raise InvalidInput(
            "XL-DICOM-501",
            "an original file cannot be read",
            where=where,
            why=type(error).__name__,
            fix="give the files that were taken in",
        ) from error


def header_bytes(source: bytes | Path) -> bytes:
    """The file without its pixels, a few kB: all that a segmentation or a report needs of each slice."""
    dataset = read_original(source)
    buffer = BytesIO()
    with quietly():
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def in_slice_order(headers: Sequence[Dataset], grid: Volume) -> list[int]:
    """For each slice of the volume, which header lies there.

    Raises InvalidInput XL-DICOM-502 when a header has no place, 503 when it fits no slice or two fit one, 504 when
    rows and columns differ.
    """
    slices, rows, columns = grid.shape
    if len(headers) != slices:
        raise _misplaced(f"{len(headers)} files", f"the volume has {slices} slices")
    order = [-1] * slices
    for number, header in enumerate(headers):
        where = f"file {number + 1}"
        if (header.get("Rows"), header.get("Columns")) != (rows, columns):
            raise InvalidInput(
                "XL-DICOM-504", "a file has other rows and columns than the volume", where=where, fix="give the volume of this very series"
            )
        at = _slice_of(header, grid, where)
        if not 0 <= at < slices:
            raise _misplaced(where, "it lies outside the volume")
        if order[at] >= 0:
            raise _misplaced(where, f"another file lies at slice {at} too")
        order[at] = number
    return order


def make_complete(header: Dataset) -> str:
    """Makes a header acceptable to highdicom, in place; returns the patient's sex as it was written.

    Every type 2 attribute of patient and study must be present: what is absent becomes empty, which says "not known"
    (PS3.5 7.4.3). A sex highdicom does not know is taken out and must be put in again afterwards.
    """
    for keyword in _PATIENT_AND_STUDY:
        if keyword not in header:
            setattr(header, keyword, "")
    sex = str(header.PatientSex or "")
    header.PatientSex = sex if sex in ("M", "F", "O") else ""
    return sex


def _slice_of(header: Dataset, grid: Volume, where: str) -> int:
    """The slice a header lies at: its corner and the steps along its rows and columns must be the volume's."""
    import numpy as np

    try:
        with quietly():
            corner = np.array([float(v) for v in header.ImagePositionPatient])
            along = np.array([float(v) for v in header.ImageOrientationPatient]).reshape(2, 3)
            row_mm, column_mm = (float(v) for v in header.PixelSpacing)
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidInput(
            "XL-DICOM-502", "a file does not say where it lies", where=where, why="position, orientation or spacing is missing",
            fix="only single-frame images with a place in the patient can be written",
        ) from error  # fmt: skip
    k, j, i = grid.index_of((float(corner[0]), float(corner[1]), float(corner[2])))
    # DICOM's first direction runs along a row, from column to column; the second down the rows.
    steps = np.stack([along[1] * row_mm, along[0] * column_mm], axis=1) - grid.affine[:3, 1:3]
    extent = np.array(grid.shape[1:]) * np.linalg.norm(steps, axis=0) / np.array([row_mm, column_mm])
    if max(abs(k - round(k)), abs(j), abs(i), *extent) > _TOLERANCE:
        raise _misplaced(where, "its corner or its directions are not the volume's")
    return round(k)


def _misplaced(where: str, why: str) -> InvalidInput:
    return InvalidInput(
        "XL-DICOM-503",
        "the files and the volume do not lie in the same place",
        where=where,
        why=why,
        fix="give the files the volume was read from",
    )
