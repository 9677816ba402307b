"""Finding the most likely person: Newton's method in the space where the prior is a unit sphere, from several starts.

Derivatives are differences worked out in one sweep of the fast kernel, so that an estimate costs a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Objective = Callable[[Numbers], Numbers]  # (points, dimensions) -> (points,)

_ROUNDS = 60
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
MOST_VARYING = len(_PRIMES)
_SHORTER = 0.5 ** np.arange(0, 14)


@dataclass(frozen=True, eq=False)
class Lowest:
    """Where the objective is least: point (k,), its value, the matrix of second derivatives (k, k), and another lowest point, if one was met."""

    point: Numbers
    value: float
    curvature: Numbers
    settled: bool
    other: float = np.inf  # the value at the other lowest point
    apart: float = 0.0  # how far it lies


def lowest(objective: Objective, rough: Objective, dimensions: int, step: float, starts: int) -> Lowest:
    """The lowest point met from the middle of the prior and from `starts` - 1 good points spread over it, none near another.

    `rough` is the objective worked out less finely, for choosing starts; `step` the largest step of the differences, in standard
    deviations of the prior.
    """
    chosen = _starts(rough, dimensions, starts)
    found = sorted((_descend(objective, start, step) for start in chosen), key=lambda one: one.value)
    best = found[0]
    if not best.settled:
        best = _walked(objective, best, step)
    for other in found[1:]:
        apart = float(np.abs(best.point - other.point).max())
        if apart > 1e-2 and other.settled:
            return Lowest(best.point, best.value, best.curvature, best.settled, other.value, apart)
    return best


def _starts(rough: Objective, dimensions: int, count: int) -> list[Numbers]:
    """The middle, and the best of 200 points that lie a standard deviation or more from it and from each other."""
    spread = _spread_points(dimensions)
    chosen = [np.zeros(dimensions)]
    for number in np.argsort(rough(spread), kind="stable"):
        if len(chosen) == count:
            break
        if all(np.abs(spread[number] - other).max() >= 1.0 for other in chosen):
            chosen.append(spread[number])
    return chosen


@cache
def _spread_points(dimensions: int) -> Numbers:
    """200 points of the prior, always the same: a Halton sequence bent to the normal distribution."""
    from scipy.special import ndtri

    return 1.2 * ndtri(np.array([[_turned(number, prime) for prime in _PRIMES[:dimensions]] for number in range(1, 201)]))


def _turned(number: int, base: int) -> float:
    """The digits of the number in that base, mirrored behind the point."""
    found, weight = 0.0, 1.0
    while number:
        number, digit = divmod(number, base)
        weight /= base
        found += digit * weight
    return found


def _descend(objective: Objective, start: Numbers, step: float) -> Lowest:
    point, value = start, float(objective(start[None])[0])
    steps = np.full(len(start), step)
    slope, curvature = _derivatives(objective, point, steps)
    for _ in range(_ROUNDS):
        move = _downhill(slope, curvature)
        tried = point + _SHORTER[:, None] * move
        values = objective(tried)
        best = int(np.argmin(values))
        size = float((np.abs(move) / _widths(curvature)).max())
        if not values[best] < value:
            return Lowest(point, value, curvature, size < 1e-3)
        point, value = tried[best], float(values[best])
        steps = np.minimum(step, 3e-3 * _widths(curvature))
        slope, curvature = _derivatives(objective, point, steps)
        if size < 1e-6:
            return Lowest(point, value, curvature, True)
    return Lowest(point, value, curvature, False)


def _walked(objective: Objective, best: Lowest, step: float) -> Lowest:
    """The same, taken further by a search that needs no slope: for a reading at the very moment an input ends, where there is a kink."""
    from scipy.optimize import minimize

    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000, "maxfev": 4000}
    point, value, done = best.point, best.value, False
    for _ in range(3):
        found = minimize(lambda x: float(objective(x[None])[0]), point, method="Nelder-Mead", options=options)
        gained = value - found.fun
        point, value, done = found.x, float(found.fun), bool(found.success)
        if gained < 1e-9:
            break
    _, curvature = _derivatives(objective, point, np.full(len(point), step))
    return Lowest(point, value, curvature, done)


def _widths(curvature: Numbers) -> Numbers:
    """How far each coordinate alone may move before the objective rises by one."""
    return np.sqrt(2.0 / np.maximum(np.abs(np.diag(curvature)), 2.0))


def _downhill(slope: Numbers, curvature: Numbers) -> Numbers:
    """Newton's step, turned downhill where the surface is a saddle, at most two prior standard deviations."""
    values, vectors = np.linalg.eigh(curvature)
    move = -vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 0.1))
    longest = np.abs(move).max()
    return move * min(1.0, 2.0 / longest) if longest > 0 else move


def _derivatives(objective: Objective, point: Numbers, steps: Numbers) -> tuple[Numbers, Numbers]:
    """Slope and curvature by central differences, all points of the stencil at once."""
    k = len(point)
    unit = np.diag(steps)
    pairs = [(i, j) for i in range(k) for j in range(i)]
    moves = [np.zeros(k), *unit, *-unit, *(unit[i] + unit[j] for i, j in pairs), *(-unit[i] - unit[j] for i, j in pairs)]
    values = objective(point + np.array(moves))
    middle, up, down = values[0], values[1 : k + 1], values[k + 1 : 2 * k + 1]
    both, neither = values[2 * k + 1 : 2 * k + 1 + len(pairs)], values[2 * k + 1 + len(pairs) :]
    curvature = np.diag((up - 2 * middle + down) / steps**2)
    for (i, j), plus, minus in zip(pairs, both, neither, strict=True):
        mixed = (plus + minus - up[i] - down[i] - up[j] - down[j] + 2 * middle) / (2 * steps[i] * steps[j])
        curvature[i, j] = curvature[j, i] = mixed
    return (up - down) / (2 * steps), curvature
