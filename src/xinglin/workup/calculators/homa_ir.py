"""HOMA-IR: insulin resistance from fasting insulin and fasting glucose."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values

INSULIN = Number("insulin", {"en": "fasting insulin", "zh": "空腹胰岛素"}, "u[IU]/mL", 0.1, 2000, "insulin")
GLUCOSE = replace(ask.GLUCOSE, title={"en": "fasting glucose", "zh": "空腹血糖"})


def _formula(v: Values) -> Answer:
    return Answer(v.number("insulin") * v.number("glucose") / 405)


CALCULATOR = Calculator(
    name="homa_ir",
    title={"en": "HOMA-IR", "zh": "HOMA-IR胰岛素抵抗指数"},
    inputs=(INSULIN, GLUCOSE),
    formula=_formula,
    unit="",
    decimals=1,
    formula_text="insulin [uIU/mL] x glucose [mg/dL] / 405",
    source=Source(
        "Matthews DR, et al. Homeostasis model assessment. Diabetologia 1985;28:412-419", "10.1007/BF00280883", MEDCALC.format("homa_ir.py")
    ),
)
