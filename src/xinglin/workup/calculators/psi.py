"""Pneumonia severity index of adults with community-acquired pneumonia."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("nursing_home", {"en": "nursing home resident", "zh": "住养老院"}, 10),
    YesNo("neoplastic_disease", {"en": "neoplastic disease", "zh": "肿瘤"}, 30),
    YesNo("liver_disease", {"en": "liver disease", "zh": "肝病"}, 20),
    YesNo("heart_failure", {"en": "heart failure", "zh": "心力衰竭"}, 10),
    YesNo("cerebrovascular_disease", {"en": "cerebrovascular disease", "zh": "脑血管病"}, 10),
    YesNo("renal_disease", {"en": "renal disease", "zh": "肾病"}, 10),
    YesNo("altered_mental_status", {"en": "altered mental status", "zh": "意识改变"}, 20),
    YesNo("pleural_effusion", {"en": "pleural effusion", "zh": "胸腔积液"}, 10),
)


def _formula(v: Values) -> Answer:
    age = v.number("age_years") - (10 if v.chosen("sex") == "female" else 0)
    extra = (
        ("age", age),
        ("respiratory rate", 20 * (v.number("respiratory_rate") >= 30)),
        ("systolic pressure", 20 * (v.number("systolic") < 90)),
        ("temperature", 15 * (v.number("temperature") < 35 or v.number("temperature") > 39.9)),
        ("heart rate", 10 * (v.number("heart_rate") >= 125)),
        ("pH", 30 * (v.number("ph") < 7.35)),
        ("urea nitrogen", 20 * (v.number("urea_nitrogen") >= 30)),
        ("sodium", 20 * (v.number("sodium") < 130)),
        ("glucose", 10 * (v.number("glucose") >= 250)),
        ("haematocrit", 10 * (v.number("hematocrit") < 30)),
        ("oxygen", 10 * (v.number("pao2") < 60)),
    )
    return points(CRITERIA, v, *extra)


CALCULATOR = Calculator(
    name="psi",
    title={"en": "Pneumonia severity index", "zh": "肺炎严重指数"},
    inputs=(
        ask.ADULT_AGE,
        ask.SEX,
        *CRITERIA,
        ask.RESPIRATORY_RATE,
        ask.SYSTOLIC,
        ask.TEMPERATURE,
        ask.HEART_RATE,
        ask.PH,
        ask.UREA_NITROGEN,
        ask.SODIUM,
        ask.GLUCOSE,
        ask.HEMATOCRIT,
        ask.PAO2,
    ),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="age (women: minus 10) + points of residence, diseases, examination and laboratory",
    applies_to=ask.ADULT,
    source=Source(
        "Fine MJ, et al. A prediction rule to identify low-risk patients with community-acquired pneumonia. N Engl J Med 1997;336:243-250",
        "10.1056/NEJM199701233360402",
        MEDCALC.format("psi_score.py"),
    ),
)
