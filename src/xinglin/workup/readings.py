"""What of a person's record a disease model can use: readings over time, and traits such as age and weight.

A card says how each of its observables and traits is known in a record. Values are converted to the unit of the card; what cannot be
converted is left out and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from xinglin.knowledge import units
from xinglin.records import Fact, Quantity
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.moments import first_instant
from xinglin.records.simulation import SECONDS, DiseaseCard, Measurement, Parameter, TimeUnit

_ANY = ":*:"
_FOLLOWS = {  # what is worked out from another reading of the same moment tells nothing more: (of which, why it is left out)
    "lesion:*:long-axis": ("lesion:*:volume", "the volume of the same scan is used: both were measured on one outline"),
    "loinc:98979-8": ("loinc:2160-0", "the creatinine of the same sample is used: the rate was worked out from it"),
}
_BELOW = ("<", "<=")
_WITHIN_A_DAY: tuple[TimeUnit, ...] = ("min", "h")


class Readings(NamedTuple):
    """Readings in the order of time, the moment their time counts from, and what was left out and why."""

    measured: tuple[Measurement, ...]
    start: str = ""
    left_out: tuple[str, ...] = ()


def readings_of(card: DiseaseCard, facts: Sequence[Fact], *, start: str = "", lesion: str = "") -> Readings:
    """The person's readings of what the model can show. Time counts from `start` (default: the first reading), in the card's unit.

    Of two readings that say the same (diameter and volume of one scan) one counts, or the twin would trust one scan as if it were two.
    `lesion`: the name of the marked lesion meant. Raises UsageError XL-SIM-910 when several are marked and none is named.
    """
    found: list[tuple[str, str, Fact]] = []
    left_out = []
    for observable in card.observables:
        for fact in _known_as(observable.fact, facts, lesion):
            why = _unusable(fact, card.time_unit)
            if why:
                left_out.append(f"{fact.id}: {why}")
            else:
                found.append((fact.time, observable.name, fact))
    found, twice = _once(card, found)
    left_out += twice
    found.sort(key=lambda one: (first_instant(one[0]), one[1], one[2].id))
    begun = start or (found[0][0] if found else "")
    measured = []
    for when, name, fact in found:
        value = _in_unit(fact, next(one.unit for one in card.observables if one.name == name))
        if value is None:
            left_out.append(f"{fact.id}: its unit cannot be converted")
            continue
        seconds = (first_instant(when) - first_instant(begun)).total_seconds()
        below = isinstance(fact.value, Quantity) and fact.value.comparator in _BELOW
        measured.append(Measurement(seconds / SECONDS[card.time_unit], name, value, fact.id, below))
    return Readings(tuple(measured), begun, tuple(left_out))


def _once(card: DiseaseCard, found: Sequence[tuple[str, str, Fact]]) -> tuple[list[tuple[str, str, Fact]], list[str]]:
    """(readings that stand on their own, what was left out because it follows from another of them)."""
    known_as = {observable.name: observable.fact for observable in card.observables}
    there = {(first_instant(when), known_as[name]) for when, name, _ in found}
    kept, left_out = [], []
    for one in found:
        when, name, fact = one
        of, why = _FOLLOWS.get(known_as[name], ("", ""))
        if (first_instant(when), of) in there:
            left_out.append(f"{fact.id}: {why}")
        else:
            kept.append(one)
    return kept, left_out


def _unusable(fact: Fact, unit: TimeUnit) -> str:
    """Why a reading cannot be used, "" when it can."""
    if not isinstance(fact.value, Quantity) or not fact.time:
        return "no number, or no date"
    if fact.value.comparator and fact.value.comparator not in _BELOW:
        return "the reading says only that it is above a limit"
    if unit in _WITHIN_A_DAY and "T" not in fact.time:
        return "no time of day, and the model runs within the day"
    return ""


def traits_of(card: DiseaseCard, facts: Sequence[Fact]) -> dict[str, tuple[float, str]]:
    """Traits of the person that the model knows of: name -> (value in the unit of the card, the fact it rests on); the newest of each."""
    return {row.name: found for row in card.parameters if row.fact and (found := _trait(row, facts))}


def _trait(row: Parameter, facts: Sequence[Fact]) -> tuple[float, str] | None:
    if row.fact.startswith("person:"):
        return _of_person(row.fact.removeprefix("person:"), facts)
    newest = [
        fact for fact in facts if fact.key == row.fact and fact.latest and isinstance(fact.value, Quantity) and not fact.value.comparator
    ]
    value = _in_unit(newest[-1], row.unit) if newest else None
    return None if value is None else (value, newest[-1].id)


def _of_person(what: str, facts: Sequence[Fact]) -> tuple[float, str] | None:
    person = next((fact for fact in facts if fact.kind == "person" and fact.id == "person"), None)
    if person is None:
        return None
    sex = person.details.get("sex", "")
    if what == "female" and sex in ("male", "female"):
        return float(sex == "female"), person.id
    if what == "age_years" and person.details.get("age_years", "").isdigit():
        return float(person.details["age_years"]), person.id
    return None


def _known_as(word: str, facts: Sequence[Fact], lesion: str) -> Iterator[Fact]:
    """The facts an observable goes by; `lesion:*:volume` is the one lesion named, or the only one."""
    if not word:
        return
    if _ANY not in word:
        yield from (fact for fact in facts if fact.key == word and fact.kind == "measurement")
        return
    head, tail = word.split(_ANY)
    ours = [fact for fact in facts if fact.key.startswith(f"{head}:") and fact.key.endswith(f":{tail}") and fact.polarity == "present"]
    names = sorted({fact.key.removeprefix(f"{head}:").removesuffix(f":{tail}") for fact in ours})
    if not lesion and len(names) > 1:
        raise UsageError("XL-SIM-910", "several lesions are marked: which one?", where="--lesion", fix=f"one of: {', '.join(names)}")
    yield from (fact for fact in ours if fact.key == f"{head}:{lesion or names[0]}:{tail}")


def _in_unit(fact: Fact, unit: str) -> float | None:
    """The value of a fact in a unit, None when no conversion is right."""
    if not isinstance(fact.value, Quantity):
        return None
    try:
        return float(units.convert(Decimal(fact.value.value), fact.value.unit, unit, fact.key.removeprefix("loinc:")))
    except InvalidInput:
        return None
