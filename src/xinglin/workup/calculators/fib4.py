"""FIB-4: liver fibrosis from age, AST, ALT and platelets, for adults."""

from __future__ import annotations

import math

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    value = v.number("age_years") * v.number("ast") / (v.number("platelets") * math.sqrt(v.number("alt")))
    age = v.number("age_years")
    caveats = ({"en": "Less reliable below 35 and above 65 years", "zh": "35岁以下及65岁以上可靠性较低"},) if age < 35 or age > 65 else ()
    return Answer(value, caveats=caveats)


CALCULATOR = Calculator(
    name="fib4",
    title={"en": "FIB-4 index", "zh": "FIB-4指数"},
    inputs=(ask.ADULT_AGE, ask.AST, ask.ALT, ask.PLATELETS),
    formula=_formula,
    unit="",
    decimals=2,
    names={"en": ("FIB-4",), "zh": ("FIB-4指数", "FIB-4")},
    formula_text="age x AST / (platelets [10^9/L] x sqrt(ALT))",
    applies_to=ask.ADULT,
    source=Source(
        "Sterling RK, et al. Development of a simple noninvasive index to predict significant fibrosis. Hepatology 2006;43:1317-1325",
        "10.1002/hep.21178",
        MEDCALC.format("fibrosis_4.py"),
    ),
)
