"""The real tables of this benchmark: which columns, which pair tells survival, and how they become arrays. Needs the shared data."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from xinglin.records.table import TableColumn, TableDesign

HERE = Path(__file__).resolve().parent
FOLDER = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[2] / "shared" / "data")) / "clinical-tables"


@dataclass(frozen=True)
class RealSet:
    """One table. `first_of`: keep the first row of each value of this column. `since`: time is this column less that one."""

    file: str
    leave_out: tuple[str, ...]
    time: str
    event: str
    event_at: str = "1"
    categories: tuple[str, ...] = ()
    first_of: str = ""
    since: tuple[str, str] = ("", "")
    missing: tuple[str, ...] = ("", "NA")
    numbers: tuple[str, ...] = field(default=())


SETS = {
    "lung": RealSet("ncctg_lung.csv", ("row", "inst"), "time", "status", "2"),
    "pbc": RealSet("pbc_longitudinal.csv", ("row", "id", "day"), "futime", "status", "2", first_of="id"),
    "gbsg": RealSet("gbsg_breast.csv", ("row", "pid"), "rfstime", "status"),
    "rotterdam": RealSet("rotterdam_breast.csv", ("row", "pid", "rtime", "recur"), "dtime", "death"),
    "rotterdam recurrence": RealSet("rotterdam_breast.csv", ("row", "pid", "dtime", "death"), "rtime", "recur"),
    "aids": RealSet("aids2.csv", ("row", "death"), "time", "status", "D", since=("death", "diag")),
}


def read(name: str) -> tuple[dict[str, np.ndarray], TableDesign]:
    """(columns, design) of a set, all its rows."""
    real = SETS[name]
    with open(FOLDER / real.file, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if real.first_of:
        seen: set[str] = set()
        rows = [row for row in rows if not (row[real.first_of] in seen or seen.add(row[real.first_of]))]
    if real.since[0]:
        for row in rows:
            row["time"] = str(float(row[real.since[0]]) - float(row[real.since[1]]))
    names = [name for name in rows[0] if name not in real.leave_out]
    table, columns = {}, []
    for name in names:
        cells = [row[name].strip() for row in rows]
        values, column = _column(name, cells, real)
        table[name] = values
        columns.append(column)
    event = next(column for column in columns if column.name == real.event)
    at = float(event.levels.index(real.event_at)) if event.levels else float(real.event_at)
    return table, TableDesign(tuple(columns), time=real.time, event=real.event, event_at=at)


def _column(name: str, cells: list[str], real: RealSet) -> tuple[np.ndarray, TableColumn]:
    known = [cell for cell in cells if cell not in real.missing]
    try:
        numbers = np.array([np.nan if cell in real.missing else float(cell) for cell in cells])
    except ValueError:
        levels = tuple(sorted(set(known)))
        return np.array([np.nan if cell in real.missing else float(levels.index(cell)) for cell in cells]), TableColumn(
            name, "category", levels=levels
        )
    digits = max(len(f"{float(cell):.12f}".rstrip("0").partition(".")[2]) for cell in known)
    return numbers, TableColumn(name, "number", decimals=digits)
