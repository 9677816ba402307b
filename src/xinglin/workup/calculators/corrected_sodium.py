"""Sodium corrected for high glucose: 2.4 mmol/L for each 100 mg/dL of glucose above 100 (Hillier); 1.6 by Katz is given as a part."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values

GLUCOSE = replace(ask.GLUCOSE, low=100)


def _formula(v: Values) -> Answer:
    excess = v.number("glucose") - 100
    return Answer(v.number("sodium") + 0.024 * excess, (("by Katz 1973 (factor 1.6)", v.number("sodium") + 0.016 * excess),))


CALCULATOR = Calculator(
    name="corrected_sodium",
    title={"en": "Sodium corrected for glucose", "zh": "血糖校正血钠"},
    inputs=(ask.SODIUM, GLUCOSE),
    formula=_formula,
    unit="mmol/L",
    decimals=0,
    names={"en": ("corrected sodium",), "zh": ("校正血钠",)},
    formula_text="Na + 0.024 x (glucose [mg/dL] - 100)",
    source=Source(
        "Hillier TA, et al. Hyponatremia: evaluating the correction factor for hyperglycemia. Am J Med 1999;106:399-403",
        "10.1016/S0002-9343(99)00055-8",
        MEDCALC.format("sodium_correction_hyperglycemia.py"),
    ),
)
