"""What happened in the stay: procedures, and each abnormal result as first, most extreme and last value.

A result is told when any of its values in the stay was abnormal, or when it moved beyond its noise margin.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.models.phrasebook.clinical_points import ids, unjudged_results
from xinglin.records import Fact, Point, Quantity
from xinglin.records.moments import sort_key
from xinglin.workup.selections import VITAL_SIGNS, during, is_laboratory, newest_first

MOST_IN_WORDS = {"short": 3, "standard": 12, "full": 60}
_NOTHING_FOUND = re.compile(r"^(?:no|not|negative|non-?reactive|none|masked)\b|\bno growth\b|^susceptible$|阴性|未检出|未见", re.IGNORECASE)
OWN_SENTENCE = {"short": 8, "standard": 20, "full": 60}


def during_stay(facts: Sequence[Fact], stay: Fact) -> list[Fact]:
    """Facts of the stay, the stay itself left out."""
    return [fact for fact in during(facts, stay) if fact.id != stay.id]


def procedures_of(inside: Sequence[Fact], length: str) -> list[Fact]:
    """Procedures of the stay, oldest first, routine acts left out unless the text is full; each kind once."""
    wanted = [f for f in inside if f.kind == "procedure" and (length == "full" or f.details.get("class") != "routine")]
    ordered = sorted(wanted, key=lambda f: (sort_key(f.time), f.id))
    return list({fact.key: fact for fact in reversed(ordered)}.values())[::-1]


def vitals_of(inside: Sequence[Fact]) -> list[Fact]:
    """The last of each vital sign within the stay."""
    last: dict[str, Fact] = {}
    for fact in sorted(inside, key=lambda f: (sort_key(f.time), f.id)):
        if fact.kind == "measurement" and fact.details.get("numeric") and fact.flag != "implausible":
            last[fact.key] = fact
    return [last[f"loinc:{code}"] for code in VITAL_SIGNS if f"loinc:{code}" in last]


def course_of_results(section: str, inside: Sequence[Fact], length: str) -> list[Point]:
    """One sentence per analyte that was abnormal at any time of the stay, the most serious first."""
    series: dict[str, list[Fact]] = {}
    for fact in inside:
        if fact.kind == "measurement" and is_laboratory(fact) and fact.details.get("numeric") and fact.flag != "implausible":
            series.setdefault(fact.key, []).append(fact)
    told = [_once_each(values) for values in series.values() if any(f.flag not in {"", "normal"} for f in values)]
    told.sort(key=_seriousness)
    most = OWN_SENTENCE[length]
    points = [_told(section, values) for values in told[:most]]
    rest = [values[-1] for values in told[most:]]
    return [*points, Point(section, "lab.also", ids(rest))] if rest else points


def findings_in_words(section: str, inside: Sequence[Fact], length: str) -> list[Point]:
    """Cultures, serologies and such: the last of each test of the stay, newest first; nothing-found results only in full texts."""
    last: dict[str, Fact] = {}
    for fact in sorted(inside, key=lambda f: (sort_key(f.time), f.id)):
        if fact.kind == "measurement" and is_laboratory(fact) and isinstance(fact.value, str) and not fact.flag:
            last[fact.key] = fact
    found = [fact for fact in newest_first(last.values()) if length == "full" or not _NOTHING_FOUND.search(str(fact.value))]
    return unjudged_results(section, found[: MOST_IN_WORDS[length]])


def _once_each(values: list[Fact]) -> list[Fact]:
    """In time order; a value written twice for one moment (two panels) counts once."""
    ordered = sorted(values, key=lambda f: (sort_key(f.time), f.id))
    return list({(f.time, f.text): f for f in ordered}.values())


def _seriousness(values: list[Fact]) -> tuple[bool, bool, str]:
    return (not any(f.flag.startswith("critical") for f in values), values[-1].flag == "normal", values[0].key)


def _told(section: str, values: list[Fact]) -> Point:
    same_unit = [
        f
        for f in values
        if isinstance(f.value, Quantity) and isinstance(values[-1].value, Quantity) and f.value.unit == values[-1].value.unit
    ]
    if len(same_unit) < 2:
        return Point(section, "lab.alone" if values[-1].details.get("numeric") else "lab.coded", (values[-1].id,))
    first, last = same_unit[0], same_unit[-1]
    extreme, word = _extreme(same_unit)
    if extreme.id in {first.id, last.id} or extreme.value in {first.value, last.value}:
        return Point(section, "stay.moved", (first.id, last.id))
    return Point(section, f"stay.course_{word}", (first.id, extreme.id, last.id))


def _extreme(values: list[Fact]) -> tuple[Fact, str]:
    """The most abnormal value: the lowest when values were low, else the highest."""

    def number(fact: Fact) -> object:
        return fact.value.number if isinstance(fact.value, Quantity) else 0

    low = any(fact.flag in {"low", "critical-low"} for fact in values) and not any(
        fact.flag in {"high", "critical-high"} for fact in values
    )
    return (min(values, key=number), "lowest") if low else (max(values, key=number), "highest")  # type: ignore[arg-type, type-var]
