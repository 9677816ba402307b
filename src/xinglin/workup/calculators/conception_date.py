"""Estimated day of conception: 14 days after the first day of the last period."""

from __future__ import annotations

from datetime import timedelta

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Day, Source, Values

PERIOD = Day("last_period", {"en": "first day of the last period", "zh": "末次月经第一天"})


def _formula(v: Values) -> Answer:
    return Answer(v.day("last_period") + timedelta(days=14))


CALCULATOR = Calculator(
    name="conception_date",
    title={"en": "Estimated date of conception", "zh": "预计受孕日"},
    inputs=(PERIOD,),
    formula=_formula,
    unit="",
    decimals=0,
    formula_text="last period + 14 days",
    source=Source("Follows from a 28-day cycle", "", MEDCALC.format("estimated_conception_date.py")),
)
