"""Total calcium corrected for albumin: 0.8 mg/dL for each g/dL that albumin is below 4."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    return Answer(
        v.number("calcium") + 0.8 * (4 - v.number("albumin")),
        caveats=({"en": "Ionised calcium is more reliable when it matters", "zh": "必要时应测离子钙"},),
    )


CALCULATOR = Calculator(
    name="corrected_calcium",
    title={"en": "Albumin-corrected calcium", "zh": "白蛋白校正血钙"},
    inputs=(ask.CALCIUM, ask.ALBUMIN),
    formula=_formula,
    unit="mg/dL",
    decimals=1,
    names={"en": ("corrected calcium", "albumin-corrected calcium"), "zh": ("校正血钙", "校正钙")},
    formula_text="calcium + 0.8 x (4 - albumin [g/dL])",
    source=Source(
        "Payne RB, et al. Interpretation of serum calcium in patients with abnormal serum proteins. BMJ 1973;4:643-646",
        "10.1136/bmj.4.5893.643",
        MEDCALC.format("calcium_correction.py"),
    ),
)
