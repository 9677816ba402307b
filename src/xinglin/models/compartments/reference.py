"""The slow, obvious solver: the equations as a textbook writes them, by scipy, from event to event.

It shares nothing with the kernels but the meaning of the parameters, so that agreement means something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.compartments.plan import DosePlan
    from xinglin.models.compartments.structure import Structure


def reference_course(
    structure: Structure, person: Mapping[str, float], plan: DosePlan, times: Sequence[float], tolerance: float = 1e-12
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Concentration and exposure of one person, each (times,), by steps of order 8. Raises InvalidInput XL-DOSE-004 for steady states."""
    from scipy.integrate import solve_ivp

    if (plan.steady > 0).any():
        raise InvalidInput("XL-DOSE-004", "the slow solver knows no steady state", where="plan", fix="give the doses one by one")
    events = _events(structure, person, plan)
    state, now = np.zeros(5), min([0.0, *times, *(event[0] for event in events)])
    flows = [0.0, 0.0]  # into the depot, into the central compartment
    found = np.empty((2, len(times)))
    marks = sorted({*times, *(event[0] for event in events)})
    scale = max(plan.amount.max(initial=0.0), 1e-12)
    for mark in marks:
        if mark > now:
            solved = solve_ivp(
                _rates,
                (now, mark),
                state,
                method="DOP853",
                rtol=max(tolerance, 1e-13),
                atol=tolerance * scale * 1e-6,
                args=(structure, person, tuple(flows)),
            )
            state, now = solved.y[:, -1], mark
        for time, place, amount, rate in events:
            if time == mark:
                state[place] += amount
                flows[place] += rate
        for number, time in enumerate(times):
            if time == mark:
                found[:, number] = state[1] / person["v1"], state[4]
    return found[0], found[1]


def _rates(
    _: float, state: NDArray[np.float64], structure: Structure, person: Mapping[str, float], flows: tuple[float, float]
) -> NDArray[np.float64]:
    depot, central, second, third, _exposure = state
    change = np.zeros(5)
    change[0] = flows[0]
    change[1] = flows[1]
    if structure.absorbs():
        change[0] -= person["ka"] * depot
        change[1] += person["ka"] * depot
    if structure.linear:
        change[1] -= person["cl"] / person["v1"] * central
    if structure.saturable:
        change[1] -= person["vmax"] * (central / person["v1"]) / (person["km"] + central / person["v1"])
    for number, amount in ((2, second), (3, third))[: structure.compartments - 1]:
        change[number] = person[f"q{number}"] / person["v1"] * central - person[f"q{number}"] / person[f"v{number}"] * amount
        change[1] -= change[number]
    change[4] = central / person["v1"]
    return change


def _events(structure: Structure, person: Mapping[str, float], plan: DosePlan) -> list[tuple[float, int, float, float]]:
    """(time, state, amount that appears at once, change of the rate of input)."""
    events = []
    for treatment, start, given, duration in zip(plan.treatments, plan.start, plan.amount, plan.duration, strict=True):
        route = structure.routes[treatment]
        time = start + (person[route.lag] if route.lag else 0.0)
        amount = given * (person[route.fraction] if route.fraction else 1.0)
        length = person[route.duration] if route.duration else duration
        place = 0 if route.through_depot else 1
        if route.takes_time:
            events += [(time, place, 0.0, amount / length), (time + length, place, 0.0, -amount / length)]
        else:
            events.append((time, place, amount, 0.0))
    return sorted(events)
