"""Anion gap corrected for albumin: 2.5 mmol/L for each g/dL that albumin is below 4."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    gap = v.number("sodium") - v.number("chloride") - v.number("bicarbonate")
    return Answer(gap + 2.5 * (4 - v.number("albumin")), (("anion gap", gap),))


CALCULATOR = Calculator(
    name="anion_gap_albumin",
    title={"en": "Albumin-corrected anion gap", "zh": "白蛋白校正阴离子间隙"},
    inputs=(ask.SODIUM, ask.CHLORIDE, ask.BICARBONATE, ask.ALBUMIN),
    formula=_formula,
    unit="mmol/L",
    decimals=1,
    names={"en": ("albumin-corrected anion gap", "corrected anion gap"), "zh": ("白蛋白校正阴离子间隙",)},
    formula_text="Na - (Cl + HCO3) + 2.5 x (4 - albumin [g/dL])",
    source=Source(
        "Figge J, et al. Anion gap and hypoalbuminemia. Crit Care Med 1998;26:1807-1810",
        "10.1097/00003246-199811000-00019",
        MEDCALC.format("albumin_corrected_anion.py"),
    ),
)
