"""Intervals that hold a stated share of new people, whatever the model: split, cross-validated and by groups. Nothing of a person is kept but limits.

The share holds for people like those learnt from (exchangeable), on average over them and within each group. Vovk, Gammerman and Shafer 2005,
doi:10.1007/b106715; Barber et al. 2021, doi:10.1214/20-AOS1965 (both from memory: unverified).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

FEWEST_IN_A_GROUP, MOST_GROUPS = 80, 6


def reach(scores: Row, share: float) -> float:
    """The score that a new one does not exceed with at least this chance; infinity where there are too few.

    >>> reach(np.arange(1.0, 20.0), 0.9), reach(np.arange(3.0), 0.9)
    (18.0, inf)
    """
    rank = math.ceil((len(scores) + 1) * share - 1e-9)
    return math.inf if rank > len(scores) else float(np.sort(scores)[rank - 1])


def split(predicted: Row, actual: Row, asked: Row, level: float = 0.9) -> tuple[Row, Row]:
    """(low, high) around new predictions, from people the model has not seen."""
    width = reach(np.abs(actual - predicted), level)
    return asked - width, asked + width


def cross_validated(without: NDArray[np.float64], residuals: Row, fold: NDArray[np.integer], level: float = 0.9) -> tuple[Row, Row]:
    """(low, high) of CV+. `without` (folds, people asked): what the model that had not seen a fold says of them. `residuals`: |held-out error|.

    At least 2 * level - 1 of new people for certain, in practice about `level`.
    """
    people = len(residuals)
    above, below = without[fold] + residuals[:, None], without[fold] - residuals[:, None]
    rank = math.ceil((people + 1) * level - 1e-9)
    if rank > people:
        return np.full(without.shape[1], -np.inf), np.full(without.shape[1], np.inf)
    return -np.sort(-below, axis=0)[rank - 1], np.sort(above, axis=0)[rank - 1]


class Bands(Struct, frozen=True):
    """How far below and above a prediction people lie, for each group of predictions (Mondrian): `edges` part the groups."""

    level: float
    edges: tuple[float, ...]
    below: tuple[float, ...]
    above: tuple[float, ...]
    people: tuple[int, ...]

    @classmethod
    def learnt(cls, predicted: Row, actual: Row, level: float = 0.9) -> Bands:
        """From held-out predictions. Groups are of equal size, as many as there are people for; each tail holds half of what is left out."""
        groups = int(np.clip(len(predicted) // FEWEST_IN_A_GROUP, 1, MOST_GROUPS))
        edges = np.unique(np.quantile(predicted, np.arange(1, groups) / groups)) if groups > 1 else np.zeros(0)
        place, tail = np.searchsorted(edges, predicted, side="left"), 1 - (1 - level) / 2
        apart = [(actual - predicted)[place == group] for group in range(len(edges) + 1)]
        return cls(
            level, tuple(map(float, edges)), tuple(reach(-one, tail) for one in apart), tuple(reach(one, tail) for one in apart),
            tuple(map(len, apart)),
        )  # fmt: skip

    def around(self, predicted: Row) -> tuple[Row, Row]:
        """(low, high) of new predictions; infinite where too few people were seen to say."""
        place = np.searchsorted(np.array(self.edges), predicted, side="left")
        return predicted - np.array(self.below)[place], predicted + np.array(self.above)[place]


def share_held(low: Row, high: Row, actual: Row) -> float:
    """The share of people within their interval."""
    return float(np.mean((actual >= low) & (actual <= high)))
