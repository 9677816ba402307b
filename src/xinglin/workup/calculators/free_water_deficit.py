"""Free water deficit in hypernatraemia (sodium above 140 mmol/L)."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values

SODIUM = replace(ask.SODIUM, low=140.01)


def _formula(v: Values) -> Answer:
    age, female = v.number("age_years"), v.chosen("sex") == "female"
    share = 0.6 if age < 18 else (0.45 if female else 0.5) if age >= 65 else (0.5 if female else 0.6)
    return Answer(share * v.number("weight_kg") * (v.number("sodium") / 140 - 1), (("share of body water", share),))


CALCULATOR = Calculator(
    name="free_water_deficit",
    title={"en": "Free water deficit", "zh": "自由水缺失量"},
    inputs=(ask.AGE, ask.SEX, ask.WEIGHT, SODIUM),
    formula=_formula,
    unit="L",
    decimals=1,
    formula_text="body water share x weight x (Na / 140 - 1); share 0.6 men and children, 0.5 women and men from 65, 0.45 women from 65",
    source=Source(
        "Adrogue HJ, Madias NE. Hypernatremia. N Engl J Med 2000;342:1493-1499",
        "10.1056/NEJM200005183422006",
        MEDCALC.format("free_water_deficit.py"),
    ),
)
