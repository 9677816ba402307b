"""What our laboratory knowledge says of one analyte, in the unit the record uses.

A thin window on `knowledge.labs`: names, limits for age and sex, critical limits, each with its place in the table.
Limits that nobody read in a source (`verified` is False) are never judged by.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import NamedTuple

from xinglin.knowledge import labs
from xinglin.knowledge.labs import Analyte, Interval
from xinglin.knowledge.labs.analyte_units import canonical
from xinglin.knowledge.variation import VERSION, margin
from xinglin.records import Evidence, Quantity
from xinglin.records.errors import InvalidInput


class Limits(NamedTuple):
    """Two limits in the asked unit, None (and "") where open, and the row they come from."""

    low: Decimal | None
    high: Decimal | None
    evidence: Evidence
    low_text: str
    high_text: str


def known_analyte(loinc: str) -> Analyte | None:
    """The analyte of a LOINC code, or None."""
    return labs.analyte(loinc) if loinc else None


@lru_cache(maxsize=4096)
def _reference(key: str, sex: str, age: int | None, unit: str) -> Limits | None:
    analyte = labs.analyte(key)
    found = analyte.reference(sex, age) if analyte else None
    if analyte is None or found is None or not found.verified:
        return None
    place = f"{key}/{found.population or 'any'}/{found.sex}"
    return _in_unit(analyte, found, unit, place)


def reference_limits(analyte: Analyte, sex: str, age: int | None, unit: str) -> Limits | None:
    """Usual limits for that sex and age in that unit; None when the table has none that was read in a source."""
    return _reference(analyte.key, sex, age, unit)


@lru_cache(maxsize=4096)
def _critical(key: str, unit: str) -> Limits | None:
    analyte = labs.analyte(key)
    if analyte is None or analyte.critical is None or not analyte.critical.verified:
        return None
    return _in_unit(analyte, analyte.critical, unit, f"{key}/critical")


def critical_limits(analyte: Analyte, unit: str) -> Limits | None:
    """Limits beyond which someone must be told at once; None when the table has none that was read in a source."""
    return _critical(analyte.key, unit)


def _in_unit(analyte: Analyte, interval: Interval, unit: str, place: str) -> Limits | None:
    """The interval in `unit`, rounded to the decimals usual there; None when the unit cannot be converted."""
    if not unit:
        return None
    places = Decimal(1).scaleb(-max(labs.decimals(analyte, unit), _decimals(interval) if canonical(unit) == interval.unit else 0))

    def put(bound: Decimal | None) -> Decimal | None:
        if bound is None or canonical(unit) == interval.unit:
            return bound
        return labs.convert(analyte, bound, interval.unit, unit).quantize(places, rounding=ROUND_HALF_EVEN)

    try:
        low, high = put(interval.low), put(interval.high)
    except InvalidInput:
        return None
    low_text, high_text = ("" if bound is None else format(bound, "f") for bound in (low, high))
    return Limits(low, high, Evidence(f"knowledge/labs@{interval.version}", place), low_text, high_text)


def _decimals(interval: Interval) -> int:
    return max((-int(bound.as_tuple().exponent) for bound in (interval.low, interval.high) if bound is not None), default=0)


def converted(quantity: Quantity, unit: str, analyte: Analyte | None) -> str | None:
    """The value in `unit` as decimal text: as written when it has that unit already, None when it cannot be converted."""
    own = quantity.unit or quantity.shown_unit
    if own == unit or canonical(own) == canonical(unit):
        return quantity.value
    if analyte is None or not own:
        return None
    try:
        number = labs.convert(analyte, quantity.number, own, unit)
    except InvalidInput:
        return None
    places = max(labs.decimals(analyte, unit), 0) + 1
    return format(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN), "f")


def noise_margin(loinc: str) -> tuple[Decimal, Evidence]:
    """Percent change that two results of that analyte may differ by without meaning anything, and where that comes from."""
    found = margin(loinc)
    return found.percent, Evidence(f"knowledge/variation@{VERSION}", found.row)
