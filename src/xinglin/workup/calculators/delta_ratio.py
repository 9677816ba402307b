"""Delta ratio: the rise of the anion gap over the fall of bicarbonate."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, outside


def _formula(v: Values) -> Answer:
    gap = v.number("sodium") - v.number("chloride") - v.number("bicarbonate")
    fall = 24 - v.number("bicarbonate")
    if fall <= 0:
        outside(
            "delta_ratio", "bicarbonate", "the ratio has a meaning only when bicarbonate is below 24 mmol/L", "use it in metabolic acidosis"
        )
    caveats = ({"en": "The anion gap is not raised: the ratio has no meaning", "zh": "阴离子间隙未升高,比值无意义"},) if gap <= 12 else ()
    return Answer((gap - 12) / fall, (("anion gap", gap), ("rise of the gap", gap - 12), ("fall of bicarbonate", fall)), caveats)


CALCULATOR = Calculator(
    name="delta_ratio",
    title={"en": "Delta ratio", "zh": "Δ比值"},
    inputs=(ask.SODIUM, ask.CHLORIDE, ask.BICARBONATE),
    formula=_formula,
    unit="",
    decimals=2,
    formula_text="(anion gap - 12) / (24 - HCO3)",
    source=Source(
        (
            "Rastegar A. Use of the delta AG/delta HCO3 ratio in the diagnosis of mixed acid-base disorders. J "
            "Am Soc Nephrol 2007;18:2429-2431"
        ),
        "10.1681/ASN.2006121408",
        MEDCALC.format("delta_ratio.py"),
    ),
)
