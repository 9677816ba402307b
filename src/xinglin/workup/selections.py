"""Which facts a reader needs, and in what order: the choices that several kinds of document share.

Everything here picks and orders; nothing is worded and no fact is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xinglin.records import Fact
from xinglin.records.moments import day, days_between, sort_key

_LAB = "laboratory"
_BEDSIDE = {"vital signs", "scores"}
_NOT_LAB = {"vital-signs", "vital-sign", "survey", "social-history", "imaging", "exam", "procedure", "activity", "therapy"}


def of_kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    """Facts of one kind, in the order given."""
    return [fact for fact in facts if fact.kind == kind]


def newest_first(facts: Iterable[Fact]) -> list[Fact]:
    """By time, newest first; ties keep the order of their ids so that a draft is the same every time."""
    return sorted(sorted(facts, key=lambda f: f.id), key=lambda f: sort_key(f.time or f.start), reverse=True)


def recent(facts: Sequence[Fact], days: int) -> list[Fact]:
    """Those at most `days` older than the newest of them; undated ones stay."""
    newest = max((fact.time for fact in facts if fact.time), key=sort_key, default="")
    return [fact for fact in facts if not fact.time or days_between(fact.time, newest) <= days]


def laboratory(facts: Iterable[Fact]) -> list[Fact]:
    """Measurements that are laboratory results."""
    return [fact for fact in facts if fact.kind == "measurement" and is_laboratory(fact)]


def is_laboratory(fact: Fact) -> bool:
    """By the category of the source; without a usual one, when our laboratory table knows it as more than a bedside value."""
    category = fact.details.get("category", "")
    if category == _LAB:
        return True
    return category not in _NOT_LAB and fact.details.get("group", "vital signs") not in _BEDSIDE


def is_critical(fact: Fact) -> bool:
    """A result that someone must be told at once."""
    return fact.flag.startswith("critical")


def is_abnormal(fact: Fact) -> bool:
    """Outside its range, but not critical."""
    return fact.flag in {"low", "high", "abnormal"}


def implausible(facts: Iterable[Fact]) -> list[Fact]:
    """Newest results that cannot be, as the source recorded them; to be said as such, never among the others."""
    return newest_first(fact for fact in facts if fact.kind == "measurement" and fact.flag == "implausible" and fact.latest)


def latest_results(facts: Sequence[Fact], days: int = 0) -> list[Fact]:
    """The newest laboratory result of each analyte, at most `days` older than the newest of all (0: no limit)."""
    latest = [fact for fact in laboratory(facts) if fact.latest]
    if not latest or not days:
        return latest
    newest = max((fact.time for fact in latest if fact.time), key=sort_key, default="")
    return [fact for fact in latest if fact.time and newest and days_between(fact.time, newest) <= days]


def trend_of(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Trend facts by the key of what was measured."""
    return {fact.key: fact for fact in facts if fact.kind == "trend"}


def related_calculations(facts: Iterable[Fact], results: Sequence[Fact]) -> list[Fact]:
    """Calculated values whose inputs are among these results, by their key."""
    inputs = {place.pointer.partition("#")[0] for fact in results for place in fact.evidence if place.source == "chart"}
    found = [
        fact for fact in facts if fact.kind == "calculation" and any(place.pointer.partition("#")[0] in inputs for place in fact.evidence)
    ]
    return sorted(found, key=lambda fact: fact.id)


VITAL_SIGNS = ("8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "8331-1", "2708-6", "59408-5", "29463-7", "8302-2", "39156-5")


def vital_signs(facts: Sequence[Fact]) -> list[Fact]:
    """The newest of each vital sign, in the usual order: pressure, pulse, breathing, temperature, oxygen, weight, height."""
    newest = {fact.key: fact for fact in facts if fact.kind == "measurement" and fact.latest and fact.flag != "implausible"}
    return [newest[f"loinc:{code}"] for code in VITAL_SIGNS if f"loinc:{code}" in newest]


def during(facts: Iterable[Fact], stay: Fact) -> list[Fact]:
    """Facts that belong to a stay: by reference to it, else by a time within it."""
    source = stay.id.removeprefix("encounter.")
    first, last = day(stay.start), day(stay.end) or "9999"

    def inside(fact: Fact) -> bool:
        named = fact.details.get("encounter", "")
        if named == source:
            return True
        when = day(fact.time or fact.start)
        return bool(when) and bool(first) and first <= when <= last

    return [fact for fact in facts if inside(fact)]


def chosen_encounter(facts: Sequence[Fact], wanted: str, roles: Sequence[str]) -> Fact | None:
    """The encounter of that id ("Encounter/x"), else the first found among `roles` (current, last-admission, last)."""
    encounters = of_kind(facts, "encounter")
    if wanted:
        return next((fact for fact in encounters if wanted in {fact.id, fact.id.removeprefix("encounter.")}), None)
    found = {fact.details.get("role", ""): fact for fact in encounters}
    return next((found[role] for role in roles if role in found), encounters[-1] if encounters else None)


def death_of(facts: Iterable[Fact]) -> Fact | None:
    """The recorded death, None for the living."""
    return next((fact for fact in facts if fact.kind == "person" and fact.status == "deceased"), None)


def taken_medicines(facts: Iterable[Fact]) -> list[Fact]:
    """Medicines that are current, or were so until the person died."""
    return [fact for fact in facts if fact.kind == "medicine" and (fact.status == "current" or "until_death" in fact.details)]


def unreported(studies: Iterable[Fact], reports: Sequence[Fact]) -> list[Fact]:
    """Imaging but for studies whose report, of that name and day, is told already, and what an older scan showed of a marked lesion."""
    studies = (study for study in studies if study.latest or not study.details.get("lesion"))
    told = {(name.casefold(), day(report.time)) for report in reports for name in report.names.get("en", ())}
    return [study for study in studies if not any((name.casefold(), day(study.time)) in told for name in study.names.get("en", ()))]


NOT_ILLNESS = frozenset({"social", "history", "circumstance"})


def clinical_problems(facts: Iterable[Fact], *statuses: str) -> list[Fact]:
    """Problems of these statuses that are illnesses: no social circumstances, no "history of" entries."""
    problems = (fact for fact in facts if fact.kind == "problem" and fact.status in statuses and fact.polarity != "absent")
    return [fact for fact in problems if fact.details.get("class") not in NOT_ILLNESS]
