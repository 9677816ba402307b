"""Can one tell from made pictures who was learnt from: the area under the ROC curve of guessing so, and how often a sure guess is right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.scoring import area
from xinglin.records.image_learning import ImageScore, Spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Features = NDArray[np.floating]
    Row = NDArray[np.floating]

HIGHEST, RESAMPLED, FALSE = 0.6, 400, 0.01


def nearest_made(real: Features, made: Features) -> Row:
    """For each real picture the distance to the nearest made one."""
    from scipy.spatial.distance import cdist

    return cdist(real, made).min(axis=1)


def membership(suspicion: Row, learnt: NDArray[np.bool_], persons: Sequence[str], seed: int, how: str = "") -> list[ImageScore]:
    """How well `suspicion` (higher: rather learnt from) tells pictures that were learnt from; of each person the highest counts.

    how: what the guess rests on, part of the names. The gate is an area of 0.60. Limits by drawing people anew.
    """
    names, whose = np.unique(np.asarray(persons), return_inverse=True)
    highest, member = np.full(len(names), -np.inf), np.zeros(len(names))
    np.maximum.at(highest, whose, suspicion)
    np.maximum.at(member, whose, learnt.astype(float))
    chance, inside, outside = np.random.default_rng(seed), np.flatnonzero(member == 1), np.flatnonzero(member == 0)
    areas, sure = [], []
    for _ in range(RESAMPLED):
        rows = np.concatenate([chance.choice(inside, len(inside)), chance.choice(outside, len(outside))])
        areas.append(area(highest[rows], member[rows]))
        sure.append(surely_told(highest[rows], member[rows]))
    value, ending = area(highest, member), f", {how}" if how else ""
    return [
        ImageScore(
            f"membership inference AUC{ending}", "privacy", _limits(value, areas), Spread(0.5), "half", len(names),
            "chance that of a person learnt from and another the first is suspected", HIGHEST, bool(value <= HIGHEST),
        ),
        ImageScore(
            f"membership TPR at 1 % FPR{ending}", "privacy", _limits(surely_told(highest, member), sure), Spread(FALSE), "lower", len(names),
            "share of people learnt from who are told where 1 in 100 of the others is suspected wrongly",
        ),
    ]  # fmt: skip


def surely_told(suspicion: Row, member: Row) -> float:
    """The share of members above all but 1 % of the others."""
    others = np.sort(suspicion[member == 0])
    return float((suspicion[member == 1] > others[-1 - int(FALSE * len(others))]).mean())


def _limits(value: float, drawn: list[float]) -> Spread:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Spread(float(value), float(low), float(high))
