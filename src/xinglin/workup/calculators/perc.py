"""PERC rule for pulmonary embolism: number of criteria met, 0 to 8; none met and a low pre-test probability speak against embolism."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("leg_swelling", {"en": "one leg swollen", "zh": "单侧下肢肿胀"}),
    YesNo("haemoptysis", {"en": "haemoptysis", "zh": "咯血"}),
    YesNo("recent_surgery_or_trauma", {"en": "surgery or trauma within 4 weeks", "zh": "4周内手术或创伤"}),
    YesNo("previous_vte", {"en": "previous embolism or thrombosis", "zh": "既往肺栓塞或血栓"}),
    YesNo("hormones", {"en": "hormone use", "zh": "使用激素"}),
)


def _formula(v: Values) -> Answer:
    extra = (
        ("age", float(v.number("age_years") >= 50)),
        ("heart rate", float(v.number("heart_rate") >= 100)),
        ("oxygen saturation", float(v.number("spo2") < 95)),
    )
    return points(CRITERIA, v, *extra)


CALCULATOR = Calculator(
    name="perc",
    title={"en": "PERC rule", "zh": "PERC规则"},
    inputs=(ask.ADULT_AGE, ask.HEART_RATE, ask.SPO2, *CRITERIA),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point for each criterion met",
    applies_to=ask.ADULT,
    source=Source(
        (
            "Kline JA, et al. Clinical criteria to prevent unnecessary diagnostic testing in suspected pulmonary "
            "embolism. J Thromb Haemost 2004;2:1247-1255"
        ),
        "10.1111/j.1538-7836.2004.00790.x",
        MEDCALC.format("perc_rule.py"),
    ),
)
