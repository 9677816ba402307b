"""CHA2DS2-VASc: stroke risk in atrial fibrillation, 0 to 9."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, band, points

CRITERIA = (
    YesNo("heart_failure", {"en": "congestive heart failure", "zh": "充血性心力衰竭"}),
    YesNo("hypertension", {"en": "hypertension", "zh": "高血压"}),
    YesNo("diabetes", {"en": "diabetes", "zh": "糖尿病"}),
    YesNo("stroke", {"en": "stroke, TIA or thromboembolism", "zh": "卒中、TIA或血栓栓塞"}, 2),
    YesNo("vascular_disease", {"en": "vascular disease", "zh": "血管疾病"}),
)


def _formula(v: Values) -> Answer:
    return points(
        CRITERIA, v, ("age", band(v.number("age_years"), (65, 0), (75, 1), (math.inf, 2))), ("female", float(v.chosen("sex") == "female"))
    )


CALCULATOR = Calculator(
    name="cha2ds2_vasc",
    title={"en": "CHA2DS2-VASc", "zh": "CHA2DS2-VASc评分"},
    inputs=(ask.ADULT_AGE, ask.SEX, *CRITERIA),
    formula=_formula,
    unit="{score}",
    decimals=0,
    applies_to={"en": "adults with atrial fibrillation", "zh": "成人心房颤动患者"},
    formula_text="sum: age 65-74 1, from 75 2, female 1, heart failure 1, hypertension 1, diabetes 1, stroke 2, vascular disease 1",
    source=Source(
        "Lip GY, et al. Refining clinical risk stratification for predicting stroke in atrial fibrillation. Chest 2010;137:263-272",
        "10.1378/chest.09-1584",
        MEDCALC.format("cha2ds2_vasc_score.py"),
    ),
)
