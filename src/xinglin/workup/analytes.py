"""What our laboratory knowledge says of one analyte, in the unit the record uses.

A thin window on `knowledge.labs`: names, limits for age and sex, critical limits, each with its place in the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from xinglin.knowledge.variation import VERSION, margin
from xinglin.records import Evidence, Quantity


class Limits(NamedTuple):
    """Two limits in the asked unit, as decimal text ("" where open), and the row they come from."""

    low: str
    high: str
    evidence: Evidence


class Analyte(NamedTuple):
    """Names and limits of one analyte."""

    key: str
    names: Mapping[str, tuple[str, ...]]
    unit: str

    def reference(self, sex: str, age: int | None, unit: str) -> Limits | None:
        """Usual limits for that sex and age in that unit; None when our table has none."""
        return None

    def critical(self, unit: str) -> Limits | None:
        """Limits beyond which someone must be told at once; None when our table has none."""
        return None


def known_analyte(loinc: str) -> Analyte | None:
    """The analyte of a LOINC code, or None."""
    return None


def converted(quantity: Quantity, unit: str, analyte: Analyte | None) -> str | None:
    """The value in `unit` as decimal text: itself when it already has that unit, None when we cannot convert."""
    own = quantity.unit or quantity.shown_unit
    return quantity.value if own == unit else None


def noise_margin(loinc: str) -> tuple[Decimal, Evidence]:
    """Percent change that two results of that analyte may differ by without meaning anything, and where that comes from."""
    found = margin(loinc)
    return found.percent, Evidence(f"knowledge/variation@{VERSION}", found.row)
