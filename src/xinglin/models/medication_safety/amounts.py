"""Amounts of a medicine made comparable: 0.5 g is 500 mg, "units" and "U" are one, 10 mg/kg is weighed out for the person.

What cannot be compared (tablets of unknown strength, an unknown weight) gives None: it is then said, never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from xinglin.knowledge import units
from xinglin.records.errors import InvalidInput
from xinglin.records.medication import Circumstances, MedicineUse
from xinglin.records.quantity import Quantity

_UNITS = {"U", "[iU]", "[IU]", "[USP'U]", "iU", "IU", "unit", "units", "{unit}", "{units}", "UNT"}
_PER_WEIGHT = re.compile(r"^(?P<unit>[^/]+)/kg(?P<rest>/.+)?$")
_PER_AREA = re.compile(r"^(?P<unit>[^/]+)/m2(?P<rest>/.+)?$")
_AMOUNT = re.compile(
    r"^\s*(?P<low>\d[\d,]*(?:\.\d+)?)(?![\d.])\s*(?:(?:-|–|to|~|至)\s*(?P<high>\d[\d,]*(?:\.\d+)?))?\s*(?P<unit>million units|万单位|[^\d\s].*?)?\s*$",
    re.IGNORECASE,
)
_MANY = {"million units": (Decimal(1_000_000), "[iU]"), "万单位": (Decimal(10_000), "[iU]"), "million iu": (Decimal(1_000_000), "[iU]")}


def quantities(text: str) -> tuple[Quantity | None, Quantity | None]:
    """A written dose as (amount, upper amount): "1,000 mg", "1-2 tablets", "10 mg/kg", "0.5克". (None, None) where it is no amount.

    >>> quantities("500 mg")[0].unit
    'mg'
    """
    hit = _AMOUNT.match(text)
    if not hit or not hit["unit"]:
        return None, None
    written = hit["unit"].strip()
    times, unit = _MANY.get(written.casefold(), (Decimal(1), units.canonical(written) or written))

    def one(number: str | None) -> Quantity | None:
        return Quantity(str(Decimal(number.replace(",", "")) * times), unit, written) if number else None

    return one(hit["low"]), one(hit["high"])


@lru_cache(maxsize=4096)
def _factor(source: str, target: str) -> float | None:
    if source == target or (source in _UNITS and target in _UNITS):
        return 1.0
    try:
        return float(units.convert(Decimal(1), source, target))
    except InvalidInput:
        return None


def in_unit(amount: Quantity, unit: str, who: Circumstances) -> float | None:
    """An amount in `unit`; per kg is weighed out with the person's weight, per m2 with their surface (Mosteller). None where it cannot be."""
    source, times = amount.unit or amount.shown_unit, 1.0
    wanted = units.canonical(unit) or unit
    if wanted.endswith("/kg") and not _PER_WEIGHT.match(source):
        if not who.weight_kg:
            return None
        wanted, times = wanted.removesuffix("/kg"), 1 / who.weight_kg
    elif (by_weight := _PER_WEIGHT.match(source)) and not wanted.endswith("/kg"):
        if not who.weight_kg:
            return None
        source, times = by_weight["unit"] + (by_weight["rest"] or ""), who.weight_kg
    elif wanted.endswith("/m2") and not _PER_AREA.match(source):
        surface = surface_m2(who)
        if surface is None:
            return None
        wanted, times = wanted.removesuffix("/m2"), 1 / surface
    elif (by_area := _PER_AREA.match(source)) and not wanted.endswith("/m2"):
        surface = surface_m2(who)
        if surface is None:
            return None
        source, times = by_area["unit"] + (by_area["rest"] or ""), surface
    factor = _factor(source, wanted)
    return None if factor is None else float(amount.number) * factor * times


def surface_m2(who: Circumstances) -> float | None:
    """Body surface, m2 (Mosteller 1987: square root of height times weight over 3600); None without both."""
    if not who.weight_kg or not who.height_cm:
        return None
    return (who.weight_kg * who.height_cm / 3600) ** 0.5


def single(use: MedicineUse, unit: str, who: Circumstances) -> float | None:
    """The largest single dose in `unit`; None where it cannot be told."""
    amount = use.dose_high or use.dose
    return in_unit(amount, unit, who) if amount else None


def doses_a_day(use: MedicineUse) -> float | None:
    """How often a day on average, None where it is not written; what is taken once counts as once."""
    if use.times is None:
        return None
    return use.times if use.period_h is None else use.times * 24 / use.period_h


def daily(use: MedicineUse, unit: str, who: Circumstances) -> float | None:
    """The most that is taken in a day, in `unit`; None where it cannot be told."""
    if use.daily_maximum is not None:
        return in_unit(use.daily_maximum, unit, who)
    one, times = single(use, unit, who), doses_a_day(use)
    return None if one is None or times is None else one * max(times, 1.0 if times >= 1 else times)


def interval_h(use: MedicineUse) -> float | None:
    """Hours between two doses, None where unknown or taken once."""
    return use.period_h / use.times if use.times and use.period_h else None
