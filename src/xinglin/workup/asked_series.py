"""Which series of a chart a request means: the one it names by number or UID, or the only one."""

from __future__ import annotations

from collections.abc import Sequence

from xinglin.records.errors import NotFound, UsageError
from xinglin.records.imaging import ScanSeries, series_named


def series_asked_for(scans: Sequence[ScanSeries], word: str, *, absent: str, unclear: str) -> ScanSeries:
    """The series meant by `word`, "" being the only one.

    absent, unclear: the codes of the kind that asks. Raises NotFound `absent` where there is no such series, UsageError `unclear` where
    several could be meant.
    """
    if not scans:
        raise NotFound(absent, "this chart has no images", fix="take a series in first: xinglin take-in FOLDER --chart CHART")
    if not word and len(scans) > 1:
        raise UsageError(unclear, "which series?", where="option series", fix="give its number or UID: xinglin images CHART")
    found = series_named(scans, word)
    if found is None:
        raise NotFound(absent, "there is no such series", where="option series", fix="xinglin images CHART lists them")
    return found
