"""Non-HDL cholesterol."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import Answer, Calculator, Source, Values, outside


def _formula(v: Values) -> Answer:
    value = v.number("cholesterol") - v.number("hdl")
    if value <= 0:
        outside("non_hdl", "hdl", "HDL is not below total cholesterol", "check both values")
    return Answer(value)


CALCULATOR = Calculator(
    name="non_hdl",
    title={"en": "Non-HDL cholesterol", "zh": "非高密度脂蛋白胆固醇"},
    inputs=(ask.CHOLESTEROL, ask.HDL),
    formula=_formula,
    unit="mg/dL",
    decimals=0,
    loinc="43396-1",
    names={"en": ("non-HDL cholesterol",), "zh": ("非高密度脂蛋白胆固醇",)},
    formula_text="total cholesterol - HDL",
    source=Source("Follows from its definition", "", "definition"),
)
