"""MELD-Na (UNOS/OPTN 2016), from 12 years of age. Inputs are bounded as the rule says; the score is whole and lies from 6 to 40."""

from __future__ import annotations

import math
from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo

AGE = replace(ask.AGE, low=12, optional=True)
DIALYSIS = YesNo("dialysis", {"en": "dialysis twice in the last week, or 24 h of CVVHD", "zh": "近1周透析≥2次或24小时连续血滤"}, 0)


def _formula(v: Values) -> Answer:
    creatinine = 4.0 if v.yes("dialysis") else min(max(v.number("creatinine"), 1.0), 4.0)
    base = (
        0.957 * math.log(creatinine)
        + 0.378 * math.log(max(v.number("bilirubin"), 1.0))
        + 1.120 * math.log(max(v.number("inr"), 1.0))
        + 0.643
    )
    base = math.floor(base * 100 + 0.5) / 10
    base = math.floor(base * 10 + 0.5) / 10
    sodium = min(max(v.number("sodium"), 125.0), 137.0)
    score = base + 1.32 * (137 - sodium) - 0.033 * base * (137 - sodium) if base > 11 else base
    return Answer(
        min(max(math.floor(score + 0.5), 6), 40), (("MELD before sodium", base), ("sodium used", sodium), ("creatinine used", creatinine))
    )


CALCULATOR = Calculator(
    name="meld_na",
    title={"en": "MELD-Na", "zh": "MELD-Na评分"},
    inputs=(AGE, ask.CREATININE, ask.BILIRUBIN, ask.INR, ask.SODIUM, DIALYSIS),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="10 x (0.957 ln Cr + 0.378 ln bilirubin + 1.120 ln INR + 0.643); above 11: + 1.32 (137 - Na) - 0.033 x MELD x (137 - Na)",
    source=Source(
        "Kim WR, et al. Hyponatremia and mortality among patients on the liver-transplant waiting list. N Engl J Med 2008;359:1018-1026",
        "10.1056/NEJMoa0801209",
        MEDCALC.format("meldna.py"),
    ),
)
