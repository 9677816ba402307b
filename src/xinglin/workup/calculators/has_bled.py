"""HAS-BLED: bleeding risk on anticoagulants, 0 to 9."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("hypertension", {"en": "systolic pressure above 160 mmHg", "zh": "收缩压>160 mmHg"}),
    YesNo("renal_disease", {"en": "dialysis, transplant or creatinine above 2.26 mg/dL", "zh": "透析、移植或肌酐>200 μmol/L"}),
    YesNo("liver_disease", {"en": "cirrhosis or marked liver test changes", "zh": "肝硬化或肝功能显著异常"}),
    YesNo("stroke", {"en": "stroke", "zh": "卒中"}),
    YesNo("bleeding", {"en": "major bleeding or predisposition", "zh": "大出血史或出血倾向"}),
    YesNo("labile_inr", {"en": "labile INR", "zh": "INR不稳定"}),
    YesNo("medicines", {"en": "antiplatelet medicine or NSAID", "zh": "抗血小板药或非甾体抗炎药"}),
    YesNo("alcohol", {"en": "8 or more drinks a week", "zh": "饮酒≥8单位/周"}),
)


def _formula(v: Values) -> Answer:
    return points(CRITERIA, v, ("age over 65", float(v.number("age_years") > 65)))


CALCULATOR = Calculator(
    name="has_bled",
    title={"en": "HAS-BLED", "zh": "HAS-BLED评分"},
    inputs=(ask.ADULT_AGE, *CRITERIA),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point for each criterion",
    applies_to=ask.ADULT,
    source=Source(
        "Pisters R, et al. A novel user-friendly score (HAS-BLED). Chest 2010;138:1093-1100",
        "10.1378/chest.10-0134",
        MEDCALC.format("has_bled_score.py"),
    ),
)
