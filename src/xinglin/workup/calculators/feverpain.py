"""FeverPAIN: streptococcal sore throat, 0 to 5."""

from __future__ import annotations

from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, YesNo, points

CRITERIA = (
    YesNo("fever", {"en": "fever in the last 24 hours", "zh": "24小时内发热"}),
    YesNo("no_cough_or_coryza", {"en": "no cough or coryza", "zh": "无咳嗽或流涕"}),
    YesNo("rapid_onset", {"en": "onset within 3 days", "zh": "3天内起病"}),
    YesNo("purulent_tonsils", {"en": "purulent tonsils", "zh": "扁桃体化脓"}),
    YesNo("inflamed_tonsils", {"en": "severely inflamed tonsils", "zh": "扁桃体重度炎症"}),
)


def _formula(v: Values) -> Answer:
    return points(CRITERIA, v)


CALCULATOR = Calculator(
    name="feverpain",
    title={"en": "FeverPAIN score", "zh": "FeverPAIN评分"},
    inputs=CRITERIA,
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="one point for each criterion",
    source=Source(
        "Little P, et al. Clinical score and rapid antigen detection test to guide antibiotic use for sore throats. BMJ 2013;347:f5806",
        "10.1136/bmj.f5806",
        MEDCALC.format("feverpain.py"),
    ),
)
