"""Gestational age on a day, in days since the first day of the last period; parts give weeks and days."""

from __future__ import annotations

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Day, Source, Values, outside

PERIOD = Day("last_period", {"en": "first day of the last period", "zh": "末次月经第一天"})
TODAY = Day("on", {"en": "day asked for", "zh": "计算日期"})


def _formula(v: Values) -> Answer:
    days = (v.day("on") - v.day("last_period")).days
    if not 0 <= days <= 310:
        outside("gestational_age", "on", "the day does not lie within a pregnancy after that period", "check both days")
    return Answer(days, (("weeks", days // 7), ("days", days % 7)))


CALCULATOR = Calculator(
    name="gestational_age",
    title={"en": "Gestational age", "zh": "孕周"},
    inputs=(PERIOD, TODAY),
    formula=_formula,
    unit="d",
    decimals=0,
    formula_text="day - last period",
    source=Source("Follows from its definition", "", MEDCALC.format("estimated_gestational_age.py")),
)
