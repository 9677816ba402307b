"""HEART score of chest pain, 0 to 10."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Source, Values, band, points

CHOICES = (
    Choice("history", {"en": "history", "zh": "病史"}, {"slightly suspicious": 0, "moderately suspicious": 1, "highly suspicious": 2}),
    Choice(
        "ecg", {"en": "ECG", "zh": "心电图"}, {"normal": 0, "non-specific repolarisation disturbance": 1, "significant ST deviation": 2}
    ),
    Choice("risk_factors", {"en": "risk factors", "zh": "危险因素"}, {"none": 0, "1 or 2": 1, "3 or more, or atherosclerotic disease": 2}),
    Choice(
        "troponin",
        {"en": "initial troponin", "zh": "初始肌钙蛋白"},
        {"normal": 0, "1 to 3 times the limit": 1, "over 3 times the limit": 2},
    ),
)


def _formula(v: Values) -> Answer:
    return points(CHOICES, v, ("age", band(v.number("age_years"), (45, 0), (65, 1), (math.inf, 2))))


CALCULATOR = Calculator(
    name="heart_score",
    title={"en": "HEART score", "zh": "HEART评分"},
    inputs=(ask.ADULT_AGE, *CHOICES),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="history + ECG + age + risk factors + troponin, 0 to 2 each",
    applies_to=ask.ADULT,
    source=Source(
        "Six AJ, et al. Chest pain in the emergency room: value of the HEART score. Neth Heart J 2008;16:191-196",
        "10.1007/BF03086144",
        MEDCALC.format("heart_score.py"),
    ),
)
