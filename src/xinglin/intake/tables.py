"""A research table in: what each column is, said by its cells or by the user, never guessed. Columns that name people are refused.

Missing is an empty cell or one of `MISSING`. A number is written as one in every cell; a date as 2026-03-04 or 2026/03/04; all else is a category.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.formats.csv.reading import Cells, read_csv
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.table import TableColumn, TableDesign

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISSING = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", ".")
MOST_LEVELS = 60
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*|0?(?=\.))(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_DATES = {"%Y-%m-%d": re.compile(r"\d{4}-\d{2}-\d{2}"), "%Y/%m/%d": re.compile(r"\d{4}/\d{2}/\d{2}")}
_OTHER_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{2}-\d{2}[T ].*")
_NAMES_PEOPLE = re.compile(
    r"(?:^|[^a-z])(?:id|pid|mrn|ssn|row|index|subject|patient|name|surname|firstname|lastname|phone|email|address|zip|postcode)\d*$"
)


def read_table(
    path: str | Path,
    *,
    time: str = "",
    event: str = "",
    categories: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    encoding: str = "utf-8",
) -> tuple[dict[str, NDArray[np.float64]], TableDesign]:
    """(column name -> values, design) of a CSV, the columns of `leave_out` left out.

    `event`: a column, or column=value where the value means that the end was seen. `categories`: columns of numbers that are codes.
    Raises what `read_csv` raises, UsageError XL-TABLE-001 to 003, InvalidInput XL-TABLE-004 to 008.
    """
    import numpy as np

    cells = read_csv(path, encoding)
    column, _, at = event.partition("=")
    if bool(time) != bool(column):
        raise UsageError("XL-TABLE-001", "survival needs both a time and an event", where="--time, --event", fix="say both, or neither")
    unknown = sorted({name for name in (*categories, *leave_out, time, column) if name} - set(cells.names))
    if unknown:
        raise UsageError(
            "XL-TABLE-002", "the table has no such column", where=", ".join(unknown), fix="one of: " + ", ".join(cells.names[:40])
        )
    values, columns = {}, []
    for place, name in enumerate(cells.names):
        if name not in leave_out:
            values[name], one = _column(cells, place, name, Path(path).name, coded=name in categories)
            columns.append(one)
    design = TableDesign(tuple(columns))
    if time:
        design = TableDesign(tuple(columns), time, column, _event_at(design.column(column), values[column], at))
        if design.column(time).kind != "number":
            raise InvalidInput("XL-TABLE-008", "the time is no number", where=time, fix="give days, months or years since the start")
    return {name: np.asarray(column, float) for name, column in values.items()}, design


def _event_at(column: TableColumn, values: NDArray[np.float64], at: str) -> float:
    import numpy as np

    seen = np.unique(values[~np.isnan(values)]).tolist()
    if not at and column.kind == "number" and set(seen) <= {0.0, 1.0}:
        return 1.0
    try:
        found = float(column.levels.index(at)) if column.kind == "category" else float(at)
    except ValueError:
        found = float("nan")
    if found not in seen:
        raise UsageError(
            "XL-TABLE-003",
            "it is not clear which value means that the end was seen",
            where=column.name,
            fix=f"say --event {column.name}=VALUE",
        )
    return found


def _column(cells: Cells, place: int, name: str, where: str, *, coded: bool) -> tuple[NDArray[np.float64], TableColumn]:
    import numpy as np

    words = [row[place] for row in cells.rows]
    known = [word for word in words if word not in MISSING]
    if not known:
        raise InvalidInput("XL-TABLE-004", "a column holds no values", where=f"{where}, {name}", fix=f"--leave-out {name}")
    numbers = [bool(_NUMBER.fullmatch(word)) for word in known]
    for written, form in _DATES.items():
        if all(form.fullmatch(word) for word in known):
            return np.array([_day(word, written, f"{where}, {name}") for word in words]), TableColumn(name, "date", written=written)
    if all(numbers) and not coded:
        column = TableColumn(name, "number", decimals=max(_digits(word) for word in known))
        values = np.array([np.nan if word in MISSING else float(word) for word in words])
        _see_that_it_names_nobody(name, values, where)
        return values, column
    if any(_OTHER_DATE.fullmatch(word) for word in known):
        raise InvalidInput(
            "XL-TABLE-005",
            "a date is written in a way that can be read twice, or with a time",
            where=f"{where}, {name}",
            fix="write 2026-03-04",
        )
    if not coded and 2 * sum(numbers) > len(known):
        line = next(at for word, at in zip(words, cells.lines, strict=True) if word not in MISSING and not _NUMBER.fullmatch(word))
        raise InvalidInput(
            "XL-TABLE-006", "a column of numbers holds something else", where=f"{where}, line {line}, {name}",
            why="a unit, a sign such as <, a decimal comma, a leading zero, or a word",
            fix=f"write bare numbers; a word for missing as an empty cell; for codes say --category {name}",
        )  # fmt: skip
    return _category(name, words, where)


def _category(name: str, words: Sequence[str], where: str) -> tuple[NDArray[np.float64], TableColumn]:
    import numpy as np

    levels = tuple(sorted(set(words) - set(MISSING)))
    known = sum(word not in MISSING for word in words)
    if len(levels) > MOST_LEVELS or (known >= 20 and 2 * len(levels) > known):
        raise InvalidInput(
            "XL-TABLE-007", "a column holds names, numbers of people or free text", where=f"{where}, {name}",
            why=f"{len(levels):,} different words in {known:,} rows", fix=f"--leave-out {name}",
        )  # fmt: skip
    place = {word: float(number) for number, word in enumerate(levels)}
    return np.array([place.get(word, np.nan) for word in words]), TableColumn(name, "category", levels=levels)


def _digits(word: str) -> int:
    mantissa, _, power = word.lower().partition("e")
    return min(12, max(0, len(mantissa.partition(".")[2]) - int(power or 0)))


def _day(word: str, written: str, where: str) -> float:
    if word in MISSING:
        return float("nan")
    try:
        return float((datetime.strptime(word, written).date() - date(1970, 1, 1)).days)
    except ValueError:
        raise InvalidInput("XL-TABLE-005", "a day does not exist", where=where, fix="correct it, or leave the cell empty") from None


def _see_that_it_names_nobody(name: str, values: NDArray[np.float64], where: str) -> None:
    """Whole numbers, each once: a person's number where they count on without a break, or the column is named like one."""
    import numpy as np

    known = values[~np.isnan(values)]
    if len(known) < 20 or np.any(known != np.round(known)) or len(np.unique(known)) < 0.98 * len(known):
        return
    counts_on = bool(np.all(np.diff(known) > 0))
    if counts_on or _NAMES_PEOPLE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()):
        raise InvalidInput(
            "XL-TABLE-007", "a column numbers people", where=f"{where}, {name}", why="whole numbers, each once", fix=f"--leave-out {name}"
        )
