"""Serum anion gap without potassium."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(v.number("sodium") - v.number("chloride") - v.number("bicarbonate"))


CALCULATOR = Calculator(
    name="anion_gap",
    title={"en": "Anion gap", "zh": "阴离子间隙"},
    inputs=(ask.SODIUM, ask.CHLORIDE, ask.BICARBONATE),
    formula=_formula,
    unit="mmol/L",
    decimals=0,
    loinc="10466-1",
    names={"en": ("anion gap",), "zh": ("阴离子间隙",)},
    formula_text="Na - (Cl + HCO3)",
    source=Source(
        "Emmett M, Narins RG. Clinical use of the anion gap. Medicine (Baltimore) 1977;56:38-54",
        "10.1097/00005792-197756010-00002",
        MEDCALC.format("anion_gap.py"),
    ),
)
