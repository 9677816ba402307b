"""Does every arm keep the limits of its treatments?

A course that needs a forbidden dose is not an option for anybody."""

from __future__ import annotations

from xinglin.models import sample_simulations
from xinglin.models.simulator import limits
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Dose, Regimen
from xinglin.shelf.promises import Check, Example

CODE = "xl607_dose_limit"
_SAID = {"en": "the arm {}: {}", "zh": "{}组：{}"}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """A stop per arm and limit that is broken: amount at one time, in all, or the gap between two doses."""
    if case.simulation is None:
        return ()
    return tuple(
        Issue(CODE, "stop", _SAID[case.language].format(request.arm or request.regimen.name, what))
        for request in case.simulation.simulation.requests
        for what in limits.broken(case.simulation.card, request.regimen, case.language)
    )


CHECK = Check(
    name=CODE,
    title={"en": "Dose above its limit", "zh": "剂量超限"},
    why={
        "en": "A course that needs a forbidden dose is not an option for anybody.",
        "zh": "需要超限剂量的方案对任何人都不可取。",
    },
    against="simulation",
    severity="stop",
    run=run,
    fails=(
        Example(
            "twice the most at one time", simulation=sample_simulations.asked({"regimen": Regimen("heavy", doses=(Dose(0, "drug", 400),))})
        ),
        Example(
            "two doses on one day",
            simulation=sample_simulations.asked({"regimen": Regimen("dense", doses=(Dose(0, "drug", 100), Dose(0.5, "drug", 100)))}),
        ),
        Example(
            "too much in all",
            simulation=sample_simulations.asked({"regimen": Regimen("long", doses=tuple(Dose(21.0 * n, "drug", 200) for n in range(5)))}),
        ),
    ),
    passes=(Example("the standard regimen", simulation=sample_simulations.sample()),),
)
