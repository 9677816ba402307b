"""Made-up people as plain tables in Parquet: one file per table, words instead of codes, numbers in the locale's units."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xinglin.formats.omop.row_groups import TableWriter
from xinglin.records.people import ENCOUNTERS, NEVER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from xinglin.records.people import Locale, VirtualPeople

_DAYS = frozenset({"born", "onset", "abated", "stop"})
_MINUTES = frozenset({"died", "time", "start", "end"})


class FlatWriter:
    """Writes blocks of people into a folder, one Parquet file per table. Use as a context; `metadata` goes into every file."""

    def __init__(self, folder: Path, metadata: Mapping[str, str] | None = None) -> None:
        self.folder, self.metadata = folder, metadata or {}
        self._open: dict[str, TableWriter] = {}

    def __enter__(self) -> FlatWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, people: VirtualPeople) -> None:
        """One more block, after those before it."""
        for name, table in flat_tables(people).items():
            if name not in self._open:
                self._open[name] = TableWriter(self.folder / f"{name}.parquet", table.schema, "parquet", self.metadata)
            self._open[name].add(table)

    def close(self) -> None:
        """Finish all files."""
        for writer in self._open.values():
            writer.close()
        self._open = {}


def flat_tables(people: VirtualPeople) -> dict[str, pa.Table]:
    """Table name -> rows of this block, with names for codes; nothing where a table says NEVER."""
    return {name: _table(people, name) for name, columns in people.tables.items() if name != "genotype" or people.genes}


def _table(people: VirtualPeople, name: str) -> pa.Table:
    import pyarrow as pa

    columns = people.tables[name]
    decoded = _names(people.locale, name)
    arrays: dict[str, pa.Array] = {}
    for column, values in columns.items():
        arrays[column] = _plain(name, column, values, decoded)
    if name == "observation":
        measures = people.locale.measures
        scale = np.array([10.0**measure.decimals for measure in measures])
        arrays["value"] = pa.array(columns["value"] / scale[columns["what"]])
        arrays["unit"] = _words([measure.unit for measure in measures], columns["what"])
        arrays["loinc"] = _words([measure.code for measure in measures], columns["what"])
    if name == "person":
        given = (*people.locale.men, *people.locale.women)
        arrays["given"] = _words(list(given), columns["given"] + len(people.locale.men) * (columns["female"] > 0))
    if name == "genotype":
        for copy in ("first", "second"):
            arrays[copy] = _alleles(people, columns["gene"], columns[copy])
        arrays["gene"] = _words([gene.gene for gene in people.genes], columns["gene"])
    return pa.table(arrays)


def _alleles(people: VirtualPeople, genes: NDArray[np.int64], numbers: NDArray[np.int64]) -> pa.Array:
    """The alleles of one copy by name; nothing where there is no second copy."""
    import pyarrow as pa

    starts = np.cumsum([0, *(len(gene.alleles) for gene in people.genes)])
    names = [name for gene in people.genes for name in gene.alleles]
    found = starts[genes] + np.maximum(numbers, 0)
    return pa.DictionaryArray.from_arrays(pa.array(found.astype(np.int32), mask=numbers < 0), names).cast(pa.string())


def _names(locale: Locale, table: str) -> dict[str, list[str]]:
    """Column -> words of its codes."""
    terms = {
        "condition": locale.conditions, "medication": locale.medicines, "procedure": locale.procedures, "immunization": locale.vaccines,
        "allergy": locale.allergens, "observation": locale.measures,
    }.get(table)  # fmt: skip
    if terms:
        return {"what": [term.key for term in terms]}
    if table == "encounter":
        return {"kind": list(ENCOUNTERS)}
    if table == "person":
        return {
            "family": list(locale.families),
            "city": list(locale.cities),
            "region": list(locale.regions),
            "street": list(locale.streets),
        }
    return {}


def _plain(table: str, column: str, values: NDArray[np.int64], decoded: Mapping[str, list[str]]) -> pa.Array:
    import pyarrow as pa

    if column in decoded:
        return _words(decoded[column], values)
    mask = values == NEVER
    if column in _DAYS or (table == "medication" and column == "start"):
        return pa.array(np.where(mask, 0, values).astype("datetime64[D]"), pa.date32(), mask=mask)
    if column in _MINUTES:
        return pa.array((np.where(mask, 0, values) * 60).astype("datetime64[s]"), pa.timestamp("s"), mask=mask)
    return pa.array(values)


def _words(texts: list[str], place: NDArray[np.int64]) -> pa.Array:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), pa.array(texts)).cast(pa.string())
