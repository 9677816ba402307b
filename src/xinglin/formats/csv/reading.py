"""A stranger's CSV as cells of text: strictly, under limits, with the line of every fault and never what stands there.

One header line, one separator throughout (comma, semicolon or tab), the same number of cells in every line. Nothing is repaired.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from msgspec import Struct

from xinglin.records.errors import InvalidInput, NotFound, OutOfResources

ENCODINGS = ("utf-8", "gb18030", "latin-1")
SEPARATORS = (",", ";", "\t")


class Limits(Struct, frozen=True):
    """Bounds on one file."""

    file_bytes: int = 64 << 20
    rows: int = 50_000
    columns: int = 200
    cell_characters: int = 1_000


class Cells(Struct, frozen=True):
    """The header, the cells of each line stripped of outer blanks, and the line of the file each row begins in."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]


def read_csv(path: str | Path, encoding: str = "utf-8", limits: Limits | None = None) -> Cells:
    """The cells of a file. Raises NotFound XL-CSV-001, InvalidInput XL-CSV-002 to 010, OutOfResources XL-CSV-011."""
    file, bounds = Path(path), limits or Limits()
    if not file.is_file():
        raise NotFound("XL-CSV-001", "there is no such file", where=str(path), fix="check the path")
    if file.stat().st_size > bounds.file_bytes:
        raise _too_much(file.name, f"more than {bounds.file_bytes >> 20} MiB")
    text = _text(file.read_bytes(), encoding, file.name)
    rows, lines = _rows(text, _separator(text, file.name), file.name, bounds)
    if len(rows) < 2:
        raise InvalidInput("XL-CSV-006", "the table holds no rows", where=file.name, fix="give a header line and a line per person")
    names = _names(rows[0], file.name, bounds)
    for row, line in zip(rows[1:], lines[1:], strict=True):
        _see_row(row, len(names), f"{file.name}, line {line}", bounds)
    return Cells(names, tuple(rows[1:]), tuple(lines[1:]))


def _too_much(where: str, why: str) -> OutOfResources:
    return OutOfResources("XL-CSV-011", "the table is too large", where=where, why=why, fix="give a part of it")


def _text(data: bytes, encoding: str, where: str) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or where.lower().endswith((".xlsx", ".xls", ".ods")):
        raise InvalidInput(
            "XL-CSV-002", "this is a spreadsheet, not a CSV", where=where, fix="save the sheet as CSV (UTF-8), one header line"
        )
    if encoding not in ENCODINGS:
        raise InvalidInput("XL-CSV-003", "the encoding is not known", where=where, fix="one of: " + ", ".join(ENCODINGS))
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise InvalidInput(
            "XL-CSV-004", "this is no text", where=where, why="it holds null bytes: binary, or UTF-16", fix="save it as UTF-8"
        )
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput(
            "XL-CSV-005", "the file is not in this encoding", where=f"{where}, line {line}", why=f"read as {encoding}",
            fix="save it as UTF-8, or say --encoding gb18030 or latin-1",
        ) from error  # fmt: skip


def _separator(text: str, where: str) -> str:
    """The separator of the header line, outside quotes; a comma where there is one column. Raises XL-CSV-007 for two kinds."""
    head, quoted = set(), False
    for letter in text:
        quoted ^= letter == '"'
        if not quoted and letter in "\r\n":
            break
        if not quoted and letter in SEPARATORS:
            head.add(letter)
    if len(head) > 1:
        raise InvalidInput(
            "XL-CSV-007", "the separator is not clear", where=f"{where}, line 1", why="the header holds more than one of comma, semicolon, tab",
            fix="put quotes around names that hold one",
        )  # fmt: skip
    return head.pop() if head else ","


def _rows(text: str, separator: str, where: str, bounds: Limits) -> tuple[list[tuple[str, ...]], list[int]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, lines, begins = [], [], 1
    try:
        for row in reader:
            if row:
                rows.append(tuple(cell.strip() for cell in row))
                lines.append(begins)
            begins = reader.line_num + 1
            if len(rows) > bounds.rows + 1:
                raise _too_much(where, f"more than {bounds.rows:,} rows")
    except csv.Error as error:
        raise InvalidInput(
            "XL-CSV-008", "a line cannot be read", where=f"{where}, line {reader.line_num}", why="a quote is open or out of place, or a cell is huge",
            fix="write a quote inside a cell twice",
        ) from error  # fmt: skip
    return rows, lines


def _names(row: tuple[str, ...], where: str, bounds: Limits) -> tuple[str, ...]:
    if len(row) > bounds.columns:
        raise _too_much(where, f"more than {bounds.columns} columns")
    odd = [n for n, name in enumerate(row, 1) if not name or len(name) > 100 or not name.isprintable()]
    twice = [n for n, name in enumerate(row, 1) if name in row[: n - 1]]
    if odd or twice:
        raise InvalidInput(
            "XL-CSV-009", "the header does not name every column once", where=f"{where}, line 1, column {(odd or twice)[0]}",
            why="empty, too long, unprintable, or the same as another", fix="give each column a name of its own, in one line",
        )  # fmt: skip
    return row


def _see_row(row: tuple[str, ...], width: int, where: str, bounds: Limits) -> None:
    why = fix = ""
    if len(row) != width:
        why, fix = (
            f"it has {len(row)} cells, the header {width}",
            "put quotes around cells that hold the separator; no merged cells, no notes",
        )
    for number, cell in enumerate(row, 1):
        if len(cell) > bounds.cell_characters:
            why, fix = f"cell {number} is longer than {bounds.cell_characters} characters", "leave free text out"
        elif cell.startswith(("=", "@")):
            why, fix = f"cell {number} is a formula", "save values, not formulas"
        elif not cell.isprintable():
            why, fix = f"cell {number} holds a line break or a control character", "take it out"
    if why:
        raise InvalidInput("XL-CSV-010", "a line is not as it should be", where=where, why=why, fix=fix)
