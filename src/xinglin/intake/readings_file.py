"""Readings of one nameless person from a table: time_days, observable, value, and below (yes where the instrument said "below value")."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from xinglin.records.errors import InvalidInput, NotFound
from xinglin.records.simulation import Measurement

_MOST_BYTES, _MOST_ROWS = 1_000_000, 10_000
_YES, _NO = ("1", "yes", "true", "y"), ("", "0", "no", "false", "n")


def read_readings(path: Path, per_day: float) -> tuple[Measurement, ...]:
    """Readings in the order of the file, times in the unit of which a day has `per_day`.

    Raises NotFound XL-READ-001, InvalidInput XL-READ-002 (with the line, never the value) for what cannot be read.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _bad("1", "the file is larger than 1 MB")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise NotFound(
            "XL-READ-001", "the readings cannot be read", where=str(path), why=error.strerror or "", fix="name a CSV file that is there"
        ) from error
    except UnicodeDecodeError:
        raise _bad("1", "the file is not UTF-8 text") from None
    rows = csv.DictReader(text.splitlines())
    if missing := {"time_days", "observable", "value"} - set(rows.fieldnames or ()):
        raise _bad("1", f"the column {sorted(missing)[0]} is missing")
    found = []
    for row in rows:
        if rows.line_num > _MOST_ROWS:
            raise _bad(str(rows.line_num), "there are too many rows")
        found.append(_reading(row, rows.line_num, per_day))
    return tuple(found)


def _reading(row: dict[str, str | None], line: int, per_day: float) -> Measurement:
    try:
        time, value = (float(row[name] or "") for name in ("time_days", "value"))
    except ValueError:
        raise _bad(str(line), "time_days and value must be numbers") from None
    below = (row.get("below") or "").strip().lower()
    if not (math.isfinite(time) and math.isfinite(value)) or below not in _YES + _NO or not row["observable"]:
        raise _bad(str(line), "a number is not finite, the observable is empty, or below is neither yes nor no")
    return Measurement(time * per_day, row["observable"].strip(), value, f"line {line}", below in _YES)


def _bad(line: str, why: str) -> InvalidInput:
    return InvalidInput(
        "XL-READ-002", "the readings cannot be used", where=f"line {line}", why=why,
        fix="a CSV file with the columns time_days, observable, value and, where needed, below",
    )  # fmt: skip
