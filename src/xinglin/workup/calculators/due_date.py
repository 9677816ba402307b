"""Estimated day of delivery: 280 days after the last period, moved by the difference of the cycle from 28 days (Naegele)."""

from __future__ import annotations

from datetime import timedelta

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Day, Number, Source, Values

CYCLE = Number("cycle_days", {"en": "length of the cycle", "zh": "月经周期"}, "d", 20, 45, "", True)
PERIOD = Day("last_period", {"en": "first day of the last period", "zh": "末次月经第一天"})


def _formula(v: Values) -> Answer:
    return Answer(v.day("last_period") + timedelta(days=280 + round((v.maybe("cycle_days") or 28) - 28)))


CALCULATOR = Calculator(
    name="due_date",
    title={"en": "Estimated due date", "zh": "预产期"},
    inputs=(PERIOD, CYCLE),
    formula=_formula,
    unit="",
    decimals=0,
    formula_text="last period + 280 days + (cycle - 28) days",
    source=Source("Naegele's rule", "", MEDCALC.format("estimated_due_date.py")),
)
