"""From measured numbers back to the numbers a file stores: rescale, bits, sign and byte order of one slice.

Only voxels that differ are written; every other byte stays the source's. A number the file cannot hold is an error,
never a clipped value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

Box = tuple[slice, slice]  # rows, columns
# The attributes `storage_of` looks at.
STORAGE_WORDS: Final = (
    "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "RescaleIntercept", "RescaleSlope", "ModalityLUTSequence",
)  # fmt: skip


@dataclass(frozen=True)
class Storage:
    """How one file stores its voxels. value = slope * stored + intercept."""

    rows: int
    columns: int
    dtype: str  # numpy type with byte order, "<i2"
    bits: int
    signed: bool
    slope: float
    intercept: float

    @property
    def lowest(self) -> int:
        """The smallest number the bits hold."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def highest(self) -> int:
        """The largest number the bits hold."""
        return (1 << (self.bits - 1)) - 1 if self.signed else (1 << self.bits) - 1


def storage_of(header: Dataset, *, big_endian: bool, where: str) -> Storage:
    """The storage a header describes. Raises InvalidInput XL-DICOM-505 for what is not one plain grey image."""
    allocated, bits = int(header.BitsAllocated), int(header.BitsStored)
    plain = (
        int(header.get("SamplesPerPixel", 1)) == 1
        and str(header.get("PhotometricInterpretation")) in ("MONOCHROME1", "MONOCHROME2")
        and allocated in (8, 16, 32)
        and int(header.get("HighBit", bits - 1)) == bits - 1
        and int(header.get("NumberOfFrames") or 1) == 1
        and not header.get("ModalityLUTSequence")
        and bits <= allocated
        and _number(header, "RescaleSlope", 1) != 0
    )
    if not plain:
        raise InvalidInput(
            "XL-DICOM-505", "this kind of image cannot be written back", where=where,
            why="colour, several frames, a lookup table or unusual bits", fix="only plain single-frame grey images are changed",
        )  # fmt: skip
    signed = int(header.get("PixelRepresentation", 0)) == 1
    slope, intercept = _number(header, "RescaleSlope", 1), _number(header, "RescaleIntercept", 0)
    dtype = f"{'>' if big_endian else '<'}{'i' if signed else 'u'}{allocated // 8}"
    return Storage(int(header.Rows), int(header.Columns), dtype, bits, signed, slope, intercept)


def _number(header: Dataset, keyword: str, otherwise: float) -> float:
    value = header.get(keyword)
    return otherwise if value is None or value == "" else float(value)


def rewritten(pixels: bytes, values: NDArray[np.generic], storage: Storage, box: Box | None, *, where: str) -> bytes:
    """The pixel bytes with the new values in place where they differ.

    values: (rows, columns) in the volume's unit. box: the only rows and columns that may differ; None: all may.
    Raises InvalidInput XL-DICOM-506 when something outside the box differs, 507 for a number the file cannot hold,
    508 when the pixel data are shorter than the image. Spare bits that hold something (an old overlay) keep it.
    """
    import numpy as np

    count = storage.rows * storage.columns
    cell = np.dtype(storage.dtype.replace("i", "u"))
    if len(pixels) < count * cell.itemsize:
        raise InvalidInput("XL-DICOM-508", "the pixel data are too short", where=where, fix="give the files that were taken in")
    cells = np.frombuffer(pixels, cell, count).reshape(storage.rows, storage.columns)
    old = _meant(cells, storage)
    new = _stored(values, storage, where)
    differs = new != old
    if not differs.any():
        return pixels
    if box is not None:
        _only_inside(differs, box, where)
    _in_range(new, differs, storage, where)
    changed = cells.copy()
    changed[differs] = _cells_for(new[differs], cells[differs], np.array_equal(_plain_cells(old, cell), cells), storage)
    return changed.tobytes() + pixels[count * cell.itemsize :]


def _meant(cells: NDArray[np.unsignedinteger], storage: Storage) -> NDArray[np.integer]:
    """The numbers in the cells: the stored bits alone, with their sign."""
    import numpy as np

    spare = cells.dtype.itemsize * 8 - storage.bits
    if not spare:
        return cells.view(storage.dtype)
    native = np.dtype(storage.dtype[1:])
    return (cells.astype(native) << native.type(spare)) >> native.type(spare)


def _plain_cells(numbers: NDArray[np.integer], cell: np.dtype) -> NDArray[np.unsignedinteger]:
    """Numbers as cells whose spare bits are empty or repeat the sign."""
    return numbers.astype(cell.newbyteorder("="), copy=False).astype(cell)


def _cells_for(
    new: NDArray[np.generic], cells: NDArray[np.unsignedinteger], spare_is_empty: bool, storage: Storage
) -> NDArray[np.unsignedinteger]:
    """New numbers as cells; spare bits in use stay as they were."""
    import numpy as np

    plain = _plain_cells(new.astype(np.int64), cells.dtype)
    if spare_is_empty:
        return plain
    stored = np.array((1 << storage.bits) - 1).astype(cells.dtype)
    return (plain & stored) | (cells & ~stored)


def _stored(values: NDArray[np.generic], storage: Storage, where: str) -> NDArray[np.generic]:
    """The nearest stored number of every value, wide enough to show what does not fit."""
    import numpy as np

    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2 and storage.slope == 1 and storage.intercept == int(storage.intercept):
        return values.astype(np.int32) - int(storage.intercept)
    wide = np.rint((values.astype(np.float64) - storage.intercept) / storage.slope)
    if not np.isfinite(wide).all():
        raise InvalidInput("XL-DICOM-507", "a voxel is not a number", where=where, fix="mend the image before writing it")
    return wide


def _only_inside(differs: NDArray[np.bool_], box: Box, where: str) -> None:
    if int(differs.sum()) != int(differs[box].sum()):
        raise InvalidInput(
            "XL-DICOM-506", "something differs outside the box said to be changed", where=where,
            why="the box must hold every change", fix="give the box of the change, or the volume it was made from",
        )  # fmt: skip


def _in_range(new: NDArray[np.generic], differs: NDArray[np.bool_], storage: Storage, where: str) -> None:
    wanted = new[differs]
    if wanted.min() < storage.lowest or wanted.max() > storage.highest:
        raise InvalidInput(
            "XL-DICOM-507", "a voxel is outside what this file can store", where=where,
            why=f"{storage.bits} bits {'signed' if storage.signed else 'unsigned'}", fix="keep the change within the source's range",
        )  # fmt: skip
