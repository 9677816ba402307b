"""A small boosted-tree classifier, read from JSON and run without any library."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct


class Tree(Struct, frozen=True):
    """One tree in arrays: `feature[i] < 0` marks a leaf whose `value[i]` is its score."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Forest(Struct, frozen=True):
    """Boosted trees: the log-odds are `start` plus `rate` times the sum of the leaves reached."""

    start: float
    rate: float
    trees: tuple[Tree, ...]

    def probability(self, row: Sequence[float]) -> float:
        """The probability of the positive class for one row of measurements."""
        total = 0.0
        for tree in self.trees:
            feature, threshold, left, right = tree.feature, tree.threshold, tree.left, tree.right
            i = 0
            while feature[i] >= 0:
                i = left[i] if row[feature[i]] <= threshold[i] else right[i]
            total += tree.value[i]
        return 1 / (1 + math.exp(-(self.start + self.rate * total)))
