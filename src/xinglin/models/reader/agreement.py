"""When a said number, unit or time agrees with a recorded one: rounding, unit conversion, "about", and partial dates.

A number said with fewer decimals agrees when it is the recorded one rounded to them and not more than 5 % away;
"about" allows 5 %.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from xinglin.models.reader.units import converted, ucum_of
from xinglin.records.reading import SaidNumber, SaidTime

ROUNDING_SHARE = Decimal("0.05")
CONVERSION_SHARE = Decimal("0.004")


@lru_cache(maxsize=32768)
def number_of(text: str) -> Decimal | None:
    """The exact decimal of a text, None when it is none."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


@lru_cache(maxsize=65536)
def values_agree(said: str, recorded: str, said_unit: str, unit: str, loinc: str, approximate: bool) -> bool | None:
    """Whether `said` `said_unit` is `recorded` `unit`. None when the units measure different things. "" is "no unit said"."""
    mine, theirs = number_of(said), number_of(recorded)
    if mine is None or theirs is None:
        return said == recorded
    own = ucum_of(unit) if unit else ""
    if own == f"{said_unit}/(24.h)":
        own = said_unit  # "24-hour urine protein 1.8 g"
    changed = False
    if said_unit and own and said_unit != own:
        turned = converted(recorded, own, said_unit, loinc)
        if turned is None:
            return None
        changed = turned != theirs
        theirs = turned
    return _near(mine, theirs, _decimals(said), _decimals(recorded), changed, approximate)


def _near(mine: Decimal, theirs: Decimal, said_decimals: int, recorded_decimals: int, changed: bool, approximate: bool) -> bool:
    apart = abs(mine - theirs)
    if apart == 0:
        return True
    size = abs(theirs)
    if approximate and apart <= size * ROUNDING_SHARE:
        return True
    if not changed and said_decimals >= recorded_decimals:
        return False
    half = Decimal(5).scaleb(-said_decimals - 1)
    if changed:
        half += size * CONVERSION_SHARE
    return apart <= half and apart <= max(size * ROUNDING_SHARE, Decimal(0))


def times_agree(said: SaidTime, recorded: str) -> bool:
    """Whether a recorded FHIR time (day, month or year) lies within what was said, or the other way round."""
    if not recorded or not said.start:
        return False
    first, last = span_of(recorded)
    if first <= said.end and last >= said.start:
        return True
    return said.span.text[-2:] == recorded[2:4] and _month_and_year(said, recorded)


_MONTH_YEAR = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? '?\d\d", re.IGNORECASE)


def _month_and_year(said: SaidTime, recorded: str) -> bool:
    """True for "Nov 24" of November 2024, which reads like a day."""
    return _MONTH_YEAR.fullmatch(said.span.text) is not None and recorded[5:7] == said.start[5:7]


@lru_cache(maxsize=16384)
def span_of(recorded: str) -> tuple[str, str]:
    """First and last day of a recorded time, as text that sorts."""
    day = recorded[:10]
    return (day if len(day) == 10 else f"{day}-01-01"[:10] if len(day) == 4 else f"{day}-01"), (
        day if len(day) == 10 else f"{day}-12-31" if len(day) == 4 else f"{day}-31"
    )


def any_time_agrees(said: SaidTime, recorded: Iterable[str]) -> bool:
    """Whether any of the recorded times agrees."""
    return any(times_agree(said, time) for time in recorded if time)


def compared(said: SaidNumber, recorded: str, unit: str, loinc: str) -> bool | None:
    """As `values_agree`, for a said number with "<" or ">": then the recorded value must lie on that side."""
    if not said.comparator:
        return values_agree(said.value, recorded, said.unit, unit, loinc, said.approximate)
    mine, theirs = number_of(said.value), number_of(recorded)
    if mine is None or theirs is None:
        return False
    own = ucum_of(unit) if unit else ""
    if said.unit and own and said.unit != own:
        turned = converted(recorded, own, said.unit, loinc)
        if turned is None:
            return None
        theirs = turned
    return {"<": theirs < mine, "<=": theirs <= mine, ">": theirs > mine, ">=": theirs >= mine}[said.comparator]
