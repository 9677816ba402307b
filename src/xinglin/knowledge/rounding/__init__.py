"""How many decimals a measured number is shown with.

A machine may write 178.81252042484218 cm; a doctor reads 178.8 cm. Writers and checks round by this one
table, so that a rounded number in a sentence is recognised as the number of the record.
"""

from __future__ import annotations

import tomllib
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from xinglin.knowledge import labs
from xinglin.records.quantity import Quantity
from xinglin.shelf.promises import Topic

MOST_DECIMALS = 2  # without a rule of its own, a number recorded with up to two decimals is shown as recorded
SIGNIFICANT = 3  # and a longer one with three significant digits, which is within 0.5 % of what was measured


@lru_cache(maxsize=1)
def _table() -> tuple[str, dict[str, int], int]:
    data = tomllib.loads(Path(__file__).with_name("rounding.toml").read_text(encoding="utf-8"))
    rules = {unit: rule["decimals"] for rule in data["rule"] for unit in rule["unit"]}
    return data["version"], rules, len(data["rule"])


def decimals(loinc: str, unit: str, value: Decimal) -> int:
    """Most decimals to show for `value` of that LOINC code ("" when unknown) in that UCUM unit: a count from 0 to 6.

    Up to two recorded decimals stay. Longer numbers get the decimals usual for the unit, else for the analyte, else
    three significant digits; a small number always keeps two significant digits.
    """
    recorded = -int(value.as_tuple().exponent)
    if recorded <= MOST_DECIMALS or not value:
        return max(0, min(recorded, MOST_DECIMALS))
    least = min(6, max(0, 1 - value.adjusted()))
    rules = _table()[1]
    if unit in rules:
        return max(least, rules[unit])
    analyte = labs.analyte(loinc) if loinc else None
    if analyte is not None and labs.convertible(analyte, unit):
        return max(least, labs.decimals(analyte, unit))
    return max(least, min(4, max(0, SIGNIFICANT - 1 - value.adjusted())))


def shown(quantity: Quantity, loinc: str = "", low: str = "", high: str = "") -> Quantity:
    """The quantity as a reader should see it: rounded half up, never with more decimals than were recorded.

    `low` and `high` are reference limits in the same unit: decimals are added until the shown number is inside or outside
    them as the recorded one is, so that a number never contradicts its flag. What is no plain number comes back unchanged.

    >>> shown(Quantity("178.81252042484218", "cm")).value
    '178.8'
    """
    number = _plain(quantity.value)
    if number is None:
        return quantity
    recorded = -int(number.as_tuple().exponent)
    least, most = _plain(low), _plain(high)
    for places in range(decimals(loinc, quantity.unit, number), max(recorded, 0)):
        rounded = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        same_low = least is None or (rounded < least) == (number < least)
        if same_low and (most is None or (rounded > most) == (number > most)):
            return Quantity(format(rounded, "f"), quantity.unit, quantity.shown_unit, quantity.comparator)
    return quantity


def _plain(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


TOPIC = Topic(
    name="rounding",
    version=_table()[0],
    title={"en": "Decimals shown", "zh": "显示小数位"},
    licence="Apache-2.0",
    rows=lambda: _table()[2],
    unverified=lambda: 0,
)
