"""Which facts a reader needs, and in what order: the choices that several kinds of document share.

Everything here picks and orders; nothing is worded and no fact is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xinglin.records import Fact
from xinglin.records.moments import day, days_between, sort_key

_LAB = "laboratory"
_NOT_LAB = {"vital-signs", "vital-sign", "survey", "social-history", "imaging", "exam", "procedure", "activity", "therapy"}


def of_kind(facts: Iterable[Fact], kind: str) -> list[Fact]:
    """Facts of one kind, in the order given."""
    return [fact for fact in facts if fact.kind == kind]


def newest_first(facts: Iterable[Fact]) -> list[Fact]:
    """By time, newest first; ties keep the order of their ids so that a draft is the same every time."""
    return sorted(sorted(facts, key=lambda f: f.id), key=lambda f: sort_key(f.time or f.start), reverse=True)


def laboratory(facts: Iterable[Fact]) -> list[Fact]:
    """Measurements that are laboratory results: by category, or known to our laboratory table and not a vital sign."""
    return [
        fact
        for fact in facts
        if fact.kind == "measurement"
        and (fact.details.get("category") == _LAB or ("category" not in fact.details and "analyte" in fact.details))
        and fact.details.get("category") not in _NOT_LAB
    ]


def is_critical(fact: Fact) -> bool:
    """A result that someone must be told at once."""
    return fact.flag.startswith("critical")


def is_abnormal(fact: Fact) -> bool:
    """Outside its range, but not critical."""
    return fact.flag in {"low", "high", "abnormal"}


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


def same_day_groups(facts: Iterable[Fact]) -> list[tuple[tuple[str, str], list[Fact]]]:
    """Results grouped by (day, panel), newest day first, in the order of the record within a day."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((day(fact.time), fact.details.get("panel", "")), []).append(fact)
    return sorted(groups.items(), key=lambda group: sort_key(group[0][0]), reverse=True)


def related_calculations(facts: Iterable[Fact], results: Sequence[Fact]) -> list[Fact]:
    """Calculated values whose inputs are among these results, by their key."""
    inputs = {place.pointer.partition("#")[0] for fact in results for place in fact.evidence if place.source == "chart"}
    found = [
        fact
        for fact in facts
        if fact.kind == "calculation" and any(place.pointer.partition("#")[0] in inputs for place in fact.evidence)
    ]
    return sorted(found, key=lambda fact: fact.id)
