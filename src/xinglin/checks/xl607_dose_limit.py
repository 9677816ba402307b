"""Does every arm keep the limits of its treatments?

A course that needs a forbidden dose is not an option for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xinglin.models import sample_simulations
from xinglin.records import CheckCase, Issue
from xinglin.records.simulation import Dose, Regimen, Treatment
from xinglin.shelf.promises import Check, Example

CODE = "xl607_dose_limit"


def run(case: CheckCase) -> tuple[Issue, ...]:
    """A stop per arm and limit that is broken: amount at one time, in all, or the gap between two doses."""
    if case.simulation is None:
        return ()
    limits = {one.name: one for one in case.simulation.card.treatments}
    found = []
    for request in case.simulation.simulation.requests:
        given: dict[str, list[Dose]] = {}
        for dose in request.regimen.doses:
            given.setdefault(dose.treatment, []).append(dose)
        for name, doses in sorted(given.items()):
            arm = request.arm or request.regimen.name
            if name not in limits:
                found.append(Issue(CODE, "stop", f"the arm {arm} gives {name}, which the model does not know"))
            else:
                found += [Issue(CODE, "stop", f"the arm {arm}: {what}") for what in _broken(limits[name], doses)]
    return tuple(found)


def _broken(limit: Treatment, doses: list[Dose]) -> Iterator[str]:
    times = sorted(dose.time for dose in doses)
    if any(dose.amount > limit.most_each for dose in doses):
        yield f"more than {limit.most_each:g} {limit.unit} of {limit.name} at one time"
    if sum(dose.amount for dose in doses) > limit.most_total:
        yield f"more than {limit.most_total:g} {limit.unit} of {limit.name} in all"
    if any(later - sooner < limit.least_gap for sooner, later in pairwise(times)):
        yield f"doses of {limit.name} closer than {limit.least_gap:g}"


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
        Example("twice the most at one time", simulation=sample_simulations.asked(regimen=Regimen("heavy", doses=(Dose(0, "drug", 400),)))),
        Example(
            "two doses on one day",
            simulation=sample_simulations.asked(regimen=Regimen("dense", doses=(Dose(0, "drug", 100), Dose(0.5, "drug", 100)))),
        ),
        Example(
            "too much in all",
            simulation=sample_simulations.asked(regimen=Regimen("long", doses=tuple(Dose(21.0 * n, "drug", 200) for n in range(5)))),
        ),
    ),
    passes=(Example("the standard regimen", simulation=sample_simulations.sample()),),
)
