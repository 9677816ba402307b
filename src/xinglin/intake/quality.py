"""The record-quality report: what is doubtful and what is missing in one person's record.

Rows name places and reasons, never values. Rows of one kind are counted together, with the first place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from xinglin.formats.fhir.chart import Derived
from xinglin.formats.fhir.findings import Finding, FindingKind, Severity
from xinglin.intake.person import QualityReport
from xinglin.records.chart import Chart, Measurement
from xinglin.records.moments import first_instant

_SHOWN = {"note": 3, "warning": 20, "stop": 20}  # places per code and reason


def quality_of(derived: Derived, findings: Iterable[Finding] = (), as_of: str = "") -> QualityReport:
    """The report of one person: the findings of reading, and those of looking over the chart as a whole."""
    rows = [*findings, *derived.findings, *_look_over(derived.chart, as_of)]
    return QualityReport(
        read=derived.mapped + derived.looked_up + derived.set_aside + derived.unmapped,
        converted=derived.mapped,
        supporting=derived.looked_up,
        set_aside=derived.set_aside,
        without_place=derived.unmapped,
        findings=tuple(_together(rows)),
        unmapped=derived.chart.unmapped,
    )


def _together(rows: Iterable[Finding]) -> Iterator[Finding]:
    """The first rows of each code and reason; what is more is counted in one row."""
    seen: dict[tuple[str, str], list[Finding]] = {}
    for row in sorted(rows):
        seen.setdefault((row.code, row.reason), []).append(row)
    for same in seen.values():
        shown = same[: _SHOWN[same[0].severity]]
        yield from shown
        if len(same) > len(shown):
            last = same[-1]
            yield Finding(
                last.code, last.severity, last.kind, "and more places", last.reason, last.remedy, sum(f.count for f in same[len(shown) :])
            )


def _counted(code: str, severity: Severity, kind: FindingKind, places: list[str], reason: str, remedy: str) -> Iterator[Finding]:
    if places:
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield Finding(code, severity, kind, f"{places[0]}{more}", reason, remedy, len(places))


def _look_over(chart: Chart, as_of: str) -> Iterator[Finding]:
    yield from _person(chart)
    yield from _times(chart, as_of)
    yield from _measurements(chart.measurements)
    yield from _twice(chart.measurements)
    yield from _without_code(chart)


def _person(chart: Chart) -> Iterator[Finding]:
    person = chart.person
    if not person.born:
        yield Finding(
            "XL-INTAKE-101",
            "warning",
            "missing",
            f"{person.source} birthDate",
            "no birth date: nothing that depends on age is said",
            "add it",
        )
    if person.sex == "unknown":
        yield Finding(
            "XL-INTAKE-102", "warning", "missing", f"{person.source} gender", "no sex: ranges that depend on it are not used", "add it"
        )
    if not chart.identity.identifiers:
        yield Finding(
            "XL-INTAKE-103",
            "warning",
            "missing",
            f"{person.source} identifier",
            "no identifier: the person cannot be recognised again safely",
            "add the record number",
        )
    if not chart.allergies:
        yield Finding(
            "XL-INTAKE-104",
            "note",
            "missing",
            "AllergyIntolerance",
            "nothing is recorded on allergies, not even that none is known",
            "record allergies, or that none is known",
        )
    if _after(person.born, person.died):
        yield Finding(
            "XL-INTAKE-105", "stop", "doubtful", f"{person.source} deceasedDateTime", "death lies before birth", "correct the dates"
        )


def _moment(when: str) -> datetime | None:
    return first_instant(when) if when[:4].isdigit() else None


def _after(one: str, other: str) -> bool:
    """Whether time `one` lies on a later day than `other`; what is written less exactly is not compared further."""
    length = min(len(one), len(other), 10)
    return length >= 4 and other[:4].isdigit() and one[:4].isdigit() and one[:length] > other[:length]


def _dated(chart: Chart) -> Iterator[tuple[str, str]]:
    """(source, when) of what happened to the person."""
    for entry in (*chart.measurements, *chart.medicines, *chart.reports, *chart.immunizations, *chart.imaging):
        yield entry.source, entry.when
    for entry in (*chart.encounters, *chart.procedures):
        yield entry.source, entry.start


def _times(chart: Chart, as_of: str) -> Iterator[Finding]:
    born, died = chart.person.born, chart.person.died
    rows = [(source, when) for source, when in _dated(chart) if when]
    first, last = (min(row[1] for row in rows), max(row[1] for row in rows)) if rows else ("9999", "")
    if as_of and last > as_of:
        places = [source for source, when in rows if _after(when, as_of)]
        yield from _counted("XL-INTAKE-106", "warning", "doubtful", places, "the date lies in the future", "correct the date")
    if born and first < born:
        places = [source for source, when in rows if _after(born, when)]
        yield from _counted("XL-INTAKE-107", "warning", "doubtful", places, "the date lies before birth", "correct the date")
    if died and died != "yes" and last > died:
        places = [source for source, when in rows if _after(when, died)]
        yield from _counted("XL-INTAKE-108", "note", "doubtful", places, "the date lies after death", "correct the date")
    backwards = [e.source for e in (*chart.encounters, *chart.procedures) if _before(e.end, e.start)]
    yield from _counted("XL-INTAKE-109", "warning", "doubtful", backwards, "it ends before it begins", "correct the dates")


def _before(end: str, start: str) -> bool:
    one, other = (_moment(end) if end else None), (_moment(start) if start else None)
    return one is not None and other is not None and len(end) >= 10 and len(start) >= 10 and one < other and _after(start, end)


def _measurements(measurements: tuple[Measurement, ...]) -> Iterator[Finding]:
    bare = [m.source for m in measurements if m.quantity and not m.quantity.unit and not m.quantity.shown_unit]
    yield from _counted("XL-INTAKE-110", "note", "missing", bare, "a number without a unit", "add the unit; scores may go without")
    panels = {m.panel for m in measurements if m.panel}
    empty = [m.source for m in measurements if not (m.quantity or m.coded or m.text or m.absent or m.source in panels)]
    yield from _counted("XL-INTAKE-111", "warning", "missing", empty, "no value and no reason for its absence", "add dataAbsentReason")
    undated = [m.source for m in measurements if not m.when and not m.issued]
    yield from _counted("XL-INTAKE-112", "warning", "missing", undated, "a result without a time", "add effectiveDateTime")


def _twice(measurements: tuple[Measurement, ...]) -> Iterator[Finding]:
    """Results that say the same at the same time under two ids."""
    seen: dict[tuple[str, ...], Measurement] = {}
    places = []
    for m in measurements:
        if len(m.when) < 13 or not (m.quantity or m.coded or m.text):
            continue
        code = m.concept.codes[0].code if m.concept.codes else m.concept.text
        value = m.quantity.value if m.quantity else m.text
        first = seen.setdefault((m.when, code, m.path, value, m.specimen), m)
        if first is not m and first.source != m.source and _say_the_same(first, m):
            places.append(f"{first.source}, {m.source}")
    yield from _counted("XL-INTAKE-113", "note", "doubtful", places, "the same result is given twice", "remove one of them at its source")


def _say_the_same(one: Measurement, other: Measurement) -> bool:
    return (one.concept, one.quantity, one.coded, one.text, one.site) == (
        other.concept,
        other.quantity,
        other.coded,
        other.text,
        other.site,
    )


def _without_code(chart: Chart) -> Iterator[Finding]:
    entries = (*chart.measurements, *chart.problems, *chart.procedures, *chart.medicines, *chart.allergies)
    places = [e.source for e in entries if not e.concept.text and not e.concept.codes]
    yield from _counted("XL-INTAKE-114", "warning", "missing", places, "it does not say what it is (no code, no text)", "add the code")
