"""DICOM: series read by geometry into Volumes, other objects found, headers for linking, outlines read onto a volume's grid.

Names are loaded when first used; strangers' bytes are parsed in a limited process only (`process.py`, `inside.py`).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xinglin.formats.dicom.finding import FileFinding, Found, OtherObject, SeriesFiles, find_series
    from xinglin.formats.dicom.header import Header
    from xinglin.formats.dicom.limits import DEFAULT_LIMITS, Limits
    from xinglin.formats.dicom.linking import header_of
    from xinglin.formats.dicom.process import ReadingProcess
    from xinglin.formats.dicom.segments import NamedMask, segment_masks
    from xinglin.formats.dicom.series import REPAIRS, read_series

_HOMES = {
    "finding": ("FileFinding", "Found", "OtherObject", "SeriesFiles", "find_series"),
    "header": ("Header",),
    "limits": ("DEFAULT_LIMITS", "Limits"),
    "linking": ("header_of",),
    "process": ("ReadingProcess",),
    "segments": ("NamedMask", "segment_masks"),
    "series": ("REPAIRS", "read_series"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DEFAULT_LIMITS",
    "REPAIRS",
    "FileFinding",
    "Found",
    "Header",
    "Limits",
    "NamedMask",
    "OtherObject",
    "ReadingProcess",
    "SeriesFiles",
    "find_series",
    "header_of",
    "read_series",
    "segment_masks",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(name)
