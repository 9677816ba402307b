"""Points that several kinds of document make from the same facts: results, medicines, allergies, problems, gaps.

Each function gives Points with phrases of the shared word book; nothing is worded here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from xinglin.records import Fact, Point
from xinglin.records.moments import day, sort_key

_PHRASED = {"inpatient": "inpatient", "icu": "inpatient", "day-case": "inpatient", "emergency": "emergency"}
_SUSCEPTIBILITIES = {"susceptible", "resistant", "intermediate", "indeterminate"}
_WITH_TREND = {"rising", "falling", "stable", "variable"}


def ids(facts: Iterable[Fact]) -> tuple[str, ...]:
    """The ids of facts, in order, each once."""
    return tuple(dict.fromkeys(fact.id for fact in facts))


SENTENCE_LETTERS = 240  # in one listing; a reader loses the thread of longer ones
SENTENCE_RESULTS = 10
_DATED = 13
_DOSING = ("strength", "form", "dose", "route", "frequency")


def in_parts(section: str, phrase: str, facts: Sequence[Fact], most: int = 0, *, bare: bool = False) -> list[Point]:
    """A listing as sentences of readable length: `phrase` begins, `phrase`_also goes on.

    Facts with one name count once. With `most`, that many are named and the last sentence (`phrase`_more, `phrase`_also_more) says that
    the record holds more. `bare`: the phrase says names alone, no dates or doses.
    """
    named = facts if not bare else list({_called(fact): fact for fact in reversed(facts)}.values())[::-1]
    shown = named[:most] if most else named
    parts: list[list[Fact]] = []
    room = 0
    for fact in shown:
        length = _letters(fact, bare)
        if not parts or room < length:
            parts.append([])
            room = SENTENCE_LETTERS
        parts[-1].append(fact)
        room -= length
    points = [Point(section, f"{phrase}_also" if place else phrase, ids(part)) for place, part in enumerate(parts)]
    if points and len(named) > len(shown):
        points[-1] = replace(points[-1], phrase=f"{points[-1].phrase}_more")
    return points


def _called(fact: Fact) -> str:
    return fact.names.get("en", fact.names.get("zh", (fact.id,)))[0].casefold()


def _letters(fact: Fact, bare: bool) -> int:
    """About how long its words are in a listing, in the longer language."""
    name = max((len(names[0]) for names in fact.names.values() if names), default=20) + 2
    if bare or fact.kind == "problem":
        return name
    return name + _DATED + (sum(len(fact.details.get(part, "")) + 1 for part in _DOSING) if fact.kind == "medicine" else 0)


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
            points += _tens(section, f"{phrase}_on", group, panel)
    return [*points, Point(section, phrase, ids(singles))] if singles else points


def person_points(section: str, facts: Sequence[Fact]) -> list[Point]:
    """Who this is: age and sex, for the dead that and when they died, in one sentence."""
    people = {fact.id: fact for fact in facts if fact.kind == "person"}
    death, person = people.get("person.death"), people.get("person")
    told = person is not None and (person.value is not None or person.details.get("sex") != "unknown")
    if death is not None:
        phrase = "person.died" if death.time else "person.died_undated"
        aged = told and person is not None and person.value is not None and bool(death.time)
        return [Point(section, f"{phrase}_aged" if aged else phrase, ids([death, person] if aged and person else [death]))]
    if not told or person is None:
        return []
    return [Point(section, "person.one" if person.value else "person.ageless", (person.id,))]


def citing_death(points: Sequence[Point], facts: Sequence[Fact]) -> list[Point]:
    """The same points; whatever is worded by a death ("until death", "at death") also rests on the fact of that death."""
    death = next((fact.id for fact in facts if fact.id == "person.death"), "")
    told = [death and ("at_death" in point.phrase or "until_death" in point.phrase) for point in points]
    return [replace(point, facts=(*point.facts, death)) if dead else point for point, dead in zip(points, told, strict=True)]


def _tens(section: str, phrase: str, group: Sequence[Fact], panel: Fact | None = None) -> list[Point]:
    """One sentence per ten results or so, evenly shared out."""
    sentences = -(-len(group) // SENTENCE_RESULTS)
    size = -(-len(group) // sentences)
    parts = [group[start : start + size] for start in range(0, len(group), size)]
    return [Point(section, phrase, ids([*part, panel] if panel else part)) for part in parts]


def encounter_phrase(stay: Fact) -> str:
    """The phrase that fits the encounter's setting and what is known of its reason."""
    told = next((part for part in ("reason", "type") if stay.details.get(part)), "plain")
    setting = stay.details.get("setting", "")
    if not stay.start:
        return f"encounter.undated.{told}"
    if stay.details.get("role") == "current" and not stay.end and setting == "inpatient":
        return f"encounter.current.{told}"
    return f"encounter.{_PHRASED.get(setting, 'visit')}.{told}"


def unjudged_results(section: str, results: Sequence[Fact], facts: Sequence[Fact] = ()) -> list[Point]:
    """Numbers without a range share sentences by day; results in words (cultures, colours) stand alone."""
    unjudged = [fact for fact in results if not fact.flag]
    numbers = [fact for fact in unjudged if fact.details.get("numeric")]
    words = newest_by_day(fact for fact in unjudged if not fact.details.get("numeric"))
    tested = [fact for fact in words if _answer(fact) in _SUSCEPTIBILITIES]
    points = [
        *results_by_day(section, "lab.unjudged", numbers, facts),
        *flagged_results(section, [f for f in words if f not in tested], {}),
    ]
    days: dict[str, list[Fact]] = {}
    for fact in tested:
        days.setdefault(day(fact.time), []).append(fact)
    return points + [point for group in days.values() for point in _tens(section, "lab.susceptibility", group)]


def newest_by_day(results: Iterable[Fact]) -> list[Fact]:
    """Newest day first; those of one day in the order of the record."""
    return sorted(results, key=lambda fact: sort_key(day(fact.time)), reverse=True)


def _answer(fact: Fact) -> str:
    return fact.value.casefold() if isinstance(fact.value, str) else ""


def problem_phrase(fact: Fact, dead: bool = False) -> str:
    """The phrase for one problem by its polarity and status; of a person who has died in the past."""
    if fact.polarity == "absent":
        return "problem.refuted"
    if fact.polarity == "uncertain":
        return "problem.uncertain"
    if dead and fact.status == "active":
        return "problem.at_death"
    return f"problem.{fact.status or 'unstated'}"


def medicines(section: str, phrase: str, facts: Sequence[Fact]) -> list[Point]:
    """One sentence per medicine."""
    return [Point(section, phrase, (fact.id,)) for fact in facts]


def by_day(section: str, phrase: str, facts: Sequence[Fact], *, newest_first: bool = True) -> list[Point]:
    """One listing per day, so that the day is said once: `phrase`, or `phrase`_undated for what has no date."""
    days: dict[str, list[Fact]] = {}
    for fact in facts:
        days.setdefault(day(fact.time), []).append(fact)
    found = sorted(days.items(), key=lambda group: sort_key(group[0]), reverse=newest_first)
    return [point for when, group in found for point in _of_one_day(section, phrase if when else f"{phrase}_undated", group)]


def _of_one_day(section: str, phrase: str, group: Sequence[Fact]) -> list[Point]:
    bare = group[0].kind != "medicine"
    return [Point(section, phrase, point.facts) for point in in_parts(section, phrase, group, bare=bare)]


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
