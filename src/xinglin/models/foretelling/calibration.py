"""Chances that mean what they say: Platt's line on the log-odds, isotonic steps, and what people with like chances really had.

Platt 1999; Zadrozny and Elkan 2002, doi:10.1145/775047.775151 (both from memory: unverified). The line keeps contributions exact: it
stretches them and moves the baseline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from xinglin.models.penalised.families import Logistic
from xinglin.models.penalised.fitting import fitted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

_Z90 = 1.6448536269514722
GROUPS, FEWEST_IN_A_GROUP = 10, 30


class Line(Struct, frozen=True):
    """Calibrated log-odds = `tilt` * score + `shift`."""

    tilt: float = 1.0
    shift: float = 0.0

    @classmethod
    def learnt(cls, score: Row, happened: Row) -> Line:
        """By maximum likelihood on held-out scores, targets drawn in a little as Platt did; never turned round."""
        yes, no = float(happened.sum()), float(len(happened) - happened.sum())
        aim = np.where(happened == 1, (yes + 1) / (yes + 2), 1 / (no + 2))
        spread = float(np.std(score)) or 1.0
        shift, tilt = fitted(Logistic((score / spread)[:, None], aim), 1, 1e-6, 0.0)
        return cls(float(tilt / spread), float(shift)) if tilt > 0 else cls(1e-3, float(np.log(yes / no)))

    def chance(self, score: Row) -> Row:
        """The calibrated chance."""
        return 1 / (1 + np.exp(-np.clip(self.tilt * score + self.shift, -500, 500)))


class Steps(Struct, frozen=True):
    """Isotonic regression: the chance rises in steps with the score. `scores` where each step begins."""

    scores: tuple[float, ...]
    chances: tuple[float, ...]

    @classmethod
    def learnt(cls, score: Row, happened: Row) -> Steps:
        """By pooling neighbours that fall (pool adjacent violators); equal scores are one."""
        places, group = np.unique(score, return_inverse=True)
        weight, total = np.bincount(group).astype(float), np.bincount(group, weights=happened)
        blocks: list[list[float]] = []
        for start, w, t in zip(places, weight, total, strict=True):
            blocks.append([start, w, t])
            while len(blocks) > 1 and blocks[-2][2] / blocks[-2][1] >= blocks[-1][2] / blocks[-1][1]:
                _, w, t = blocks.pop()
                blocks[-1][1] += w
                blocks[-1][2] += t
        return cls(tuple(float(b[0]) for b in blocks), tuple(float(b[2] / b[1]) for b in blocks))

    def chance(self, score: Row) -> Row:
        """The calibrated chance."""
        return np.array(self.chances)[np.maximum(np.searchsorted(np.array(self.scores), score, side="right") - 1, 0)]


class Shares(Struct, frozen=True):
    """What became of held-out people with like chances: of each group the share that had it, with 90 % limits."""

    edges: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    people: tuple[int, ...]

    @classmethod
    def learnt(cls, chance: Row, happened: Row) -> Shares:
        """Groups of equal size; limits by Wilson 1927."""
        groups = int(np.clip(len(chance) // FEWEST_IN_A_GROUP, 1, GROUPS))
        edges = np.unique(np.quantile(chance, np.arange(1, groups) / groups)) if groups > 1 else np.zeros(0)
        place = np.searchsorted(edges, chance, side="left")
        n = np.bincount(place, minlength=len(edges) + 1).astype(float)
        share = np.bincount(place, weights=happened, minlength=len(edges) + 1) / np.maximum(n, 1)
        low, high = wilson(share, np.maximum(n, 1))
        told = [tuple(map(float, one)) for one in (edges, share, low, high)]
        return cls(told[0], told[1], told[2], told[3], tuple(n.astype(int).tolist()))

    def around(self, chance: Row) -> tuple[Row, Row]:
        """(low, high): between which the share of people with such a chance lies; the chance itself is always within."""
        place = np.searchsorted(np.array(self.edges), chance, side="left")
        return np.minimum(np.array(self.low)[place], chance), np.maximum(np.array(self.high)[place], chance)


def wilson(share: Row, people: Row) -> tuple[Row, Row]:
    """90 % limits of a share: Wilson 1927, doi:10.1080/01621459.1927.10502953."""
    middle = (share + _Z90**2 / (2 * people)) / (1 + _Z90**2 / people)
    half = _Z90 / (1 + _Z90**2 / people) * np.sqrt(share * (1 - share) / people + _Z90**2 / (4 * people**2))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
