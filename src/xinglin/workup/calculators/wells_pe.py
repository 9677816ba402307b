"""Wells score for pulmonary embolism, 0 to 12.5."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("dvt_signs", {"en": "signs of deep vein thrombosis", "zh": "深静脉血栓体征"}, 3),
    YesNo("likeliest", {"en": "embolism is the likeliest diagnosis", "zh": "肺栓塞为首要诊断"}, 3),
    YesNo("immobilised_or_surgery", {"en": "immobilised 3 days, or surgery within 4 weeks", "zh": "制动≥3天或4周内手术"}, 1.5),
    YesNo("previous_vte", {"en": "previous embolism or thrombosis", "zh": "既往肺栓塞或血栓"}, 1.5),
    YesNo("haemoptysis", {"en": "haemoptysis", "zh": "咯血"}),
    YesNo("malignancy", {"en": "malignancy", "zh": "恶性肿瘤"}),
)


def _formula(v: Values) -> Answer:
    return points(CRITERIA, v, ("heart rate over 100", 1.5 if v.number("heart_rate") > 100 else 0))


CALCULATOR = Calculator(
    name="wells_pe",
    title={"en": "Wells score (PE)", "zh": "Wells评分(肺栓塞)"},
    inputs=(ask.HEART_RATE, *CRITERIA),
    formula=_formula,
    unit="{score}",
    decimals=1,
    formula_text="signs 3, likeliest 3, heart rate 1.5, immobilised or surgery 1.5, previous 1.5, haemoptysis 1, malignancy 1",
    source=Source(
        (
            "Wells PS, et al. Derivation of a simple clinical model to categorize patients probability of "
            "pulmonary embolism. Thromb Haemost 2000;83:416-420"
        ),
        "",
        MEDCALC.format("wells_criteria_pe.py"),
    ),
)
