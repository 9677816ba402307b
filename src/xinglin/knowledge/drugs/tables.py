"""The tables of medicines as rows, each read once; a table that is not there reads as empty.

A cell that does not fit its column stops the program: a limit of a dose is never guessed.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, TypeVar

import msgspec

from xinglin.knowledge.drugs import rows
from xinglin.records.errors import InvalidInput

VERSION = "2026.1"
_HERE = files("xinglin.knowledge.drugs")
R = TypeVar("R", bound=rows.Row)

KINDS: dict[str, type[rows.Row]] = {
    "classes": rows.DrugClass,
    "medicines": rows.DrugEntry,
    "interactions": rows.Interaction,
    "contraindications": rows.Contraindication,
    "allergy": rows.CrossReaction,
    "pregnancy": rows.PregnancyRule,
    "age": rows.AgeRule,
    "renal": rows.RenalRule,
    "hepatic": rows.HepaticRule,
    "qt": rows.QtRisk,
    "bleeding": rows.BleedingWeight,
    "duplicates": rows.Duplicate,
    "doses": rows.DoseLimit,
    "monitoring": rows.Monitoring,
    "never_events": rows.NeverEvent,
}

_ANSWERS = {"yes": True, "no": False}
_PER = {"no": "dose", "yes": "kg", "m2": "m2"}


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|"))


def _alternatives(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(one.split("&")) for one in cell.split("|"))


def _pairs(cell: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(pair.split("+")) for pair in cell.split("|"))


# column -> how its cell is read, and the field it fills where the name differs
_CELLS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("parent", "atc", "classes", "routes", "ingredients", "condition", "not_route"), _listed),
    **dict.fromkeys(("verified", "frail", "before"), lambda cell: _ANSWERS.get(cell, cell)),
    **dict.fromkeys(
        ("from_week", "to_week", "min_years", "max_years", "below", "at_or_above", "maximum_single_mg", "maximum_daily_mg", "weight",
         "minimum_interval_h", "usual_single_low", "usual_single_high", "maximum_single", "maximum_daily", "interval_days", "limit_low",
         "limit_high", "cap_single", "cap_daily", "grave_above_mg"),
        float,
    ),
    "allowed": _pairs,
    "circumstance": _alternatives,
    "per_kg": lambda cell: _PER.get(cell, cell),
    "maximum_per_period": lambda cell: tuple(cell.split("/")),
}  # fmt: skip
_FIELDS = {"per_kg": "per", "class": "class_"}
_LISTS_OF = {"never_events": {"medicine": _listed, "route": _listed}}


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, str]]:
    """Every source file of this topic (SOURCE.toml, sources_*.toml): `title`, `source_read` and `level` per key."""
    found = sorted((place for place in _HERE.iterdir() if place.name.endswith(".toml") and "source" in place.name.lower()), key=str)
    books = [tomllib.loads(place.read_text(encoding="utf-8")) for place in found]
    return {key: source for book in books for key, source in book.items() if isinstance(source, dict)}


@cache
def table(name: str) -> tuple[Any, ...]:
    """Every row of `data/<name>.csv` in its order, as the Struct of `KINDS[name]`; () when the file is not there.

    Raises InvalidInput XL-DRUG-001 where a cell does not fit its column.
    """
    path = _HERE / "data" / f"{name}.csv"
    if not path.is_file():
        return ()
    lines = csv.reader(path.read_text(encoding="utf-8").splitlines())
    header = next(lines)
    own = _LISTS_OF.get(name, {})
    columns = [(_FIELDS.get(column, column), own.get(column) or _CELLS.get(column)) for column in header]
    fields = [field for field, _ in columns]
    parsed = [(field, parse) for field, parse in columns if parse]
    read = []
    for number, line in enumerate(lines, start=2):
        try:
            if len(line) != len(columns):
                raise ValueError(f"{len(line)} cells for {len(columns)} columns")
            row: dict[str, Any] = {field: cell for field, cell in zip(fields, line, strict=True) if cell}
            for field, parse in parsed:
                if field in row:
                    row[field] = parse(row[field])
            read.append(row)
        except ValueError as error:
            raise _misfit(name, number, str(error)) from error
    try:
        return tuple(msgspec.convert(read, list[KINDS[name]]))
    except msgspec.ValidationError as error:
        raise _misfit(name, 0, str(error)) from error


def _misfit(name: str, line: int, why: str) -> InvalidInput:
    where = f"knowledge/drugs/data/{name}.csv" + (f" line {line}" if line else "")
    return InvalidInput("XL-DRUG-001", f"a row of the medicine tables does not fit: {why}", where=where, fix="see rows.py for the columns")


def every_row() -> list[rows.Row]:
    """All rows of all tables."""
    return [row for name in KINDS for row in table(name)]
