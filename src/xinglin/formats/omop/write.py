"""Made-up people as OMOP CDM 5.4 tables, in Parquet or CSV, block by block.

No standard concept is invented: every `_concept_id` is 0 ("no matching concept") and the source's own code or word stands in the
`_source_value` column. `cdm_source` says what this is: a simulation, for research.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from xinglin.formats.omop.row_groups import TableWriter
from xinglin.formats.omop.specification import TABLES
from xinglin.records.people import ENCOUNTERS, NEVER

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from xinglin.records.people import VirtualPeople

    Columns = Mapping[str, NDArray[np.int64]]
    Row = dict[str, Any]

_ROOM = 10**6  # numbers of one person's rows lie a million apart


class OmopWriter:
    """Writes blocks of people into a folder, one file per table. Use as a context; `metadata` goes into every Parquet file."""

    def __init__(self, folder: Path, form: Literal["parquet", "csv"] = "parquet", metadata: Mapping[str, str] | None = None) -> None:
        self.folder, self.metadata = folder, metadata or {}
        self.form: Literal["parquet", "csv"] = form
        self._open: dict[str, TableWriter] = {}

    def __enter__(self) -> OmopWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def add(self, people: VirtualPeople) -> None:
        """One more block, after those before it."""
        for name, table in omop_tables(people).items():
            if name not in self._open:
                path = self.folder / f"{name}.{self.form}"
                self._open[name] = TableWriter(path, table.schema, self.form, self.metadata)
            elif name == "cdm_source":
                continue
            self._open[name].add(table)

    def close(self) -> None:
        """Finish all files."""
        for writer in self._open.values():
            writer.close()
        self._open = {}


def omop_tables(people: VirtualPeople) -> dict[str, pa.Table]:
    """Table name -> rows of this block, every column of the specification in its order; what we do not know is null."""
    makers = {
        "person": _person, "observation_period": _period, "visit_occurrence": _visits, "condition_occurrence": _conditions,
        "drug_exposure": _drugs, "procedure_occurrence": _procedures, "measurement": _measurements, "observation": _observations, "note": _notes,
        "death": _deaths, "cdm_source": _source,
    }  # fmt: skip
    return {name: _shaped(name, make(people)) for name, make in makers.items()}


def _shaped(name: str, given: Mapping[str, Any]) -> pa.Table:
    """The given columns in the specification's order and types; concept columns are 0, others null."""
    import pyarrow as pa

    types = {"integer": pa.int64(), "float": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("s"), "text": pa.string()}
    rows = len(next(iter(given.values())))
    arrays, fields = [], []
    for word in TABLES[name].split():
        column, kind = word.rstrip("!").split(":")
        kind = types[kind]
        if column in given:
            array = pa.array(given[column], kind) if not isinstance(given[column], pa.Array) else given[column].cast(kind)
        elif column.endswith("_concept_id"):
            array = pa.array(np.zeros(rows, np.int64))
        else:
            array = pa.nulls(rows, kind)
        arrays.append(array)
        fields.append(pa.field(column, kind, nullable=not word.endswith("!")))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def _named(texts: list[str], place: NDArray[np.int64]) -> pa.Array:
    """Words by their place in a list."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), pa.array(texts)).cast(pa.string())


def _days(column: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return np.where(column == NEVER, np.datetime64("NaT"), column.clip(-(10**6)).astype("datetime64[D]"))


def _moments(minutes: NDArray[np.int64]) -> NDArray[np.datetime64]:
    return (minutes * 60).astype("datetime64[s]")


def _when(prefix: str, minutes: NDArray[np.int64], end: str = "") -> Row:
    """Date and datetime columns of one moment."""
    return {f"{prefix}{end}_date": _days(minutes // 1440), f"{prefix}{end}_datetime": _moments(minutes)}


def _codes(terms: Any) -> list[str]:
    return [(term.code or term.text)[:50] for term in terms]


def _visit(c: Columns) -> Row:
    return {"person_id": c["person"], "visit_occurrence_id": c["person"] * _ROOM + c["encounter"]}


def _person(people: VirtualPeople) -> Row:
    c = people.tables["person"]
    born = _days(c["born"]).astype("datetime64[D]")
    return {
        "person_id": c["person"],
        "year_of_birth": born.astype("datetime64[Y]").astype(int) + 1970,
        "month_of_birth": born.astype("datetime64[M]").astype(int) % 12 + 1,
        "day_of_birth": (born - born.astype("datetime64[M]")).astype(int) + 1,
        "person_source_value": [f"{people.locale.name}{people.request.seed}-{number}" for number in c["person"].tolist()],
        "gender_source_value": _named(["male", "female"], c["female"]),
    }


def _period(people: VirtualPeople) -> Row:
    c, visits = people.tables["person"], people.tables["encounter"]
    first = np.searchsorted(visits["person"], c["person"])
    last = np.searchsorted(visits["person"], c["person"], side="right") - 1
    return {
        "observation_period_id": c["person"], "person_id": c["person"], "observation_period_start_date": _days(visits["start"][first] // 1440),
        "observation_period_end_date": _days(np.maximum(visits["end"][last], visits["start"][first]) // 1440),
    }  # fmt: skip


def _visits(people: VirtualPeople) -> Row:
    c = people.tables["encounter"]
    ids = {
        "visit_occurrence_id": c["person"] * _ROOM + c["n"],
        "person_id": c["person"],
        "visit_source_value": _named(list(ENCOUNTERS), c["kind"]),
    }
    return ids | _when("visit", c["start"], "_start") | _when("visit", c["end"], "_end")


def _conditions(people: VirtualPeople) -> Row:
    c = people.tables["condition"]
    return _visit(c) | {
        "condition_occurrence_id": c["person"] * _ROOM + c["n"], "condition_start_date": _days(c["onset"]),
        "condition_end_date": _days(c["abated"]), "condition_source_value": _named(_codes(people.locale.conditions), c["what"]),
    }  # fmt: skip


def _drugs(people: VirtualPeople) -> Row:
    c, terms = people.tables["medication"], people.locale.medicines
    last = int(np.datetime64(people.request.as_of, "D").astype(int))
    taken = _visit(c) | {
        "drug_exposure_id": c["person"] * _ROOM + c["n"], "drug_exposure_start_date": _days(c["start"]),
        "drug_exposure_end_date": _days(np.where(c["stop"] == NEVER, np.maximum(last, c["start"]), c["stop"])),
        "verbatim_end_date": _days(c["stop"]), "drug_source_value": _named(_codes(terms), c["what"]),
        "sig": _named([f"{t.text} {t.details['amount']} {t.details['unit']} x {t.details['times']}" for t in terms], c["what"]),
        "dose_unit_source_value": _named([term.details["unit"] for term in terms], c["what"]),
    }  # fmt: skip
    v, vaccines = people.tables["immunization"], people.locale.vaccines
    day, blank = _days(v["time"] // 1440), [""] * len(vaccines)
    given = _visit(v) | {
        "drug_exposure_id": v["person"] * _ROOM + 500_000 + v["n"], "drug_exposure_start_date": day, "drug_exposure_end_date": day,
        "verbatim_end_date": day, "drug_source_value": _named([f"CVX {t.code}" if t.code else t.text for t in vaccines], v["what"]),
        "sig": _named(blank, v["what"]), "dose_unit_source_value": _named(blank, v["what"]),
    }  # fmt: skip
    return _together(taken, given)


def _procedures(people: VirtualPeople) -> Row:
    c, names = people.tables["procedure"], people.locale.procedures
    rows = _visit(c) | _when("procedure", c["time"])
    return rows | {"procedure_occurrence_id": c["person"] * _ROOM + c["n"], "procedure_source_value": _named(_codes(names), c["what"])}


def _measurements(people: VirtualPeople) -> Row:
    c, b, measures = people.tables["observation"], people.tables["pressure"], people.locale.measures
    scale = np.array([10.0**m.decimals for m in measures])
    bounds = np.array([[_bounds(m.interval_men), _bounds(m.interval_women)] for m in measures])[c["what"], c["female"]]
    rows = _visit(c) | _when("measurement", c["time"])
    rows |= {
        "measurement_id": c["person"] * _ROOM + c["n"], "value_as_number": c["value"] / scale[c["what"]],
        "measurement_source_value": _named([m.code or m.text for m in measures], c["what"]),
        "unit_source_value": _named([m.unit for m in measures], c["what"]), "range_low": bounds[:, 0], "range_high": bounds[:, 1],
    }  # fmt: skip
    for place, (column, code) in enumerate((("sbp", "8480-6"), ("dbp", "8462-4"))):
        blank = np.full(len(b["person"]), np.nan)
        rows = _together(rows, _visit(b) | _when("measurement", b["time"]) | {
            "measurement_id": b["person"] * _ROOM + 500_000 + 2 * b["n"] + place, "value_as_number": b[column].astype(float),
            "measurement_source_value": [code] * len(blank), "unit_source_value": ["mm[Hg]"] * len(blank), "range_low": blank, "range_high": blank,
        })  # fmt: skip
    return rows | {name: _known(rows[name]) for name in ("range_low", "range_high")}


def _bounds(interval: Any) -> tuple[float, float]:
    low, high = interval or (None, None)
    return (np.nan if low is None else float(low), np.nan if high is None else float(high))


def _known(values: NDArray[np.float64]) -> pa.Array:
    """Numbers, null where there is none."""
    import pyarrow as pa

    return pa.array(values, mask=np.isnan(values))


def _observations(people: VirtualPeople) -> Row:
    c, a = people.tables["smoking"], people.tables["allergy"]
    said = people.locale.words
    rows = _visit(c) | _when("observation", c["time"])
    rows |= {
        "observation_id": c["person"] * _ROOM + c["n"],
        "observation_source_value": ["72166-2"] * len(c["person"]),
        "value_as_string": _named([said["never"], said["smokes"]], c["status"]),
    }
    more = {"person_id": a["person"], "visit_occurrence_id": a["person"] * _ROOM + 1} | _when("observation", a["onset"] * 1440)
    more |= {
        "observation_id": a["person"] * _ROOM + 500_000 + a["n"],
        "observation_source_value": ["allergy"] * len(a["person"]),
        "value_as_string": _named(_codes(people.locale.allergens), a["what"]),
    }
    return _together(rows, more)


def _notes(people: VirtualPeople) -> Row:
    c, said = people.tables["note"], people.locale.words
    kinds = (said["note_checkup"], "", said["note_acute"], said["note_inpatient"])
    facts = zip(*(c[name].tolist() for name in ("female", "age", "sbp", "dbp", "weight", "kind")), strict=True)
    texts = [said["note"].format(said["woman" if f else "man"], age, s, d, f"{w / 10:.1f}", kinds[k]) for f, age, s, d, w, k in facts]
    ids = {"note_id": c["person"] * _ROOM + c["n"], "note_title": [said["note_title"]] * len(texts), "note_text": texts}
    return _visit(c) | _when("note", c["time"]) | ids


def _deaths(people: VirtualPeople) -> Row:
    c = people.tables["person"]
    dead = c["died"] != NEVER
    return {"person_id": c["person"][dead]} | _when("death", c["died"][dead])


def _source(people: VirtualPeople) -> Row:
    label = people.locale.words["label"]
    day = np.array([np.datetime64(people.request.as_of, "D")])
    return {
        "cdm_source_name": ["Xinglin made-up people"], "cdm_source_abbreviation": ["XINGLIN-HTEST"], "cdm_holder": ["Xinglin"],
        "source_description": [label], "source_release_date": day, "cdm_release_date": day, "cdm_version": ["5.4"], "vocabulary_version": ["none"],
    }  # fmt: skip


def _together(one: Row, two: Row) -> Row:
    """Rows of two sources of one table, by person, of each person the first source's before the second's."""
    order = np.argsort(np.concatenate([one["person_id"], two["person_id"]]), kind="stable")
    return {name: _joined(one[name], two[name], order) for name in one if name in two}


def _joined(one: Any, two: Any, order: NDArray[np.intp]) -> Any:
    import pyarrow as pa

    if isinstance(one, np.ndarray) and isinstance(two, np.ndarray):
        return np.concatenate([one, two])[order]
    return pa.concat_arrays([part if isinstance(part, pa.Array) else pa.array(part, pa.string()) for part in (one, two)]).take(
        pa.array(order)
    )
