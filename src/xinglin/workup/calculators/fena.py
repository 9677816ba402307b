"""Fractional excretion of sodium."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values

URINE_SODIUM = Number("urine_sodium", {"en": "urine sodium", "zh": "尿钠"}, "mmol/L", 0, 600, "urine_sodium")
URINE_CREATININE = Number("urine_creatinine", {"en": "urine creatinine", "zh": "尿肌酐"}, "mg/dL", 0.5, 1500, "urine_creatinine")


def _formula(v: Values) -> Answer:
    share = v.number("urine_sodium") * v.number("creatinine") / (v.number("sodium") * v.number("urine_creatinine"))
    return Answer(100 * share, caveats=({"en": "Diuretics raise it", "zh": "利尿剂可使其升高"},))


CALCULATOR = Calculator(
    name="fena",
    title={"en": "Fractional excretion of sodium", "zh": "钠排泄分数"},
    inputs=(ask.SODIUM, ask.CREATININE, URINE_SODIUM, URINE_CREATININE),
    formula=_formula,
    unit="%",
    decimals=2,
    formula_text="100 x (urine Na x serum creatinine) / (serum Na x urine creatinine)",
    names={"en": ("FENa",), "zh": ("钠排泄分数",)},
    source=Source(
        "Espinel CH. The FENa test. JAMA 1976;236:579-581", "10.1001/jama.1976.03270060029022", MEDCALC.format("compute_fena.py")
    ),
)
