"""Trees grown one on what the others left over: scikit-learn's histogram gradient boosting, taken out into plain arrays.

How many trees and how large is chosen by cross-validation. Categories are split by sets of levels; what is missing goes its own learnt way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.penalised.fitting import folds_of
from xinglin.models.trees.arrays import MOST_LEVELS, Trees, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xinglin.records.table import TableColumn

RATE, MOST_TREES, FOLDS, RIDGE = 0.07, 250, 3, 1.0
LEAVES = (3, 8)
EVERY = 10  # the error is looked at after each so many trees


@dataclass(frozen=True, eq=False)
class Boosted:
    """The trees, what they are added to, and how they were chosen."""

    trees: Trees
    start: float
    leaves: int


def boosted(
    values: NDArray[np.float64], columns: Sequence[TableColumn], answers: NDArray[np.float64], *, yes_no: bool, seed: int,
    weights: NDArray[np.float64] | None = None, groups: NDArray[np.integer] | None = None, sizes: Sequence[int] = LEAVES,
) -> Boosted:  # fmt: skip
    """Grow. `values` (rows, columns) with nan for missing, levels as places. `groups`: rows of one person stay in one fold."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # on tables of this size one thread is quicker, and the bytes are the same everywhere
        return _grown(values, columns, answers, yes_no, seed, weights, groups, sizes)


def _grown(
    values: NDArray[np.float64], columns: Sequence[TableColumn], answers: NDArray[np.float64], yes_no: bool, seed: int,
    weights: NDArray[np.float64] | None, groups: NDArray[np.integer] | None, sizes: Sequence[int],
) -> Boosted:  # fmt: skip
    shown, order, kept = _shown(values, columns)
    categories = [place for place, one in enumerate(order) if columns[one].kind == "category"]
    least = max(5, min(20, len(values) // 30))
    fold = _folds(len(values), seed, answers if yes_no else None, groups)
    best: tuple[float, int, int] | None = None
    for leaves in sizes:
        losses = np.zeros(MOST_TREES // EVERY)
        for held in range(FOLDS):
            inside = fold != held
            model = _model(yes_no, MOST_TREES, leaves, least, categories)
            model.fit(shown[inside], answers[inside], None if weights is None else weights[inside])
            losses += _losses(model, shown[~inside], answers[~inside], None if weights is None else weights[~inside], yes_no)
        found = (float(losses.min()), leaves, (int(np.argmin(losses)) + 1) * EVERY)
        best = found if best is None else min(best, found)
    assert best is not None
    model = _model(yes_no, best[2], best[1], least, categories).fit(shown, answers, weights)
    parts = [_tree(one[0], order, kept, columns) for one in model._predictors]
    return Boosted(joined(parts), float(np.ravel(model._baseline_prediction)[0]), best[1])


def _folds(rows: int, seed: int, strata: NDArray[np.float64] | None, groups: NDArray[np.integer] | None) -> NDArray[np.int64]:
    if groups is None:
        return folds_of(rows, FOLDS, seed, None if strata is None else strata.astype(np.int64))
    names, place = np.unique(groups, return_inverse=True)
    return folds_of(len(names), FOLDS, seed)[place]


def _shown(values: NDArray[np.float64], columns: Sequence[TableColumn]) -> tuple[NDArray[np.float64], list[int], dict[int, list[int]]]:
    """(the matrix, categories first and their levels counted without gaps; the order; the levels that occur). Others count as numbers."""
    category = [n for n, one in enumerate(columns) if one.kind == "category" and 0 < len(one.levels) <= MOST_LEVELS]
    order = category + [n for n in range(len(columns)) if n not in category]
    kept, shown = {}, values[:, order].copy()
    for place, column in enumerate(category):
        known = values[:, column]
        kept[column] = np.unique(known[~np.isnan(known)]).astype(int).tolist()
        for count, level in enumerate(kept[column]):
            shown[known == level, place] = count
    return shown, order, kept


def _model(yes_no: bool, trees: int, leaves: int, least: int, categories: list[int]) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind: Any = HistGradientBoostingClassifier if yes_no else HistGradientBoostingRegressor
    return kind(
        learning_rate=RATE, max_iter=trees, max_leaf_nodes=leaves, min_samples_leaf=least, l2_regularization=RIDGE, early_stopping=False,
        categorical_features=categories or None, random_state=0,
    )  # fmt: skip


def _losses(
    model: Any, values: NDArray[np.float64], answers: NDArray[np.float64], weights: NDArray[np.float64] | None, yes_no: bool
) -> NDArray[np.float64]:
    """The summed loss of held-out rows after each `EVERY` trees."""
    found = []
    steps = model.staged_decision_function(values) if yes_no else model.staged_predict(values)
    for count, scores in enumerate(steps, 1):
        if count % EVERY == 0:
            score = np.ravel(scores)
            each = np.logaddexp(0, score) - answers * score if yes_no else (answers - score) ** 2
            found.append(float(np.sum(each if weights is None else each * weights)))
    return np.array(found)


def _tree(predictor: Any, order: list[int], kept: dict[int, list[int]], columns: Sequence[TableColumn]) -> dict[str, NDArray[Any]]:
    """The arrays of one of scikit-learn's trees, its features and levels named as ours."""
    nodes = predictor.nodes
    leaf = nodes["is_leaf"].astype(bool)
    feature = np.where(leaf, -1, np.array(order)[np.where(leaf, 0, nodes["feature_idx"])])
    by_level = (nodes["is_categorical"].astype(bool) & ~leaf).astype(np.uint8)
    levels = np.zeros(len(nodes), dtype=np.uint64)
    for node in np.flatnonzero(by_level):
        bits = predictor.raw_left_cat_bitsets[nodes["bitset_idx"][node]]
        levels[node] = _as_set(
            bits, kept[int(feature[node])], len(columns[int(feature[node])].levels), bool(nodes["missing_go_to_left"][node])
        )
    return {
        "feature": feature, "edge": np.where(leaf | (by_level == 1), 0.0, nodes["num_threshold"]), "levels": levels, "by_level": by_level,
        "missing_left": np.where(leaf, 0, nodes["missing_go_to_left"]), "left": nodes["left"].astype(np.int64),
        "right": nodes["right"].astype(np.int64), "value": np.where(leaf, nodes["value"], 0.0), "share": nodes["count"].astype(float),
    }  # fmt: skip


def _as_set(bits: NDArray[np.uint32], kept: list[int], levels: int, missing_left: bool) -> np.uint64:
    """The levels that go left as bits; one that nobody had goes the way of what is missing."""
    found = 0
    for level in range(levels):
        if level in kept:
            count = kept.index(level)
            left = bool(int(bits[count // 32]) >> (count % 32) & 1)
        else:
            left = missing_left
        found |= int(left) << level
    return np.uint64(found)
