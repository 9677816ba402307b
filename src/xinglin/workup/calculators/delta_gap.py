"""Delta gap: how far the anion gap lies above 12."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("sodium") - v.number("chloride") - v.number("bicarbonate") - 12)


CALCULATOR = Calculator(
    name="delta_gap",
    title={"en": "Delta gap", "zh": "Δ间隙"},
    inputs=(ask.SODIUM, ask.CHLORIDE, ask.BICARBONATE),
    formula=_formula,
    unit="mmol/L",
    decimals=1,
    formula_text="anion gap - 12",
    source=Source(
        "Wrenn K. The delta gap: an approach to mixed acid-base disorders. Ann Emerg Med 1990;19:1310-1313",
        "10.1016/S0196-0644(05)82292-9",
        MEDCALC.format("delta_gap.py"),
    ),
)
