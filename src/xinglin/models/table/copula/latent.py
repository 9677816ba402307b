"""The correlation behind a table of ranks: each person gets normal scores that fit what was written of them, and the scores are correlated.

Scores are drawn inside the stretch their value allows, given the person's other scores, again and again (Gibbs sampling for the extended rank
likelihood of a Gaussian copula: Hoff 2007, doi:10.1214/07-AOAS107, from memory: unverified). What is missing is drawn freely, so gaps neither
drop a person nor bend the correlation; values that many share, and yes or no, need no special case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Matrix = NDArray[np.float64]

SWEEPS, SETTLING = 160, 60
PULL = 3.0  # people without any correlation, added so that the matrix can always be inverted
_EDGE = 1e-15


def correlated(
    low: Matrix, high: Matrix, free: NDArray[np.bool_], rng: np.random.Generator, sweeps: int = SWEEPS, settling: int = SETTLING
) -> tuple[Matrix, Row]:
    """(correlation (columns, columns), threshold of each free column).

    `low`, `high` (people, columns): where each score may lie. `free`: columns of yes or no, asked of only some people, whose threshold is
    learnt too: there `low` is 0 for yes and `high` 0 for no.
    """
    people, columns = low.shape
    ends = ndtr(low), ndtr(high)
    scores = ndtri(np.clip(ends[0] + (ends[1] - ends[0]) * rng.random(low.shape), _EDGE, 1 - _EDGE))
    total, thresholds = np.zeros((columns, columns)), np.zeros(columns)
    matrix = _shrunk(scores, people)
    for sweep in range(sweeps):
        precision = np.linalg.inv(matrix)
        for column in range(columns):
            weights = -precision[column] / precision[column, column]
            weights[column] = 0.0
            lower, upper = low[:, column], high[:, column]
            if free[column]:
                lower, upper = _between(scores[:, column], lower, upper)
            scores[:, column] = truncated(scores @ weights, precision[column, column] ** -0.5, lower, upper, rng)
        scores[:, free] = (scores[:, free] - scores[:, free].mean(axis=0)) / scores[:, free].std(axis=0)
        matrix = _shrunk(scores, people)
        if sweep >= settling:
            total += matrix
            thresholds[free] += [_threshold(scores[:, column], low[:, column], high[:, column]) for column in np.flatnonzero(free)]
    return _unit(total), thresholds / (sweeps - settling)


def truncated(middle: Row, spread: float, low: Row, high: Row, rng: np.random.Generator) -> Row:
    """Normal draws between two ends; far out in a tail as exact as in the middle."""
    a, b = (low - middle) / spread, (high - middle) / spread
    mirrored = a > 0
    a, b = np.where(mirrored, -b, a), np.where(mirrored, -a, b)
    share = ndtr(a)
    drawn = ndtri(np.clip(share + (ndtr(b) - share) * rng.random(len(middle)), 1e-300, 1 - _EDGE))
    drawn = np.clip(drawn, np.maximum(a, -37.0), np.maximum(b, -37.0))
    return middle + spread * np.where(mirrored, -drawn, drawn)


def _between(scores: Row, low: Row, high: Row) -> tuple[Row, Row]:
    """Where yes (`low` 0) and no (`high` 0) may lie given the others' scores."""
    yes, no = low == 0.0, high == 0.0
    least = scores[yes].min() if yes.any() else np.inf
    most = scores[no].max() if no.any() else -np.inf
    return np.where(yes, most, -np.inf), np.where(no, least, np.inf)


def _threshold(scores: Row, low: Row, high: Row) -> float:
    """The middle between the highest no and the lowest yes; far out where one of them is not there."""
    yes, no = low == 0.0, high == 0.0
    if not (yes.any() and no.any()):
        return -9.0 if yes.any() else 9.0
    return float((scores[yes].min() + scores[no].max()) / 2)


def _shrunk(scores: Matrix, people: int) -> Matrix:
    centred = scores - scores.mean(axis=0)
    return _unit(centred.T @ centred + PULL * np.diag((centred**2).mean(axis=0) + 1e-9) + 1e-6 * np.eye(scores.shape[1]))


def _unit(matrix: Matrix) -> Matrix:
    scale = np.sqrt(np.diag(matrix))
    return matrix / np.outer(scale, scale)


def drawn_scores(matrix: Matrix, people: int, inside: dict[int, tuple[float, float]], rng: np.random.Generator, sweeps: int = 40) -> Matrix:
    """Normal scores of new people (people, columns). `inside`: columns whose score must lie between two ends."""
    columns = len(matrix)
    held = sorted(inside)
    others = [column for column in range(columns) if column not in inside]
    scores = np.zeros((people, columns))
    if held:
        scores[:, held] = _held(matrix[np.ix_(held, held)], [inside[column] for column in held], people, rng, sweeps)
    noise = rng.standard_normal((people, len(others)))
    if not held:
        scores[:, others] = noise @ np.linalg.cholesky(matrix[np.ix_(others, others)]).T
        return scores
    if others:
        pull = np.linalg.solve(matrix[np.ix_(held, held)], matrix[np.ix_(held, others)])
        rest = matrix[np.ix_(others, others)] - matrix[np.ix_(others, held)] @ pull
        scores[:, others] = scores[:, held] @ pull + noise @ np.linalg.cholesky(rest + 1e-9 * np.eye(len(others))).T
    return scores


def _held(matrix: Matrix, ends: list[tuple[float, float]], people: int, rng: np.random.Generator, sweeps: int) -> Matrix:
    low, high = np.array(ends).T
    start = truncated(np.zeros(len(ends)), 1.0, low, high, rng)
    scores = np.tile(start, (people, 1))
    precision = np.linalg.inv(matrix)
    for _ in range(sweeps if len(ends) > 1 else 1):
        for column in range(len(ends)):
            weights = -precision[column] / precision[column, column]
            weights[column] = 0.0
            whole = np.ones(people)
            scores[:, column] = truncated(
                scores @ weights, precision[column, column] ** -0.5, whole * low[column], whole * high[column], rng
            )
    return scores
