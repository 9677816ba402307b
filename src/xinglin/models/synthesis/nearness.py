"""How near a row is to a real person, and from where on it counts as a near-copy.

Distance of two rows: the mean over columns of 0 to 1 - for numbers, dates and times how far apart they are in the real column's ranks, for
categories whether they differ, and 1 more where one is missing and the other not. (Gower's distance on ranks: Gower 1971, doi:10.2307/2528823.)

A near-copy: a row that lies closer to a real person than 99 % of the real people lie to their nearest different neighbour, or that is the same
as one. A combination that three or more real people share says nothing of one of them and cannot be copied.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial.distance import cdist

from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Table = Mapping[str, Row]

SHARED = 3
PERCENTILE = 1.0
_SAME = 1e-9
_BLOCK = 512


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The real people. `places` (people, axes): single people only, those whose row fewer than three share; `near`: closer is a near-copy."""

    design: TableDesign
    ranks: Mapping[str, Row]
    places: NDArray[np.float64]
    everybody: NDArray[np.float64]
    near: float

    def placed(self, table: Table) -> NDArray[np.float64]:
        """Rows as points whose city-block distance is the distance of rows."""
        axes = []
        for column in self.design.columns:
            values = table[column.name]
            missing = np.isnan(values)
            if column.kind == "category":
                axes += [np.where(missing, 0.0, values == level) / 2 for level in range(len(column.levels))]
            else:
                known = self.ranks[column.name]
                middle = (np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")) / 2 / len(known)
                axes.append(np.where(missing, 0.5, middle))
            axes.append(missing.astype(float))
        return np.column_stack(axes) / len(self.design.columns)

    def near_copies(self, table: Table) -> NDArray[np.bool_]:
        """The rows that are near-copies of a single real person."""
        if not len(self.places):
            return np.zeros(len(next(iter(table.values()))), bool)
        apart = nearest(self.placed(table), self.places)
        return (apart < self.near) | (apart < _SAME)


def neighbourhood(table: Table, design: TableDesign) -> Neighbourhood:
    """The real people of a table, and how near they are to each other."""
    ranks = {one.name: np.sort(table[one.name][~np.isnan(table[one.name])]) for one in design.columns if one.kind != "category"}
    whole = Neighbourhood(design, ranks, np.zeros((0, 0)), np.zeros((0, 0)), 0.0)
    everybody = whole.placed(table)
    nearest_other, twins = _among(everybody)
    different = nearest_other[np.isfinite(nearest_other)]
    near = float(np.percentile(different, PERCENTILE)) if len(different) else 0.0
    return Neighbourhood(design, ranks, everybody[twins < SHARED], everybody, near)


def nearest(points: NDArray[np.float64], others: NDArray[np.float64]) -> Row:
    """For each point, how far the nearest of the others is."""
    return np.concatenate([cdist(points[n : n + _BLOCK], others, "cityblock").min(axis=1) for n in range(0, len(points), _BLOCK)])


def _among(points: NDArray[np.float64]) -> tuple[Row, NDArray[np.int64]]:
    """For each person: how far the nearest different one is, and how many are the same (with themselves)."""
    apart, same = [], []
    for n in range(0, len(points), _BLOCK):
        distances = cdist(points[n : n + _BLOCK], points, "cityblock")
        equal = distances < _SAME
        same.append(equal.sum(axis=1))
        apart.append(np.where(equal, np.inf, distances).min(axis=1))
    return np.concatenate(apart), np.concatenate(same)
