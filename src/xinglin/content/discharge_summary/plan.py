"""What a discharge summary says: the stay and why, diagnoses, course, key results, condition, medicines before and
after, allergies, follow-up as recorded, and what is pending or missing.

Only picks and orders facts of one stay; the words are in `words/` and in the shared word book.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.content.discharge_summary.course import course_of_results, during_stay, procedures_of, vitals_of
from xinglin.content.discharge_summary.reconciled import medicine_points
from xinglin.models.phrasebook.clinical_points import allergies, blood_pressure, encounter_phrase, gaps, ids, problem_phrase
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import NotFound, UsageError
from xinglin.shelf.promises import Plan
from xinglin.workup.selections import chosen_encounter, clinical_problems, during, implausible, is_laboratory, newest_first, of_kind

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = (
    "stay", "diagnoses", "course", "results", "reports", "condition", "medicines", "allergies", "follow_up", "pending", "missing",
)  # fmt: skip
GAPS = (
    "gap:record",
    "gap:encounters",
    "gap:problems",
    "gap:medicines",
    "gap:laboratory",
    "gap:discharge",
    "gap:follow_up",
    "gap:age",
    "gap:sex",
)
NOT_DIAGNOSES = {"social", "circumstance"}
NOT_FINAL = {"registered", "preliminary", "partial"}


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of a discharge summary. Raises UsageError XL-DISCH-001 (length), NotFound XL-DISCH-002 (encounter)."""
    words = complete(WORDS[request.language], request.language)
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-DISCH-001", "length must be short, standard or full", where="option length")
    wanted = request.options.get("encounter", "")
    stay = chosen_encounter(facts, wanted, ("last-admission", "current", "last"))
    if wanted and stay is None:
        raise NotFound(
            "XL-DISCH-002", "the chart has no such encounter", where="option encounter", fix="give its id, for example Encounter/x"
        )
    points = _person(facts)
    if stay is not None:
        points += _about(stay, facts, length)
    points += allergies("allergies", of_kind(facts, "allergy"), {fact.key: fact for fact in of_kind(facts, "gap")})
    missing = [fact for fact in of_kind(facts, "gap") if fact.key != "gap:dose" and not (fact.key == "gap:discharge" and _disposed(stay))]
    if stay is not None:
        points += [Point("missing", "lab.implausible", (fact.id,)) for fact in implausible(during(facts, stay))]
    points += gaps("missing", missing, GAPS)
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    ordered = sorted(points, key=lambda point: SECTIONS.index(point.section))
    return Plan(words["title"], sections, tuple(ordered), _must_mention(facts, stay))


def _disposed(stay: Fact | None) -> bool:
    return stay is not None and bool(stay.details.get("discharge"))


def _person(facts: Sequence[Fact]) -> list[Point]:
    points = []
    for fact in of_kind(facts, "person"):
        if fact.status == "deceased":
            points.append(Point("stay", "person.died" if fact.time else "person.died_undated", (fact.id,)))
        elif fact.value or fact.details.get("sex") != "unknown":
            points.append(Point("stay", "person.one" if fact.value else "person.ageless", (fact.id,)))
    return points


def _about(stay: Fact, facts: Sequence[Fact], length: str) -> list[Point]:
    inside = during_stay(facts, stay)
    points = [Point("stay", encounter_phrase(stay), (stay.id,))]
    points += [Point("stay", "encounter.icu", (f.id,)) for f in of_kind(inside, "encounter") if f.details.get("setting") == "icu"]
    points += _diagnoses(stay, facts, inside)
    if done := procedures_of(inside, length):
        points.append(Point("course", "stay.procedures", ids(done)))
    points += course_of_results("results", inside, length)
    points += [Point("reports", "report.one", (fact.id,)) for fact in newest_first(f for f in of_kind(inside, "report") if f.value)[:8]]
    if studies := of_kind(inside, "imaging"):
        points.append(Point("reports", "imaging.list", ids(studies)))
    return [*points, *_condition(stay, inside), *medicine_points(facts, stay, length), *_follow_up(facts, stay, inside)]


def _diagnoses(stay: Fact, facts: Sequence[Fact], inside: Sequence[Fact]) -> list[Point]:
    """Diagnoses of the stay by reference, then problems that were active, each once."""
    named = set(stay.details.get("diagnoses", "").split())
    problems = [f for f in of_kind(facts, "problem") if f.polarity == "present" and f.details.get("class") not in NOT_DIAGNOSES]
    inside_ids = {fact.id for fact in inside}
    own = [f for f in problems if f.id in inside_ids or named & {place.pointer.partition("#")[0] for place in f.evidence}]
    points = [Point("diagnoses", problem_phrase(f), (f.id,)) for f in own if f.status]
    if unstated := [f for f in own if not f.status]:
        points.append(Point("diagnoses", "stay.diagnoses", ids(unstated)))
    other = [f for f in clinical_problems(facts, "active") if f not in own and f.polarity == "present"]
    return [*points, Point("diagnoses", "stay.active", ids(other))] if other else points


def _condition(stay: Fact, inside: Sequence[Fact]) -> list[Point]:
    points = [Point("condition", "encounter.discharge", (stay.id,))] if _disposed(stay) else []
    signs = vitals_of(inside)
    pressure = blood_pressure("condition", signs)
    rest = [f for f in signs if f.id not in {fact for point in pressure for fact in point.facts}]
    return [*points, *pressure, *([Point("condition", "stay.vitals", ids(rest))] if rest else [])]


def _follow_up(facts: Sequence[Fact], stay: Fact, inside: Sequence[Fact]) -> list[Point]:
    """Care plans that were active or began in the stay, open goals; results not final."""
    inside_ids = {fact.id for fact in inside}
    plans = [f for f in of_kind(facts, "plan") if f.status == "active" or (f.id in inside_ids and f.status == "planned")]
    points = [Point("follow_up", "plan.active", (f.id,)) for f in plans]
    if goals := [f for f in of_kind(facts, "goal") if f.importance > 0]:
        points.append(Point("follow_up", "goal.list", ids(goals)))
    pending = [f for f in inside if f.kind in {"measurement", "report"} and f.status in NOT_FINAL and "panel" not in f.details]
    return [*points, Point("pending", "stay.pending", ids(pending))] if pending else points


def _must_mention(facts: Sequence[Fact], stay: Fact | None) -> tuple[str, ...]:
    inside = during(facts, stay) if stay else []
    wanted = [stay] if stay else []
    newest = {f.key: f for f in sorted(inside, key=lambda f: f.time) if f.kind == "measurement" and is_laboratory(f)}
    wanted += [f for f in newest.values() if f.flag.startswith("critical")]
    wanted += [f for f in clinical_problems(facts, "active") if f.polarity == "present"]
    wanted += [f for f in of_kind(facts, "allergy") if f.polarity != "absent" or f.key == "allergy:none"]
    wanted += [f for f in of_kind(facts, "medicine") if f.status == "current"]
    wanted += [f for f in of_kind(facts, "gap") if f.key in {"gap:allergies", "gap:record"}]
    wanted += [f for f in of_kind(facts, "person") if f.status == "deceased"]
    return ids(wanted)
