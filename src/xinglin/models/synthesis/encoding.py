"""Columns as features: what a classifier or a regression is shown of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = Mapping[str, NDArray[np.float64]]

_ABSENT = -1e9  # below every value, so that a tree can part what is missing


def for_trees(table: Table, design: TableDesign) -> NDArray[np.float64]:
    """Numbers as they are, one column per level of a category of three or more; what is missing lies below everything."""
    columns = []
    for one in design.columns:
        values = table[one.name]
        if one.kind == "category" and len(one.levels) > 2:
            columns += [(values == level).astype(float) for level in range(len(one.levels))]
        else:
            columns.append(np.where(np.isnan(values), _ABSENT, values))
    return np.column_stack(columns)


def for_regression(table: Table, design: TableDesign, without: tuple[str, ...], real: Table) -> tuple[NDArray[np.float64], list[str]]:
    """(rows, features) and their names: numbers in standard deviations of the real table, levels but the commonest as 0 or 1.

    What is missing is the real median, with a feature of its own that says so where a twentieth or more is missing.
    """
    columns, names = [], []
    for one in design.columns:
        values, seen = table[one.name], real[one.name]
        if one.name in without:
            continue
        if one.kind == "category":
            counts = np.bincount(seen[~np.isnan(seen)].astype(int), minlength=len(one.levels))
            levels = [n for n in range(len(one.levels)) if n != int(np.argmax(counts)) and counts[n] >= 5]
            columns += [(values == n).astype(float) for n in levels]
            names += [f"{one.name}={one.levels[n]}" for n in levels]
        else:
            middle, spread = np.nanmedian(seen), np.nanstd(seen)
            if spread > 0:
                columns.append((np.where(np.isnan(values), middle, values) - middle) / spread)
                names.append(one.name)
        if np.mean(np.isnan(seen)) >= 0.05:
            columns.append(np.isnan(values).astype(float))
            names.append(f"{one.name} missing")
    return np.column_stack(columns) if columns else np.zeros((len(table[design.names[0]]), 0)), names
