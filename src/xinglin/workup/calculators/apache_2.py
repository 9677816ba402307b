"""APACHE II: severity of illness on the first day of intensive care, 0 to 71."""

from __future__ import annotations

import math
from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Source, Values, YesNo, band, outside, points

CHRONIC = Choice(
    "chronic_health",
    {"en": "severe organ insufficiency or immunocompromise", "zh": "严重器官功能不全或免疫抑制"},
    {"none": 0, "elective surgery": 2, "no or emergency surgery": 5},
)
ACUTE = YesNo("acute_renal_failure", {"en": "acute renal failure", "zh": "急性肾衰竭"}, 0)
PACO2 = replace(ask.PACO2, optional=True)
END = math.inf


def _oxygen(v: Values) -> float:
    pao2, fio2, paco2 = v.number("pao2"), v.number("fio2") / 100, v.maybe("paco2")
    if fio2 < 0.5:
        return band(pao2, (55, 4), (61, 3), (70.000001, 1), (END, 0))
    if paco2 is None:
        outside("apache_2", "paco2", "from an inspired oxygen of 50 % the gradient is scored, which needs PaCO2", "give PaCO2")
    return band(713 * fio2 - paco2 / 0.8 - pao2, (200, 0), (350, 2), (500, 3), (END, 4))


def _acute(v: Values) -> tuple[tuple[str, float], ...]:
    creatinine = band(v.number("creatinine"), (0.6, 2), (1.5, 0), (2, 2), (3.5, 3), (END, 4))
    return (
        ("temperature", band(v.number("temperature"), (30, 4), (32, 3), (34, 2), (36, 1), (38.5, 0), (39, 1), (41, 3), (END, 4))),
        (
            "mean pressure",
            band(round((v.number("systolic") + 2 * v.number("diastolic")) / 3), (50, 4), (70, 2), (110, 0), (130, 2), (160, 3), (END, 4)),
        ),
        ("heart rate", band(v.number("heart_rate"), (40, 4), (55, 3), (70, 2), (110, 0), (140, 2), (180, 3), (END, 4))),
        ("respiratory rate", band(v.number("respiratory_rate"), (6, 4), (10, 2), (12, 1), (25, 0), (35, 1), (50, 3), (END, 4))),
        ("oxygen", _oxygen(v)),
        ("pH", band(v.number("ph"), (7.15, 4), (7.25, 3), (7.33, 2), (7.5, 0), (7.6, 1), (7.7, 3), (END, 4))),
        ("sodium", band(v.number("sodium"), (111, 4), (120, 3), (130, 2), (150, 0), (155, 1), (160, 2), (180, 3), (END, 4))),
        ("potassium", band(v.number("potassium"), (2.5, 4), (3, 2), (3.5, 1), (5.5, 0), (6, 1), (7, 3), (END, 4))),
        ("creatinine", creatinine * (2 if v.yes("acute_renal_failure") else 1)),
        ("haematocrit", band(v.number("hematocrit"), (20, 4), (30, 2), (46, 0), (50, 1), (60, 2), (END, 4))),
        ("white cells", band(v.number("wbc"), (1, 4), (3, 2), (15, 0), (20, 1), (40, 2), (END, 4))),
        ("coma", 15 - v.number("gcs")),
    )


def _formula(v: Values) -> Answer:
    return points((CHRONIC,), v, *_acute(v), ("age", band(v.number("age_years"), (45, 0), (55, 2), (65, 3), (75, 5), (END, 6))))


CALCULATOR = Calculator(
    name="apache_2",
    title={"en": "APACHE II", "zh": "APACHE II评分"},
    inputs=(
        ask.ADULT_AGE,
        ask.TEMPERATURE,
        ask.SYSTOLIC,
        ask.DIASTOLIC,
        ask.HEART_RATE,
        ask.RESPIRATORY_RATE,
        ask.PAO2,
        ask.FIO2,
        PACO2,
        ask.PH,
        ask.SODIUM,
        ask.POTASSIUM,
        ask.CREATININE,
        ACUTE,
        ask.HEMATOCRIT,
        ask.WBC,
        ask.GCS,
        CHRONIC,
    ),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="acute physiology + age + chronic health",
    applies_to=ask.ADULT,
    source=Source(
        "Knaus WA, et al. APACHE II: a severity of disease classification system. Crit Care Med 1985;13:818-829",
        "10.1097/00003246-198510000-00009",
        MEDCALC.format("apache_ii.py"),
    ),
)
