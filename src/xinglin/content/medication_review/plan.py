"""What a medication review says, and in which order: what to settle first, the list, sums, monitoring, organs, genes, cautions, what is open.

Only picks and orders facts; what speaks against a medicine is said in the sentences of the alerts themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from xinglin.models.phrasebook.clinical_points import gaps, person_points
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.draft import SectionTable
from xinglin.records.errors import UsageError
from xinglin.records.fact import MADE_HERE
from xinglin.shelf.promises import Plan
from xinglin.workup.medication_alerts import ALERT, is_grave

WORDS = word_book(Path(__file__).with_name("words"))
COLUMNS = ("medicine", "reason", "points")
SECTIONS = ("overview", "first", "list", "sums", "monitoring", "organs", "genes", "cautions", "tolerated", "minor", "unjudged", "limits")
_SAID = "review.said"
_REVIEW = f"{MADE_HERE}review."
_PLACES = {
    "qt": "sums",
    "bleeding": "sums",
    "duplicate": "sums",
    "monitoring": "monitoring",
    "organ": "organs",
    "gene": "genes",
    "unknown-medicine": "unjudged",
}
_LENGTHS = ("short", "standard", "full")
_SHORT = frozenset(("overview", "first", "list", "unjudged", "limits"))


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of the review. Raises UsageError XL-MEDREV-001 for an unknown length."""
    length = request.options.get("length", "standard")
    if length not in _LENGTHS:
        raise UsageError("XL-MEDREV-001", "length must be short, standard or full", where="option length")
    words = complete(WORDS[request.language], request.language)
    made = [fact for fact in facts if fact.id.startswith((_REVIEW, ALERT))]
    points = [*_overview(facts, made), *_alerts(made), *_list(facts, made), *_organs(facts, made), *_open(facts, made)]
    points = [point for point in points if _wanted(point.section, length)]
    used = {point.section for point in points}
    said = {one for point in points for one in point.facts}
    must = [
        fact.id
        for fact in facts
        if fact.id in said and (_is_current(fact) or (fact in made and (fact.importance >= 3 or fact.id == f"{_REVIEW}none")))
    ]
    tables = (SectionTable("list", tuple((one, words[f"column.{one}"]) for one in COLUMNS)),)
    return Plan(
        words["title"], tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used), tuple(points), tuple(must), tables
    )


def _wanted(section: str, length: str) -> bool:
    return length == "full" or (section in _SHORT if length == "short" else section != "minor")


def _is_current(fact: Fact) -> bool:
    return fact.kind == "medicine" and fact.status == "current"


def _overview(facts: Sequence[Fact], made: Sequence[Fact]) -> Iterator[Point]:
    yield from person_points("overview", facts)
    yield from _said("overview", [fact for fact in made if fact.id in {f"{_REVIEW}count", f"{_REVIEW}none"}])


def _alerts(made: Sequence[Fact]) -> Iterator[Point]:
    """Each alert once, under what it is about; what is grave first of all."""
    for fact in made:
        if fact.id.startswith(ALERT):
            behind = tuple(one for one in fact.details.get("facts", "").split() if one.startswith("medicine."))
            yield Point(_section(fact), _SAID, (fact.id, *behind))


def _section(fact: Fact) -> str:
    kind = fact.details.get("kind", "")
    if is_grave(fact):
        return "first"
    if kind == "unknown-medicine":
        return "unjudged"
    if fact.details.get("tolerated"):
        return "tolerated"
    return "minor" if fact.flag == "minor" else _PLACES.get(kind, "cautions")


def _list(facts: Sequence[Fact], made: Sequence[Fact]) -> Iterator[Point]:
    """A row per medicine: as recorded, what for, what was found."""
    for fact in facts:
        if _is_current(fact):
            yield Point("list", "review.medicine", (fact.id,), cell=(fact.id, "medicine"))
            yield Point("list", _SAID, (f"{_REVIEW}reason.{fact.id}", fact.id), cell=(fact.id, "reason"))
            for one in made:
                if one.id.startswith(f"{_REVIEW}points.{fact.id}."):
                    yield Point("list", _SAID, (one.id, fact.id), cell=(fact.id, "points"))


def _organs(facts: Sequence[Fact], made: Sequence[Fact]) -> Iterator[Point]:
    """The kidney and liver values that doses were held against, where one was."""
    asked = {one for fact in made if fact.details.get("kind") == "organ" for one in fact.details.get("facts", "").split()}
    for fact in facts:
        if fact.id in asked and fact.kind in {"measurement", "calculation"}:
            yield Point("organs", "review.value", (fact.id,))


def _open(facts: Sequence[Fact], made: Sequence[Fact]) -> Iterator[Point]:
    """What could not be judged, and what the review rests on."""
    yield from gaps("unjudged", [fact for fact in facts if fact.key == "gap:dose"], ())
    yield from _said("unjudged", [fact for fact in made if fact.id.startswith(f"{_REVIEW}silent.")])
    yield from _said("limits", [fact for fact in made if fact.id.startswith(f"{_REVIEW}limits.")])


def _said(section: str, facts: Sequence[Fact]) -> list[Point]:
    return [Point(section, _SAID, (fact.id,)) for fact in facts]
