"""Calculated serum osmolality from sodium, urea nitrogen and glucose."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(2 * v.number("sodium") + v.number("urea_nitrogen") / 2.8 + v.number("glucose") / 18)


CALCULATOR = Calculator(
    name="osmolality",
    title={"en": "Calculated serum osmolality", "zh": "计算血清渗透压"},
    inputs=(ask.SODIUM, ask.UREA_NITROGEN, ask.GLUCOSE),
    formula=_formula,
    unit="mosm/kg",
    decimals=0,
    names={"en": ("calculated osmolality",), "zh": ("计算渗透压",)},
    formula_text="2 x Na + urea nitrogen [mg/dL] / 2.8 + glucose [mg/dL] / 18",
    source=Source(
        (
            "Purssell RA, et al. Derivation and validation of a formula to calculate the contribution of ethanol "
            "to serum osmolality. Ann Emerg Med 2001;38:653-659"
        ),
        "10.1067/mem.2001.119455",
        MEDCALC.format("sOsm.py"),
    ),
)
