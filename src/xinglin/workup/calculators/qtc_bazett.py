"""QT interval corrected for heart rate by Bazett."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(
        v.number("qt_ms") / math.sqrt(60 / v.number("heart_rate")),
        caveats=({"en": "Overcorrects at fast and undercorrects at slow heart rates", "zh": "心率快时校正过度,慢时校正不足"},),
    )


CALCULATOR = Calculator(
    name="qtc_bazett",
    title={"en": "QTc (Bazett)", "zh": "QTc(Bazett)"},
    inputs=(ask.QT, ask.HEART_RATE),
    formula=_formula,
    unit="ms",
    decimals=0,
    formula_text="QT / sqrt(RR), RR = 60 / heart rate",
    loinc="8636-3",
    source=Source(
        "Bazett HC. An analysis of the time-relations of electrocardiograms. Heart 1920;7:353-370",
        "",
        MEDCALC.format("qt_calculator_bazett.py"),
    ),
)
