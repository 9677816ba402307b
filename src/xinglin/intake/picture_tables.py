"""What a table says of the pictures of a folder: a CSV or a JSON Lines file with a column of paths, and whatever else is known of each.

A path names its picture whole, by its file name, or by its file name without the ending; two pictures that would answer to it are an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from xinglin.formats.csv.reading import read_csv
from xinglin.records.errors import InvalidInput, NotFound, one_of

PATHS = ("path", "file", "filename", "file_name", "image", "image_id")
PERSONS = ("person", "patient", "patient_id", "subject", "subject_id")
MISSING = ("", "na", "nan", "null", "none", "n/a", "-")


class PictureTable:
    """Rows of words by the path they speak of. `person_column`: "" where the table has none."""

    def __init__(self, rows: Mapping[str, Mapping[str, str]], columns: tuple[str, ...], person_column: str) -> None:
        self.rows, self.columns, self.person_column = dict(rows), columns, person_column
        self.used: set[str] = set()

    def row(self, source: str) -> Mapping[str, str] | None:
        """What is said of a picture, None where the table is silent. `source` may end in #number: the row of the file holds for all its slices."""
        path, _, _ = source.partition("#")
        name = PurePosixPath(path)
        for key in (source, f"{name.name}#{source.partition('#')[2]}", path, name.name, name.stem):
            if key in self.rows:
                self.used.add(key)
                return self.rows[key]
        return None

    @property
    def unused(self) -> int:
        """How many rows no picture answered to."""
        return len(self.rows) - len(self.used)


def picture_table(path: str | Path, path_column: str = "", person_column: str = "", encoding: str = "utf-8") -> PictureTable:
    """The table. Columns of paths and people are known by their names (path, file, image ...; person, patient, subject ...) unless told.

    Raises what `read_csv` raises, InvalidInput XL-INTAKE-093 to 095.
    """
    file = Path(path)
    columns, rows = _lines(file) if file.suffix.lower() in (".jsonl", ".ndjson") else _cells(file, encoding)
    paths = _column(columns, path_column, PATHS, file.name)
    if not paths:
        raise InvalidInput("XL-INTAKE-093", "the table has no column of paths", where=file.name, why=f"its columns: {', '.join(columns)}",
                           fix=f"call it path, or say which: --path-column {columns[0]}")  # fmt: skip
    found: dict[str, Mapping[str, str]] = {}
    for number, row in enumerate(rows, 2):
        key = row.get(paths, "").strip().removeprefix("./")
        if not key:
            raise InvalidInput(
                "XL-INTAKE-094", "a line names no picture", where=f"{file.name}, line {number}", fix="give its path, or leave it out"
            )
        if key in found:
            raise InvalidInput(
                "XL-INTAKE-094", "two lines speak of the same picture", where=f"{file.name}, line {number}", fix="leave one out"
            )
        found[key] = {name: word.strip() for name, word in row.items() if word.strip().lower() not in MISSING}
    return PictureTable(found, columns, _column(columns, person_column, PERSONS, file.name))


def _column(columns: tuple[str, ...], asked: str, known: tuple[str, ...], where: str) -> str:
    if asked and asked not in columns:
        raise InvalidInput("XL-INTAKE-095", "the table has no such column", where=f"{where}: {asked}", fix=one_of(asked, columns))
    lower = {name.lower(): name for name in reversed(columns)}
    return asked or next((lower[name] for name in known if name in lower), "")


def _cells(file: Path, encoding: str) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    cells = read_csv(file, encoding)
    return cells.names, [dict(zip(cells.names, row, strict=True)) for row in cells.rows]


def _lines(file: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    try:
        rows = msgspec.json.Decoder(dict[str, object]).decode_lines(file.read_bytes())
    except OSError as error:
        raise NotFound("XL-CSV-001", "there is no such file", where=str(file), why=error.strerror or "", fix="check the path") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidInput("XL-INTAKE-094", "this is not JSON Lines", where=file.name, fix="one object of plain values a line") from None
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    words = [
        {name: "" if value is None else str(value) for name, value in row.items() if not isinstance(value, list | dict)} for row in rows
    ]
    return columns, words
