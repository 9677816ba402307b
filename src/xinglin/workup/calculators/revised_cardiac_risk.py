"""Revised cardiac risk index (Lee) before non-cardiac surgery, 0 to 6."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo(
        "high_risk_surgery",
        {"en": "intraperitoneal, intrathoracic or suprainguinal vascular surgery", "zh": "腹腔、胸腔或腹股沟以上血管手术"},
    ),
    YesNo("ischaemic_heart_disease", {"en": "ischaemic heart disease", "zh": "缺血性心脏病"}),
    YesNo("heart_failure", {"en": "heart failure", "zh": "心力衰竭"}),
    YesNo("cerebrovascular_disease", {"en": "stroke or TIA", "zh": "卒中或TIA"}),
    YesNo("insulin_treatment", {"en": "insulin before surgery", "zh": "术前使用胰岛素"}),
)


def _formula(v: Values) -> Answer:
    return points(CRITERIA, v, ("creatinine over 2 mg/dL", float(v.number("creatinine") > 2)))


CALCULATOR = Calculator(
    name="revised_cardiac_risk",
    title={"en": "Revised cardiac risk index", "zh": "改良心脏风险指数"},
    inputs=(*CRITERIA, ask.CREATININE),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point for each criterion",
    applies_to=ask.ADULT,
    source=Source(
        (
            "Lee TH, et al. Derivation and prospective validation of a simple index for prediction of cardiac "
            "risk. Circulation 1999;100:1043-1049"
        ),
        "10.1161/01.CIR.100.10.1043",
        MEDCALC.format("cardiac_risk_index.py"),
    ),
)
