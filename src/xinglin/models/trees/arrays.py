"""A sum of decision trees as plain arrays, and its answers. A row goes left where its value is at or below the edge, or its level is in the set.

What is missing goes the way the split learnt. Nothing but splits, leaves and how many people passed is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MOST_LEVELS = 64


@dataclass(frozen=True, eq=False)
class Trees:
    """One entry per node, trees one after another; `roots` says where each begins, children are places in the arrays.

    feature: -1 for a leaf. levels: the set that goes left, as bits, where `by_level`. share: people who passed, for explanations.
    """

    roots: NDArray[np.int64]
    feature: NDArray[np.int32]
    edge: NDArray[np.float64]
    levels: NDArray[np.uint64]
    by_level: NDArray[np.uint8]
    missing_left: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    parent: NDArray[np.int32]
    value: NDArray[np.float64]
    share: NDArray[np.float64]

    def leaves(self, rows: NDArray[np.float64]) -> NDArray[np.int32]:
        """(rows, trees): the leaf each row falls into."""
        x = np.ascontiguousarray(rows, dtype=np.float64)
        return _leaves(x, self.roots, self.feature, self.edge, self.levels, self.by_level, self.missing_left, self.left, self.right)

    def answer(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows,): the sum of the leaves."""
        return self.value[self.leaves(rows)].sum(axis=1) if len(self.roots) else np.zeros(len(rows))

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], features: int) -> Trees:
        """What `as_arrays` gave. Raises InvalidInput XL-OUTCOME-011 for arrays that are no trees over so many features."""
        try:
            found = cls(**{one.name: arrays[one.name] for one in fields(cls)})
        except KeyError as error:
            raise _no_trees(f"no {error.args[0]}") from None
        nodes = len(found.feature)
        inner = np.flatnonzero(found.feature >= 0)
        sizes = {len(getattr(found, one.name)) for one in fields(cls) if one.name != "roots"}
        children = np.concatenate([found.left[inner], found.right[inner]])
        whole = sizes == {nodes} and bool(np.all((found.roots >= 0) & (found.roots < nodes)))
        if not whole or np.any(found.feature >= features) or np.any(children >= nodes) or np.any(children <= np.tile(inner, 2)):
            raise _no_trees("a split leads nowhere")
        return found


def _no_trees(why: str) -> InvalidInput:
    return InvalidInput(
        "XL-OUTCOME-011", "the trees of a kept model are damaged", why=why, fix="train it again, or restore it from a backup"
    )


def joined(parts: Sequence[Mapping[str, NDArray[Any]]]) -> Trees:
    """Trees one after another. Each part has the arrays of one tree, children counted from its own root at 0, -1 in leaves."""
    sizes = np.array([len(one["feature"]) for one in parts], dtype=np.int64)
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64) if len(parts) else np.zeros(0, dtype=np.int64)
    kinds = {
        "feature": np.int32,
        "edge": np.float64,
        "levels": np.uint64,
        "by_level": np.uint8,
        "missing_left": np.uint8,
        "value": np.float64,
        "share": np.float64,
    }
    found: dict[str, NDArray[Any]] = {
        name: np.concatenate([np.asarray(one[name]).astype(kind) for one in parts]) if len(parts) else np.zeros(0, dtype=kind)
        for name, kind in kinds.items()
    }
    for side in ("left", "right"):
        moved = [np.where(one["feature"] >= 0, one[side] + root, -1) for one, root in zip(parts, roots, strict=True)]
        found[side] = np.concatenate(moved).astype(np.int32) if len(parts) else np.zeros(0, dtype=np.int32)
    parent = np.full(len(found["feature"]), -1, dtype=np.int32)
    inner = np.flatnonzero(found["feature"] >= 0).astype(np.int32)
    parent[found["left"][inner]], parent[found["right"][inner]] = inner, inner
    return Trees(roots=roots, parent=parent, **found)


@nb.njit(inline="always")
def goes_left(x, node, feature, edge, levels, by_level, missing_left):
    """Which way a row goes at a node."""
    value = x[feature[node]]
    if np.isnan(value):
        return missing_left[node] == 1
    if by_level[node] == 1:
        return (levels[node] >> np.uint64(value)) & np.uint64(1) == np.uint64(1)
    return value <= edge[node]


@nb.njit(cache=True)
def _leaves(rows, roots, feature, edge, levels, by_level, missing_left, left, right):
    found = np.empty((len(rows), len(roots)), dtype=np.int32)
    for row in range(len(rows)):
        for tree in range(len(roots)):
            node = roots[tree]
            while feature[node] >= 0:
                node = left[node] if goes_left(rows[row], node, feature, edge, levels, by_level, missing_left) else right[node]
            found[row, tree] = node
    return found
