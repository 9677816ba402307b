"""Columns as a matrix for weighted sums: numbers in standard deviations, levels as 0 or 1, what is missing as the median and a mark of its own.

Each column of the matrix belongs to one feature, so that what moved a prediction is told feature by feature. Only summaries are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from xinglin.models.tabular.columns import values_of
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

FEWEST_OF_A_LEVEL = 5  # a level that fewer people have is told apart from none
FEWEST_MISSING = 5
FEWEST_VALUES_OF_A_BEND = 12
KNOTS = (
    0.1,
    0.5,
    0.9,
)  # quantiles; one bend more than two straight ends (Harrell, Regression Modeling Strategies, section 2.4: unverified)


class EncodedColumn(Struct, frozen=True):
    """How one feature is written in the matrix: the middle and spread of a number, the levels that have a column, the mark of a missing one."""

    middle: float = 0.0
    spread: float = 1.0
    levels: tuple[int, ...] = ()
    marked: bool = False
    constant: bool = False
    knots: tuple[float, ...] = ()


class Encoding(Struct, frozen=True):
    """The columns and how each is written. `owners` says to which feature each column of the matrix belongs."""

    columns: tuple[TableColumn, ...]
    parts: tuple[EncodedColumn, ...]

    @classmethod
    def learnt(cls, rows: Rows, columns: Sequence[TableColumn], *, bends: bool = False) -> Encoding:
        """Summaries of a table. `bends`: numbers may act along a curve with three knots (a restricted cubic spline)."""
        values = values_of(rows, columns)
        return cls(tuple(columns), tuple(_part(one, values[:, place], bends) for place, one in enumerate(columns)))

    @property
    def owners(self) -> NDArray[np.int64]:
        """The place of the feature each column of the matrix belongs to."""
        return np.array([place for place, part in enumerate(self.parts) for _ in range(_width(self.columns[place], part))], dtype=np.int64)

    def matrix(self, rows: Rows) -> NDArray[np.float64]:
        """(rows, columns of the matrix)."""
        values = values_of(rows, self.columns)
        blocks = [_block(one, part, values[:, place]) for place, (one, part) in enumerate(zip(self.columns, self.parts, strict=True))]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(values), 0))

    def gathered(self, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        """(rows, features): the columns of a matrix summed feature by feature."""
        found = np.zeros((len(terms), len(self.columns)))
        for column, owner in enumerate(self.owners):
            found[:, owner] += terms[:, column]
        return found

    def as_data(self) -> Any:
        """Plain data for keeping, without the columns, which the design has."""
        return [[p.middle, p.spread, list(p.levels), p.marked, p.constant, list(p.knots)] for p in self.parts]

    @classmethod
    def of_data(cls, columns: Sequence[TableColumn], data: Any) -> Encoding:
        """What `as_data` gave."""
        return cls(tuple(columns), tuple(EncodedColumn(m, s, tuple(lev), mark, const, tuple(k)) for m, s, lev, mark, const, k in data))


def _part(column: TableColumn, values: NDArray[np.float64], bends: bool) -> EncodedColumn:
    known = values[~np.isnan(values)]
    marked = FEWEST_MISSING <= len(values) - len(known) <= len(values) - FEWEST_MISSING
    if column.kind == "category":
        counts = np.bincount(known.astype(int), minlength=len(column.levels))
        usual = int(np.argmax(counts))
        return EncodedColumn(
            float(usual), 1.0, tuple(n for n in range(len(counts)) if n != usual and counts[n] >= FEWEST_OF_A_LEVEL), marked
        )
    if not len(known) or np.std(known) == 0:
        return EncodedColumn(float(known[0]) if len(known) else 0.0, 1.0, (), marked, True)
    middle, spread = float(np.median(known)), float(np.std(known))
    knots = np.quantile((known - middle) / spread, KNOTS) if bends and len(np.unique(known)) >= FEWEST_VALUES_OF_A_BEND else np.zeros(0)
    if len(knots) and np.min(np.diff(knots)) < 1e-3:
        knots = np.zeros(0)
    return EncodedColumn(middle, spread, (), marked, False, tuple(float(k) for k in knots))


def _width(column: TableColumn, part: EncodedColumn) -> int:
    if column.kind == "category":
        return len(part.levels) + part.marked
    return (0 if part.constant else 1) + (1 if part.knots else 0) + part.marked


def _block(column: TableColumn, part: EncodedColumn, values: NDArray[np.float64]) -> NDArray[np.float64]:
    missing = np.isnan(values)
    if column.kind == "category":
        parts = [(values == level).astype(float) for level in part.levels]
    else:
        scaled = (np.where(missing, part.middle, values) - part.middle) / part.spread
        parts = [] if part.constant else [scaled]
        if part.knots:
            parts.append(_bend(scaled, part.knots))
    if part.marked:
        parts.append(missing.astype(float))
    return np.column_stack(parts) if parts else np.zeros((len(values), 0))


def _bend(x: NDArray[np.float64], knots: tuple[float, ...]) -> NDArray[np.float64]:
    """The one curved term of a restricted cubic spline with three knots: straight beyond the outer ones."""
    low, inner, high = knots

    def cube(knot: float) -> NDArray[np.float64]:
        return np.maximum(x - knot, 0.0) ** 3

    bent = cube(low) - cube(inner) * (high - low) / (high - inner) + cube(high) * (inner - low) / (high - inner)
    return bent / (high - low) ** 2
