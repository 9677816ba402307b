"""Does the simulation go beyond its data?

Beyond the time its data reach, a model says what its equations say, and nothing else."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import TIME_WORDS
from xinglin.shelf.promises import Check, Example

CODE = "xl604_extrapolated"
_SAID = {"en": "the simulation goes beyond the {:g} {}s its data reach", "zh": "模拟时间超出其数据所及的{:g}{}"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One warning when any arm is looked at later than the data of the model reach."""
    if case.simulation is None:
        return ()
    card = case.simulation.card
    latest = max((request.times[-1] for request in case.simulation.simulation.requests if request.times), default=0.0)
    if latest <= card.horizon:
        return ()
    return (
        Issue(CODE, "warning", _SAID[case.language].format(card.horizon, TIME_WORDS[card.time_unit][case.language]), said=f"{latest:g}"),
    )


CHECK = Check(
    name=CODE,
    title={"en": "Beyond the data", "zh": "超出数据范围"},
    why={
        "en": "Beyond the time its data reach, a model says what its equations say, and nothing else.",
        "zh": "超出数据所及的时间，模型只反映方程本身。",
    },
    against="simulation",
    severity="warning",
    run=run,
    fails=(Example("ten years on half a year of data", simulation=sample_simulations.asked({"times": (0.0, 3650.0)})),),
    passes=(Example("within half a year", simulation=sample_simulations.asked({"times": (0.0, 180.0)})),),
)
