"""What is asked of the rows, from words: `sex=f`, `age>=70`; and which rows are as asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import UsageError
from xinglin.records.table import Comparison, TableColumn, TableCondition, TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SIGNS: Mapping[str, Comparison] = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def value_of(column: TableColumn, word: str) -> float:
    """A value of a column from its word. Raises UsageError XL-TABLE-022 when the column has no such value."""
    try:
        if column.kind == "category":
            return float(column.levels.index(word))
        if column.kind == "date":
            return float((datetime.strptime(word, column.written).date() - date(1970, 1, 1)).days)
        number = float(word)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        told = {"category": "one of: " + ", ".join(column.levels[:20]), "date": f"a day written as {column.written}", "number": "a number"}
        raise UsageError("XL-TABLE-022", "the column has no such value", where=column.name, fix=told[column.kind])
    return number


def condition_of(text: str, design: TableDesign) -> TableCondition:
    """A condition from words. Raises UsageError XL-TABLE-022 and 023."""
    found = re.fullmatch(r"\s*(.+?)\s*(<=|>=|<|>|=)\s*(.+?)\s*", text)
    if not found or found[1] not in design.names:
        raise UsageError(
            "XL-TABLE-023", "a condition cannot be read", where=text, fix="write it as column=value, or column>=value for a number"
        )
    column = design.column(found[1])
    if column.kind == "category" and found[2] != "=":
        raise UsageError("XL-TABLE-023", "a category can only be equal to a value", where=text, fix=f"write {column.name}=value")
    return TableCondition(column.name, _SIGNS[found[2]], value_of(column, found[3]))


def as_asked(condition: TableCondition, table: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
    """The rows in which a condition holds."""
    values, asked = table[condition.column], condition.value
    with np.errstate(invalid="ignore"):
        compared = {
            "=": np.isclose(values, asked, rtol=0, atol=1e-9), "<": values < asked, "<=": values <= asked, ">": values > asked,
            ">=": values >= asked,
        }  # fmt: skip
    return compared[condition.compared]
