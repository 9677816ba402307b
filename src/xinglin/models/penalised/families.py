"""What each kind of outcome asks of a weighted sum: the mean loss, its slope and its curvature at given weights.

Gaussian: half the squared error. Logistic: minus the log likelihood. Cox: minus the log partial likelihood, ties by Efron's way (Efron 1977,
doi:10.1080/01621459.1977.10480613). Each is a mean over people, as in glmnet (Friedman, Hastie, Tibshirani 2010, doi:10.18637/jss.v033.i01:
unverified).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Parts = tuple[float, NDArray[np.float64], NDArray[np.float64]]


class Family(Protocol):
    """(loss, slope, curvature) of weights, the first of them the intercept where there is one; and the loss of given scores."""

    intercept: bool

    def at(self, weights: NDArray[np.float64]) -> Parts:
        """Mean loss with its slope and curvature."""
        ...

    def loss(self, weights: NDArray[np.float64]) -> float:
        """Mean loss alone."""
        ...


class Gaussian:
    """A number."""

    intercept = True

    def __init__(self, matrix: NDArray[np.float64], answers: NDArray[np.float64]) -> None:
        self._x, self._y = np.column_stack([np.ones(len(matrix)), matrix]), answers
        self._square, self._product, self._own = (
            self._x.T @ self._x / len(answers),
            self._x.T @ answers / len(answers),
            float(answers @ answers / len(answers)),
        )

    def at(self, weights: NDArray[np.float64]) -> Parts:
        """Mean loss with its slope and curvature."""
        slope = self._square @ weights - self._product
        return float(0.5 * (self._own + weights @ (slope - self._product))), slope, self._square

    def loss(self, weights: NDArray[np.float64]) -> float:
        """Mean loss alone."""
        return float(0.5 * np.mean((self._y - self._x @ weights) ** 2))


class Logistic:
    """A yes-or-no."""

    intercept = True

    def __init__(self, matrix: NDArray[np.float64], answers: NDArray[np.float64]) -> None:
        self._x, self._y = np.column_stack([np.ones(len(matrix)), matrix]), answers

    def at(self, weights: NDArray[np.float64]) -> Parts:
        """Mean loss with its slope and curvature."""
        scores = self._x @ weights
        chance = 1 / (1 + np.exp(-np.clip(scores, -500, 500)))
        weight = np.maximum(chance * (1 - chance), 1e-9)
        slope = self._x.T @ (chance - self._y) / len(self._y)
        return self._loss(scores), slope, (self._x * weight[:, None]).T @ self._x / len(self._y)

    def loss(self, weights: NDArray[np.float64]) -> float:
        """Mean loss alone."""
        return self._loss(self._x @ weights)

    def _loss(self, scores: NDArray[np.float64]) -> float:
        return float(np.mean(np.logaddexp(0, scores) - self._y * scores))


class Cox:
    """Survival. People are ordered from the longest time to the shortest; the end of a time before those who leave at it."""

    intercept = False

    def __init__(self, matrix: NDArray[np.float64], times: NDArray[np.float64], ended: NDArray[np.bool_]) -> None:
        order = np.lexsort((ended, -times))
        self._x, self._times, self._ended = np.ascontiguousarray(matrix[order]), times[order], ended[order]

    def at(self, weights: NDArray[np.float64]) -> Parts:
        """Mean loss with its slope and curvature."""
        scores = self._x @ weights
        loss, slope, curvature = _cox_parts(scores - scores.max(), self._x, self._times, self._ended)
        return loss / len(self._x), slope / len(self._x), curvature / len(self._x)

    def loss(self, weights: NDArray[np.float64]) -> float:
        """Mean loss alone."""
        scores = self._x @ weights
        return float(_cox_loss(scores - scores.max(), self._times, self._ended) / len(self._x))


@nb.njit(cache=True)
def _cox_parts(scores, x, times, ended):
    people, columns = x.shape
    risk, first, second = 0.0, np.zeros(columns), np.zeros((columns, columns))
    loss, slope, curvature = 0.0, np.zeros(columns), np.zeros((columns, columns))
    place = 0
    while place < people:
        after = place
        own, own_first, own_second, ends = 0.0, np.zeros(columns), np.zeros((columns, columns)), 0
        while after < people and times[after] == times[place]:
            hazard = np.exp(scores[after])
            risk += hazard
            for i in range(columns):
                first[i] += hazard * x[after, i]
                for j in range(i + 1):
                    second[i, j] += hazard * x[after, i] * x[after, j]
            if ended[after]:
                ends += 1
                own += hazard
                loss -= scores[after]
                for i in range(columns):
                    slope[i] -= x[after, i]
                    own_first[i] += hazard * x[after, i]
                    for j in range(i + 1):
                        own_second[i, j] += hazard * x[after, i] * x[after, j]
            after += 1
        for k in range(ends):
            share = k / ends
            whole = risk - share * own
            loss += np.log(whole)
            for i in range(columns):
                mean_i = (first[i] - share * own_first[i]) / whole
                slope[i] += mean_i
                for j in range(i + 1):
                    mean_j = (first[j] - share * own_first[j]) / whole
                    curvature[i, j] += (second[i, j] - share * own_second[i, j]) / whole - mean_i * mean_j
        place = after
    for i in range(columns):
        for j in range(i):
            curvature[j, i] = curvature[i, j]
    return loss, slope, curvature


@nb.njit(cache=True)
def _cox_loss(scores, times, ended):
    people, risk, loss, place = len(scores), 0.0, 0.0, 0
    while place < people:
        after, own, ends = place, 0.0, 0
        while after < people and times[after] == times[place]:
            hazard = np.exp(scores[after])
            risk += hazard
            if ended[after]:
                ends += 1
                own += hazard
                loss -= scores[after]
            after += 1
        for k in range(ends):
            loss += np.log(risk - k / ends * own)
        place = after
    return loss


Made = Callable[["NDArray[np.bool_]"], Family]  # a family of some of the people
