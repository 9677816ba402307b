"""Rows for a model, read by the model's own columns: each cell as the column asks, nothing inferred, other columns of the file never looked at.

A level that the model does not know is told as such (-1) and never guessed; an empty cell is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.formats.csv.reading import read_csv
from xinglin.intake.tables import MISSING
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNKNOWN_LEVEL = -1.0


def header(path: str | Path, encoding: str = "utf-8") -> tuple[str, ...]:
    """The names of the columns of a CSV. Raises what `read_csv` raises."""
    return read_csv(path, encoding).names


def read_rows(path: str | Path, columns: Sequence[TableColumn], encoding: str = "utf-8") -> dict[str, NDArray[np.float64]]:
    """Column name -> values, of the columns that the file has. Raises what `read_csv` raises, InvalidInput XL-TABLE-042, 043."""
    import numpy as np

    cells = read_csv(path, encoding)
    found = {}
    for one in columns:
        if one.name in cells.names:
            place = cells.names.index(one.name)
            words = zip(cells.rows, cells.lines, strict=True)
            found[one.name] = np.array([value_of(one, row[place], f"{Path(path).name}, line {line}, {one.name}") for row, line in words])
    if not found:
        raise InvalidInput(
            "XL-TABLE-043", "the file has none of the columns asked for", where=Path(path).name, fix="see: xinglin models show"
        )
    return found


def row_of(pairs: Sequence[str], columns: Sequence[TableColumn]) -> dict[str, NDArray[np.float64]]:
    """One row of "name=value" words. Raises UsageError XL-TABLE-044 for a column the model has not, InvalidInput XL-TABLE-042."""
    import numpy as np

    known: Mapping[str, TableColumn] = {one.name: one for one in columns}
    found = {}
    for pair in pairs:
        name, mark, word = pair.partition("=")
        if name not in known or not mark or name in found:
            raise UsageError(
                "XL-TABLE-044", "a value is of no column of the model, or said twice", where=name, fix="one of: " + ", ".join(known)
            )
        found[name] = np.array([value_of(known[name], word.strip(), f"--row {name}")])
    return found


def value_of(column: TableColumn, word: str, where: str) -> float:
    """A cell as its column reads it. Raises InvalidInput XL-TABLE-042; the message never holds the cell."""
    if word in MISSING:
        return float("nan")
    try:
        if column.kind == "category":
            return float(column.levels.index(word)) if word in column.levels else UNKNOWN_LEVEL
        if column.kind == "date":
            return float((datetime.strptime(word, column.written).date() - date(1970, 1, 1)).days)
        value = float(word)
        if value - value != 0:
            raise ValueError
        return value
    except ValueError:
        asked = f"a date as {column.written}" if column.kind == "date" else "a number"
        raise InvalidInput("XL-TABLE-042", "a cell is not what its column holds", where=where, why=f"{asked} is asked for") from None
