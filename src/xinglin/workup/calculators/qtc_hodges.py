"""QT interval corrected for heart rate by Hodges."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("qt_ms") + 1.75 * (v.number("heart_rate") - 60))


CALCULATOR = Calculator(
    name="qtc_hodges",
    title={"en": "QTc (Hodges)", "zh": "QTc(Hodges)"},
    inputs=(ask.QT, ask.HEART_RATE),
    formula=_formula,
    unit="ms",
    decimals=0,
    formula_text="QT + 1.75 x (heart rate - 60)",
    source=Source(
        "Hodges M, et al. Bazett's QT correction reviewed. J Am Coll Cardiol 1983;1:694", "", MEDCALC.format("qt_calculator_hodges.py")
    ),
)
