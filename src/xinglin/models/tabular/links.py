"""On which scale a number is foretold: as it is, as its square root (as the IWPC warfarin equation does) or as its logarithm.

A number above 0 with a long tail is told better on a bent scale. The scale is chosen by cross-validated absolute error of a ridge regression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALES = {"identity": "number", "square-root": "square root of the number", "log": "logarithm of the number", "logit": "log-odds"}
BETTER_BY = 0.003  # a bent scale must lower the error by this share
FOLDS = 5


def linked(values: NDArray[np.float64], link: str) -> NDArray[np.float64]:
    """The values on the scale of the model."""
    return {"square-root": np.sqrt, "log": np.log}.get(link, np.asarray)(values)


def unlinked(scores: NDArray[np.float64], link: str) -> NDArray[np.float64]:
    """The number, or for "logit" the chance, of a score."""
    if link == "square-root":
        return np.maximum(scores, 0.0) ** 2
    if link == "log":
        return np.exp(np.clip(scores, -700, 700))
    if link == "logit":
        return 1 / (1 + np.exp(-np.clip(scores, -700, 700)))
    return np.asarray(scores, float)


def chosen_link(matrix: NDArray[np.float64], values: NDArray[np.float64], seed: int) -> str:
    """The scale with the least cross-validated absolute error; bent ones only for values above 0."""
    options = ["identity"]
    if np.all(values > 0):
        options += ["square-root", "log"]
    elif np.all(values >= 0):
        options += ["square-root"]
    place = np.random.default_rng([seed, 11]).permutation(len(values)) % FOLDS
    errors = {link: _error(matrix, values, link, place) for link in options}
    best = min(options, key=lambda link: errors[link])
    return best if errors[best] < errors["identity"] * (1 - BETTER_BY) else "identity"


def _error(matrix: NDArray[np.float64], values: NDArray[np.float64], link: str, place: NDArray[np.integer]) -> float:
    total, answers = 0.0, linked(values, link)
    for fold in range(FOLDS):
        held = place == fold
        x, y = matrix[~held], answers[~held]
        middle, mean = x.mean(axis=0), y.mean()
        weights = np.linalg.solve((x - middle).T @ (x - middle) + 0.02 * len(x) * np.eye(x.shape[1]), (x - middle).T @ (y - mean))
        told = unlinked(mean + (matrix[held] - middle) @ weights, link)
        total += float(np.abs(told - values[held]).sum())
    return total / len(values)
