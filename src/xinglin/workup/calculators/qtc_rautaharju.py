"""QT interval corrected for heart rate by Rautaharju."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("qt_ms") * (120 + v.number("heart_rate")) / 180)


CALCULATOR = Calculator(
    name="qtc_rautaharju",
    title={"en": "QTc (Rautaharju)", "zh": "QTc(Rautaharju)"},
    inputs=(ask.QT, ask.HEART_RATE),
    formula=_formula,
    unit="ms",
    decimals=0,
    formula_text="QT x (120 + heart rate) / 180",
    source=Source(
        (
            "Rautaharju PM, et al. New age- and sex-specific criteria for QT prolongation based on rate correction formulas. "
            "Int J Cardiol 2014;174:535-540"
        ),
        "10.1016/j.ijcard.2014.04.133",
        MEDCALC.format("qt_calculator_rautaharju.py"),
    ),
)
