"""Ideal body weight by Devine, for adults of at least 152.4 cm (60 in)."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values

HEIGHT = replace(ask.ADULT_HEIGHT, low=152.4)


def _formula(v: Values) -> Answer:
    start = 50.0 if v.chosen("sex") == "male" else 45.5
    return Answer(start + 2.3 * (v.number("height_cm") / 2.54 - 60))


CALCULATOR = Calculator(
    name="ideal_body_weight",
    title={"en": "Ideal body weight (Devine)", "zh": "理想体重(Devine)"},
    inputs=(ask.SEX, HEIGHT),
    formula=_formula,
    unit="kg",
    decimals=1,
    formula_text="50 (men) or 45.5 (women) + 2.3 x (height [in] - 60)",
    applies_to=ask.ADULT,
    source=Source(
        "Devine BJ. Gentamicin therapy. Drug Intell Clin Pharm 1974;8:650-655",
        "10.1177/106002807400801104",
        MEDCALC.format("ideal_body_weight.py"),
    ),
)
