"""The columns a model asks for, taken from rows that may lack some: what is not there, or is no level of the column, counts as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

FEWEST_ROWS = 40
FEWEST_OF_A_KIND = 10  # people with, and people without, what is foretold


def count_of(rows: Rows) -> int:
    """How many rows there are. Raises InvalidInput XL-OUTCOME-001 where columns differ in length, or there are none."""
    lengths = {len(values) for values in rows.values()}
    if len(lengths) != 1:
        raise InvalidInput(
            "XL-OUTCOME-001", "the columns are not of one length", why=f"{len(lengths)} lengths", fix="give one value per row"
        )
    return lengths.pop()


def values_of(rows: Rows, columns: Sequence[TableColumn]) -> NDArray[np.float64]:
    """(rows, columns): numbers as they are, categories as the place of their level; nan for what is missing or no level."""
    count = count_of(rows)
    found = np.full((count, len(columns)), np.nan)
    for place, one in enumerate(columns):
        if one.name in rows:
            values = np.asarray(rows[one.name], float)
            if one.kind == "category":
                values = np.where((values >= 0) & (values < len(one.levels)) & (values == np.floor(values)), values, np.nan)
            found[:, place] = np.where(np.isfinite(values), values, np.nan)
    return found


def written(column: TableColumn, value: float) -> str:
    """A value as the table would write it; "" for a missing one.

    >>> written(TableColumn("sex", "category", levels=("f", "m")), 1.0), written(TableColumn("age", "number", decimals=1), 61.25)
    ('m', '61.2')
    """
    if not np.isfinite(value):
        return ""
    if column.kind == "category":
        return column.levels[int(value)] if 0 <= value < len(column.levels) else ""
    if column.kind == "date":
        from datetime import date, timedelta

        return (date(1970, 1, 1) + timedelta(days=int(value))).strftime(column.written)
    return f"{value:.{column.decimals}f}"


def outcome_of(table: Rows, design: OutcomeDesign) -> NDArray[np.float64]:
    """What is foretold, a value per row: the number; of a yes-or-no 1 for `positive`, else 0; nan where it is missing."""
    values = np.asarray(table[design.outcome], float)
    if design.kind == "number":
        return values
    column = design.table.column(design.outcome)
    at = float(column.levels.index(design.positive)) if column.kind == "category" else float(design.positive or 1)
    return np.where(np.isnan(values), np.nan, (values == at).astype(float))


def survival_of(table: Rows, design: OutcomeDesign) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(times, whether the end was seen) of the table's own pair."""
    return np.asarray(table[design.table.time], float), np.asarray(table[design.table.event], float) == design.table.event_at


def see_that_it_can_be_learnt(table: Rows, design: OutcomeDesign, kinds: Sequence[str]) -> None:
    """Raises InvalidInput XL-OUTCOME-001 to 007 where a table cannot be learnt from as asked."""
    if design.kind not in kinds:
        raise InvalidInput(
            "XL-OUTCOME-002", "this model cannot foretell an outcome of that kind", where=design.kind, fix="one of: " + ", ".join(kinds)
        )
    targets = {design.outcome, *((design.table.time, design.table.event) if design.kind == "survival" else ())} - {""}
    absent = [name for name in (*design.features, *sorted(targets)) if name not in table or name not in design.table.names]
    if absent or not design.features or not targets:
        raise InvalidInput(
            "XL-OUTCOME-003", "a column to learn from is not there", where=", ".join(absent), fix="name columns of the table"
        )
    if leaks := sorted(targets & set(design.features)):
        raise InvalidInput("XL-OUTCOME-004", "what is foretold stands among what it is foretold from", where=", ".join(leaks))
    if count_of(table) < FEWEST_ROWS:
        raise InvalidInput("XL-OUTCOME-005", "there are too few rows to learn from", why=f"{count_of(table)}; {FEWEST_ROWS} are needed")
    _see_the_outcome(table, design)


def _see_the_outcome(table: Rows, design: OutcomeDesign) -> None:
    if design.kind == "survival":
        times, ended = survival_of(table, design)
        if not np.all(np.isfinite(times)) or np.any(times < 0) or np.any(np.isnan(np.asarray(table[design.table.event], float))):
            raise InvalidInput(
                "XL-OUTCOME-006", "a row has no time, a time below 0, or no event", where=design.table.time, fix="leave it out"
            )
        few = min(int(ended.sum()), len(times)) < FEWEST_OF_A_KIND
    else:
        values = outcome_of(table, design)
        if np.any(np.isnan(values)):
            raise InvalidInput("XL-OUTCOME-006", "a row does not say what is foretold", where=design.outcome, fix="leave the row out")
        few = np.ptp(values) == 0 if design.kind == "number" else min(values.sum(), (1 - values).sum()) < FEWEST_OF_A_KIND
    if few:
        raise InvalidInput(
            "XL-OUTCOME-007", "too few people have, or have not, what is foretold", where=design.outcome or design.table.event,
            why=f"{FEWEST_OF_A_KIND} of each are needed, and a number must vary", fix="use more people",
        )  # fmt: skip
