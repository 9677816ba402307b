"""Mean arterial pressure from systolic and diastolic pressure."""

from __future__ import annotations

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values, outside


def _formula(v: Values) -> Answer:
    if v.number("systolic") <= v.number("diastolic"):
        outside("mean_arterial_pressure", "systolic", "systolic pressure is not above diastolic", "check both values")
    return Answer((v.number("systolic") + 2 * v.number("diastolic")) / 3)


CALCULATOR = Calculator(
    name="mean_arterial_pressure",
    title={"en": "Mean arterial pressure", "zh": "平均动脉压"},
    inputs=(ask.SYSTOLIC, ask.DIASTOLIC),
    formula=_formula,
    unit="mm[Hg]",
    decimals=0,
    loinc="8478-0",
    formula_text="(systolic + 2 x diastolic) / 3",
    source=Source("Common bedside approximation", "", MEDCALC.format("mean_arterial_pressure.py")),
)
