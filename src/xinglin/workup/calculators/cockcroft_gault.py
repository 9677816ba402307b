"""Creatinine clearance by Cockcroft and Gault, for adults.

With a height, the weight used is the actual weight below the ideal, the ideal weight at a normal body mass index, and the adjusted
weight from a body mass index of 25; without one it is the actual weight.
"""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, outside

HEIGHT = replace(ask.ADULT_HEIGHT, optional=True)


def _weight(v: Values) -> float:
    weight, height = v.number("weight_kg"), v.maybe("height_cm")
    if height is None:
        return weight
    ideal = (50.0 if v.chosen("sex") == "male" else 45.5) + 2.3 * (height / 2.54 - 60)
    index = weight / (height / 100) ** 2
    if index >= 25:
        return ideal + 0.4 * (weight - ideal)
    return min(weight, ideal) if index >= 18.5 else weight


def _formula(v: Values) -> Answer:
    weight = _weight(v)
    if weight <= 0:
        outside("cockcroft_gault", "height_cm", "no ideal weight is defined for this height", "leave the height out")
    clearance = (140 - v.number("age_years")) * weight * (0.85 if v.chosen("sex") == "female" else 1) / (72 * v.number("creatinine"))
    return Answer(clearance, (("weight used [kg]", weight),), ({"en": "Valid only when creatinine is stable", "zh": "仅适用于肌酐稳定者"},))


CALCULATOR = Calculator(
    name="cockcroft_gault",
    title={"en": "Creatinine clearance (Cockcroft-Gault)", "zh": "肌酐清除率(Cockcroft-Gault)"},
    inputs=(ask.ADULT_AGE, ask.SEX, ask.ADULT_WEIGHT, HEIGHT, ask.CREATININE),
    formula=_formula,
    unit="mL/min",
    decimals=0,
    names={"en": ("creatinine clearance", "CrCl"), "zh": ("肌酐清除率",)},
    formula_text="(140 - age) x weight x 0.85 [women] / (72 x Scr)",
    applies_to=ask.ADULT,
    source=Source(
        "Cockcroft DW, Gault MH. Prediction of creatinine clearance from serum creatinine. Nephron 1976;16:31-41",
        "10.1159/000180580",
        MEDCALC.format("creatinine_clearance.py"),
    ),
)
