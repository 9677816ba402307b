"""The weights of a held-back sum: Newton's steps, each solved by coordinate descent; the strength and the mixture chosen by cross-validation.

Penalty: strength * (mixture * sum |w| + (1 - mixture) / 2 * sum w^2), the intercept free; columns are on one scale already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.penalised.families import Family, Made

MIXTURES = (0.05, 0.5)  # all but ridge, and halfway to the lasso
STRENGTHS, REACH, FOLDS = 14, 1e-3, 5
NEWTON_STEPS, SETTLED = 30, 1e-9


@dataclass(frozen=True, eq=False)
class Held:
    """Weights with the strength and mixture they were found under; the intercept apart (0 where the family has none)."""

    intercept: float
    weights: NDArray[np.float64]
    strength: float
    mixture: float


def fitted(family: Family, columns: int, strength: float, mixture: float, start: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """The weights, the intercept first where there is one."""
    size = columns + family.intercept
    free = np.zeros(size, dtype=np.bool_)
    free[0] = family.intercept
    weights = np.zeros(size) if start is None else start.copy()
    ridge, lasso = strength * (1 - mixture), strength * mixture

    def penalty(w: NDArray[np.float64]) -> float:
        inner = w[1:] if family.intercept else w
        return float(lasso * np.abs(inner).sum() + ridge / 2 * inner @ inner)

    loss, slope, curvature = family.at(weights)
    for _ in range(NEWTON_STEPS):
        target = _descended(weights, slope, curvature, free, lasso, ridge)
        step, scale, before = target - weights, 1.0, loss + penalty(weights)
        while scale > 1e-4 and family.loss(weights + scale * step) + penalty(weights + scale * step) > before + 1e-12:
            scale /= 2
        weights = weights + scale * step
        loss, slope, curvature = family.at(weights)
        if before - loss - penalty(weights) < SETTLED * (1 + abs(before)):
            break
    return weights


@nb.njit(cache=True)
def _descended(start, slope, curvature, free, lasso, ridge):
    """The least of the quadratic around `start` with its penalty, coordinate by coordinate."""
    size = len(start)
    weights, pull = start.copy(), slope.copy()  # pull: the slope of the quadratic at `weights`
    for _ in range(1000):
        moved = 0.0
        for i in range(size):
            bend = curvature[i, i] + (0.0 if free[i] else ridge)
            if bend < 1e-14:
                continue
            aim = curvature[i, i] * weights[i] - pull[i]
            if free[i]:
                new = aim / bend
            elif aim > lasso:
                new = (aim - lasso) / bend
            elif aim < -lasso:
                new = (aim + lasso) / bend
            else:
                new = 0.0
            change = new - weights[i]
            if change != 0.0:
                for j in range(size):
                    pull[j] += curvature[j, i] * change
                weights[i] = new
                moved = max(moved, change * change * bend)
        if moved < 1e-14:
            break
    return weights


def chosen(made: Made, people: int, columns: int, seed: int, strata: NDArray[np.integer] | None = None) -> Held:
    """The weights under the strength and mixture with the least cross-validated loss. `made`: the family of some of the people.

    Raises InvalidInput XL-OUTCOME-008 where nothing varies.
    """
    if columns == 0:
        raise InvalidInput("XL-OUTCOME-008", "nothing to learn from varies", why="every feature has one value", fix="name other features")
    everybody = made(np.ones(people, dtype=np.bool_))
    null = fitted(everybody, columns, 1e6, 1.0)
    steepest = float(np.abs(everybody.at(null)[1]).max()) or 1.0
    place = folds_of(people, FOLDS, seed, strata)
    best = (np.inf, 0.0, 0.0)
    for mixture in MIXTURES:
        path = steepest / max(mixture, 0.1) * np.geomspace(1, REACH, STRENGTHS)
        losses = np.zeros(STRENGTHS)
        for fold in range(FOLDS):
            inside, outside, start = made(place != fold), made(place == fold), None
            for n, strength in enumerate(path):
                start = fitted(inside, columns, float(strength), mixture, start)
                losses[n] += outside.loss(start) * np.sum(place == fold) / people
        least = int(np.argmin(losses))
        best = min(best, (float(losses[least]), mixture, float(path[least])))
    weights = fitted(everybody, columns, best[2], best[1])
    intercept = float(weights[0]) if everybody.intercept else 0.0
    return Held(intercept, weights[int(everybody.intercept) :], best[2], best[1])


def folds_of(people: int, folds: int, seed: int, strata: NDArray[np.integer] | None = None) -> NDArray[np.int64]:
    """The fold of each person, 0 to folds - 1, by chance; with `strata` each fold has its share of each."""
    order = np.random.default_rng([seed, 5]).permutation(people)
    if strata is not None:
        order = order[np.argsort(np.asarray(strata)[order], kind="stable")]
    found = np.empty(people, dtype=np.int64)
    found[order] = np.arange(people) % folds
    return found
