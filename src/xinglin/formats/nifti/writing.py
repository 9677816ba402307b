"""A Volume as a NIfTI-1 file: voxels as they are, the place twice and the same, and the label in the file.

The same volume and label give the same bytes. Nothing but voxels, place and label is written: no name, no date.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from xinglin.formats.nifti.reading import COMMENT
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

_HEADER: Final = 348
_SCANNER: Final = 1  # sform and qform code: coordinates of the scanner
_PACKING: Final = 1  # gzip level: three times faster than the usual, a tenth larger


def write_nifti(
    volume: Volume,
    *,
    label: str,
    seed: str = "",
    description: str = "",
    synthetic: bool = True,
    aigc: Mapping[str, str] | None = None,
    packed: bool = True,
) -> bytes:
    """The file: .nii.gz, or .nii when not packed. Label and description open the header's text (80 bytes, ASCII only).

    The whole label lies in a comment extension (code 6) as JSON. Raises InvalidInput XL-NIFTI-030 for an empty label,
    031 for voxels NIfTI cannot hold, 032 for a grid whose axes are not at right angles, or too long a side.
    """
    if not label.strip():
        raise InvalidInput("XL-NIFTI-030", "the file needs a label", where="label", fix="say what it is")
    voxels = _storable(volume.voxels)
    said = {"label": label, "seed": seed, "description": description, "synthetic": synthetic or volume.synthetic}
    note = _extension(json.dumps(said | ({"AIGC": dict(aigc)} if aigc else {}), ensure_ascii=False).encode())
    whole = b"".join((_header(volume, voxels, f"{label} {description}", len(note)), note, voxels.tobytes()))
    return gzip.compress(whole, _PACKING, mtime=0) if packed else whole


def _storable(voxels: NDArray[np.generic]) -> NDArray[np.generic]:
    import numpy as np

    if voxels.dtype == np.bool_:
        return voxels.astype(np.uint8)
    if voxels.dtype.kind == "f" and not np.isfinite(voxels).all():
        raise InvalidInput("XL-NIFTI-031", "some voxels are not numbers", why="NaN or infinity", fix="mend the image first")
    if voxels.dtype.newbyteorder("=") not in [np.dtype(name) for name in ("u1", "i1", "u2", "i2", "u4", "i4", "f4", "f8")]:
        raise InvalidInput("XL-NIFTI-031", "NIfTI cannot hold this kind of voxel", why=str(voxels.dtype), fix="use float32")
    return np.ascontiguousarray(voxels, voxels.dtype.newbyteorder("<"))


def _header(volume: Volume, voxels: NDArray[np.generic], words: str, note_bytes: int) -> bytes:
    import numpy as np
    from nibabel import Nifti1Header

    lps = volume.affine[:, [2, 1, 0, 3]]
    ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps
    directions = ras[:3, :3] / np.linalg.norm(ras[:3, :3], axis=0)
    if np.abs(np.triu(directions.T @ directions, 1)).max() > 0.01 or max(volume.shape) > 32767:
        raise InvalidInput(
            "XL-NIFTI-032", "this grid does not go into NIfTI", why="sheared, or a side over 32767", fix="resample or crop it"
        )
    header = Nifti1Header(endianness="<")
    header.set_data_dtype(voxels.dtype)
    header.set_data_shape(voxels.shape[::-1])
    header.set_xyzt_units("mm")
    header.set_qform(ras, _SCANNER)
    header.set_sform(ras, _SCANNER)
    header["scl_slope"], header["scl_inter"] = 1, 0
    header["vox_offset"] = _HEADER + note_bytes
    header["descrip"] = words.encode("ascii", "replace")[:79].rstrip()
    header["magic"] = b"n+1"
    return header.binaryblock


def _extension(text: bytes) -> bytes:
    """The extension flag and one extension; sizes are multiples of 16 (nifti1.h)."""
    size = -(-(len(text) + 8) // 16) * 16
    return b"\1\0\0\0" + size.to_bytes(4, "little") + COMMENT.to_bytes(4, "little") + text.ljust(size - 8, b"\0")
