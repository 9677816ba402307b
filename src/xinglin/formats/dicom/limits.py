"""How much a stranger's DICOM file may ask of this machine, and the faults that say so.

Every bound is looked at before the bytes are decoded; what still swells or hangs dies in the reading process alone.
"""

from __future__ import annotations

from msgspec import Struct

from xinglin.records.errors import InvalidInput, OutOfResources

MEBIBYTE = 1 << 20


class Limits(Struct, frozen=True):
    """Bounds on one file and one reading. Bytes, counts, levels and seconds of one file."""

    file_bytes: int = 2048 * MEBIBYTE
    files: int = 100_000
    elements: int = 1_000_000  # of one file, sequences included
    depth: int = 16
    text_bytes: int = 1 << 20  # of one value that is read
    frames: int = 20_000
    frame_bytes: int = 64 * MEBIBYTE  # Rows x Columns x bytes of one frame
    volume_bytes: int = 4096 * MEBIBYTE
    inflated_bytes: int = 256 * MEBIBYTE
    inflated_ratio: int = 250  # only once more than 16 MiB have been inflated
    memory_bytes: int = 320 * MEBIBYTE  # the reading process may grow by, beyond the file it looks at
    cpu_seconds: int = 5  # of one file or one slice
    wall_seconds: float = 60.0  # without an answer


DEFAULT_LIMITS = Limits()


def wrong(number: int, what: str, *, where: str = "", why: str = "", fix: str = "") -> InvalidInput:
    """The error XL-DICOM-<number>: the file or series is wrong, or not one this reader may read."""
    return InvalidInput(f"XL-DICOM-{number:03}", what, where=where, why=why, fix=fix)


def too_much(number: int, what: str, *, where: str = "", why: str = "", fix: str = "") -> OutOfResources:
    """The error XL-DICOM-<number>: a bound of `Limits` was met."""
    return OutOfResources(f"XL-DICOM-{number:03}", what, where=where, why=why, fix=fix)
