"""Survival trees: each split parts people whose ends come at different times, by the log-rank statistic; each leaf knows how its people fared.

Random survival forests (Ishwaran et al. 2008, doi:10.1214/08-AOAS169: unverified): people drawn with replacement, some features and some edges
tried by chance at each node. Leaves hold several people and times are on a grid, so that nobody's own time is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba as nb
import numpy as np

from xinglin.models.penalised.fitting import folds_of
from xinglin.models.survival.forecasts import integrated_brier, staying, step_at
from xinglin.models.trees.arrays import Trees, joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from xinglin.records.table import TableColumn

GRID, TREES, LEAST_LEAF, EDGES_TRIED = 60, 300, 8, 12
LEAVES, TRIAL_TREES, TRIAL_FOLDS = (8, 20, 50), 60, 3  # leaf sizes tried, and how


def time_grid(times: NDArray[np.float64], ended: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The times at which the trees look: those of ends, thinned to so many."""
    moments = np.unique(times[ended])
    if len(moments) <= GRID:
        return moments
    return np.unique(np.quantile(times[ended], np.linspace(0, 1, GRID), method="nearest"))


def forest(
    values: NDArray[np.float64], columns: Sequence[TableColumn], times: NDArray[np.float64], ended: NDArray[np.bool_], seed: int,
    trees: int = TREES, least: int = LEAST_LEAF,
) -> tuple[Trees, NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """(trees whose value is the expected ends over the grid, the grid, share free of the end (nodes, grid) of each leaf)."""
    grid = time_grid(times, ended)
    end_bin = np.minimum(np.searchsorted(grid, times, side="left"), len(grid) - 1)
    last_bin = np.searchsorted(grid, times, side="right") - 1  # at risk up to and with this one
    last_bin = np.where(ended, np.maximum(last_bin, end_bin), last_bin)
    end_bin = np.where(ended, end_bin, -1)
    levels = np.array([len(one.levels) if one.kind == "category" and len(one.levels) <= 64 else 0 for one in columns])
    tried = min(int(np.ceil(np.sqrt(values.shape[1]))), values.shape[1])
    parts, curves = [], []
    seeds = np.random.default_rng([seed, 77]).integers(0, 2**31 - 1, trees)
    for own in seeds:
        *arrays, free = _grow(
            np.ascontiguousarray(values), end_bin.astype(np.int64), last_bin.astype(np.int64), len(grid), levels, tried, least, int(own)
        )
        names = ("feature", "edge", "levels", "by_level", "missing_left", "left", "right", "value", "share")
        part: dict[str, NDArray[Any]] = dict(zip(names, arrays, strict=True))
        part["value"] = part["value"] / trees
        parts.append(part)
        curves.append(free)
    return joined(parts), grid, np.concatenate(curves)


def chosen_leaf(
    values: NDArray[np.float64], columns: Sequence[TableColumn], times: NDArray[np.float64], ended: NDArray[np.bool_], seed: int
) -> int:
    """The leaf size whose small forests foretell held-out people best, by the integrated Brier score."""
    at = np.quantile(times[ended], np.linspace(0.1, 0.9, 9))
    fold, curve = folds_of(len(times), TRIAL_FOLDS, seed, ended.astype(np.int64)), staying(times, ended)
    losses = {}
    for least in LEAVES:
        free = np.zeros((len(times), len(at)))
        for one in range(TRIAL_FOLDS):
            out = fold == one
            trees, grid, leaves = forest(values[~out], columns, times[~out], ended[~out], seed, TRIAL_TREES, least)
            free[out] = step_at(grid, leaves, at, 1.0)[trees.leaves(values[out])].mean(axis=1)
        losses[least] = integrated_brier(times, ended, free, at, curve)
    return min(LEAVES, key=losses.__getitem__)


@nb.njit(cache=True)
def _log_rank(left_ends, left_risk, ends, risk):
    """The squared standardised difference of the left side from what all together would have."""
    apart, spread = 0.0, 0.0
    for g in range(len(ends)):
        if ends[g] > 0 and risk[g] > 1:
            share = left_risk[g] / risk[g]
            apart += left_ends[g] - ends[g] * share
            spread += share * (1 - share) * ends[g] * (risk[g] - ends[g]) / (risk[g] - 1)
    return apart * apart / spread if spread > 1e-12 else 0.0


@nb.njit(cache=True)
def _counted(people, end_bin, last_bin, ends, risk):
    ends[:] = 0
    risk[:] = 0
    for i in people:
        if end_bin[i] >= 0:
            ends[end_bin[i]] += 1
        if last_bin[i] >= 0:
            risk[last_bin[i]] += 1
    for g in range(len(risk) - 2, -1, -1):
        risk[g] += risk[g + 1]


@nb.njit(cache=True)
def _left(value, edge, bits, levels, missing):
    if np.isnan(value):
        return missing
    if levels > 0:
        return (bits >> np.uint64(value)) & np.uint64(1) == np.uint64(1)
    return value <= edge


@nb.njit(cache=True)
def _tallied(values, own, edge, bits, levels, missing, end_bin, last_bin, left_ends, left_risk):
    """(people who go left, those of them whose value is known, all whose value is known); the tallies of the left side are filled."""
    count, known_left, known = 0, 0, 0
    left_ends[:] = 0
    left_risk[:] = 0
    for i in own:
        has = not np.isnan(values[i])
        known += has
        if _left(values[i], edge, bits, levels, missing):
            count += 1
            known_left += has
            if end_bin[i] >= 0:
                left_ends[end_bin[i]] += 1
            if last_bin[i] >= 0:
                left_risk[last_bin[i]] += 1
    for g in range(len(left_risk) - 2, -1, -1):
        left_risk[g] += left_risk[g + 1]
    return count, known_left, known


@nb.njit(cache=True)
def _best_split(values, own, end_bin, last_bin, levels, tried, least, order, ends, risk):
    """(feature or -1, edge, set of levels, whether what is missing goes left) of the split with the largest statistic among those tried."""
    size, seen = len(own), 0
    left_ends, left_risk = np.zeros(len(ends)), np.zeros(len(ends))
    best, feature, edge, bits, missing_left = 0.0, -1, 0.0, np.uint64(0), False
    np.random.shuffle(order)
    for column in order:
        if seen == tried:
            break
        varies = False
        for _ in range(EDGES_TRIED):
            pick, missing, chosen = values[own[np.random.randint(0, size)], column], np.random.random() < 0.5, np.uint64(0)
            for level in range(levels[column]):
                if np.random.random() < 0.5:
                    chosen |= np.uint64(1) << np.uint64(level)
            if levels[column] == 0 and np.isnan(pick):
                continue
            count, known_left, known = _tallied(
                values[:, column], own, pick, chosen, levels[column], missing, end_bin, last_bin, left_ends, left_risk
            )
            varies = varies or 0 < known_left < known
            if count < least or size - count < least:
                continue
            if known == size:  # nobody here lacks it: whoever does later goes with the larger part
                missing = 2 * count >= size
            found = _log_rank(left_ends, left_risk, ends, risk)
            if found > best:
                best, feature, edge, bits, missing_left = found, column, pick, chosen, missing
        seen += varies
    return feature, edge, bits, missing_left


@nb.njit(cache=True)
def _fared(ends, risk, free):
    """The expected ends over the grid; `free` is filled with the share free of the end."""
    hazard, staying, total = 0.0, 1.0, 0.0
    for g in range(len(ends)):
        if risk[g] > 0:
            hazard += ends[g] / risk[g]
            staying *= 1 - ends[g] / risk[g]
        free[g] = staying
        total += hazard
    return total


@nb.njit(cache=True)
def _parted(people, start, stop, values, edge, bits, levels, missing):
    """Those who go left are moved to the front; where the others begin."""
    back = stop - 1
    while start <= back:
        if _left(values[people[start]], edge, bits, levels, missing):
            start += 1
        else:
            people[start], people[back] = people[back], people[start]
            back -= 1
    return start


@nb.njit(cache=True)
def _grow(values, end_bin, last_bin, grid, levels, tried, least, seed):
    """The arrays of one tree, and the curve of each leaf."""
    np.random.seed(seed)
    rows, columns = values.shape
    people, order = np.random.randint(0, rows, rows), np.arange(columns)
    most = 2 * (rows // least + 2) + 1
    feature, edge, bits = np.full(most, -1, dtype=np.int32), np.zeros(most), np.zeros(most, dtype=np.uint64)
    by_level, missing_left = np.zeros(most, dtype=np.uint8), np.zeros(most, dtype=np.uint8)
    left, right = np.full(most, -1, dtype=np.int64), np.full(most, -1, dtype=np.int64)
    value, share, free = np.zeros(most), np.zeros(most), np.zeros((most, grid))
    ends, risk = np.zeros(grid), np.zeros(grid)
    starts, stops = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    stops[0], nodes, node = rows, 1, 0
    while node < nodes:  # nodes are added behind: children have higher places than their parents
        own = people[starts[node] : stops[node]]
        share[node] = len(own)
        _counted(own, end_bin, last_bin, ends, risk)
        best, at, chosen, missing = -1, 0.0, np.uint64(0), False
        if len(own) >= 2 * least and ends.sum() >= 2:
            best, at, chosen, missing = _best_split(values, own, end_bin, last_bin, levels, tried, least, order, ends, risk)
        if best < 0:
            value[node] = _fared(ends, risk, free[node])
        else:
            feature[node], missing_left[node], by_level[node] = best, missing, levels[best] > 0
            edge[node], bits[node] = (0.0 if levels[best] > 0 else at), chosen
            middle = _parted(people, starts[node], stops[node], values[:, best], at, chosen, levels[best], missing)
            left[node], right[node] = nodes, nodes + 1
            starts[nodes], stops[nodes] = starts[node], middle
            starts[nodes + 1], stops[nodes + 1] = middle, stops[node]
            nodes += 2
        node += 1
    kept = slice(0, nodes)
    return (
        feature[kept], edge[kept], bits[kept], by_level[kept], missing_left[kept], left[kept], right[kept], value[kept], share[kept], free[kept],
    )  # fmt: skip
