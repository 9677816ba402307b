"""A small boosted-tree classifier, read from JSON and run without any library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

Node = tuple[int, float, Any, Any]  # feature, threshold, low side, high side; of a leaf: -1, its score, nothing, nothing


class Tree(Struct, frozen=True):
    """One tree in arrays: `feature[i] < 0` marks a leaf whose `value[i]` is its score."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


class Forest(Struct, frozen=True, dict=True):
    """Boosted trees: the log-odds are `start` plus `rate` times the sum of the leaves reached."""

    start: float
    rate: float
    trees: tuple[Tree, ...]

    @cached_property
    def _branches(self) -> tuple[Node, ...]:
        """The trees as nested nodes, which are walked faster than arrays."""
        return tuple(_nested(tree, 0) for tree in self.trees)

    def probability(self, row: Sequence[float]) -> float:
        """The probability of the positive class for one row of measurements."""
        total = 0.0
        for feature, threshold, low, high in self._branches:
            while feature >= 0:
                feature, threshold, low, high = low if row[feature] <= threshold else high
            total += threshold
        return 1 / (1 + math.exp(-(self.start + self.rate * total)))


def _nested(tree: Tree, i: int) -> Node:
    if tree.feature[i] < 0:
        return -1, tree.value[i], None, None
    return tree.feature[i], tree.threshold[i], _nested(tree, tree.left[i]), _nested(tree, tree.right[i])
