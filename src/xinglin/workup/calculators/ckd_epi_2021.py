"""Estimated glomerular filtration rate from creatinine, CKD-EPI 2021 (without race), for adults."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    female = v.chosen("sex") == "female"
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = v.number("creatinine") / kappa
    rate = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.200 * 0.9938 ** v.number("age_years") * (1.012 if female else 1)
    return Answer(
        rate,
        caveats=(
            {
                "en": "Valid only when creatinine is stable; not in acute kidney injury or pregnancy",
                "zh": "仅适用于肌酐稳定者,不用于急性肾损伤或妊娠",
            },
        ),
    )


CALCULATOR = Calculator(
    name="ckd_epi_2021",
    title={"en": "eGFR (CKD-EPI 2021, creatinine)", "zh": "估算肾小球滤过率(CKD-EPI 2021,肌酐)"},
    inputs=(ask.ADULT_AGE, ask.SEX, ask.CREATININE),
    formula=_formula,
    unit="mL/min/{1.73_m2}",
    decimals=0,
    loinc="98979-8",
    names={"en": ("eGFR", "estimated GFR"), "zh": ("估算肾小球滤过率", "eGFR")},
    formula_text="142 x min(Scr/k, 1)^a x max(Scr/k, 1)^-1.200 x 0.9938^age x 1.012 [women]; k 0.7/0.9, a -0.241/-0.302 (women/men)",
    applies_to=ask.ADULT,
    source=Source(
        "Inker LA, et al. New creatinine- and cystatin C-based equations to estimate GFR without race. N Engl J Med 2021;385:1737-1749",
        "10.1056/NEJMoa2102953",
        "https://kidney.org/ckd-epi-creatinine-equation-2021",
    ),
)
