"""A NIfTI file as a Volume: the voxels as stored, the place in LPS millimetres, and nothing guessed.

NIfTI says where voxels lie up to twice (qform and sform) and in RAS; what the numbers mean it does not say at all.
Two places that disagree, a place that cannot be, four dimensions, colours or NaN are errors.
Source: NIfTI-1 and NIfTI-2 header definitions (nifti1.h, nifti2.h), as nibabel 5.4 reads them.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from xinglin.records.errors import InvalidInput, OutOfResources
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    import numpy as np
    from nibabel.nifti1 import Nifti1Header
    from numpy.typing import NDArray

Form = Literal["sform", "qform"]

COMMENT: Final = 6  # extension code of a comment: where write_nifti puts the label
_SIZES: Final = {348: (b"n+1\0", 344), 540: (b"n+2\0\r\n\x1a\n", 4)}
_MILLIMETRES: Final = {0: 1.0, 1: 1000.0, 2: 1.0, 3: 0.001}  # by the low bits of xyzt_units: not said, metre, millimetre, micrometre
_KINDS: Final = (2, 4, 8, 16, 64, 256, 512, 768)  # u8 i16 i32 f32 f64 i8 u16 u32
_LEAST_MM, _MOST_MM = 0.01, 100.0
_FARTHEST_MM: Final = 10_000.0
_STEP: Final = 1 << 20


class Limits(Struct, frozen=True):
    """How much of an untrusted file is read. Bytes after decompression; `extension_bytes` between header and voxels."""

    file_bytes: int = 2 << 30
    extension_bytes: int = 1 << 20
    side: int = 32767


def read_nifti(source: bytes | Path, *, unit: str = "", form: Form | None = None, limits: Limits = Limits()) -> Volume:
    """The volume of a .nii or .nii.gz file, array order (slice, row, column) = the file's (k, j, i).

    unit: "HU" when the user says so; a file cannot. form: which of two disagreeing places to believe; None: they must
    agree with each other and with the voxel sizes. Scaled numbers become float32; others keep their type.
    Raises InvalidInput XL-NIFTI-001 to 010, OutOfResources XL-NIFTI-020.
    """
    whole = _Stream(source, limits)
    header, size = _header(whole)
    shape = _shape(header, limits)
    offset, dtype = _layout(header, size, limits)
    extension = whole.take(offset - size)
    voxels = _voxels(whole, shape, dtype, header)
    affine, note = _affine(header, shape, form)
    said = _own_label(extension, header.endianness)
    details = {key: value for key, value in (("description", _text(header, "descrip")), ("length_unit", note)) if value}
    return Volume(voxels, affine, unit=unit, details=details, synthetic=bool(said.get("synthetic")))


def label_of(source: bytes | Path, limits: Limits = Limits()) -> dict[str, object]:
    """The label `write_nifti` put into a file: {"label", "seed", "description", "synthetic", "AIGC"}; empty when there is none."""
    whole = _Stream(source, limits)
    header, size = _header(whole)
    offset, _ = _layout(header, size, limits)
    return _own_label(whole.take(offset - size), header.endianness)


def labels_in(source: bytes, limits: Limits = Limits()) -> tuple[str, tuple[dict[str, object] | None, ...]]:
    """(the header's description, which viewers show; the AIGC object of each label of ours, None for one that is no object).

    Reads the header alone, however large the file. Raises InvalidInput for what is no NIfTI file.
    """
    whole = _Stream(source, limits)
    header, size = _header(whole)
    offset, _ = _layout(header, size, limits)
    said = [one["AIGC"] for one in _own_labels(whole.take(offset - size), header.endianness) if "AIGC" in one]
    return _text(header, "descrip"), tuple(one if isinstance(one, dict) else None for one in said)


class _Stream:
    """The file's bytes one after another, unpacked as they are asked for and never more than the limit."""

    def __init__(self, source: bytes | Path, limits: Limits) -> None:
        try:
            if (len(source) if isinstance(source, bytes) else source.stat().st_size) > limits.file_bytes:
                raise _too_much("the file is larger than is read")
            self._raw = source if isinstance(source, bytes) else source.read_bytes()
        except OSError as error:
            raise _wrong(1, "the file cannot be read", type(error).__name__, "check the path") from error
        self._packed = self._raw[:2] == b"\x1f\x8b"
        self._unpack = zlib.decompressobj(31)
        self._at, self._left = 0, limits.file_bytes
        self._rest = b""

    def take(self, count: int) -> bytes:
        """Exactly the next `count` bytes."""
        self._left -= count
        if self._left < 0:
            raise _too_much("the file is larger than is read")
        if not self._packed:
            part = self._raw[self._at : self._at + count]
            self._at += count
        else:
            part = self._unpacked(count)
        if len(part) < count:
            raise _wrong(2, "the file ends too early", "fewer bytes than its header says", "copy or make the file again")
        return part

    def ended(self) -> bool:
        """True when nothing is left; reads on to the end of a packed file, so that its checksum is looked at."""
        return not (self._unpacked(1) if self._packed else self._raw[self._at : self._at + 1])

    def _unpacked(self, count: int) -> bytes:
        parts = [self._rest[:count]]
        self._rest = self._rest[count:]
        missing = count - len(parts[0])
        try:
            while missing > 0:
                if self._unpack.eof:
                    after = self._unpack.unused_data.lstrip(b"\0")
                    if not after:
                        break
                    self._unpack, fed = zlib.decompressobj(31), after
                elif self._unpack.unconsumed_tail:
                    fed = self._unpack.unconsumed_tail
                else:
                    fed = self._raw[self._at : self._at + _STEP]
                    self._at += len(fed)
                    if not fed:
                        raise _wrong(2, "the file ends too early", "the gzip stream is cut", "copy or make the file again")
                parts.append(self._unpack.decompress(fed, missing))
                missing -= len(parts[-1])
        except zlib.error as error:
            raise _wrong(2, "the packed file is broken", "gzip", "copy or make the file again") from error
        return b"".join(parts)


def _header(whole: _Stream) -> tuple[Nifti1Header, int]:
    import nibabel
    from nibabel.spatialimages import HeaderDataError
    from nibabel.wrapstruct import WrapStructError

    start = whole.take(4)
    size = next((s for s in _SIZES if start in (s.to_bytes(4, "little"), s.to_bytes(4, "big"))), 0)
    if not size:
        raise _wrong(1, "this is not a NIfTI file", "the header's size is none that NIfTI has", "give a .nii or .nii.gz file")
    block = start + whole.take(size - 4)
    magic, at = _SIZES[size]
    if block[at : at + len(magic)] != magic:
        pair = block[at : at + 2] == b"ni"
        why = "header and image are two files" if pair else "the NIfTI mark is missing"
        raise _wrong(1, "this is not a single-file NIfTI", why, "convert it to .nii.gz")
    kind = nibabel.Nifti1Header if size == 348 else nibabel.Nifti2Header
    try:
        return kind(block, check=False), size
    except (HeaderDataError, WrapStructError, ValueError) as error:
        raise _wrong(1, "the header cannot be read", type(error).__name__, "make the file again") from error


def _shape(header: Nifti1Header, limits: Limits) -> tuple[int, int, int]:
    """Slices, rows, columns of what must be one grey 3-D image."""
    dims = [int(n) for n in header["dim"]]
    if not 1 <= dims[0] <= 7 or any(n < 1 for n in dims[1 : dims[0] + 1]):
        raise _wrong(3, "the dimensions make no sense", "zero, negative or too many", "make the file again")
    if dims[0] < 3 or any(n > 1 for n in dims[4 : dims[0] + 1]):
        raise _wrong(4, "this is not one 3-D volume", f"{dims[0]} dimensions", "write each volume to a file of its own")
    if max(dims[1:4]) > limits.side:
        raise _too_much("a side of the volume is longer than is read")
    return dims[3], dims[2], dims[1]


def _layout(header: Nifti1Header, size: int, limits: Limits) -> tuple[int, np.dtype]:
    """Where the voxels begin, and their type with byte order."""
    code, offset = int(header["datatype"]), float(header["vox_offset"])
    if code not in _KINDS:
        raise _wrong(5, "this kind of voxel is not read", f"datatype {code}: colour, complex or unknown", "convert it to plain numbers")
    dtype = header.get_data_dtype()
    if int(header["bitpix"]) != dtype.itemsize * 8:
        raise _wrong(5, "the voxel size contradicts the voxel type", "bitpix", "make the file again")
    if not size + 4 <= offset <= size + 4 + limits.extension_bytes or offset != int(offset):
        raise _wrong(3, "the voxels begin at a place that cannot be", "vox_offset", "make the file again")
    return int(offset), dtype


def _voxels(whole: _Stream, shape: tuple[int, int, int], dtype: np.dtype, header: Nifti1Header) -> NDArray[np.generic]:
    import numpy as np

    raw = whole.take(shape[0] * shape[1] * shape[2] * dtype.itemsize)
    if not whole.ended():
        raise _wrong(3, "the file is longer than its header says", "bytes after the last voxel", "make the file again")
    stored = np.frombuffer(raw, dtype).reshape(shape)
    if dtype.kind == "f" and not np.isfinite(stored).all():
        raise _wrong(6, "some voxels are not numbers", "NaN or infinity", "mend the image before it is read")
    slope, intercept = float(header["scl_slope"]), float(header["scl_inter"])
    if slope == 0 or (np.isnan(slope) and np.isnan(intercept)) or (slope, intercept) == (1.0, 0.0):
        return stored.astype(dtype.newbyteorder("="), copy=True)
    if not np.isfinite([slope, intercept]).all():
        raise _wrong(6, "the scaling of the voxels is not a number", "scl_slope or scl_inter", "make the file again")
    with np.errstate(all="ignore"):
        scaled = stored.astype(np.float32) * np.float32(slope) + np.float32(intercept)
    if not np.isfinite(scaled).all():
        raise _wrong(6, "the scaled voxels are not numbers", "scl_slope or scl_inter", "make the file again")
    return scaled


def _affine(header: Nifti1Header, shape: tuple[int, int, int], form: Form | None) -> tuple[NDArray[np.float64], str]:
    """(slice, row, column) to LPS millimetres, and what was not said about the unit of length."""
    import numpy as np

    unit = int(header["xyzt_units"]) & 7
    if unit not in _MILLIMETRES:
        raise _wrong(7, "the unit of length is not known", "xyzt_units", "make the file again")
    ras = _chosen(header, shape, form)
    ras[:3] *= _MILLIMETRES[unit]
    _plausible(ras, shape)
    lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ ras
    return lps[:, [2, 1, 0, 3]], "not stated, taken as millimetres" if unit == 0 else ""


def _chosen(header: Nifti1Header, shape: tuple[int, int, int], form: Form | None) -> NDArray[np.float64]:
    import numpy as np
    from nibabel.spatialimages import HeaderDataError

    if not np.isfinite(np.array(header["pixdim"][:4], np.float64)).all():
        raise _wrong(8, "the place of the volume makes no sense", "pixdim is not a number", "make the file again")
    try:
        with np.errstate(all="ignore"):
            places = {"sform": header.get_sform(coded=True)[0], "qform": header.get_qform(coded=True)[0]}
    except (HeaderDataError, ValueError) as error:
        raise _wrong(8, "the place of the volume makes no sense", type(error).__name__, "make the file again") from error
    stated = {name: np.array(place, np.float64) for name, place in places.items() if place is not None}
    if form is not None:
        if form not in stated:
            raise _wrong(7, "the file does not say where it lies in this way", form, "choose the other one")
        return stated[form]
    if not stated:
        raise _wrong(7, "the file does not say where it lies", "neither sform nor qform is set", "make it with its orientation")
    first, *others = stated.values()
    sizes = np.abs(np.array(header["pixdim"][1:4], np.float64))
    if not np.isfinite(first).all() or not all(np.isfinite(other).all() for other in others):
        raise _wrong(8, "the place of the volume makes no sense", "not numbers", "make the file again")
    if not np.allclose(np.linalg.norm(first[:3, :3], axis=0), sizes, rtol=0.01):
        raise _wrong(9, "voxel sizes and place disagree", "pixdim", "say which place to believe: form='sform' or 'qform'")
    corners = np.array([[i, j, k, 1] for i in (0, shape[2]) for j in (0, shape[1]) for k in (0, shape[0])]).T
    if others and np.abs((first - others[0]) @ corners).max() > 0.25 * sizes.min():
        raise _wrong(9, "the file says two different places", "sform and qform", "say which to believe: form='sform' or 'qform'")
    return first


def _plausible(affine: NDArray[np.float64], shape: tuple[int, int, int]) -> None:
    import numpy as np

    if not np.isfinite(affine).all():
        raise _wrong(8, "the place of the volume makes no sense", "not numbers", "make the file again")
    sizes = np.linalg.norm(affine[:3, :3], axis=0)
    if sizes.min() < _LEAST_MM or sizes.max() > _MOST_MM or np.abs(affine[:3, 3]).max() > _FARTHEST_MM:
        raise _wrong(8, "the place of the volume makes no sense", "voxels under 0.01 mm or over 100 mm, or far away", "make the file again")
    between = np.triu((affine[:3, :3] / sizes).T @ (affine[:3, :3] / sizes), 1)
    if np.abs(between).max() > 0.01:
        raise _wrong(10, "the grid is sheared", "its axes do not stand at right angles", "resample it to a straight grid")


def _own_label(extension: bytes, order: Literal["<", ">"]) -> dict[str, object]:
    """The first comment among the extensions that is a label of ours."""
    return next(iter(_own_labels(extension, order)), {})


def _own_labels(extension: bytes, order: Literal["<", ">"]) -> list[dict[str, object]]:
    """Every comment among the extensions that is a label of ours."""
    found: list[dict[str, object]] = []
    if extension[:1] != b"\1":
        return found
    at, byte_order = 4, "little" if order == "<" else "big"
    while at + 8 <= len(extension):
        size, code = (int.from_bytes(extension[at + n : at + n + 4], byte_order) for n in (0, 4))
        if size < 8 or at + size > len(extension):
            raise _wrong(3, "an extension of the header is cut", "its size", "make the file again")
        if code == COMMENT:
            try:
                said = json.loads(extension[at + 8 : at + size].rstrip(b"\0"))
            except ValueError:
                said = None
            if isinstance(said, dict) and "label" in said:
                found.append(said)
        at += size
    return found


def _text(header: Nifti1Header, name: str) -> str:
    return bytes(header[name].item()).split(b"\0")[0].decode("utf-8", "replace").strip()


def _wrong(number: int, what: str, why: str, fix: str) -> InvalidInput:
    return InvalidInput(f"XL-NIFTI-{number:03d}", what, why=why, fix=fix)


def _too_much(what: str) -> OutOfResources:
    return OutOfResources("XL-NIFTI-020", what, why="the limit of this reader", fix="raise the limit, or crop the volume")
