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
    )
    if not plain:
        raise InvalidInput(
            "XL-DICOM-505", "this kind of image cannot be written back", where=where,
            why="colour, several frames, a lookup table or unusual bits", fix="only plain single-frame grey images are changed",
        )  # fmt: skip
    signed = int(header.get("PixelRepresentation", 0)) == 1
    slope, intercept = float(header.get("RescaleSlope", 1) or 1), float(header.get("RescaleIntercept", 0) or 0)
    dtype = f"{'>' if big_endian else '<'}{'i' if signed else 'u'}{allocated // 8}"
    return Storage(int(header.Rows), int(header.Columns), dtype, bits, signed, slope, intercept)


def rewritten(pixels: bytes, values: NDArray[np.generic], storage: Storage, box: Box | None, *, where: str) -> bytes:
    """The pixel bytes with the new values in place where they differ.

    values: (rows, columns) in the volume's unit. box: the only rows and columns that may differ; None: all may.
    Raises InvalidInput XL-DICOM-506 when something outside the box differs, 507 for a number the file cannot hold,
    508 when the pixel data are shorter than the image or carry other things in their spare bits.
    """
    import numpy as np

    count = storage.rows * storage.columns
    size = np.dtype(storage.dtype).itemsize
    if len(pixels) < count * size:
        raise InvalidInput("XL-DICOM-508", "the pixel data are too short", where=where, fix="give the files that were taken in")
    old = np.frombuffer(pixels, storage.dtype, count).reshape(storage.rows, storage.columns)
    new = _stored(values, storage, where)
    differs = new != old
    if not differs.any():
        return pixels
    if box is not None:
        _only_inside(differs, box, where)
    if old.min() < storage.lowest or old.max() > storage.highest:
        raise InvalidInput(
            "XL-DICOM-508", "the pixel cells hold more than the image", where=where, why="bits above the stored ones are in use",
            fix="an overlay inside the pixels must be taken out first",
        )  # fmt: skip
    _in_range(new, differs, storage, where)
    changed = old.copy()
    changed[differs] = new[differs].astype(old.dtype)
    return changed.tobytes() + pixels[count * size :]


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
