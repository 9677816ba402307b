"""A synthetic table leaves: the rows as CSV and Parquet, how it was judged as JSON and as one page, all labelled as synthetic.

A CSV has no place for a label, so `table.csv-metadata.json` beside it carries one (named as in "Model for Tabular Data", W3C 2015).
A table that fails the privacy measures is refused and nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from xinglin.models.synthesis.judging import MEMBERSHIP_LIMIT, Judgement
from xinglin.records import Label
from xinglin.records.errors import Refused
from xinglin.records.table import TableColumn, TableDesign
from xinglin.review.export import put_folder, see_that_it_fits, see_that_it_is_free
from xinglin.review.table_page import LABEL, table_page

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Table = Mapping[str, NDArray[np.float64]]


def see_that_a_table_fits(out: Path, home: Path) -> Path:
    """The folder to write, looked at before the work begins. Raises UsageError XL-RELEASE-00x."""
    folder = see_that_it_fits(out, home)
    see_that_it_is_free(folder)
    return folder


def see_that_it_is_safe(judgement: Judgement) -> None:
    """Raises Refused XL-TABLE-040 where made rows are near-copies of people, XL-TABLE-041 where the table gives away who was in it."""
    privacy = judgement.privacy
    if privacy.near_copies:
        raise Refused(
            "XL-TABLE-040", "rows of the synthetic table are near-copies of real people", why=f"{privacy.near_copies} of {judgement.rows_made}",
            fix="ask for fewer rows, leave columns out, or give a larger table",
        )  # fmt: skip
    if not privacy.passes:
        raise Refused(
            "XL-TABLE-041", "the synthetic table gives away who was in the real one",
            why=f"area {privacy.membership[0]:.2f}, at least {privacy.membership[1]:.2f}; {MEMBERSHIP_LIMIT} is allowed",
            fix="leave columns out, or give a larger table",
        )  # fmt: skip


def write_synthetic(
    made: Table,
    real: Table,
    design: TableDesign,
    judgement: Judgement,
    how: Mapping[str, Any],
    out: Path,
    *,
    home: Path,
    language: str,
    label: Label,
) -> list[Path]:
    """Write table.csv, its metadata, table.parquet (with pyarrow), report.json and report.html into a new folder, whole or not at all.

    `how`: what was asked and drawn, for the report. `real`: the rows learnt from, for the pictures. Raises what `see_that_it_is_safe` raises,
    UsageError XL-RELEASE-00x, OutOfResources.
    """
    from xinglin.formats.csv.writing import csv_bytes

    see_that_it_is_safe(judgement)
    folder = see_that_a_table_fits(out, home)
    marked = {"synthetic": True, "label": LABEL["en"], "label_zh": LABEL["zh"], "AIGC": dict(label.aigc)}
    report = marked | {"how": dict(how)} | report_value(judgement)
    columns = {one.name: written(one, made[one.name]) for one in design.columns}
    described = marked | {
        "@context": "http://www.w3.org/ns/csvw", "url": "table.csv",
        "tableSchema": {"columns": [{"name": one.name, "datatype": _datatype(one)} for one in design.columns]},
    }  # fmt: skip
    files = [("table.csv", csv_bytes(columns)), ("table.csv-metadata.json", _json(described))]
    if find_spec("pyarrow") is not None:
        files.append(
            ("table.parquet", _parquet(made, design, {"synthetic": "true", "label": LABEL["en"], "AIGC": json.dumps(dict(label.aigc))}))
        )
    files.append(("report.json", _json(report)))
    files.append(("report.html", table_page(made, real, design, judgement, how, language=language, aigc=label.aigc)))
    put_folder(folder, files)
    return [folder / name for name, _ in files]


def report_value(judgement: Judgement) -> dict[str, Any]:
    """The judgement as plain data."""
    return msgspec.to_builtins(judgement) | {"privacy_passes": judgement.privacy.passes}


def written(column: TableColumn, values: NDArray[np.float64]) -> list[str]:
    """Values as the column writes them; an empty text where they are missing."""
    return [_word(column, value) for value in values.tolist()]


def _word(column: TableColumn, value: float) -> str:
    if value != value:
        return ""
    if column.kind == "category":
        return column.levels[int(value)]
    if column.kind == "date":
        return (date(1970, 1, 1) + timedelta(days=round(value))).strftime(column.written)
    return f"{value + 0.0:.{column.decimals}f}"


def _datatype(column: TableColumn) -> str:
    if column.kind == "number":
        return "decimal" if column.decimals else "integer"
    return "date" if column.kind == "date" else "string"


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _parquet(made: Table, design: TableDesign, metadata: Mapping[str, str]) -> bytes:
    from xinglin.formats.parquet.write import Column, write_table

    kinds = {"number": "float64", "date": "date32", "category": "string"}
    columns = tuple(Column(one.name, kinds[one.kind], gaps=True) for one in design.columns)
    block = {one.name: _kept(one, made[one.name]) for one in design.columns}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        write_table(path, columns, [block], metadata)
        return path.read_bytes()


def _kept(column: TableColumn, values: NDArray[np.float64]) -> NDArray[Any]:
    if column.kind == "number":
        return values
    if column.kind == "date":
        days = np.where(np.isnan(values), 0, np.round(values)).astype("datetime64[D]")
        return np.where(np.isnan(values), np.datetime64("NaT", "D"), days)
    return np.array([None if value != value else column.levels[int(value)] for value in values.tolist()], object)
