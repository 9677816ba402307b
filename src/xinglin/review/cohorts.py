"""A cohort of virtual patients leaves as one Parquet file that says in itself that it is synthetic, and how to make it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.models.simulator.summary import card_digest
from xinglin.records.errors import OutOfResources, UsageError

if TYPE_CHECKING:
    from xinglin.formats.parquet.write import Column
    from xinglin.records.draft import Label
    from xinglin.records.simulation import CourseBlock, DiseaseCard, Residual, SimulationRequest

SYNTHETIC = "synthetic"


def write_cohort(
    blocks: Iterable[CourseBlock],
    out: Path,
    *,
    home: Path,
    card: DiseaseCard,
    request: SimulationRequest,
    label: Label,
    engine: str = "",
) -> Residual | None:
    """Write the courses to `out` and return how far they lie from the reference solver; the same bytes whatever the blocks and workers.

    A row per patient: `patient`, the parameters that vary, the ends (empty for "not yet"), and for each observable a list of its values
    at the request's times. Numbers that are the same for all stand in the metadata; so does `engine`, what ran it where that is not the model's own
    solver. Raises UsageError XL-RELEASE-00x when the file is
    there or lies in the house, XL-COHORT-001 without pyarrow or without patients, OutOfResources when it cannot be written.
    """
    from xinglin.formats.parquet.write import write_table

    path = _place(out, home)
    rows = _one_ahead(blocks)
    first = next(rows, None)
    if first is None:
        raise UsageError("XL-COHORT-001", "there are no patients to write", where=str(out), fix="ask for one at least")
    varying = tuple(row.name for row in card.parameters if row.distribution != "fixed" or row.typical)
    columns = _columns(card, request, varying)
    metadata = _metadata(card, request, label, first, varying) | ({"xinglin_engine": engine} if engine else {})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(path, columns, _tables(chain([first], rows), varying), metadata)
    except OSError as error:
        raise OutOfResources(
            "XL-RELEASE-004",
            "the file cannot be written",
            where=str(out),
            why=type(error).__name__,
            fix="free the disk or name another file",
        ) from error
    return first.residual


def _one_ahead(blocks: Iterable[CourseBlock]) -> Iterator[CourseBlock]:
    """The same blocks, the next one being made while the last one is written."""
    source = iter(blocks)
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, source, None)
        while (block := coming.result()) is not None:
            coming = maker.submit(next, source, None)
            yield block


def _place(out: Path, home: Path) -> Path:
    whole = out.expanduser().resolve()
    if find_spec("pyarrow") is None:
        raise UsageError("XL-COHORT-001", "tables need pyarrow", where=str(out), fix="install xinglin[tables]")
    if whole.is_relative_to(home.resolve()):
        raise UsageError("XL-RELEASE-001", "a cohort cannot be written into the house itself", where=str(out), fix="name a file elsewhere")
    if whole.exists():
        raise UsageError("XL-RELEASE-003", "there is a file of that name", where=str(out), fix="name a new file")
    return whole


def _columns(card: DiseaseCard, request: SimulationRequest, varying: tuple[str, ...]) -> tuple[Column, ...]:
    from xinglin.formats.parquet.write import Column

    parameters = {row.name: row for row in card.parameters}
    traits = (Column(f"trait_{name}", "float64", parameters[name].unit, parameters[name].meaning["en"]) for name in varying)
    ends = (Column(f"end_{end.name}", "float64", card.time_unit, end.names["en"], gaps=True) for end in card.ends)
    seen = (Column(row.name, "float32", row.unit, row.names["en"], width=len(request.times)) for row in card.observables)
    return (Column("patient", "int64", "1", "number of the virtual patient"), *traits, *ends, *seen)


def _tables(blocks: Iterable[CourseBlock], varying: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    import numpy as np

    for block in blocks:
        table: dict[str, Any] = {"patient": np.arange(block.first, block.first + block.patients, dtype=np.int64)}
        table |= {f"trait_{name}": block.traits[name] for name in varying}
        table |= {f"end_{name}": moments for name, moments in block.ends.items()}
        yield table | dict(block.observed)


def _metadata(card: DiseaseCard, request: SimulationRequest, label: Label, block: CourseBlock, varying: tuple[str, ...]) -> dict[str, str]:
    same = {name: float(column[0]) for name, column in block.traits.items() if name in {row.name for row in card.parameters} - set(varying)}
    beyond = request.times[-1] > card.horizon
    told: Mapping[str, Any] = {
        "data": SYNTHETIC, "disease": card.name, "version": card.version, "card": card_digest(card), "request": request, "time_unit": card.time_unit, "same_for_all": same,
        "unverified_parameters": [row.name for row in card.parameters if row.unverified], "residual": block.residual, "beyond_data": beyond,
    }  # fmt: skip
    texts = {f"xinglin_{key}": value if isinstance(value, str) else _text(value) for key, value in told.items()}
    return texts | {"AIGC": _text(dict(label.aigc)), **{f"label_{language}": text for language, text in label.text.items()}}


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted", enc_hook=dict).decode()
