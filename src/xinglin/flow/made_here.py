"""What this house made is known again: slices and series it released, also when every mark was taken off them.

The store keeps keyed prints of them under the house itself, so that they outlive the erasure of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from xinglin.intake import Finding
from xinglin.records.imaging import ImageCase, ScanSeries
from xinglin.store import Store

if TYPE_CHECKING:
    from xinglin.intake.images import FoundSeries


def warning(code: str, scan: ScanSeries, reason: str, remedy: str = "") -> Finding:
    """A series that is kept, but somebody should look at."""
    return Finding(code, "warning", "doubtful", f"series {scan.uid[-12:]}", reason, remedy)


def remember_change(store: Store, case: ImageCase) -> None:
    """Remember the slices that a change made; one in which nothing changed stays the person's own."""
    first, last = (case.edit.start[0], case.edit.start[0] + case.edit.shape[0]) if case.edit else (0, case.source.shape[0])
    same = set(case.source.slice_prints(first, last))
    store.remember_made(one for one in case.result.slice_prints(first, last) if one not in same)


def remember_released(store: Store, files: Iterable[Path]) -> None:
    """Remember the UIDs of the DICOM series that left, each told by the first of its files."""
    from xinglin.intake import images

    firsts = [path for path in files if path.name.startswith("series-") and path.name.endswith("-0001.dcm")]
    if firsts:
        store.remember_made(sorted({images.series_uid_of(first.read_bytes()) for first in firsts}))


def recognised(store: Store, series: Sequence[FoundSeries], told: list[Finding]) -> tuple[FoundSeries, ...]:
    """The series, with those that were made here marked as artificial whatever their own words still say; `told` grows."""
    found = []
    for one in series:
        if store.was_made((*one.prints, one.scan.uid)):
            reason = "this series was made here: it is artificial, and nothing in it is a finding of the person"
            remedy = "" if one.scan.synthetic else "its marks were removed: ask who did it"
            told.append(warning("XL-INTAKE-057", one.scan, reason, remedy))
            one = replace(one, scan=replace(one.scan, synthetic=True))
        found.append(one)
    return tuple(found)
