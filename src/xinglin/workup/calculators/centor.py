"""Centor score as modified by McIsaac: streptococcal pharyngitis, from 3 years of age."""

from __future__ import annotations

import math
from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, band, points

CRITERIA = (
    YesNo("tonsils", {"en": "tonsillar exudate or swelling", "zh": "扁桃体渗出或肿大"}),
    YesNo("nodes", {"en": "tender anterior cervical nodes", "zh": "颈前淋巴结压痛"}),
)
COUGH = YesNo("cough", {"en": "cough", "zh": "咳嗽"}, 0)


def _formula(v: Values) -> Answer:
    extra = (
        ("temperature over 38", float(v.number("temperature") > 38)),
        ("no cough", float(not v.yes("cough"))),
        ("age", band(v.number("age_years"), (15, 1), (45, 0), (math.inf, -1))),
    )
    return points(CRITERIA, v, *extra)


CALCULATOR = Calculator(
    name="centor",
    title={"en": "Centor score (McIsaac)", "zh": "Centor评分(McIsaac)"},
    inputs=(replace(ask.AGE, low=3), ask.TEMPERATURE, *CRITERIA, COUGH),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point each: temperature > 38, tonsils, nodes, no cough; age 3-14 +1, from 45 -1",
    source=Source(
        "McIsaac WJ, et al. A clinical score to reduce unnecessary antibiotic use in patients with sore throat. CMAJ 1998;158:75-83",
        "",
        MEDCALC.format("centor_score.py"),
    ),
)
