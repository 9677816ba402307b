"""Charlson comorbidity index with age."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Source, Values, YesNo, band, points

CRITERIA = (
    YesNo("myocardial_infarction", {"en": "myocardial infarction", "zh": "心肌梗死"}),
    YesNo("heart_failure", {"en": "heart failure", "zh": "心力衰竭"}),
    YesNo("peripheral_vascular_disease", {"en": "peripheral vascular disease", "zh": "外周血管病"}),
    YesNo("cerebrovascular_disease", {"en": "stroke or TIA", "zh": "卒中或TIA"}),
    YesNo("dementia", {"en": "dementia", "zh": "痴呆"}),
    YesNo("chronic_pulmonary_disease", {"en": "chronic pulmonary disease", "zh": "慢性肺病"}),
    YesNo("connective_tissue_disease", {"en": "connective tissue disease", "zh": "结缔组织病"}),
    YesNo("peptic_ulcer", {"en": "peptic ulcer disease", "zh": "消化性溃疡"}),
    YesNo("hemiplegia", {"en": "hemiplegia", "zh": "偏瘫"}, 2),
    YesNo("kidney_disease", {"en": "moderate to severe kidney disease", "zh": "中重度肾病"}, 2),
    YesNo("leukemia", {"en": "leukaemia", "zh": "白血病"}, 2),
    YesNo("lymphoma", {"en": "lymphoma", "zh": "淋巴瘤"}, 2),
    YesNo("aids", {"en": "AIDS", "zh": "艾滋病"}, 6),
)
CHOICES = (
    Choice("liver_disease", {"en": "liver disease", "zh": "肝病"}, {"none": 0, "mild": 1, "moderate to severe": 3}),
    Choice("diabetes", {"en": "diabetes", "zh": "糖尿病"}, {"none or diet": 0, "uncomplicated": 1, "end-organ damage": 2}),
    Choice("solid_tumour", {"en": "solid tumour", "zh": "实体瘤"}, {"none": 0, "localised": 2, "metastatic": 6}),
)


def _formula(v: Values) -> Answer:
    return points((*CRITERIA, *CHOICES), v, ("age", band(v.number("age_years"), (50, 0), (60, 1), (70, 2), (80, 3), (math.inf, 4))))


CALCULATOR = Calculator(
    name="charlson",
    title={"en": "Charlson comorbidity index", "zh": "Charlson合并症指数"},
    inputs=(ask.ADULT_AGE, *CRITERIA, *CHOICES),
    formula=_formula,
    unit="{score}",
    decimals=0,
    applies_to=ask.ADULT,
    formula_text="weighted sum of diseases + one point for each decade from 50 (at most 4)",
    source=Source(
        "Charlson ME, et al. A new method of classifying prognostic comorbidity. J Chronic Dis 1987;40:373-383",
        "10.1016/0021-9681(87)90171-8",
        MEDCALC.format("cci.py"),
    ),
)
