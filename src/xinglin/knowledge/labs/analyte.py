"""What is known of one thing a laboratory measures: its names, codes, units, usual values and limits.

Numbers are exact decimals. An interval says whose it is: unit, source, version, and whether its number was read.
`verified` is False where the author knew a number but could not open a source for it: callers must not judge by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct

Sex = Literal["male", "female", "other", "unknown"]


class Interval(Struct, frozen=True):
    """A range of values, ends included; None is an open end. `low` and `high` are in `unit` (UCUM)."""

    low: Decimal | None
    high: Decimal | None
    unit: str
    source: str  # key of SOURCE.toml
    source_title: str
    source_read: str  # what was opened
    locator: str  # where in it
    version: str  # of this topic
    verified: bool
    population: str = ""  # "us", "cn", "" for limits
    note: str = ""
    sex: str = "any"
    age_from: Decimal | None = None  # years, included
    age_to: Decimal | None = None  # years, not included

    def holds(self, value: Decimal) -> bool:
        """Whether a value, already in this interval's unit, lies within it."""
        return not (self.low is not None and value < self.low) and not (self.high is not None and value > self.high)


class Analyte(Struct, frozen=True):
    """One analyte. `loincs` maps each LOINC code to the unit it is reported in; `unit` is the canonical UCUM unit.

    `names`: preferred name first, per language. `worse`: the direction that is usually bad news (high, low, both).
    `molar_mass_g_per_mol` and `valence` convert between g, mol and Eq; None where there is no such conversion.
    `decimals` is the usual rounding in `unit`; `analyte_units.decimals` gives it for another unit.
    """

    key: str
    loincs: Mapping[str, str]
    names: Mapping[str, tuple[str, ...]]
    unit: str
    units: tuple[str, ...]
    group: str
    decimals: int
    worse: Literal["high", "low", "both"]
    plausible: Interval
    critical: Interval | None = None
    intervals: tuple[Interval, ...] = ()
    molar_mass_g_per_mol: Decimal | None = None
    molar_mass_source: str = ""
    valence: int | None = None

    def reference(self, sex: str, age_years: float | int | None, population: str = "") -> Interval | None:
        """The reference interval for a person, or None. One for the sex goes before one for all; then file order.

        `population` ("us", "cn") asks for that population's interval only. An interval that is not `verified`
        comes only when there is no verified one. Without an age only an interval without age limits fits.
        """
        fits = [i for i in self.intervals if _fits(i, sex, age_years) and population in ("", i.population)]
        fits.sort(key=lambda i: (not i.verified, i.sex == "any"))
        return fits[0] if fits else None


def _fits(interval: Interval, sex: str, age_years: float | int | None) -> bool:
    if interval.sex not in ("any", sex):
        return False
    if interval.age_from is None and interval.age_to is None:
        return True
    if age_years is None:
        return False
    age = Decimal(str(age_years))
    return (interval.age_from is None or age >= interval.age_from) and (interval.age_to is None or age < interval.age_to)
