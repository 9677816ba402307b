"""What a discharge summary says: the stay and why, diagnoses, course, key results, condition, medicines before and
after, allergies, follow-up as recorded, and what is pending or missing.

Only picks and orders facts of one stay; the words are in `words/` and in the shared word book.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from xinglin.content.discharge_summary.course import course_of_results, during_stay, findings_in_words, procedures_of, vitals_of
from xinglin.content.discharge_summary.reconciled import medicine_points
from xinglin.models.phrasebook.clinical_points import (
    allergies,
    blood_pressure,
    by_day,
    citing_death,
    encounter_phrase,
    gaps,
    ids,
    in_parts,
    person_points,
    problem_phrase,
    results_by_day,
)
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import NotFound, UsageError
from xinglin.records.moments import age_years, day
from xinglin.shelf.promises import Plan
from xinglin.workup.encounters import STAYS
from xinglin.workup.selections import (
    chosen_encounter,
    clinical_problems,
    death_of,
    during,
    implausible,
    is_laboratory,
    newest_first,
    of_kind,
    taken_medicines,
    unreported,
)

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
MOST_PROCEDURES = {"short": 6, "standard": 20, "full": 200}
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
    points = _person(facts, chart, stay)
    if stay is not None:
        visit = stay.details.get("setting") not in STAYS
        points += _no_admission(facts, stay) if visit and not wanted else []
        points += _about(stay, facts, length, "visit" if visit else "stay")
    points += allergies("allergies", of_kind(facts, "allergy"), {fact.key: fact for fact in of_kind(facts, "gap")})
    missing = [fact for fact in of_kind(facts, "gap") if fact.key != "gap:dose" and not (fact.key == "gap:discharge" and _disposed(stay))]
    if stay is not None:
        points += [Point("missing", "lab.implausible", (fact.id,)) for fact in implausible(during(facts, stay))]
    points += gaps("missing", missing, [key for key in GAPS if key not in _needless(stay, facts)])
    used = {point.section for point in points}
    kind = "visit" if stay is not None and stay.details.get("setting") not in STAYS else "stay"
    sections = tuple((key, words.get(f"section.{kind}.{key}", words[f"section.{key}"])) for key in SECTIONS if key in used)
    ordered = sorted(citing_death(points, facts), key=lambda point: SECTIONS.index(point.section))
    return Plan(words["title"], sections, tuple(ordered), _must_mention(facts, stay))


def _disposed(stay: Fact | None) -> bool:
    return stay is not None and bool(stay.details.get("discharge"))


def _needless(stay: Fact | None, facts: Sequence[Fact]) -> set[str]:
    """Gaps that are none here: a visit has no discharge, the dead need no follow-up."""
    none = {"gap:follow_up", "gap:discharge"} if death_of(facts) else set()
    return none | ({"gap:discharge"} if stay is not None and stay.details.get("setting") not in STAYS else set())


def _no_admission(facts: Sequence[Fact], visit: Fact) -> list[Point]:
    return [Point("stay", "stay.no_admission", (f.id, visit.id)) for f in of_kind(facts, "gap") if f.key == "gap:admissions"]


def _person(facts: Sequence[Fact], chart: Chart, stay: Fact | None) -> list[Point]:
    """Age and sex; where the age has changed since the stay, with the day of which it is the age."""
    points = person_points("stay", facts)
    person = next((fact for fact in facts if fact.id == "person"), None)
    if person is None or stay is None or death_of(facts) or not person.time:
        return points
    then = age_years(chart.person.born, day(stay.end or stay.start) or person.time)
    changed = then is not None and str(then) != person.details.get("age_years", "0")
    return [replace(point, phrase="person.aged_on") if changed and point.phrase == "person.one" else point for point in points]


def _about(stay: Fact, facts: Sequence[Fact], length: str, kind: str) -> list[Point]:
    """All of one stay or visit; `kind` (stay, visit) decides how medicines and pending results are worded."""
    inside = during_stay(facts, stay)
    points = [Point("stay", encounter_phrase(stay), (stay.id,))]
    points += [Point("stay", "encounter.icu", (f.id,)) for f in of_kind(inside, "encounter") if f.details.get("setting") == "icu"]
    points += _diagnoses(stay, facts, inside)
    points += _procedures(inside, length)
    points += [*course_of_results("results", inside, length), *findings_in_words("results", inside, length)]
    quoted = newest_first(f for f in of_kind(inside, "report") if f.value)[:8]
    points += [Point("reports", "report.one", (fact.id,)) for fact in quoted]
    if studies := unreported(of_kind(inside, "imaging"), quoted):
        points.append(Point("reports", "imaging.list", ids(studies)))
    return [*points, *_condition(stay, inside), *medicine_points(facts, stay, length, kind), *_follow_up(facts, inside, kind)]


def _procedures(inside: Sequence[Fact], length: str) -> list[Point]:
    """Procedures day by day; where not all are named the last sentence says so."""
    done = procedures_of(inside, length)
    points = by_day("course", "procedure.on", done[: MOST_PROCEDURES[length]], newest_first=False)
    if len(done) > MOST_PROCEDURES[length]:
        points[-1] = replace(points[-1], phrase=f"{points[-1].phrase}_more")
    return points


def _diagnoses(stay: Fact, facts: Sequence[Fact], inside: Sequence[Fact]) -> list[Point]:
    """Diagnoses of the stay by reference, then problems that were active, each once."""
    named = set(stay.details.get("diagnoses", "").split())
    problems = [f for f in of_kind(facts, "problem") if f.polarity == "present" and f.details.get("class") not in NOT_DIAGNOSES]
    inside_ids = {fact.id for fact in inside}
    own = [f for f in problems if f.id in inside_ids or named & _sources(f)]
    dead = death_of(facts) is not None
    order = stay.details.get("diagnoses", "").split()
    own.sort(key=lambda f: min((order.index(s) for s in _sources(f) if s in order), default=len(order)))
    listed = [f for f in own if not f.status or f.details.get("class") == "history"]
    points = [Point("diagnoses", problem_phrase(f, dead), (f.id,)) for f in own if f not in listed]
    points += in_parts("diagnoses", "stay.diagnoses", listed)
    other = [f for f in clinical_problems(facts, "active") if f not in own and f.polarity == "present"]
    return [*points, *in_parts("diagnoses", ("stay.at_death" if dead else "stay.active") + ("" if own else "_alone"), other)]


def _sources(fact: Fact) -> set[str]:
    return {place.pointer.partition("#")[0] for place in fact.evidence}


def _condition(stay: Fact, inside: Sequence[Fact]) -> list[Point]:
    points = [Point("condition", "encounter.discharge", (stay.id,))] if _disposed(stay) else []
    signs = vitals_of(inside)
    pressure = blood_pressure("condition", signs)
    rest = [f for f in signs if f.id not in {fact for point in pressure for fact in point.facts}]
    return [*points, *pressure, *results_by_day("condition", "stay.vitals", rest)]


def _follow_up(facts: Sequence[Fact], inside: Sequence[Fact], kind: str) -> list[Point]:
    """Care plans that were active or began in the stay, open goals (neither for the dead); results not final."""
    inside_ids = {fact.id for fact in inside}
    lived = death_of(facts) is None
    plans = [f for f in of_kind(facts, "plan") if f.status == "active" or (f.id in inside_ids and f.status == "planned")]
    points = [Point("follow_up", "plan.active", (f.id,)) for f in plans if lived]
    points += in_parts("follow_up", "goal.list", [f for f in of_kind(facts, "goal") if f.importance > 0 and lived])
    pending = [f for f in inside if f.kind in {"measurement", "report"} and f.status in NOT_FINAL and "panel" not in f.details]
    return [*points, Point("pending", f"{kind}.pending", ids(pending))] if pending else points


def _must_mention(facts: Sequence[Fact], stay: Fact | None) -> tuple[str, ...]:
    inside = during(facts, stay) if stay else []
    wanted = [stay] if stay else []
    newest = {f.key: f for f in sorted(inside, key=lambda f: f.time) if f.kind == "measurement" and is_laboratory(f)}
    wanted += [f for f in newest.values() if f.flag.startswith("critical")]
    wanted += [f for f in clinical_problems(facts, "active") if f.polarity == "present"]
    wanted += [f for f in of_kind(facts, "allergy") if f.polarity != "absent" or f.key == "allergy:none"]
    wanted += taken_medicines(facts)
    wanted += [f for f in of_kind(facts, "gap") if f.key in {"gap:allergies", "gap:record"}]
    wanted += [f for f in of_kind(facts, "person") if f.status == "deceased"]
    return ids(wanted)
