"""How many decimals a measured number is shown with.

A machine may write 178.81252042484218 cm; a doctor reads 178.8 cm. Writers and checks round by this one
table, so that a rounded number in a sentence is recognised as the number of the record.
"""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from xinglin.records.quantity import Quantity
from xinglin.shelf.promises import Topic

MOST_DECIMALS = 2  # without a rule of its own, a number recorded with up to two decimals is shown as recorded
SIGNIFICANT = 3  # and a longer one with three significant digits, which is within 0.5 % of what was measured


@lru_cache(maxsize=1)
def _table() -> tuple[str, dict[tuple[str, str], int], int]:
    data = tomllib.loads(Path(__file__).with_name("rounding.toml").read_text(encoding="utf-8"))
    rules: dict[tuple[str, str], int] = {}
    for rule in data["rule"]:
        for code in rule.get("loinc", ("",)):
            for unit in rule.get("unit", ("",)):
                rules[code, unit] = rule["decimals"]
    return data["version"], rules, len(data["rule"])


@lru_cache(maxsize=4096)
def decimals(loinc: str, unit: str, value: Decimal) -> int:
    """Most decimals to show for `value` of that LOINC code ("" when unknown) in that UCUM unit: a count from 0 to 4.

    A rule of the table first; else a value recorded with up to two decimals keeps them, and a longer one keeps three
    significant digits (never fewer than its whole part).
    """
    _, rules, _ = _table()
    for key in ((loinc, unit), (loinc, ""), ("", unit)):
        if key != ("", "") and key in rules:
            return rules[key]
    recorded = -int(value.as_tuple().exponent)
    return recorded if recorded <= MOST_DECIMALS else min(4, max(0, SIGNIFICANT - 1 - value.adjusted())) if value else MOST_DECIMALS


def shown(quantity: Quantity, loinc: str = "") -> Quantity:
    """The quantity as a reader should see it: rounded half up, never with more decimals than were recorded.

    What is not a plain decimal number comes back unchanged.

    >>> shown(Quantity("178.81252042484218", "cm")).value
    '178.8'
    """
    try:
        number = Decimal(quantity.value)
    except InvalidOperation:
        return quantity
    if not number.is_finite():
        return quantity
    places = decimals(loinc, quantity.unit, number)
    if -int(number.as_tuple().exponent) <= places:
        return quantity
    rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = format(rounded, "f")
    return Quantity(text, quantity.unit, quantity.shown_unit, quantity.comparator)


TOPIC = Topic(
    name="rounding",
    version=_table()[0],
    title={"en": "Decimals shown", "zh": "显示小数位"},
    licence="Apache-2.0",
    rows=lambda: _table()[2],
    unverified=lambda: 0,
)
