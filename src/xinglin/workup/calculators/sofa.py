"""SOFA: organ failure in intensive care, 0 to 24."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values, YesNo, band, points

SUPPORT = YesNo("respiratory_support", {"en": "ventilation or CPAP", "zh": "机械通气或CPAP"}, 0)
DOPAMINE = Number("dopamine", {"en": "dopamine", "zh": "多巴胺"}, "ug/kg/min", 0, 100, "", True)
DOBUTAMINE = YesNo("dobutamine", {"en": "dobutamine", "zh": "多巴酚丁胺"}, 0)
ADRENALINE = Number("adrenaline", {"en": "adrenaline", "zh": "肾上腺素"}, "ug/kg/min", 0, 20, "", True)
NORADRENALINE = Number("noradrenaline", {"en": "noradrenaline", "zh": "去甲肾上腺素"}, "ug/kg/min", 0, 20, "", True)
URINE = Number("urine_ml_per_day", {"en": "urine in 24 hours", "zh": "24小时尿量"}, "mL/d", 0, 20000, "", True)


def _breathing(v: Values) -> float:
    ratio = v.number("pao2") / (v.number("fio2") / 100)
    score = band(ratio, (100, 4), (200, 3), (300, 2), (400, 1), (math.inf, 0))
    return score if v.yes("respiratory_support") else min(score, 2)


def _circulation(v: Values) -> float:
    dopamine, adrenaline, noradrenaline = (v.maybe(n) or 0 for n in ("dopamine", "adrenaline", "noradrenaline"))
    if dopamine > 15 or adrenaline > 0.1 or noradrenaline > 0.1:
        return 4
    if dopamine > 5 or adrenaline or noradrenaline:
        return 3
    if dopamine or v.yes("dobutamine"):
        return 2
    return int((v.number("systolic") + 2 * v.number("diastolic")) / 3 < 70)


def _kidney(v: Values) -> float:
    score = band(v.number("creatinine"), (1.2, 0), (2, 1), (3.5, 2), (5, 3), (math.inf, 4))
    urine = v.maybe("urine_ml_per_day")
    return score if urine is None else max(score, band(urine, (200, 4), (500, 3), (math.inf, 0)))


def _formula(v: Values) -> Answer:
    return points(
        (),
        v,
        ("breathing", _breathing(v)),
        ("circulation", _circulation(v)),
        ("kidney", _kidney(v)),
        ("platelets", band(v.number("platelets"), (20, 4), (50, 3), (100, 2), (150, 1), (math.inf, 0))),
        ("coma", band(v.number("gcs"), (6, 4), (10, 3), (13, 2), (15, 1), (math.inf, 0))),
        ("liver", band(v.number("bilirubin"), (1.2, 0), (2, 1), (6, 2), (12, 3), (math.inf, 4))),
    )


CALCULATOR = Calculator(
    name="sofa",
    title={"en": "SOFA score", "zh": "SOFA评分"},
    inputs=(
        ask.PAO2,
        ask.FIO2,
        SUPPORT,
        ask.PLATELETS,
        ask.GCS,
        ask.BILIRUBIN,
        ask.SYSTOLIC,
        ask.DIASTOLIC,
        DOPAMINE,
        DOBUTAMINE,
        ADRENALINE,
        NORADRENALINE,
        ask.CREATININE,
        URINE,
    ),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="0 to 4 points each for breathing, platelets, liver, circulation, coma and kidney",
    source=Source(
        "Vincent JL, et al. The SOFA score to describe organ dysfunction/failure. Intensive Care Med 1996;22:707-710",
        "10.1007/BF01709751",
        MEDCALC.format("sofa.py"),
    ),
)
