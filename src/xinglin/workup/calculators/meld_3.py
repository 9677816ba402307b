"""MELD 3.0, for adults: adds sex and albumin, and caps creatinine at 3.0 mg/dL. The score is whole and lies from 6 to 40."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import Answer, Calculator, Source, Values, YesNo

DIALYSIS = YesNo("dialysis", {"en": "dialysis twice in the last week, or 24 h of CVVHD", "zh": "近1周透析≥2次或24小时连续血滤"}, 0)


def _formula(v: Values) -> Answer:
    creatinine = math.log(3.0 if v.yes("dialysis") else min(max(v.number("creatinine"), 1.0), 3.0))
    bilirubin, inr = math.log(max(v.number("bilirubin"), 1.0)), math.log(max(v.number("inr"), 1.0))
    low_sodium = 137 - min(max(v.number("sodium"), 125.0), 137.0)
    low_albumin = 3.5 - min(max(v.number("albumin"), 1.5), 3.5)
    score = (1.33 if v.chosen("sex") == "female" else 0) + 4.56 * bilirubin + 0.82 * low_sodium - 0.24 * low_sodium * bilirubin
    score += 9.09 * inr + 11.14 * creatinine + 1.85 * low_albumin - 1.83 * low_albumin * creatinine + 6
    return Answer(min(max(math.floor(score + 0.5), 6), 40), (("before rounding", score),))


CALCULATOR = Calculator(
    name="meld_3",
    title={"en": "MELD 3.0", "zh": "MELD 3.0评分"},
    inputs=(ask.ADULT_AGE, ask.SEX, ask.CREATININE, ask.BILIRUBIN, ask.INR, ask.SODIUM, ask.ALBUMIN, DIALYSIS),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text=(
        "1.33 [women] + 4.56 ln bilirubin + 0.82 (137 - Na) - 0.24 (137 - Na) ln bilirubin + 9.09 ln INR + "
        "11.14 ln Cr + 1.85 (3.5 - albumin) - 1.83 (3.5 - albumin) ln Cr + 6"
    ),
    applies_to=ask.ADULT,
    names={"en": ("MELD 3.0", "MELD score"), "zh": ("MELD 3.0评分", "MELD评分")},
    source=Source(
        "Kim WR, et al. MELD 3.0: the model for end-stage liver disease updated for the modern era. Gastroenterology 2021;161:1887-1895",
        "10.1053/j.gastro.2021.08.050",
        "public source files, index ids 7262428250 and 51999796006, which agree; the paper was not opened",
    ),
)
