"""Tables written in row groups of one size, so that a file's bytes do not depend on the blocks its rows came in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import pyarrow as pa

ROWS: Final = 1 << 16


class TableWriter:
    """One file that tables of one schema are added to."""

    def __init__(self, path: Path, schema: pa.Schema, form: Literal["parquet", "csv"], metadata: Mapping[str, str]) -> None:
        import pyarrow.csv
        import pyarrow.parquet

        self.schema = schema.with_metadata({key.encode(): value.encode() for key, value in metadata.items()} or None)
        self._writer: Any = (
            pyarrow.csv.CSVWriter(path, self.schema)
            if form == "csv"
            else pyarrow.parquet.ParquetWriter(path, self.schema, compression="zstd")
        )
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def add(self, table: pa.Table) -> None:
        """More rows, after those before."""
        self._waiting.append(table.replace_schema_metadata(self.schema.metadata))
        self._rows += table.num_rows
        if self._rows >= ROWS:
            self._write(self._rows // ROWS * ROWS)

    def close(self) -> None:
        """The last rows, and the end of the file."""
        self._write(self._rows)
        self._writer.close()

    def _write(self, rows: int) -> None:
        import pyarrow as pa

        if not self._waiting:
            return
        whole = pa.concat_tables(self._waiting).combine_chunks()
        for start in range(0, rows, ROWS):
            self._writer.write_table(whole.slice(start, min(ROWS, rows - start)))
        left = whole.slice(rows)
        self._waiting, self._rows = ([left] if left.num_rows else []), left.num_rows
