"""Body mass index: weight over height squared."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("weight_kg") / (v.number("height_cm") / 100) ** 2)


CALCULATOR = Calculator(
    name="bmi",
    title={"en": "Body mass index", "zh": "体重指数"},
    inputs=(ask.WEIGHT, ask.HEIGHT),
    formula=_formula,
    unit="kg/m2",
    decimals=1,
    formula_text="weight [kg] / height [m] ^ 2",
    loinc="39156-5",
    names={"en": ("body mass index", "BMI"), "zh": ("体重指数", "BMI")},
    source=Source(
        "Keys A, et al. Indices of relative weight and obesity. J Chronic Dis 1972;25:329-343",
        "10.1016/0021-9681(72)90027-6",
        MEDCALC.format("bmi_calculator.py"),
    ),
)
