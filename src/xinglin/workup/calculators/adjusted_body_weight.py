"""Adjusted body weight: ideal weight plus two fifths of the excess, for doses in people above their ideal weight."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values

HEIGHT = replace(ask.ADULT_HEIGHT, low=152.4)


def _formula(v: Values) -> Answer:
    ideal = (50.0 if v.chosen("sex") == "male" else 45.5) + 2.3 * (v.number("height_cm") / 2.54 - 60)
    return Answer(ideal + 0.4 * (v.number("weight_kg") - ideal), (("ideal body weight", ideal),))


CALCULATOR = Calculator(
    name="adjusted_body_weight",
    title={"en": "Adjusted body weight", "zh": "校正体重"},
    inputs=(ask.SEX, ask.ADULT_WEIGHT, HEIGHT),
    formula=_formula,
    unit="kg",
    decimals=1,
    formula_text="ideal weight + 0.4 x (weight - ideal weight)",
    applies_to=ask.ADULT,
    source=Source(
        "Bauer LA, et al. Influence of weight on aminoglycoside pharmacokinetics. Eur J Clin Pharmacol 1983;24:643-647",
        "",
        MEDCALC.format("adjusted_body_weight.py"),
    ),
)
