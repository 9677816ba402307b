"""NIfTI in: a file that says neither whose it is, nor what made it, nor what its numbers mean. The user says all three.

Kept like a series, under a UID made from its bytes and what was said of them: another statement is another series.
The place comes from the file's own affine, oblique or not; left and right are never guessed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import msgspec

from xinglin.formats.fhir.scans import imaging_study
from xinglin.intake.images import FoundSeries, Packed, Stated
from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.imaging import ScanSeries

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

ENDINGS: Final = (".nii", ".nii.gz")
UNITS: Final = ("HU", "none")
MODALITIES: Final = ("CT", "MR", "PT")


def is_nifti(source: str | Path) -> bool:
    """Whether a path is named like a NIfTI file."""
    return str(source).lower().endswith(ENDINGS)


def stated(unit: str, modality: str, when: str) -> Stated:
    """What the user says of a file. Raises UsageError XL-INTAKE-060 to 062 where it is missing or cannot be.

    `unit`: HU, or none for numbers without one. `modality`: CT, MR or PT; HU alone says CT. `when`: a day, or "".
    """
    if unit not in UNITS:
        raise UsageError("XL-INTAKE-060", "a NIfTI file does not say what its numbers mean", where="--unit", why=unit and "no such unit",
                         fix="say it: --unit HU for CT numbers, --unit none for numbers without a unit")  # fmt: skip
    kind = modality or ("CT" if unit == "HU" else "")
    if kind not in MODALITIES or (unit == "HU" and kind != "CT"):
        why = "HU are the numbers of a CT" if unit == "HU" else kind and "no such modality"
        raise UsageError("XL-INTAKE-061", "a NIfTI file does not say what made it", where="--modality", why=why,
                         fix=f"say it: --modality {', '.join(MODALITIES)}")  # fmt: skip
    try:
        day = date.fromisoformat(when).isoformat() if when else ""
    except ValueError as error:
        raise UsageError("XL-INTAKE-062", "the day of the scan is not a date", where="--when", fix="write it as 2026-03-04") from error
    return Stated("" if unit == "none" else unit, kind, day)


def read(paths: Sequence[Path], said: Stated) -> tuple[FoundSeries, ...]:
    """Each file as a series, read whole so that only what can be read again is kept. Raises InvalidInput, NotFound."""
    return tuple(_series(path, said) for path in paths)


def _series(path: Path, said: Stated) -> FoundSeries:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NotFound("XL-INTAKE-063", "the file cannot be read", where=path.name, why=error.strerror or "") from error
    packed = Packed((content,), (), said)
    try:
        volume = volume_of(packed)
    except InvalidInput as error:
        raise InvalidInput(error.code, error.what, where=path.name, why=error.why, fix=error.fix) from error
    scan = ScanSeries(
        source=f"ImagingStudy/scan-{_digest('study', packed).hex()[:32]}", uid=volume.series_uid, study_uid=volume.study_uid,
        modality=said.modality, description="NIfTI", when=said.when, slices=volume.shape[0], spacing_mm=volume.spacing_mm,
        synthetic=volume.synthetic, digest=volume.digest(),
    )  # fmt: skip
    return FoundSeries(scan, msgspec.msgpack.encode(packed), volume.slice_prints())


def volume_of(packed: Packed) -> Volume:
    """The volume of a kept NIfTI file, with what was said of it."""
    from dataclasses import replace

    from xinglin.formats.nifti.reading import read_nifti

    assert packed.stated is not None
    volume = read_nifti(packed.files[0], unit=packed.stated.unit)
    return replace(
        volume, voxels=_plain(volume.voxels), modality=packed.stated.modality, acquired=packed.stated.when,
        series_uid=_uid("series", packed), study_uid=_uid("study", packed),
    )  # fmt: skip


def _plain(voxels: NDArray[np.generic]) -> NDArray[np.generic]:
    """Whole numbers that fit become int16, as a scanner stores them; other numbers become float32, half the memory of float64."""
    import numpy as np

    if voxels.dtype == np.int16:
        return voxels
    low, high = float(voxels.min()), float(voxels.max())
    if low >= -32768 and high <= 32767 and (voxels.dtype.kind in "iu" or all(np.array_equal(one, np.rint(one)) for one in voxels)):
        return voxels.astype(np.int16)
    return voxels.astype(np.float32)


def study_resource(patient: str, scan: ScanSeries) -> tuple[str, bytes]:
    """The ImagingStudy of one NIfTI series: a study of its own. `patient` is "Patient/x"."""
    return imaging_study(patient, [scan])


def _uid(part: str, packed: Packed) -> str:
    """A UID under 2.25, as DICOM PS3.5 B.2 allows: the same file, said the same, always has the same."""
    return f"2.25.{UUID(bytes=_digest(part, packed)[:16], version=5).int}"


def _digest(part: str, packed: Packed) -> bytes:
    said = packed.stated or Stated()
    seal = hashlib.sha256("\n".join((part, said.unit, said.modality, said.when, "")).encode())
    seal.update(packed.files[0])
    return seal.digest()
