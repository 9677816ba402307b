"""What would change a prediction: other values of what somebody could change, within the range people had, and the prediction then.

It says what the model would say, never what would happen: an association is no effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.tabular.columns import values_of, written
from xinglin.records.prediction import Change
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.foretelling.trained import TrainedOutcome

    Rows = Mapping[str, NDArray[np.float64]]
    Tried = tuple[str, float, float, float]  # feature, value, prediction, how far in shares of the range

STEPS, MOST_CHANGES = 20, 3


def what_would_change(
    trained: TrainedOutcome, row: Rows, at_most: float | None = None, at_least: float | None = None
) -> tuple[Change, ...]:
    """Without a wish the lowest and the highest prediction that each actionable feature can bring; with one the fewest, then smallest changes.

    With a wish the changes add up: each `predicted` is with those before it. Nothing where the wish cannot be reached.
    """
    tried = _tried(trained, row)
    present = float(trained.value(row)[0])
    if at_most is None and at_least is None:
        found = []
        for name in trained.design.actionable:
            own = [one for one in tried if one[0] == name]
            ends = {min(own, key=lambda one: (one[2], one[3])), max(own, key=lambda one: (one[2], -one[3]))} if own else set()
            found += [one for one in sorted(ends, key=lambda one: one[2]) if abs(one[2] - present) > 1e-9]
        return tuple(_change(trained, row, one) for one in found)
    return _reached(trained, row, at_most, at_least)


def _reached(trained: TrainedOutcome, row: Rows, at_most: float | None, at_least: float | None) -> tuple[Change, ...]:
    """Step by step: the nearest value that reaches the wish, else the one that comes nearest to it, from there on again."""

    def short(value: float) -> float:
        return max(0.0, value - at_most if at_most is not None else 0.0, at_least - value if at_least is not None else 0.0)

    path: list[Change] = []
    standing = dict(row)
    while short(float(trained.value(standing)[0])) > 0:
        changed = {one.feature for one in path}
        options = [one for one in _tried(trained, standing) if one[0] not in changed]
        there = [one for one in options if short(one[2]) == 0]
        if len(path) == MOST_CHANGES or not options:
            return ()
        best = min(there, key=lambda one: (one[3], one[0])) if there else min(options, key=lambda one: (short(one[2]), one[3], one[0]))
        if not there and short(best[2]) >= short(float(trained.value(standing)[0])):
            return ()
        path.append(_change(trained, standing, best))
        standing = standing | {best[0]: np.array([best[1]])}
    return tuple(path)


def _change(trained: TrainedOutcome, row: Rows, one: Tried) -> Change:
    column = trained.design.table.column(one[0])
    was = float(values_of(row, (column,))[0, 0])
    return Change(one[0], written(column, was), written(column, one[1]), one[2])


def _tried(trained: TrainedOutcome, row: Rows) -> list[Tried]:
    """Every other value of every actionable feature that leaves the person familiar to the model."""
    familiarity, options = trained.conduct.familiarity, []
    for name in trained.design.actionable:
        column = trained.design.table.column(name)
        was = float(values_of(row, (column,))[0, 0])
        for value in _values(column, familiarity.ranges.get(name), familiarity.seen.get(name, ())):
            span = 1.0 if column.kind == "category" else max(familiarity.ranges[name][1] - familiarity.ranges[name][0], 1e-12)
            far = 1.0 if column.kind == "category" or np.isnan(was) else abs(value - was) / span
            if value != was:
                options.append((name, value, far))
    if not options:
        return []
    rows = {key: np.repeat(np.asarray(values, float), len(options)) for key, values in row.items()}
    for name in trained.design.actionable:
        rows.setdefault(name, np.full(len(options), np.nan))
    for place, (name, value, _) in enumerate(options):
        rows[name][place] = value
    told, familiar = trained.value(rows), familiarity.judged(rows)
    return [(name, value, float(told[n]), far) for n, (name, value, far) in enumerate(options) if not familiar[n].declined]


def _values(column: TableColumn, span: tuple[float, float] | None, seen: tuple[int, ...]) -> list[float]:
    if column.kind == "category":
        return [float(level) for level in seen]
    if span is None:
        return []
    return sorted({round(float(value), column.decimals) for value in np.linspace(span[0], span[1], STEPS + 1)})
