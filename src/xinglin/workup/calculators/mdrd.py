"""Estimated glomerular filtration rate by the four-variable MDRD study equation (IDMS, without the race term), for adults."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    rate = 175 * v.number("creatinine") ** -1.154 * v.number("age_years") ** -0.203 * (0.742 if v.chosen("sex") == "female" else 1)
    return Answer(rate, caveats=({"en": "Superseded by CKD-EPI 2021; inaccurate above 60", "zh": "已被CKD-EPI 2021取代;高于60时不准确"},))


CALCULATOR = Calculator(
    name="mdrd",
    title={"en": "eGFR (MDRD)", "zh": "估算肾小球滤过率(MDRD)"},
    inputs=(ask.ADULT_AGE, ask.SEX, ask.CREATININE),
    formula=_formula,
    unit="mL/min/{1.73_m2}",
    decimals=0,
    loinc="77147-7",
    formula_text="175 x Scr^-1.154 x age^-0.203 x 0.742 [women]",
    applies_to=ask.ADULT,
    source=Source(
        "Levey AS, et al. Using standardized serum creatinine values in the MDRD study equation. Ann Intern Med 2006;145:247-254",
        "10.7326/0003-4819-145-4-200608150-00004",
        MEDCALC.format("mdrd_gfr.py"),
    ),
)
