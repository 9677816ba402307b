"""A research table on paper: what its columns are, which of them tell survival, and what must hold in every row.

The values travel beside it as arrays, one per column, always float64: numbers as they are, dates as days since 1970-01-01, categories as the
place in `levels`; nan where nothing was written.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ColumnKind = Literal["number", "category", "date"]
Comparison = Literal["=", "<", "<=", ">", ">="]


class TableColumn(Struct, frozen=True):
    """One column. `decimals`: digits after the point of a number. `levels`: the words of a category. `written`: how a date is written."""

    name: str
    kind: ColumnKind
    decimals: int = 0
    levels: tuple[str, ...] = ()
    written: str = "%Y-%m-%d"


class TableRule(Struct, frozen=True):
    """What must hold in every row that has all its columns.

    at_most: first <= second (`strict`: first < second). sum: first = second + third + ... range: low <= first <= high.
    together: only combinations that occur.
    """

    kind: Literal["at_most", "sum", "range", "together"]
    columns: tuple[str, ...]
    low: float = float("-inf")
    high: float = float("inf")
    strict: bool = False


class TableCondition(Struct, frozen=True):
    """What is asked of a row: a column compared with a value (category: the place of the level)."""

    column: str
    compared: Comparison
    value: float


class TableDesign(Struct, frozen=True):
    """The columns of a table; with `time` and `event`, which pair tells survival. `event_at`: the value that means the end was seen."""

    columns: tuple[TableColumn, ...]
    time: str = ""
    event: str = ""
    event_at: float = 1.0
    rules: tuple[TableRule, ...] = ()

    def column(self, name: str) -> TableColumn:
        """The column of that name. Raises KeyError."""
        return next(iter(one for one in self.columns if one.name == name), None) or _unknown(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names in the order of the table."""
        return tuple(one.name for one in self.columns)


def _unknown(name: str) -> TableColumn:
    raise KeyError(name)
