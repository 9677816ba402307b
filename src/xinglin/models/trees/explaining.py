"""What each feature gave to an answer of trees: Shapley values, exactly, where an unknown feature is averaged over the people who passed a split.

Path-dependent TreeSHAP (Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9: unverified), written leaf by leaf: a leaf is reached by a product of
its features' conditions, and of a product the Shapley values have a closed form. `slowly` is the definition itself, over all subsets.
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from xinglin.models.trees.arrays import Trees, goes_left

if TYPE_CHECKING:
    from numpy.typing import NDArray


def explained(trees: Trees, rows: NDArray[np.float64], features: int) -> tuple[float, NDArray[np.float64]]:
    """(baseline, contributions (rows, features)): baseline + their sum is `trees.answer`, to rounding."""
    x = np.ascontiguousarray(rows, dtype=np.float64)
    leaves = np.flatnonzero(trees.feature < 0).astype(np.int64)
    deepest = _deepest(leaves, trees.parent)
    found = _shapley(
        x, features, leaves, deepest, trees.feature, trees.edge, trees.levels, trees.by_level, trees.missing_left, trees.left, trees.parent,
        trees.value, trees.share, _weights(deepest),
    )  # fmt: skip
    return expected(trees), found


def expected(trees: Trees) -> float:
    """The answer where nothing is known of a row: each leaf by the share of people it held."""
    total = trees.share[trees.roots]
    leaves = np.flatnonzero(trees.feature < 0)
    tree = np.searchsorted(trees.roots, leaves, side="right") - 1
    return float(np.sum(trees.value[leaves] * trees.share[leaves] / total[tree])) if len(leaves) else 0.0


def slowly(trees: Trees, row: NDArray[np.float64], features: int) -> NDArray[np.float64]:
    """The definition: every subset of features known or not. For tests."""
    used = sorted(set(trees.feature[trees.feature >= 0].tolist()))
    worth = {subset: _known_alone(trees, row, set(subset)) for size in range(len(used) + 1) for subset in combinations(used, size)}
    found = np.zeros(features)
    for one in used:
        others = [feature for feature in used if feature != one]
        for size in range(len(others) + 1):
            weight = math.factorial(size) * math.factorial(len(used) - size - 1) / math.factorial(len(used))
            for subset in combinations(others, size):
                found[one] += weight * (worth[tuple(sorted((*subset, one)))] - worth[subset])
    return found


def _known_alone(trees: Trees, row: NDArray[np.float64], known: set[int]) -> float:
    """The answer where only some features are known."""

    def at(node: int) -> float:
        if trees.feature[node] < 0:
            return float(trees.value[node])
        left, right = int(trees.left[node]), int(trees.right[node])
        if int(trees.feature[node]) in known:
            way = goes_left.py_func(row, node, trees.feature, trees.edge, trees.levels, trees.by_level, trees.missing_left)
            return at(left if way else right)
        return (trees.share[left] * at(left) + trees.share[right] * at(right)) / trees.share[node]

    return sum(at(int(root)) for root in trees.roots)


def _weights(deepest: int) -> NDArray[np.float64]:
    """(d, k): k! (d - 1 - k)! / d!, the share of orders in which k given others of d come first."""
    found = np.zeros((deepest + 2, deepest + 2))
    for d in range(1, deepest + 2):
        for k in range(d):
            found[d, k] = math.exp(math.lgamma(k + 1) + math.lgamma(d - k) - math.lgamma(d + 1))
    return found


@nb.njit(cache=True)
def _deepest(leaves, parent):
    most = 0
    for leaf in leaves:
        depth, node = 0, parent[leaf]
        while node >= 0:
            depth += 1
            node = parent[node]
        most = max(most, depth)
    return most


@nb.njit(cache=True)
def _shapley(x, features, leaves, deepest, feature, edge, levels, by_level, missing_left, left, parent, value, share, weights):
    found = np.zeros((len(x), features))
    own = np.empty(deepest + 1, dtype=np.int64)  # the features on the way to a leaf
    passed = np.empty(deepest + 1, dtype=np.float64)  # the share of people who pass its conditions on the feature
    meets = np.empty(deepest + 1, dtype=np.bool_)  # whether the row does
    product, without = np.empty(deepest + 2), np.empty(deepest + 2)
    for row in range(len(x)):
        for leaf in leaves:
            size, child, node = 0, leaf, parent[leaf]
            while node >= 0:
                way = goes_left(x[row], node, feature, edge, levels, by_level, missing_left) == (left[node] == child)
                place = 0
                while place < size and own[place] != feature[node]:
                    place += 1
                if place == size:
                    own[size], passed[size], meets[size] = feature[node], 1.0, True
                    size += 1
                passed[place] *= share[child] / share[node]
                meets[place] = meets[place] and way
                child, node = node, parent[node]
            if size == 0 or value[leaf] == 0.0:
                continue
            product[0] = 1.0
            for i in range(size):  # the product of (passed + meets * t), by powers of t
                product[i + 1] = 0.0
                for k in range(i, -1, -1):
                    if meets[i]:
                        product[k + 1] += product[k]
                    product[k] *= passed[i]
            for i in range(size):
                total = 0.0
                if meets[i]:  # divide by (passed + t), from the highest power
                    without[size - 1] = product[size]
                    for k in range(size - 2, -1, -1):
                        without[k] = product[k + 1] - passed[i] * without[k + 1]
                else:
                    for k in range(size):
                        without[k] = product[k] / passed[i]
                for k in range(size):
                    total += weights[size, k] * without[k]
                found[row, own[i]] += value[leaf] * ((1.0 if meets[i] else 0.0) - passed[i]) * total
    return found
