"""One DICOM file as the limited reading process saw it: what travels back to the house, and nothing more."""

from __future__ import annotations

from msgspec import Struct

from xinglin.formats.dicom.header import Header
from xinglin.formats.dicom.image import Image
from xinglin.formats.dicom.outlines import Outlines


class Instance(Struct, frozen=True, kw_only=True):
    """One file as the reading process saw it. `error`: (code, what, where, why, fix, kind) of the fault that keeps it from use."""

    header: Header
    image: Image | None = None
    error: tuple[str, str, str, str, str, str] | None = None
    references: tuple[str, ...] = ()  # of a DICOMDIR: the files it lists
    outlines: Outlines | None = None  # of a Segmentation or Structure Set that is to be kept
