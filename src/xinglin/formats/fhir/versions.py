"""Which of two versions of a resource is the newer one."""

from __future__ import annotations

from collections.abc import Iterable

from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.strict import parse
from xinglin.formats.fhir.unchecked import object_in, text_in
from xinglin.records.errors import XinglinError
from xinglin.records.moments import first_instant


def age(found: Json) -> tuple[float, int]:
    """How new a version is: time of last update (seconds), then version number. (0, 0) when nothing is said."""
    meta = object_in(found, "meta")
    updated, version = text_in(meta, "lastUpdated"), text_in(meta, "versionId")
    try:
        moment = first_instant(updated).timestamp() if updated else 0.0
    except (ValueError, OverflowError):
        moment = 0.0
    return (moment, int(version) if version.isascii() and version.isdigit() and len(version) < 18 else 0)


def newest_rows(rows: Iterable[tuple[str, bytes]]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """One (reference, raw JSON) per reference, sorted, and the references of older versions left out.

    The newest by `age` stays; where nothing tells, the greater bytes, so that the order of the input never matters.
    """
    kept: dict[str, bytes] = {}
    older: list[str] = []
    for reference, raw in sorted(rows):
        before = kept.get(reference)
        if before is not None:
            older.append(reference)
            if _age_of(raw) < _age_of(before):
                continue
        kept[reference] = raw
    return sorted(kept.items()), older


def _age_of(raw: bytes) -> tuple[float, int]:
    try:
        found = parse(raw)
    except XinglinError:
        return (-1.0, 0)
    return age(found) if isinstance(found, dict) else (-1.0, 0)
