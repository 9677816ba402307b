"""LDL cholesterol by Friedewald; not above triglycerides of 400 mg/dL."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, outside

TRIGLYCERIDE = replace(ask.TRIGLYCERIDE, high=400)


def _formula(v: Values) -> Answer:
    value = v.number("cholesterol") - v.number("hdl") - v.number("triglyceride") / 5
    if value <= 0:
        outside("ldl_friedewald", "cholesterol", "these inputs give no positive LDL cholesterol", "measure LDL cholesterol directly")
    return Answer(value, caveats=({"en": "Made for fasting samples", "zh": "适用于空腹标本"},))


CALCULATOR = Calculator(
    name="ldl_friedewald",
    title={"en": "LDL cholesterol (Friedewald)", "zh": "低密度脂蛋白胆固醇(Friedewald)"},
    inputs=(ask.CHOLESTEROL, ask.HDL, TRIGLYCERIDE),
    formula=_formula,
    unit="mg/dL",
    decimals=0,
    loinc="13457-7",
    names={"en": ("calculated LDL cholesterol",), "zh": ("计算低密度脂蛋白胆固醇",)},
    formula_text="total cholesterol - HDL - triglycerides / 5 [mg/dL]",
    source=Source(
        "Friedewald WT, et al. Estimation of the concentration of LDL cholesterol. Clin Chem 1972;18:499-502",
        "10.1093/clinchem/18.6.499",
        MEDCALC.format("ldl_calculated.py"),
    ),
)
