"""qSOFA: bedside warning in infection, 0 to 3."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import Answer, Calculator, Source, Values, YesNo, points

MENTATION = YesNo("altered_mentation", {"en": "altered mentation", "zh": "意识改变"})


def _formula(v: Values) -> Answer:
    return points(
        (MENTATION,),
        v,
        ("respiratory rate from 22", float(v.number("respiratory_rate") >= 22)),
        ("systolic up to 100", float(v.number("systolic") <= 100)),
    )


CALCULATOR = Calculator(
    name="qsofa",
    title={"en": "qSOFA", "zh": "qSOFA评分"},
    inputs=(ask.RESPIRATORY_RATE, ask.SYSTOLIC, MENTATION),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point each: respiratory rate >= 22, systolic <= 100, altered mentation",
    applies_to=ask.ADULT,
    source=Source(
        "Singer M, et al. The third international consensus definitions for sepsis and septic shock. JAMA 2016;315:801-810",
        "10.1001/jama.2016.0287",
        "https://www.auxisuite.app/blog/qsofa-sofa-sepsis-en.html",
    ),
)
