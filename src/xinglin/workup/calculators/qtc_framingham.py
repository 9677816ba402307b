"""QT interval corrected for heart rate by the Framingham study."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("qt_ms") + 154 * (1 - 60 / v.number("heart_rate")))


CALCULATOR = Calculator(
    name="qtc_framingham",
    title={"en": "QTc (Framingham)", "zh": "QTc(Framingham)"},
    inputs=(ask.QT, ask.HEART_RATE),
    formula=_formula,
    unit="ms",
    decimals=0,
    formula_text="QT + 154 x (1 - RR), RR = 60 / heart rate",
    source=Source(
        "Sagie A, et al. An improved method for adjusting the QT interval for heart rate. Am J Cardiol 1992;70:797-801",
        "10.1016/0002-9149(92)90562-D",
        MEDCALC.format("qt_calculator_framingham.py"),
    ),
)
