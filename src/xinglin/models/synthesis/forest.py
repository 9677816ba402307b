"""Can two groups of rows be told apart? A random forest, judged on the rows each tree has not seen.

Area under the ROC curve: 0.5 when it guesses, 1 when it always knows (Breiman 2001, doi:10.1023/A:1010933404324; the test: Lopez-Paz and
Oquab 2017, arXiv 1610.06545; both from memory: unverified). Held against scikit-learn in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Matrix = NDArray[np.float64]

TREES, LEAST_LEAF = 80, 3
MOST_ROWS = 1_500  # of each group; more tell little more


def area(second: Row, first: Row) -> tuple[float, float, float]:
    """(area under the ROC curve, 95 % limits by Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747).

    The chance that a score of the second group is above one of the first; ties count half.
    """
    m, n = len(second), len(first)
    ranks = rankdata(np.concatenate([second, first]))[:m].sum()
    found = float((ranks - m * (m + 1) / 2) / (m * n))
    one, two = found / (2 - found), 2 * found**2 / (1 + found)
    spread = (found * (1 - found) + (m - 1) * (one - found**2) + (n - 1) * (two - found**2)) / (m * n)
    reach = 1.959964 * max(spread, 0.0) ** 0.5
    return found, float(max(0.0, found - reach)), float(min(1.0, found + reach))


def told_apart(first: Matrix, second: Matrix, seed: int = 0, trees: int = TREES) -> tuple[float, float, float]:
    """(area, 95 % limits) with which the forest tells the second group from the first, equal numbers of each."""
    rng = np.random.default_rng([seed, 31])
    size = min(len(first), len(second), MOST_ROWS)
    table = np.vstack([first[rng.choice(len(first), size, replace=False)], second[rng.choice(len(second), size, replace=False)]])
    labels = np.repeat([0.0, 1.0], size)
    votes, asked = np.zeros(2 * size), np.zeros(2 * size)
    for _ in range(trees):
        inside = rng.integers(0, 2 * size, 2 * size)
        outside = np.setdiff1d(np.arange(2 * size), inside)
        votes[outside] += _grown(table, labels, inside, outside, rng)
        asked[outside] += 1
    scores = votes / np.maximum(asked, 1)
    return area(scores[size:], scores[:size])


def _grown(table: Matrix, labels: Row, inside: NDArray[np.integer], outside: NDArray[np.integer], rng: np.random.Generator) -> Row:
    """One tree, grown on some rows and asked about others: the share of ones in the leaf of each."""
    answers = np.zeros(len(table))
    waiting = [(inside, outside)]
    features = max(1, round(table.shape[1] ** 0.5))
    while waiting:
        learn, ask = waiting.pop()
        if not len(ask):
            continue
        share = labels[learn].mean()
        split = None
        if 0 < share < 1 and len(learn) >= 2 * LEAST_LEAF:
            split = _split(table, labels, learn, rng.choice(table.shape[1], features, replace=False))
        if split is None:
            answers[ask] = share
            continue
        column, edge = split
        below, under = table[learn, column] <= edge, table[ask, column] <= edge
        waiting += [(learn[below], ask[under]), (learn[~below], ask[~under])]
    return answers[outside]


def _split(table: Matrix, labels: Row, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> tuple[int, float] | None:
    """The column and edge that part the labels best (Gini), or None where nothing parts them."""
    values = table[np.ix_(rows, columns)]
    order = np.argsort(values, axis=0, kind="stable")
    values = np.take_along_axis(values, order, axis=0)
    ones = np.cumsum(labels[rows][order], axis=0)
    count = np.arange(1, len(rows))[:, None]
    left, all_ones, rest = ones[:-1], ones[-1], len(rows) - count
    purity = (left**2 + (count - left) ** 2) / count + ((all_ones - left) ** 2 + (rest - all_ones + left) ** 2) / rest
    allowed = (values[1:] > values[:-1]) & (count >= LEAST_LEAF) & (rest >= LEAST_LEAF)
    if not allowed.any():
        return None
    place, chosen = np.unravel_index(int(np.argmax(np.where(allowed, purity, -np.inf))), purity.shape)
    return int(columns[chosen]), float((values[place, chosen] + values[place + 1, chosen]) / 2)
