"""Child-Pugh score of cirrhosis, 5 to 15 (A 5-6, B 7-9, C 10-15)."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Choice, Source, Values, points

ASCITES = Choice("ascites", {"en": "ascites", "zh": "腹水"}, {"absent": 1, "slight": 2, "moderate": 3})
BRAIN = Choice("encephalopathy", {"en": "encephalopathy", "zh": "肝性脑病"}, {"none": 1, "grade 1-2": 2, "grade 3-4": 3})


def _formula(v: Values) -> Answer:
    bilirubin, albumin, inr = v.number("bilirubin"), v.number("albumin"), v.number("inr")
    extra = (
        ("bilirubin", 1 if bilirubin < 2 else 2 if bilirubin <= 3 else 3),
        ("albumin", 1 if albumin > 3.5 else 2 if albumin >= 2.8 else 3),
        ("INR", 1 if inr < 1.7 else 2 if inr <= 2.3 else 3),
    )
    return points((ASCITES, BRAIN), v, *extra)


CALCULATOR = Calculator(
    name="child_pugh",
    title={"en": "Child-Pugh score", "zh": "Child-Pugh评分"},
    inputs=(ask.BILIRUBIN, ask.ALBUMIN, ask.INR, ASCITES, BRAIN),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text="sum of 1 to 3 points for bilirubin, albumin, INR, ascites and encephalopathy",
    source=Source(
        "Pugh RN, et al. Transection of the oesophagus for bleeding oesophageal varices. Br J Surg 1973;60:646-649",
        "10.1002/bjs.1800600817",
        MEDCALC.format("child_pugh_score.py"),
    ),
)
