"""How good predictions are: errors of numbers, discrimination and calibration of chances, survival foretold; each with an interval over people."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

RESAMPLED, BINS = 400, 10
SMALLEST = 1e-6


def absolute_error(predicted: Row, actual: Row) -> float:
    """The mean absolute error."""
    return float(np.mean(np.abs(predicted - actual)))


def square_error(predicted: Row, actual: Row) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((predicted - actual) ** 2)))


def within_a_fifth(predicted: Row, actual: Row) -> float:
    """The share of people whose prediction lies within 20 % of the truth."""
    return float(np.mean(np.abs(predicted - actual) <= 0.2 * np.abs(actual)))


def explained_share(predicted: Row, actual: Row) -> float:
    """R squared: the share of the variance that is foretold; below 0 it is worse than the mean."""
    return float(1 - np.sum((predicted - actual) ** 2) / np.sum((actual - actual.mean()) ** 2))


def brier(chance: Row, happened: Row) -> float:
    """The mean squared distance of the chance from what happened (Brier 1950)."""
    return float(np.mean((chance - happened) ** 2))


def log_loss(chance: Row, happened: Row) -> float:
    """Minus the mean log chance of what happened."""
    safe = np.clip(chance, SMALLEST, 1 - SMALLEST)
    return float(-np.mean(happened * np.log(safe) + (1 - happened) * np.log(1 - safe)))


def area(score: Row, happened: Row) -> float:
    """The area under the ROC curve: the chance that one who had it scores above one who had not; nan where one of the groups is empty."""
    yes = happened == 1
    if yes.all() or not yes.any() or np.isnan(score).any():
        return float("nan")
    return float((_ranks(score)[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / (yes.sum() * (~yes).sum()))


def _ranks(score: Row) -> Row:
    """Places from 1 on, equals sharing the mean of theirs; to open scipy.stats for this would take a second."""
    _, which, counts = np.unique(score, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[which]


def calibration_error(chance: Row, happened: Row, bins: int = BINS) -> float:
    """ECE: the mean distance of the chance from the share that had it, over bins of equal size."""
    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    return float(sum(len(part) * abs(chance[part].mean() - happened[part].mean()) for part in parts) / len(order))


def interval(score: Callable[[NDArray[np.integer]], float], rows: int, seed: int = 0, times: int = RESAMPLED) -> tuple[float, float]:
    """95 % limits of a score by drawing people anew with replacement. `score`: of the rows given by their places."""
    rng = np.random.default_rng([seed, 41])
    found = np.array([score(rng.integers(0, rows, rows)) for _ in range(times)])
    low, high = np.nanquantile(found, [0.025, 0.975])
    return float(low), float(high)
