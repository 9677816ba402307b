"""Body surface area by Mosteller: the square root of height times weight over 3600."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(math.sqrt(v.number("weight_kg") * v.number("height_cm") / 3600))


CALCULATOR = Calculator(
    name="bsa_mosteller",
    title={"en": "Body surface area (Mosteller)", "zh": "体表面积(Mosteller)"},
    inputs=(ask.WEIGHT, ask.HEIGHT),
    formula=_formula,
    unit="m2",
    decimals=2,
    formula_text="sqrt(weight [kg] x height [cm] / 3600)",
    loinc="3140-1",
    names={"en": ("body surface area", "BSA"), "zh": ("体表面积",)},
    source=Source(
        "Mosteller RD. Simplified calculation of body-surface area. N Engl J Med 1987;317:1098",
        "10.1056/NEJM198710223171717",
        MEDCALC.format("bsa_calculator.py"),
    ),
)
