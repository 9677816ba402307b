"""Glasgow-Blatchford score of upper gastrointestinal bleeding, 0 to 23."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, band, points

CRITERIA = (
    YesNo("melaena", {"en": "melaena", "zh": "黑便"}),
    YesNo("syncope", {"en": "syncope", "zh": "晕厥"}, 2),
    YesNo("liver_disease", {"en": "liver disease", "zh": "肝病"}, 2),
    YesNo("heart_failure", {"en": "cardiac failure", "zh": "心力衰竭"}, 2),
)


def _formula(v: Values) -> Answer:
    blood = v.number("hemoglobin")
    low = (
        band(blood, (10, 6), (12, 1), (math.inf, 0))
        if v.chosen("sex") == "female"
        else band(blood, (10, 6), (12, 3), (13, 1), (math.inf, 0))
    )
    extra = (
        ("urea nitrogen", band(v.number("urea_nitrogen"), (18.2, 0), (22.4, 2), (28, 3), (70, 4), (math.inf, 6))),
        ("haemoglobin", low),
        ("systolic pressure", band(v.number("systolic"), (90, 3), (100, 2), (110, 1), (math.inf, 0))),
        ("heart rate from 100", float(v.number("heart_rate") >= 100)),
    )
    return points(CRITERIA, v, *extra)


CALCULATOR = Calculator(
    name="glasgow_blatchford",
    title={"en": "Glasgow-Blatchford score", "zh": "Glasgow-Blatchford评分"},
    inputs=(ask.SEX, ask.UREA_NITROGEN, ask.HEMOGLOBIN, ask.SYSTOLIC, ask.HEART_RATE, *CRITERIA),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="urea 0-6, haemoglobin 0-6, systolic 0-3, heart rate 1, melaena 1, syncope 2, liver disease 2, cardiac failure 2",
    applies_to=ask.ADULT,
    source=Source(
        "Blatchford O, et al. A risk score to predict need for treatment for upper-gastrointestinal haemorrhage. Lancet 2000;356:1318-1321",
        "10.1016/S0140-6736(00)02816-6",
        MEDCALC.format("glasgow_bleeding_score.py"),
    ),
)
