"""Can each course be?

A negative volume or a band that is no band shows an error, whatever the reason."""

from __future__ import annotations

import math

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Band
from xinglin.shelf.promises import Check, Example

CODE = "xl609_impossible_course"
_MISSING = {"en": "a value is missing for some time", "zh": "某一时间缺少数值"}
_NO_NUMBER = {"en": "a value is not a number", "zh": "有数值不是数字"}
_NEGATIVE = {"en": "a value is negative", "zh": "有数值为负"}
_OUTSIDE = {"en": "the middle lies outside its interval", "zh": "中位数不在其区间内"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """A stop per band that is negative, not a number, out of order or as long as it should not be."""
    if case.simulation is None:
        return ()
    found, colon = [], {"en": ": ", "zh": "："}[case.language]
    for band in case.simulation.simulation.bands:
        rows = list(zip(band.low, band.middle, band.high, strict=False))
        where = f"{band.observable}, {band.arm}" if band.arm else band.observable
        if not len(band.times) == len(band.low) == len(band.middle) == len(band.high):
            found.append(Issue(CODE, "stop", f"{where}{colon}{_MISSING[case.language]}"))
        elif not all(math.isfinite(value) for row in rows for value in row):
            found.append(Issue(CODE, "stop", f"{where}{colon}{_NO_NUMBER[case.language]}"))
        elif any(low < 0 for low, _, _ in rows):
            found.append(Issue(CODE, "stop", f"{where}{colon}{_NEGATIVE[case.language]}"))
        elif not all(low <= middle <= high for low, middle, high in rows):
            found.append(Issue(CODE, "stop", f"{where}{colon}{_OUTSIDE[case.language]}"))
    return tuple(found)


CHECK = Check(
    name=CODE,
    title={"en": "An impossible course", "zh": "不可能的病程"},
    why={
        "en": "A negative volume or a band that is no band shows an error, whatever the reason.",
        "zh": "体积为负或区间颠倒，无论原因都说明有误。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(
        Example(
            "a negative volume", simulation=sample_simulations.sample({"bands": (Band("", "volume", (0.0,), (-1.0,), (2.0,), (3.0,)),)})
        ),
        Example(
            "not a number", simulation=sample_simulations.sample({"bands": (Band("", "volume", (0.0,), (1.0,), (float("nan"),), (3.0,)),)})
        ),
        Example(
            "the middle above the top",
            simulation=sample_simulations.sample({"bands": (Band("", "volume", (0.0,), (1.0,), (4.0,), (3.0,)),)}),
        ),
        Example(
            "a time without a value",
            simulation=sample_simulations.sample({"bands": (Band("", "volume", (0.0, 1.0), (1.0,), (2.0,), (3.0,)),)}),
        ),
    ),
    passes=(Example("a sound simulation", simulation=sample_simulations.sample()),),
)
