"""The original files of a series, each at its slice of a volume: what the writers start from.

A file is matched to its slice by the place it names in the patient, never by its name or by the order it came in;
a place that fits no slice, or fits twice, is an error.
"""

from __future__ import annotations

import mmap
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xinglin.formats.dicom.elements import DEFLATED, File, read_elements
from xinglin.formats.dicom.limits import DEFAULT_LIMITS
from xinglin.formats.dicom.tags import TAGS
from xinglin.formats.dicom.values import numbers, uid, whole
from xinglin.records.errors import InvalidInput, XinglinError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from xinglin.records.volume import Volume

# How far a file may lie from the slice it is matched to, in slice distances and, within the slice, in pixels.
_TOLERANCE: Final = 0.25
UNREADABLE: Final = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError, struct.error, RecursionError)
PIXELS: Final = TAGS["PixelData"][0]
_PATIENT_AND_STUDY: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime",
    "ReferringPhysicianName",
)  # fmt: skip
_LONG_HEADERS: Final = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"))


class Original(NamedTuple):
    """One file as it was taken in: its bytes and elements, whose it is, and where it lies (LPS mm; empty when unsaid)."""

    raw: memoryview
    file: File
    instance: str
    series: str
    series_number: int | None
    rows: int | None
    columns: int | None
    corner: tuple[float, ...]
    along: tuple[float, ...]
    spacing: tuple[float, ...]


def opened(source: bytes | Path, *, where: str = "") -> Original:
    """A file by its elements, nothing decoded. Raises InvalidInput XL-DICOM-501 and the reader's own 003 to 022."""
    try:
        raw = memoryview(source if isinstance(source, bytes) else _mapped(source))
    except (OSError, ValueError) as error:
        raise _unreadable(where, error) from error
    try:
        return _original(raw)
    except XinglinError as error:
        fix = error.fix or "give the files that were taken in"
        raise type(error)(error.code, error.what, where=f"{where} {error.where}".strip(), why=error.why, fix=fix) from error


def _original(raw: memoryview) -> Original:
    file = read_elements(raw, DEFAULT_LIMITS)
    if file.fault is not None:
        raise file.fault
    d = file.dataset
    return Original(
        raw, file, uid(d, "SOPInstanceUID"), uid(d, "SeriesInstanceUID"), whole(d, "SeriesNumber"), whole(d, "Rows"), whole(d, "Columns"),
        numbers(d, "ImagePositionPatient", 3), numbers(d, "ImageOrientationPatient", 6), numbers(d, "PixelSpacing", 2),
    )  # fmt: skip


def extents(file: File) -> list[tuple[int, int, int]]:
    """(tag, first byte, byte after the last) of every element of the data set, in the order of the file."""
    explicit = file.dataset.encoding.explicit
    return [
        (tag, e.start - (12 if explicit and e.vr in _LONG_HEADERS else 8), e.start + e.length) for tag, e in file.dataset.elements.items()
    ]


def header_bytes(source: bytes | Path) -> bytes:
    """The file without its pixels, a few kB: all that a segmentation or a report needs of each slice."""
    found = opened(source)
    if found.file.syntax == DEFLATED:
        from xinglin.formats.dicom.marks import file_bytes

        with quietly():
            return file_bytes(read_original(source), "1.2.840.10008.1.2.1")
    ends = [end for tag, _, end in extents(found.file) if tag < PIXELS]
    return bytes(found.raw[: max(ends, default=0)])


@contextmanager
def quietly() -> Iterator[None]:
    """pydicom warns of values it finds odd in a source; they are copied as they are, so nothing is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def header_allows(code: str, what: str) -> Iterator[None]:
    """Says in one typed error that a header is not fit for what is to be made of it; pydicom's doubts stay unsaid."""
    try:
        with quietly():
            yield
    except UNREADABLE as error:
        raise InvalidInput(
            code, what, why=f"{type(error).__name__} in a header", fix="check patient, study, series and position attributes of the source"
        ) from error


def read_original(source: bytes | Path, *, pixels: bool = False, only: tuple[str, ...] = (), where: str = "") -> Dataset:
    """The data set of one file, without its pixels unless asked; `only` some attributes if named. Raises XL-DICOM-501."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    try:
        with quietly():
            file = BytesIO(source) if isinstance(source, bytes) else source
            return pydicom.dcmread(file, stop_before_pixels=not pixels, specific_tags=list(only) or None)
    except (*UNREADABLE, InvalidDicomError) as error:
        raise _unreadable(where, error) from error


def in_slice_order(files: Sequence[Original], grid: Volume) -> list[int]:
    """For each slice of the volume, which file lies there. Files the volume left out (doubled slices) are passed over.

    Raises InvalidInput XL-DICOM-502 when a file has no place, 503 when it fits no slice or two fit one, 504 when
    rows and columns differ.
    """
    slices, rows, columns = grid.shape
    chosen = [number for number, file in enumerate(files) if file.instance in grid.instances]
    if len(chosen) != slices:  # files of another series on the same grid, or a volume that names none
        chosen = list(range(len(files)))
    for number in chosen:
        if not (files[number].corner and files[number].along and files[number].spacing):
            raise _placeless(f"file {number + 1}")
    if len(chosen) != slices:
        raise _misplaced(f"{len(files)} files", f"the volume has {slices} slices")
    order = [-1] * slices
    for number in chosen:
        file, where = files[number], f"file {number + 1}"
        if (file.rows, file.columns) != (rows, columns):
            raise InvalidInput(
                "XL-DICOM-504", "a file has other rows and columns than the volume", where=where, fix="give the volume of this very series"
            )
        at = _slice_of(file, grid, where)
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


def _slice_of(file: Original, grid: Volume, where: str) -> int:
    """The slice a file lies at: its corner and the steps along its rows and columns must be the volume's."""
    import numpy as np

    x, y, z = file.corner
    row_mm, column_mm = file.spacing
    along = np.array(file.along).reshape(2, 3)
    k, j, i = grid.index_of((x, y, z))
    # DICOM's first direction runs along a row, from column to column; the second down the rows.
    steps = np.stack([along[1] * row_mm, along[0] * column_mm], axis=1) - grid.affine[:3, 1:3]
    extent = np.array(grid.shape[1:]) * np.linalg.norm(steps, axis=0) / np.array([row_mm, column_mm])
    if not max(abs(k - round(k)), abs(j), abs(i), *extent) <= _TOLERANCE:
        raise _misplaced(where, "its corner or its directions are not the volume's")
    return round(k)


def _mapped(path: Path) -> mmap.mmap:
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _unreadable(where: str, error: Exception) -> InvalidInput:
    return InvalidInput(
        "XL-DICOM-501", "an original file cannot be read", where=where, why=type(error).__name__, fix="give the files that were taken in"
    )


def _placeless(where: str) -> InvalidInput:
    return InvalidInput(
        "XL-DICOM-502", "a file does not say where it lies", where=where, why="position, orientation or spacing is missing, or it has many frames",
        fix="only single-frame images with a place in the patient can be written",
    )  # fmt: skip


def _misplaced(where: str, why: str) -> InvalidInput:
    return InvalidInput(
        "XL-DICOM-503",
        "the files and the volume do not lie in the same place",
        where=where,
        why=why,
        fix="give the files the volume was read from",
    )
