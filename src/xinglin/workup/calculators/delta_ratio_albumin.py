"""Delta ratio with the albumin-corrected anion gap."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, outside


def _formula(v: Values) -> Answer:
    gap = v.number("sodium") - v.number("chloride") - v.number("bicarbonate") + 2.5 * (4 - v.number("albumin"))
    fall = 24 - v.number("bicarbonate")
    if fall <= 0:
        outside(
            "delta_ratio_albumin",
            "bicarbonate",
            "the ratio has a meaning only when bicarbonate is below 24 mmol/L",
            "use it in metabolic acidosis",
        )
    caveats = (
        ({"en": "The corrected anion gap is not raised: the ratio has no meaning", "zh": "校正阴离子间隙未升高,比值无意义"},)
        if gap <= 12
        else ()
    )
    return Answer((gap - 12) / fall, (("corrected anion gap", gap), ("fall of bicarbonate", fall)), caveats)


CALCULATOR = Calculator(
    name="delta_ratio_albumin",
    title={"en": "Albumin-corrected delta ratio", "zh": "白蛋白校正Δ比值"},
    inputs=(ask.SODIUM, ask.CHLORIDE, ask.BICARBONATE, ask.ALBUMIN),
    formula=_formula,
    unit="",
    decimals=2,
    formula_text="(albumin-corrected anion gap - 12) / (24 - HCO3)",
    source=Source(
        "Figge J, et al. Anion gap and hypoalbuminemia. Crit Care Med 1998;26:1807-1810",
        "10.1097/00003246-199811000-00019",
        MEDCALC.format("albumin_delta_ratio.py"),
    ),
)
