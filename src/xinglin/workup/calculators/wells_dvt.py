"""Wells score for deep vein thrombosis, -2 to 9."""

from __future__ import annotations

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("active_cancer", {"en": "active cancer", "zh": "活动性肿瘤"}),
    YesNo("bedridden_or_surgery", {"en": "bedridden over 3 days, or major surgery within 12 weeks", "zh": "卧床>3天或12周内大手术"}),
    YesNo("calf_swelling", {"en": "calf swelling over 3 cm", "zh": "小腿肿胀>3 cm"}),
    YesNo("collateral_veins", {"en": "collateral superficial veins", "zh": "浅静脉侧支"}),
    YesNo("leg_swollen", {"en": "entire leg swollen", "zh": "全下肢肿胀"}),
    YesNo("tenderness", {"en": "tenderness along the deep veins", "zh": "深静脉走行压痛"}),
    YesNo("pitting_oedema", {"en": "pitting oedema of that leg only", "zh": "患肢凹陷性水肿"}),
    YesNo("immobilised", {"en": "paralysis or plaster of the leg", "zh": "下肢瘫痪或石膏固定"}),
    YesNo("previous_dvt", {"en": "previous deep vein thrombosis", "zh": "既往深静脉血栓"}),
    YesNo("other_diagnosis", {"en": "another diagnosis at least as likely", "zh": "其他诊断可能性更大"}, -2),
)


def _formula(v: Values) -> Answer:
    return points(CRITERIA, v)


CALCULATOR = Calculator(
    name="wells_dvt",
    title={"en": "Wells score (DVT)", "zh": "Wells评分(深静脉血栓)"},
    inputs=CRITERIA,
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point for each criterion, minus 2 for another likely diagnosis",
    source=Source(
        "Wells PS, et al. Evaluation of D-dimer in the diagnosis of suspected deep-vein thrombosis. N Engl J Med 2003;349:1227-1235",
        "10.1056/NEJMoa023153",
        MEDCALC.format("wells_criteria_dvt.py"),
    ),
)
