"""A smooth function learnt from noisy values, by Bayes: how wavy it is and how noisy they are is what makes the values most likely.

The limits are the posterior's. Over the people of a function they cover about as often as they say, its bias included (Nychka 1988,
doi:10.1080/01621459.1988.10478711: unverified); measured in benchmarks/treatment_effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.smooth.waves import Ranked, Waves

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

REACHES = (1.5, 3.0, 6.0)
_FREE = 1e4  # prior variance of the mean: none to speak of
_USUAL = np.log(0.1)  # the variance of each part, in units of that of the values, before anything is seen
_TIGHT = 2.0  # standard deviation of that, in logs
_START = np.log([0.05, 0.05, 0.2, 0.7])


@dataclass(frozen=True, eq=False)
class Smooth:
    """Weights of the waves with their covariance, in units of `spread` around `middle`. `variances`: logs, as the evidence chose them."""

    ranked: Ranked
    waves: Waves
    reach: float
    middle: float
    spread: float
    mean: Row
    root: NDArray[np.float64]  # (weights, weights), root @ root.T is their covariance
    variances: Row

    def at(self, rows: Rows) -> tuple[Row, Row]:
        """(values, their variances) of the function itself, without noise."""
        shown = self.waves.at(self.ranked.matrix(rows), self.reach)
        return self.middle + self.spread * (shown @ self.mean), self.spread**2 * np.sum((shown @ self.root) ** 2, axis=1)

    def as_arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """The arrays, each under the name of the function."""
        numbers = np.array([self.reach, self.middle, self.spread, *self.variances])
        found = {
            "numbers": numbers,
            "directions": self.waves.directions,
            "phases": self.waves.phases,
            "kinds": self.waves.kinds,
            "mean": self.mean,
            "root": self.root,
        }
        return {f"{name}/{key}": values for key, values in found.items()}

    @classmethod
    def of_arrays(cls, name: str, ranked: Ranked, arrays: Mapping[str, NDArray[Any]]) -> Smooth:
        """What `as_arrays` gave. Raises KeyError."""
        numbers = arrays[f"{name}/numbers"]
        reach, middle, spread = (float(one) for one in numbers[:3])
        waves = Waves(*(arrays[f"{name}/{key}"] for key in ("directions", "phases", "kinds")))
        return cls(ranked, waves, reach, middle, spread, arrays[f"{name}/mean"], arrays[f"{name}/root"], numbers[3:])


def smoothed(ranked: Ranked, rows: Rows, values: Row, seed: int, weights: Row | None = None, like: Smooth | None = None) -> Smooth:
    """The function most likely behind values at rows. `weights`: the noise of a value has a variance of `noise` / weight.

    `like`: as wavy and as noisy as another that was learnt already, which is quick.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # matrices of this size are quicker on one thread, and the bytes are the same everywhere
        matrix = ranked.matrix(rows)
        weight = np.ones(len(values)) if weights is None else weights / weights.mean()
        middle = float(np.average(values, weights=weight))
        spread = like.spread if like else float(np.sqrt(np.average((values - middle) ** 2, weights=weight))) or 1.0
        waves = like.waves if like else Waves.drawn(matrix.shape[1], _curved(ranked, matrix), seed)
        scaled, best = (values - middle) / spread, None
        for reach in (like.reach,) if like else REACHES:
            told = _Evidence(waves.at(matrix, reach), waves.kinds, scaled, weight)
            doubt, chosen = (0.0, like.variances) if like else told.settled()
            if best is None or doubt < best[0]:
                best = (doubt, reach, chosen, told)
        assert best is not None
        _, reach, chosen, told = best
        mean, root = told.posterior(chosen)
        return Smooth(ranked, waves, reach, middle, spread, mean, root, chosen)


def _curved(ranked: Ranked, matrix: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The columns of the matrix that are numbers told by rank, not marks."""
    ranks = np.array([ranked.encoding.columns[owner].name in ranked.knots for owner in ranked.encoding.owners], dtype=np.bool_)
    return ranks & np.array([len(np.unique(column)) > 2 for column in matrix.T], dtype=np.bool_)


class _Evidence:
    """How likely the values are under given variances: logs of those of the straight part, single curves, waves over all, and the noise."""

    def __init__(self, shown: NDArray[np.float64], kinds: NDArray[np.int64], values: Row, weights: Row) -> None:
        self._square, self._product = (shown * weights[:, None]).T @ shown, shown.T @ (weights * values)
        self._own, self._kinds, self._count = float(values @ (weights * values)), kinds, len(values)
        self._logs = float(np.log(weights).sum())

    def _solved(self, logs: Row) -> tuple[Row, NDArray[Any], Row, float]:
        """(prior variances, a root of the posterior covariance, posterior mean, log determinant)."""
        noise, prior = float(np.exp(logs[3])), np.array([_FREE, *np.exp(logs[:3])])[self._kinds]
        root = np.sqrt(prior)
        lower = np.linalg.cholesky(np.eye(len(prior)) + root[:, None] * self._square * root[None, :] / noise)
        posterior: NDArray[Any] = root[:, None] * np.linalg.inv(lower).T
        return prior, posterior, posterior @ (posterior.T @ self._product) / noise, float(np.log(np.diag(lower)).sum())

    def minus_log(self, logs: Row) -> tuple[float, Row]:
        """Minus the log evidence and its slope, with a weak prior that keeps the variances from running off."""
        noise = float(np.exp(logs[3]))
        prior, root, mean, determinant = self._solved(logs)
        left = self._own - float(mean @ self._product)
        off = (logs[:3] - _USUAL) / _TIGHT
        value = 0.5 * left / noise + determinant + 0.5 * (self._count * logs[3] - self._logs) + 0.5 * float(off @ off)
        kept = np.sum(root**2, axis=1) / prior
        pulls = 0.5 * (1 - kept - mean**2 / prior)
        slope = np.array([pulls[self._kinds == kind].sum() for kind in (1, 2, 3)]) + off / _TIGHT
        apart = self._own - 2 * float(mean @ self._product) + float(mean @ self._square @ mean)
        return value, np.append(slope, 0.5 * (self._count - apart / noise - float(np.sum(1 - kept))))

    def settled(self) -> tuple[float, Row]:
        """(minus log evidence, the variances' logs) where it is least."""
        from scipy.optimize import minimize

        found = minimize(self.minus_log, _START, jac=True, method="L-BFGS-B", bounds=[(-14, 5)] * 3 + [(-8, 2)], options={"maxiter": 40})
        return float(found.fun), found.x

    def posterior(self, logs: Row) -> tuple[Row, NDArray[Any]]:
        """(mean of the weights, a root of their covariance)."""
        _, root, mean, _ = self._solved(logs)
        return mean, np.ascontiguousarray(root)  # as it lies in memory once it was kept: sums round alike
