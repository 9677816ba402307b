"""The weight that a wished-for body mass index means at a height."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values

BMI = Number("target_bmi", {"en": "target body mass index", "zh": "目标体重指数"}, "kg/m2", 10, 60, "bmi")


def _formula(v: Values) -> Answer:
    return Answer(v.number("target_bmi") * (v.number("height_cm") / 100) ** 2)


CALCULATOR = Calculator(
    name="target_weight",
    title={"en": "Target weight", "zh": "目标体重"},
    inputs=(BMI, ask.HEIGHT),
    formula=_formula,
    unit="kg",
    decimals=1,
    formula_text="target BMI x height [m] ^ 2",
    source=Source("Follows from the definition of body mass index", "", MEDCALC.format("target_weight.py")),
)
