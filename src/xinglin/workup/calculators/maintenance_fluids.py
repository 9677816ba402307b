"""Hourly maintenance fluid by weight: 4 mL/kg for the first 10 kg, 2 for the next 10, 1 beyond (Holliday-Segar, 4-2-1)."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Source, Values


def _formula(v: Values) -> Answer:
    weight = v.number("weight_kg")
    return Answer(
        4 * min(weight, 10) + 2 * min(max(weight - 10, 0), 10) + max(weight - 20, 0),
        caveats=({"en": "Not for neonates; heart or kidney failure need less", "zh": "不适用于新生儿;心肾功能不全者应减量"},),
    )


CALCULATOR = Calculator(
    name="maintenance_fluids",
    title={"en": "Maintenance fluids", "zh": "维持液量"},
    inputs=(replace(ask.WEIGHT, low=3),),
    formula=_formula,
    unit="mL/h",
    decimals=0,
    formula_text="4 mL/kg/h to 10 kg + 2 mL/kg/h to 20 kg + 1 mL/kg/h beyond",
    source=Source(
        "Holliday MA, Segar WE. The maintenance need for water in parenteral fluid therapy. Pediatrics 1957;19:823-832",
        "10.1542/peds.19.5.823",
        MEDCALC.format("maintenance_fluid_calc.py"),
    ),
)
