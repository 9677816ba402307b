"""What a case summary says: who, why here, what is urgent, the active problems with what is known of each, medicines,
allergies, and the rest in the order in which a doctor reads it.

Only picks and orders facts; the words are in `words/` and in the shared word book.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xinglin.content.case_summary.background import history, immunizations, plans, reports, social
from xinglin.models.phrasebook.clinical_points import (
    allergies,
    blood_pressure,
    by_day,
    calculated,
    citing_death,
    encounter_phrase,
    flagged_results,
    gaps,
    ids,
    in_parts,
    medicines,
    person_points,
    problem_phrase,
    results_by_day,
    unjudged_results,
)
from xinglin.models.phrasebook.wordbook import complete, word_book
from xinglin.records import Chart, ContentRequest, Fact, Point
from xinglin.records.errors import NotFound, UsageError
from xinglin.shelf.promises import Plan
from xinglin.workup.relations import measures_of, treatments_of
from xinglin.workup.selections import (
    chosen_encounter,
    clinical_problems,
    death_of,
    during,
    implausible,
    is_abnormal,
    is_critical,
    is_laboratory,
    latest_results,
    newest_first,
    of_kind,
    recent,
    related_calculations,
    taken_medicines,
    trend_of,
    vital_signs,
)

WORDS = word_book(Path(__file__).with_name("words"))
SECTIONS = (
    "identification", "urgent", "problems", "abnormal", "calculations", "medicines", "allergies", "vitals", "reports", "genes",
    "history", "social", "immunizations", "plans", "normal", "missing",
)  # fmt: skip
BODY_SIZE = {"loinc:29463-7", "loinc:8302-2", "loinc:39156-5"}
RESULT_DAYS = 365
UNKNOWN_DAYS = 365  # medicines of unknown status older than this, seen from the newest of them, are told in full texts only
EARLIER = {"short": 0, "standard": 15, "full": 500}  # diagnoses without a status from before the encounter
OWN_SENTENCE = 12  # abnormal results beyond this many share sentences
GAPS = (
    "gap:record",
    "gap:problems",
    "gap:medicines",
    "gap:laboratory",
    "gap:weight",
    "gap:smoking",
    "gap:age",
    "gap:sex",
    "gap:encounters",
)


def plan(request: ContentRequest, chart: Chart, facts: Sequence[Fact]) -> Plan:
    """Points of a case summary. Raises UsageError XL-CASE-001 (length), NotFound XL-CASE-002 (encounter)."""
    words = complete(WORDS[request.language], request.language)
    length = request.options.get("length", "standard")
    if length not in {"short", "standard", "full"}:
        raise UsageError("XL-CASE-001", "length must be short, standard or full", where="option length")
    stay = _encounter(request, facts)
    focus = during(facts, stay) if stay and request.options.get("encounter") else list(facts)
    results = _results(facts, focus, bool(request.options.get("encounter")))
    problems = _problems(facts, stay, length)
    told = {fact for point in problems for fact in point.facts}
    points = [*_identification(facts, stay), *_urgent(results, facts), *problems]
    points += _abnormal([f for f in results if f.id not in told], facts)
    points += [*_medicines(facts, length), *_allergies(facts)]
    if length != "short":
        points += [*_calculations(facts, results), *_vitals(facts, told), *reports(facts, length), *history(facts, length)]
        points += [*social(facts), *immunizations(facts, length)]
    if length == "full":
        points += [
            *(plans(facts) if death_of(facts) is None else []),
            *results_by_day("normal", "lab.normal", [f for f in results if f.flag == "normal"]),
        ]
        points += unjudged_results("normal", results)
    points += [Point("missing", "lab.implausible", (fact.id,)) for fact in implausible(facts)]
    points += gaps("missing", of_kind(facts, "gap"), GAPS if length != "short" else GAPS[:3])
    used = {point.section for point in points}
    sections = tuple((key, words[f"section.{key}"]) for key in SECTIONS if key in used)
    return Plan(words["title"], sections, tuple(_in_order(citing_death(points, facts))), _must_mention(facts, results))


def _in_order(points: Sequence[Point]) -> list[Point]:
    return sorted(points, key=lambda point: SECTIONS.index(point.section))


def _encounter(request: ContentRequest, facts: Sequence[Fact]) -> Fact | None:
    wanted = request.options.get("encounter", "")
    stay = chosen_encounter(facts, wanted, ("current", "last", "last-admission"))
    if wanted and stay is None:
        raise NotFound(
            "XL-CASE-002", "the chart has no such encounter", where="option encounter", fix="give its id, for example Encounter/x"
        )
    return stay


def _results(facts: Sequence[Fact], focus: Sequence[Fact], focused: bool) -> list[Fact]:
    """The newest result of each analyte of the last year of results, or those of the chosen encounter."""
    if not focused:
        return latest_results(facts, RESULT_DAYS)
    newest: dict[str, Fact] = {}
    for fact in newest_first(f for f in focus if f.kind == "measurement" and is_laboratory(f)):
        newest.setdefault(fact.key, fact)
    return list(newest.values())


def _identification(facts: Sequence[Fact], stay: Fact | None) -> list[Point]:
    points = person_points("identification", facts)
    return [*points, Point("identification", encounter_phrase(stay), (stay.id,))] if stay else points


def _urgent(results: Sequence[Fact], facts: Sequence[Fact]) -> list[Point]:
    return flagged_results("urgent", newest_first(f for f in results if is_critical(f)), trend_of(facts))


def _abnormal(results: Sequence[Fact], facts: Sequence[Fact]) -> list[Point]:
    abnormal = newest_first(f for f in results if is_abnormal(f))
    points = flagged_results("abnormal", abnormal[:OWN_SENTENCE], trend_of(facts))
    return [*points, *results_by_day("abnormal", "lab.also", abnormal[OWN_SENTENCE:])]


def _problems(facts: Sequence[Fact], stay: Fact | None, length: str) -> list[Point]:
    """Active problems, serious ones first, each with its measurements (abnormal ones in full) and what is given for it."""
    active = sorted(clinical_problems(facts, "active"), key=lambda fact: -fact.importance)
    current, dead = [f for f in of_kind(facts, "medicine") if f.status == "current"], death_of(facts) is not None
    trends = trend_of(facts)
    points: list[Point] = []
    said: set[str] = set()
    for fact in active:
        measures = [m for m in measures_of(fact, facts) if m.id not in said] if fact.polarity == "present" else []
        pressure = blood_pressure("problems", measures)
        said |= {m.id for m in measures}
        paired = {one for point in pressure for one in point.facts}
        measures = [m for m in measures if m.id not in paired]
        usual = [m for m in measures if not is_abnormal(m) and not is_critical(m)]
        phrase = problem_phrase(fact, dead)
        points.append(Point("problems", f"{phrase}_with" if usual else phrase, (fact.id, *ids(usual))))
        points += [*pressure, *flagged_results("problems", [m for m in measures if is_abnormal(m)], trends)]
        if not dead and (treated := treatments_of(fact, current)):
            points.append(Point("problems", "problem.treated", (fact.id, *ids(treated))))
    return [*points, *_unstated(facts, stay, length)]


def _unstated(facts: Sequence[Fact], stay: Fact | None, length: str) -> list[Point]:
    """Diagnoses without a status: those of the encounter in one sentence, earlier ones, newest first, in another."""
    found = clinical_problems(facts, "")
    doubtful = [Point("problems", problem_phrase(f), (f.id,)) for f in found if f.polarity == "uncertain"]
    unstated = [f for f in found if f.polarity == "present"]
    own = during(unstated, stay) if stay else []
    earlier = newest_first(f for f in unstated if f not in own) if EARLIER[length] else []
    points = [*doubtful, *in_parts("problems", "stay.diagnoses", own)]
    return [*points, *in_parts("problems", "problem.unstated_list", earlier, EARLIER[length])]


def _medicines(facts: Sequence[Fact], length: str) -> list[Point]:
    lines = [f for f in of_kind(facts, "medicine") if "unnamed" not in f.details]
    points = medicines("medicines", "medicine.current", [f for f in lines if f.status == "current"])
    points += medicines("medicines", "medicine.until_death", [f for f in lines if "until_death" in f.details])
    points += medicines("medicines", "medicine.planned", [f for f in lines if f.status == "planned"])
    unknown = [f for f in lines if f.status == "unknown" and "fluid" not in f.details]
    unknown = unknown if length == "full" else recent(unknown, UNKNOWN_DAYS)
    points += by_day("medicines", "medicine.unknown_on", unknown)
    past = [f for f in lines if f.status == "stopped" and f.details.get("setting") != "inpatient" and "until_death" not in f.details]
    return [*points, *(in_parts("medicines", "medicine.stopped_list", past) if length == "full" else [])]


def _allergies(facts: Sequence[Fact]) -> list[Point]:
    return allergies("allergies", of_kind(facts, "allergy"), {fact.key: fact for fact in of_kind(facts, "gap")})


def _calculations(facts: Sequence[Fact], results: Sequence[Fact]) -> list[Point]:
    return calculated("calculations", related_calculations(facts, results), facts)


def _vitals(facts: Sequence[Fact], told: set[str]) -> list[Point]:
    signs = [f for f in vital_signs(facts) if f.id not in told]
    points = blood_pressure("vitals", signs)
    said = {fact for point in points for fact in point.facts}
    rest = [f for f in signs if f.id not in said]
    striking = [f for f in rest if f.flag not in {"", "normal"} and f.key not in BODY_SIZE]
    points += flagged_results("vitals", striking, {})
    return [*points, *results_by_day("vitals", "vital.list", [f for f in rest if f not in striking])]


def _must_mention(facts: Sequence[Fact], results: Sequence[Fact]) -> tuple[str, ...]:
    wanted = [f for f in results if is_critical(f) or is_abnormal(f)]
    wanted += [f for f in clinical_problems(facts, "active") if f.polarity == "present"]
    wanted += [f for f in of_kind(facts, "allergy") if f.polarity != "absent" or f.key == "allergy:none"]
    wanted += taken_medicines(facts)
    wanted += [f for f in of_kind(facts, "gap") if f.key in {"gap:allergies", "gap:record"}]
    wanted += [f for f in of_kind(facts, "person") if f.status == "deceased"]
    return ids(wanted)
