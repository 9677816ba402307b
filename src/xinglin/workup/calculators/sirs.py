"""SIRS criteria, 0 to 4."""

from __future__ import annotations

from dataclasses import replace

from xinglin.workup import calculator_inputs as ask
from xinglin.workup.calculator import MEDCALC, Answer, Calculator, Number, Source, Values, points

PACO2 = replace(ask.PACO2, optional=True)
BANDS = Number("bands_percent", {"en": "band neutrophils", "zh": "杆状核粒细胞"}, "%", 0, 100, "bands_percent", True)


def _formula(v: Values) -> Answer:
    bands, paco2 = v.maybe("bands_percent"), v.maybe("paco2")
    parts = (
        ("temperature", float(v.number("temperature") > 38 or v.number("temperature") < 36)),
        ("heart rate", float(v.number("heart_rate") > 90)),
        ("breathing", float(v.number("respiratory_rate") > 20 or (paco2 is not None and paco2 < 32))),
        ("white cells", float(v.number("wbc") > 12 or v.number("wbc") < 4 or (bands is not None and bands > 10))),
    )
    return points((), v, *parts)


CALCULATOR = Calculator(
    name="sirs",
    title={"en": "SIRS criteria", "zh": "SIRS标准"},
    inputs=(ask.TEMPERATURE, ask.HEART_RATE, ask.RESPIRATORY_RATE, PACO2, ask.WBC, BANDS),
    formula=_formula,
    unit="{score}",
    decimals=0,
    formula_text=(
        "one point each: temperature > 38 or < 36, heart rate > 90, respiratory rate > 20 or PaCO2 < 32, "
        "white cells > 12 or < 4 or bands > 10 %"
    ),
    source=Source(
        "Bone RC, et al. Definitions for sepsis and organ failure. Chest 1992;101:1644-1655",
        "10.1378/chest.101.6.1644",
        MEDCALC.format("sirs_criteria.py"),
    ),
)
