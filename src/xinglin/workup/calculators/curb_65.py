"""CURB-65: severity of community-acquired pneumonia, 0 to 5."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CONFUSION = YesNo("confusion", {"en": "new confusion", "zh": "新发意识障碍"})


def _formula(v: Values) -> Answer:
    extra = (
        ("urea nitrogen over 19 mg/dL", float(v.number("urea_nitrogen") > 19)),
        ("respiratory rate from 30", float(v.number("respiratory_rate") >= 30)),
        ("blood pressure", float(v.number("systolic") < 90 or v.number("diastolic") <= 60)),
        ("age from 65", float(v.number("age_years") >= 65)),
    )
    return points((CONFUSION,), v, *extra)


CALCULATOR = Calculator(
    name="curb_65",
    title={"en": "CURB-65", "zh": "CURB-65评分"},
    inputs=(ask.ADULT_AGE, CONFUSION, ask.UREA_NITROGEN, ask.RESPIRATORY_RATE, ask.SYSTOLIC, ask.DIASTOLIC),
    formula=_formula,
    unit="{score}",
    decimals=0,
    applies_to=ask.ADULT,
    formula_text="one point each: confusion, urea nitrogen > 19 mg/dL, respiratory rate >= 30, systolic < 90 or diastolic <= 60, age >= 65",
    source=Source(
        "Lim WS, et al. Defining community acquired pneumonia severity on presentation to hospital. Thorax 2003;58:377-382",
        "10.1136/thorax.58.5.377",
        MEDCALC.format("curb_65.py"),
    ),
)
