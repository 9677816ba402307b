"""Ten-year risk of heart attack or coronary death, Framingham (ATP III), age 30 to 79, without known coronary disease or diabetes."""

from __future__ import annotations

import math
from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo

SMOKER = YesNo("smoker", {"en": "current smoker", "zh": "目前吸烟"}, 0)
TREATED = YesNo("bp_treated", {"en": "takes blood pressure medicine", "zh": "正在服用降压药"}, 0)
MEN = (52.00961, 20.014077, -0.905964, 1.305784, 0.241549, 12.096316, -4.605038, -2.84367, -2.93323, 172.300168, 0.9402, 70)
WOMEN = (31.764001, 22.465206, -1.187731, 2.552905, 0.420251, 13.07543, -5.060998, -2.996945, 0.0, 146.5933061, 0.98767, 78)


def _formula(v: Values) -> Answer:
    age_w, chol_w, hdl_w, sbp_w, treated_w, smoker_w, age_chol_w, age_smoker_w, age2_w, mean, survival, cap = (
        WOMEN if v.chosen("sex") == "female" else MEN
    )
    age, cholesterol = math.log(v.number("age_years")), math.log(v.number("cholesterol"))
    score = age_w * age + chol_w * cholesterol + hdl_w * math.log(v.number("hdl")) + sbp_w * math.log(v.number("systolic"))
    score += treated_w * v.yes("bp_treated") + age_chol_w * age * cholesterol + age2_w * age * age - mean
    if v.yes("smoker"):
        score += smoker_w + age_smoker_w * math.log(min(v.number("age_years"), cap))
    return Answer(100 * (1 - survival ** math.exp(score)), (("linear predictor", score),))


CALCULATOR = Calculator(
    name="framingham_hard_chd",
    title={"en": "Framingham 10-year risk of hard coronary disease", "zh": "Framingham 10年硬冠心病风险"},
    inputs=(replace(ask.AGE, low=30, high=79), ask.SEX, ask.CHOLESTEROL, ask.HDL, ask.SYSTOLIC, TREATED, SMOKER),
    formula=_formula,
    unit="%",
    decimals=1,
    formula_text="100 x (1 - S0^exp(sum of weighted logs - mean))",
    applies_to={"en": "30 to 79 years, no coronary disease, no diabetes", "zh": "30至79岁,无冠心病及糖尿病"},
    source=Source(
        "National Cholesterol Education Program, Adult Treatment Panel III. Circulation 2002;106:3143-3421",
        "",
        MEDCALC.format("framingham_risk_score.py"),
    ),
)
