"""Which of two versions of a resource is the newer one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from xinglin.formats.fhir.marks import RELEASE_SOURCE, is_own
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.strict import parse
from xinglin.formats.fhir.unchecked import text_in
from xinglin.records.errors import XinglinError
from xinglin.records.moments import first_instant

_BEHIND = 1e15  # seconds: further than any calendar reaches
_UNREAD = -1e14


def age(found: Json) -> tuple[float, int]:
    """How new a version is: time of last update (seconds), then version number. (0, 0) when nothing is said.

    What a release of ours or an AI asserts is older than any version of the source, so that it never replaces one.
    """
    meta = found.get("meta")
    if meta.__class__ is not dict:
        return (0.0, 0)
    updated, version = text_in(meta, "lastUpdated"), text_in(meta, "versionId")
    try:
        moment = first_instant(updated).timestamp() if updated else 0.0
    except (ValueError, OverflowError):
        moment = 0.0
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 18 else 0
    return (moment - _BEHIND if is_own(found) else moment, number)


def not_replacing(rows: Sequence[tuple[str, bytes]], known: Callable[[], Iterable[tuple[str, bytes]]]) -> tuple[tuple[str, bytes], ...]:
    """The rows without those of ours or an AI's that would take the place of a known one of the source.

    `known` is asked only where there is something of ours among the rows.
    """
    own = {reference for reference, raw in rows if _is_own(raw)}
    if not own:
        return tuple(rows)
    held = {reference for reference, raw in known() if reference in own and not _is_own(raw)}
    return tuple(row for row in rows if row[0] not in held)


def _is_own(raw: bytes) -> bool:
    if b"AIAST" not in raw and RELEASE_SOURCE.encode() not in raw and b"\\u" not in raw:
        return False
    try:
        found = parse(raw)
    except XinglinError:
        return False
    return isinstance(found, dict) and is_own(found)


def is_behind(age: tuple[float, int]) -> bool:
    """Whether an age is that of something of ours or an AI's."""
    return age[0] < _UNREAD


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
            if age_of(raw) < age_of(before):
                continue
        kept[reference] = raw
    return sorted(kept.items()), older


def age_of(raw: bytes) -> tuple[float, int]:
    """The age of a resource by its JSON; what cannot be read is older than anything that can."""
    try:
        found = parse(raw)
    except XinglinError:
        return (_UNREAD, 0)
    return age(found) if isinstance(found, dict) else (_UNREAD, 0)
