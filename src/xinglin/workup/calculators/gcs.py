"""Glasgow coma score, 3 to 15."""

from __future__ import annotations

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Source, Values, points

EYE = Choice("eye", {"en": "best eye response", "zh": "睁眼反应"}, {"spontaneous": 4, "to voice": 3, "to pain": 2, "none": 1})
VERBAL = Choice(
    "verbal",
    {"en": "best verbal response", "zh": "语言反应"},
    {"oriented": 5, "confused": 4, "inappropriate words": 3, "sounds": 2, "none": 1},
)
MOTOR = Choice(
    "motor",
    {"en": "best motor response", "zh": "运动反应"},
    {"obeys": 6, "localises": 5, "withdraws": 4, "flexion": 3, "extension": 2, "none": 1},
)


def _formula(v: Values) -> Answer:
    return points((EYE, VERBAL, MOTOR), v)


CALCULATOR = Calculator(
    name="gcs",
    title={"en": "Glasgow coma score", "zh": "格拉斯哥昏迷评分"},
    inputs=(EYE, VERBAL, MOTOR),
    formula=_formula,
    unit="{score}",
    decimals=0,
    loinc="9269-2",
    formula_text="eye + verbal + motor",
    source=Source(
        "Teasdale G, Jennett B. Assessment of coma and impaired consciousness. Lancet 1974;304:81-84",
        "10.1016/S0140-6736(74)91639-0",
        MEDCALC.format("glasgow_coma_score.py"),
    ),
)
