"""Tables of numbers to one Parquet file: a row per person, units with each column, and the file's own label in its metadata.

The same rows give the same bytes, however they are cut into blocks: they are gathered into groups of a fixed size first. The file
appears whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[Any]]

GROUP_ROWS = 50_000


class Column(Struct, frozen=True):
    """One column: how it is kept, its unit (UCUM) and what it means. `width` above 0: a list of so many float32 in each row.

    `gaps`: a number that is none (nan) is written as empty.
    """

    name: str
    kind: str  # "int64", "float64" or "float32"
    unit: str = ""
    meaning: str = ""
    width: int = 0
    gaps: bool = False


def write_table(path: Path, columns: tuple[Column, ...], blocks: Iterable[Columns], metadata: Mapping[str, str]) -> int:
    """Write all blocks (column name -> (rows,) or (rows, width)) and return how many rows. Raises OSError when the disk says no.

    `metadata` goes into the schema as UTF-8 text; it holds the label that says what the table is.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([_field(column) for column in columns], metadata={key: metadata[key] for key in sorted(metadata)})
    aside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    rows = 0
    try:
        with open(aside, "xb") as file:
            writer = pq.ParquetWriter(
                file, schema, compression="zstd", compression_level=1, use_dictionary=False, write_statistics=False, version="2.6"
            )
            with writer:
                for group in _groups(columns, blocks):
                    rows += len(group[columns[0].name])
                    writer.write_table(
                        pa.Table.from_arrays([_array(column, group[column.name]) for column in columns], schema=schema), GROUP_ROWS
                    )
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
    return rows


def metadata_of(path: Path) -> dict[str, str]:
    """The texts kept in a file's schema. Raises OSError or ValueError when it is no Parquet file."""
    import pyarrow.parquet as pq

    kept = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in kept.items() if key != b"ARROW:schema"}


def _field(column: Column) -> Any:
    import pyarrow as pa

    kind = getattr(pa, column.kind)()
    kind = pa.list_(pa.field("element", kind, nullable=False), column.width) if column.width else kind
    return pa.field(column.name, kind, nullable=column.gaps, metadata={"unit": column.unit, "meaning": column.meaning})


def _array(column: Column, values: NDArray[Any]) -> Any:
    import pyarrow as pa

    flat = pa.array(np.ascontiguousarray(values).reshape(-1), type=getattr(pa, column.kind)(), from_pandas=column.gaps)
    return pa.FixedSizeListArray.from_arrays(flat, type=_field(column).type) if column.width else flat


def _groups(columns: tuple[Column, ...], blocks: Iterable[Columns]) -> Iterator[dict[str, NDArray[Any]]]:
    """The rows in groups of a fixed size, the last one shorter."""
    waiting: list[Columns] = []
    held = 0
    for block in blocks:
        waiting.append(block)
        held += len(block[columns[0].name])
        while held >= GROUP_ROWS:
            whole = _joined(columns, waiting)
            yield {name: rows[:GROUP_ROWS] for name, rows in whole.items()}
            waiting.clear()
            waiting.append({name: rows[GROUP_ROWS:] for name, rows in whole.items()})
            held -= GROUP_ROWS
    if held:
        yield _joined(columns, waiting)


def _joined(columns: tuple[Column, ...], blocks: list[Columns]) -> dict[str, NDArray[Any]]:
    if len(blocks) == 1:
        return dict(blocks[0])
    return {column.name: np.concatenate([block[column.name] for block in blocks]) for column in columns}
