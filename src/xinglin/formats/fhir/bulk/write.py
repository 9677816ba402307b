"""Made-up people as FHIR R4: bulk NDJSON, one file per kind of resource, or one Bundle per person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import json

from xinglin.formats.fhir.bulk import filling
from xinglin.formats.fhir.bulk.examples import Examples
from xinglin.formats.fhir.bulk.templates import Template, compiled, compiled_text, decimal, number, words
from xinglin.records.people import NEVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.people import Locale, PeopleRequest, VirtualPeople

    Columns = dict[str, NDArray[np.int64]]

ORDER = (
    "person",
    "encounter",
    "condition",
    "allergy",
    "medication",
    "procedure",
    "immunization",
    "observation",
    "pressure",
    "smoking",
    "note",
    "provenance",
)
FILES = {
    "person": "Patient", "encounter": "Encounter", "condition": "Condition", "allergy": "AllergyIntolerance", "medication": "MedicationRequest",
    "procedure": "Procedure", "immunization": "Immunization", "observation": "Observation", "pressure": "Observation.pressure",
    "smoking": "Observation.smoking", "note": "DocumentReference", "provenance": "Provenance",
}  # fmt: skip
_BUFFER = 4 << 20
_BASE = "https://example.org/fhir/"
_NATIONAL_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_NATIONAL_DIGITS = "10X98765432"


def ndjson(people: VirtualPeople, aigc: Mapping[str, str]) -> Iterator[tuple[str, memoryview]]:
    """(table, NDJSON) piece by piece, people in order; a piece is valid until the next. Pieces of one table, and of blocks, follow each other.

    `aigc`: the label's fields (privacy.labels), carried by each person's Provenance. `FILES` says which file a table's resources go to.
    """
    buffer = np.empty(_BUFFER, np.uint8)
    for name in ORDER:
        rows = _filled(people, name, _templates(people, aigc)[name][1])
        for piece in rows.chunks(buffer) if rows else ():
            yield name, piece


def bundles(people: VirtualPeople, aigc: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """(id of the Patient, collection Bundle) of each person, entries in the order of `ndjson`."""
    filled = []
    for name, (kind, template) in _templates(people, aigc).items():
        rows = _filled(people, name, template)
        if rows:
            edges = np.searchsorted(_owner(people, name), np.arange(people.first, people.first + people.count + 1))
            filled.append((kind, edges, rows))
    for place in range(people.count):
        entries = [
            _entry(kind, line)
            for kind, edges, rows in filled
            for line in rows.data(int(edges[place]), int(edges[place + 1])).tobytes().splitlines()
        ]
        patient = f"{people.locale.name}{people.request.seed}-{people.first + place}"
        head = f'{{"resourceType":"Bundle","id":"{patient}","meta":{{"security":[{_mark()}]}},"type":"collection","entry":['.encode()
        yield patient, head + b",".join(entries) + b"]}"


def _entry(kind: str, line: bytes) -> bytes:
    """A resource with its address."""
    own = line.split(b'"id":"', 1)[1].split(b'"', 1)[0]
    return b'{"fullUrl":"' + f"{_BASE}{kind}/".encode() + own + b'","resource":' + line + b"}"


def _mark() -> str:
    from xinglin.formats.fhir.marks import TEST_DATA

    return json.encode(TEST_DATA).decode()


def _owner(people: VirtualPeople, name: str) -> NDArray[np.int64]:
    return people.tables["person" if name == "provenance" else name]["person"]


@lru_cache(maxsize=8)
def _compiled(locale: str, request: PeopleRequest, aigc: tuple[tuple[str, str], ...], pack: _Held) -> dict[str, tuple[str, Template]]:
    examples = Examples(pack.locale, request, dict(aigc)).all()
    return {name: (examples[name][0], compiled(examples[name][1])) for name in ORDER}


class _Held:
    """A locale that may be a key: two are the same when they are the same object."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.locale is self.locale

    def __hash__(self) -> int:
        return hash(self.locale.name)


def _templates(people: VirtualPeople, aigc: Mapping[str, str]) -> dict[str, tuple[str, Template]]:
    return _compiled(people.locale.name, people.request, tuple(aigc.items()), _Held(people.locale))


def _filled(people: VirtualPeople, name: str, template: Template) -> filling.Rows | None:
    """The rows of one table as resources; None where it is empty."""
    columns: Columns = dict(people.tables["person" if name == "provenance" else name])
    if len(columns["person"]) == 0:
        return None
    columns |= _MORE.get(name, lambda _p, _c: {})(people, columns)
    texts = {}
    if name == "note":
        place = next(k for k, hole in enumerate(template.holes) if hole.column == "text")
        spoken = _note_template(_Held(people.locale)).fill(columns)
        texts[place] = filling.base64_rows(spoken.data(), spoken.offsets)
        columns["text"] = np.arange(len(columns["person"]))
    return template.fill(columns, texts)


@lru_cache(maxsize=8)
def _note_template(held: _Held) -> Template:
    """The words of a note: the locale's sentence with its numbered places."""
    said = held.locale.words
    kinds = (said["note_checkup"], "", said["note_acute"], said["note_inpatient"])
    holes = {
        "{0}": words("female", (said["man"], said["woman"])), "{1}": number("age"), "{2}": number("sbp"), "{3}": number("dbp"),
        "{4}": decimal("weight", "one"), "{5}": words("kind", kinds),
    }  # fmt: skip
    parts, left = [], said["note"]
    while left:
        places = [(left.index(mark), mark) for mark in holes if mark in left]
        if not places:
            parts.append(left)
            break
        at, mark = min(places)
        parts += [left[:at], holes[mark]]
        left = left[at + len(mark) :]
    return compiled_text(parts)


def _person(people: VirtualPeople, c: Columns) -> Columns:
    born = c["born"].astype("datetime64[D]")
    year, month = born.astype("datetime64[Y]").astype(int) + 1970, born.astype("datetime64[M]").astype(int) % 12 + 1
    day = (born - born.astype("datetime64[M]")).astype(int) + 1
    digits = year * 10000 + month * 100 + day
    body = 990101 * 10**11 + digits * 1000 + c["national"]
    total = sum(weight * (body // 10 ** (16 - place) % 10) for place, weight in enumerate(_NATIONAL_WEIGHTS))
    right = np.array(["0123456789X".index(digit) for digit in _NATIONAL_DIGITS])[total % 11]
    return {
        "given_text": c["given"] + np.where(c["female"] > 0, len(people.locale.men), 0), "born_digits": digits, "wrong": (right + 3) % 11,
        "phone_two": c["phone"] % 100,
    }  # fmt: skip


def _observation(people: VirtualPeople, c: Columns) -> Columns:
    decimals = np.array([measure.decimals for measure in people.locale.measures])
    return {"decimals": decimals[c["what"]], "judged": c["what"] * 8 + c["female"] * 4 + c["flag"]}


_MORE = {
    "person": _person,
    "observation": _observation,
    "encounter": lambda _p, c: {"reason_piece": c["reason"] + 1},
    "condition": lambda _p, c: {"over": (c["abated"] != NEVER).astype(np.int64), "recorded": c["onset"]},
    "medication": lambda _p, c: {"over": (c["stop"] != NEVER).astype(np.int64), "reason": np.where(c["reason"] == 0, NEVER, c["reason"])},
    "note": lambda _p, c: {"one": np.ones_like(c["person"])},
}
