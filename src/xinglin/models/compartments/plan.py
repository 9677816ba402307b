"""Doses laid out for the kernels, and the course of a group of people under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.compartments.structure import Structure

    Numbers = NDArray[np.float64]

_DEPOT, _OVER_TIME = 1, 2


@dataclass(frozen=True, eq=False)
class DosePlan:
    """Doses as arrays, each (doses,): treatment, kind bits, start, amount, duration, and the interval of a dose at steady state (0: none)."""

    treatments: tuple[str, ...]
    kind: NDArray[np.int64]
    start: Numbers
    amount: Numbers
    duration: Numbers
    steady: Numbers


@dataclass(frozen=True, eq=False)
class Courses:
    """Concentration in the central compartment and the area under it since the first dose, each (n, times)."""

    concentration: Numbers
    exposure: Numbers


def repeated(treatment: str, amount: float, every: float, count: int, *, duration: float = 0.0, start: float = 0.0) -> tuple[Dose, ...]:
    """`count` equal doses, the first at `start`, one `every` hours (or whatever the card's unit is)."""
    return tuple(Dose(start + number * every, treatment, amount, duration) for number in range(count))


def plan_of(structure: Structure, regimen: Regimen, steady_every: float = 0.0) -> DosePlan:
    """The doses of a regimen; with `steady_every`, its first dose has been given at that interval for ever before.

    Raises InvalidInput XL-DOSE-002 for a treatment the model does not have, XL-DOSE-003 for a dose that cannot be.
    """
    doses = sorted(regimen.doses, key=lambda dose: dose.time)
    for number, dose in enumerate(doses):
        place = f"regimen {regimen.name}, dose {number + 1}"
        route = structure.routes.get(dose.treatment)
        if route is None:
            raise InvalidInput(
                "XL-DOSE-002", "the model has no such treatment", where=place, fix=f"use one of {', '.join(structure.routes)}"
            )
        good = np.isfinite([dose.time, dose.amount, dose.duration]).all() and dose.amount >= 0 and dose.duration >= 0
        if not good or (route.kind == "infusion" and dose.duration <= 0):
            raise InvalidInput("XL-DOSE-003", "a dose needs a time, an amount from 0 on, and an infusion its duration", where=place)
    if not (np.isfinite(steady_every) and steady_every >= 0):
        raise InvalidInput("XL-DOSE-003", "the interval of a steady state is a time above 0", where=f"regimen {regimen.name}")
    if steady_every > 0 and (structure.saturable or not structure.linear):
        raise InvalidInput(
            "XL-DOSE-004", "saturable elimination has no steady state in closed form", where=f"regimen {regimen.name}",
            fix="give the doses one by one",
        )  # fmt: skip
    routes = [structure.routes[dose.treatment] for dose in doses]
    steady = np.zeros(len(doses))
    steady[:1] = steady_every
    return DosePlan(
        tuple(dose.treatment for dose in doses),
        np.array([_DEPOT * route.through_depot + _OVER_TIME * route.takes_time for route in routes], np.int64),
        np.array([dose.time for dose in doses], float),
        np.array([dose.amount for dose in doses], float),
        np.array([dose.duration for dose in doses], float),
        steady,
    )


def courses(
    structure: Structure, people: Mapping[str, Numbers], plan: DosePlan, times: Sequence[float] | Numbers, tolerance: float = 1e-10
) -> Courses:
    """What n people with these parameters (name -> (n,)) would show at `times` (increasing).

    Exact for linear models; for saturable ones each step's error is below `tolerance` of each amount. Raises InvalidInput XL-DOSE-005 for a
    parameter that is missing or not positive, XL-DOSE-006 for times that do not increase, XL-DOSE-007 where no course is found.
    """
    looked = np.array(times, float)
    if looked.ndim != 1 or not np.isfinite(looked).all() or (np.diff(looked) < 0).any():
        raise InvalidInput("XL-DOSE-006", "the times to look at must be numbers that do not fall", where="times")
    values = _checked(structure, people)
    n = len(values["v1"])
    shape = (n, len(looked))
    found = Courses(np.zeros(shape), np.zeros(shape))
    if not len(plan.start) or not len(looked):
        return found
    lag, amount, length = _dosed(structure, values, plan, n)
    if structure.saturable:
        from xinglin.models.compartments import saturable

        body = np.ascontiguousarray(np.stack([values[name] for name in ("cl", "v1", "q2", "v2", "q3", "v3", "ka", "vmax", "km")], axis=1))
        saturable.course(body, plan.kind, plan.start, lag, amount, length, looked, tolerance, found.concentration, found.exposure)
    else:
        _linear(structure, values, plan, lag, amount, length, looked, found)
    if not np.isfinite(found.concentration).all():
        raise InvalidInput(
            "XL-DOSE-007", "no course is found for some of these parameters", where="parameters", why="they are out of all proportion"
        )
    return found


def _linear(
    structure: Structure, values: Mapping[str, Numbers], plan: DosePlan, lag: Numbers, amount: Numbers, length: Numbers, looked: Numbers, found: Courses
) -> None:  # fmt: skip
    """The closed solution, into `found`."""
    from xinglin.models.compartments import infusions

    body = [values[name] for name in ("cl", "v1", "q2", "v2", "q3", "v3")]
    if infusions.serves(structure.compartments, plan.kind, lag, plan.steady, len(body[1]), len(looked)):
        level, exposure = infusions.course(
            (body[0], body[1], body[2], body[3]), structure.compartments, plan.start, lag, amount, length, plan.steady, looked
        )
        found.concentration[:], found.exposure[:] = level, exposure
        return
    from xinglin.models.compartments import exponents, superposition

    rates, weights = exponents.exponentials(body[0], body[1], body[2], body[3], body[4], body[5], structure.compartments)
    superposition.course(
        rates, weights, values["ka"], plan.kind, plan.start, lag, amount, length, plan.steady, looked, found.concentration, found.exposure
    )


def _checked(structure: Structure, people: Mapping[str, Numbers]) -> dict[str, Numbers]:
    """All parameters of the kernels as arrays of n; what the model does not have is set where it changes nothing."""
    count = max((np.size(people[name]) for name in structure.needs() if name in people), default=1)
    values = {name: np.zeros(count) for name in ("cl", "vmax", "ka", "q2", "q3")} | {
        name: np.ones(count) for name in ("v1", "v2", "v3", "km")
    }
    for name in structure.needs():
        if name not in people:
            raise InvalidInput(
                "XL-DOSE-005", f"the parameter {name} is missing", where="parameters", fix="give it, or draw it from the card"
            )
        values[name] = np.array(np.broadcast_to(np.asarray(people[name], float), (count,)))  # a copy: the kernels compile once for it
        least = 0.0 if name in ("q2", "q3", "cl", "vmax") or name not in _POSITIVE else np.nextafter(0.0, 1.0)
        if not (np.isfinite(values[name]).all() and (values[name] >= least).all()):
            raise InvalidInput("XL-DOSE-005", f"the parameter {name} must be a number above 0", where="parameters", fix="correct it")
    return values


_POSITIVE = ("v1", "v2", "v3", "ka", "km")


def _dosed(structure: Structure, values: Mapping[str, Numbers], plan: DosePlan, n: int) -> tuple[Numbers, Numbers, Numbers]:
    """Lag, amount that arrives, and duration of each dose in each person, (n, doses)."""
    shape = (n, len(plan.start))
    lag, amount, length = np.zeros(shape), np.broadcast_to(plan.amount, shape).copy(), np.broadcast_to(plan.duration, shape).copy()
    for j, treatment in enumerate(plan.treatments):
        route = structure.routes[treatment]
        if route.lag:
            lag[:, j] = values[route.lag]
        if route.fraction:
            amount[:, j] *= values[route.fraction]
        if route.duration:
            length[:, j] = values[route.duration]
        if plan.kind[j] & _OVER_TIME and not (length[:, j] > 0).all():
            raise InvalidInput("XL-DOSE-003", "a dose that takes time needs a duration above 0", where=f"dose {j + 1}")
        over = plan.kind[j] & _OVER_TIME
        if plan.steady[j] > 0 and (lag[:, j] + (length[:, j] if over else 0.0) > plan.steady[j]).any():
            raise InvalidInput(
                "XL-DOSE-004", "a dose at steady state must have entered before the next is due", where=f"dose {j + 1}",
                fix="give the doses one by one",
            )  # fmt: skip
    return lag, amount, length
