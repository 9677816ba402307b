"""QT interval corrected for heart rate by Fridericia."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("qt_ms") / (60 / v.number("heart_rate")) ** (1 / 3))


CALCULATOR = Calculator(
    name="qtc_fridericia",
    title={"en": "QTc (Fridericia)", "zh": "QTc(Fridericia)"},
    inputs=(ask.QT, ask.HEART_RATE),
    formula=_formula,
    unit="ms",
    decimals=0,
    formula_text="QT / RR^(1/3), RR = 60 / heart rate",
    source=Source(
        "Fridericia LS. Die Systolendauer im Elektrokardiogramm. Acta Med Scand 1920;53:469-486",
        "10.1111/j.0954-6820.1920.tb18266.x",
        MEDCALC.format("qt_calculator_fredericia.py"),
    ),
)
