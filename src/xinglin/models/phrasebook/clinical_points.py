"""Points that several kinds of document make from the same facts: results, medicines, allergies, problems, gaps.

Each function gives Points with phrases of the shared word book; nothing is worded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xinglin.records import Fact, Point
from xinglin.records.moments import day, sort_key

_PHRASED = {"inpatient": "inpatient", "icu": "inpatient", "day-case": "inpatient", "emergency": "emergency"}
_WITH_TREND = {"rising", "falling", "stable", "variable"}


def ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The ids of facts, in order, each once."""
    return tuple(dict.fromkeys(fact.id for fact in facts))


def flagged_results(section: str, results: Sequence[Fact], trends: Mapping[str, Fact]) -> list[Point]:
    """One sentence per result, with the change since the value before where there is one."""
    points = []
    for fact in results:
        trend = trends.get(fact.key) if fact.latest else None
        if not fact.details.get("numeric"):
            points.append(Point(section, "lab.coded", (fact.id,)))
        elif trend is not None and trend.flag in _WITH_TREND:
            points.append(Point(section, f"lab.{trend.flag}", (fact.id, trend.id)))
        else:
            points.append(Point(section, "lab.alone", (fact.id,)))
    return points


def results_by_day(section: str, phrase: str, results: Sequence[Fact], facts: Sequence[Fact] = ()) -> list[Point]:
    """One sentence per day and panel (`phrase`_on); results that stand alone share one sentence with their own dates.

    The panel is named where its report is among `facts`.
    """
    reports = {fact.id: fact for fact in facts if fact.kind == "report"}
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in results:
        groups.setdefault((day(fact.time), fact.details.get("panel_source", "") if reports else ""), []).append(fact)
    ordered = sorted(groups.items(), key=lambda group: sort_key(group[0][0]), reverse=True)
    points, singles = [], []
    for _, group in ordered:
        if len(group) == 1:
            singles += group
        else:
            panel = reports.get(f"report.{group[0].details.get('panel_source', '')}")
            points.append(Point(section, f"{phrase}_on", ids([*group, panel] if panel else group)))
    return [*points, Point(section, phrase, ids(singles))] if singles else points


def encounter_phrase(stay: Fact) -> str:
    """The phrase that fits the encounter's setting and what is known of its reason."""
    told = next((part for part in ("reason", "type") if stay.details.get(part)), "plain")
    setting = stay.details.get("setting", "")
    if stay.details.get("role") == "current" and not stay.end and setting == "inpatient":
        return f"encounter.current.{told}"
    return f"encounter.{_PHRASED.get(setting, 'visit')}.{told}"


def unjudged_results(section: str, results: Sequence[Fact], facts: Sequence[Fact] = ()) -> list[Point]:
    """Numbers without a range share sentences by day; results in words (cultures, colours) stand alone."""
    unjudged = [fact for fact in results if not fact.flag]
    numbers = [fact for fact in unjudged if fact.details.get("numeric")]
    words = [fact for fact in unjudged if not fact.details.get("numeric")]
    return [*results_by_day(section, "lab.unjudged", numbers, facts), *flagged_results(section, words, {})]


def problem_phrase(fact: Fact) -> str:
    """The phrase for one problem by its polarity and status."""
    if fact.polarity == "absent":
        return "problem.refuted"
    if fact.polarity == "uncertain":
        return "problem.uncertain"
    return f"problem.{fact.status or 'unstated'}"


def medicines(section: str, phrase: str, facts: Sequence[Fact]) -> list[Point]:
    """One sentence per medicine."""
    return [Point(section, phrase, (fact.id,)) for fact in facts]


def allergies(section: str, facts: Sequence[Fact], gaps: Mapping[str, Fact]) -> list[Point]:
    """One sentence per allergy or recorded absence; the gap when the record says nothing about allergies."""
    points = []
    for fact in facts:
        if fact.key == "allergy:none":
            phrase = f"allergy.none.{fact.details.get('none_known', 'all')}"
        else:
            phrase = {"absent": "allergy.refuted", "uncertain": "allergy.uncertain"}.get(fact.polarity, "allergy.one")
            phrase = "allergy.inactive" if phrase == "allergy.one" and fact.status in {"inactive", "resolved"} else phrase
        points.append(Point(section, phrase, (fact.id,)))
    if not points and "gap:allergies" in gaps:
        points.append(Point(section, "gap.allergies", (gaps["gap:allergies"].id,)))
    return points


def calculated(section: str, calculations: Sequence[Fact], facts: Sequence[Fact]) -> list[Point]:
    """One sentence per calculated value with the measurements it was made from."""
    known = {fact.id: fact for fact in facts}
    points = []
    for fact in calculations:
        inputs = [known[one] for one in fact.details.get("input_facts", "").split() if one in known]
        same_day = all(day(one.time) == day(fact.time) for one in inputs)
        phrase = "calculation.alone" if not inputs else "calculation.same_day" if same_day else "calculation.one"
        points.append(Point(section, phrase, (fact.id, *ids(inputs))))
    return points


def gaps(section: str, found: Sequence[Fact], wanted: Sequence[str]) -> list[Point]:
    """What is missing: one sentence for the kinds named in `wanted`, one for medicines without a dose."""
    whole = [fact for fact in found if fact.key in wanted]
    doses = [fact for fact in found if fact.key == "gap:dose"]
    points = [Point(section, "gap.list", ids(whole))] if whole else []
    return [*points, Point(section, "gap.dose", ids(doses))] if doses else points


def blood_pressure(section: str, facts: Sequence[Fact]) -> list[Point]:
    """The newest systolic and diastolic pressure of one moment as one sentence; [] when there is no such pair."""
    upper = next((fact for fact in facts if fact.key == "loinc:8480-6" and fact.latest), None)
    lower = next((fact for fact in facts if fact.key == "loinc:8462-4" and upper and fact.time == upper.time), None)
    if not upper or not lower:
        return []
    flagged = upper.flag not in {"", "normal"}  # a judgement stands behind the pair only where it is that of the first number
    return [Point(section, "vital.blood_pressure_flagged" if flagged else "vital.blood_pressure", (upper.id, lower.id))]
