"""Damaged FHIR files, made from whole ones by seed: bytes flipped and cut, values of the wrong type, doubled names.

`Mutants(folder)` takes the originals from the shared data; `mutant(seed)` is the same file name and bytes each time.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
from pathlib import Path

SETS = ("fhir-r4-examples", "fhir-us-core", "fhir-zh-tw-nhi-pas", "fhir-synthea-r4", "fhir-mimic-iv-demo")
WRONG = (None, True, 0, -1, 1e308, "", "x", [], {}, [[]], [None], {"a": 1}, "2019-13-45", "0000-00-00", "\u0000", "9" * 5000, [{}] * 3)
NASTY = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"00", b"5.00", b"9" * 30, b"9" * 6000, b"\xff\xfe", b"\xef\xbb\xbf", b"\\ud800",
    b'"', b"{", b"}", b"[" * 70, b"[" * 2000, b'{"a":' * 300, b"\x00", b"\n", b"//", b"{}{}", b',"status":"entered-in-error"', b"null",
)  # fmt: skip


class Mutants:
    """Originals small enough to be read in milliseconds: single resources, parts of bundles, lines of NDJSON."""

    def __init__(self, data: Path) -> None:
        self.originals: list[tuple[str, bytes]] = []
        for name in SETS:
            for path in sorted((data / name).rglob("*.json")):
                self.originals += self._bundle_parts(path)
            for path in sorted((data / name).rglob("*.ndjson.gz")):
                with gzip.open(path) as lines:
                    some = [next(lines, b"") for _ in range(4)]
                self.originals.append(("part.ndjson", b"".join(some)))

    @staticmethod
    def _bundle_parts(path: Path) -> list[tuple[str, bytes]]:
        raw = path.read_bytes()
        value = json.loads(raw)
        if len(raw) < 60_000 or "entry" not in value:
            return [("whole.json", raw)] if len(raw) < 200_000 else []
        entries = value["entry"]
        return [
            ("part.json", json.dumps({**value, "entry": entries[:1] + entries[at : at + 12]}, ensure_ascii=False).encode())
            for at in range(1, min(len(entries), 121), 12)
        ]

    def mutant(self, seed: int) -> tuple[str, bytes]:
        """File name and bytes of the mutant of that seed."""
        chance = random.Random(seed)
        name, raw = chance.choice(self.originals)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            raw = chance.choice((_bytes, _spans, _nasty, _values, _values, _values, _doubled, _cut))(raw, chance)
        if chance.random() < 0.05:
            raw = gzip.compress(raw, mtime=0)
            raw = _bytes(raw, chance) if chance.random() < 0.5 else _cut(raw, chance) if chance.random() < 0.5 else raw
            name += ".gz"
        return name, raw


def _bytes(raw: bytes, chance: random.Random) -> bytes:
    out = bytearray(raw)
    for _ in range(chance.choice((1, 1, 3, 20))):
        if out:
            out[chance.randrange(len(out))] = chance.randrange(256)
    return bytes(out)


def _spans(raw: bytes, chance: random.Random) -> bytes:
    at, size = chance.randrange(len(raw) + 1), chance.choice((1, 5, 50, 500))
    return raw[:at] + raw[at + size :] if chance.random() < 0.5 else raw[: at + size] + raw[at:]


def _nasty(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    colon = raw.find(b":", at)
    at = colon + 1 if colon > 0 and chance.random() < 0.7 else at
    return raw[:at] + chance.choice(NASTY) + raw[at:]


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _places(value: object, found: list[tuple[object, object]]) -> list[tuple[object, object]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found.append((value, key))
        _places(item, found)
    return found


def _values(raw: bytes, chance: random.Random) -> bytes:
    """A value somewhere becomes another one: of another type, another value of the same file, or a list of itself."""
    lines = raw.split(b"\n") if raw.count(b"\n") < 6 else [raw]
    try:
        value = json.loads(lines[0])
        places = _places(value, [])
    except (ValueError, RecursionError):
        return _bytes(raw, chance)
    if not places:
        return raw
    for _ in range(chance.choice((1, 2, 6))):
        holder, key = chance.choice(places)
        other, there = chance.choice(places)
        try:
            new = copy.deepcopy(other[there]) if chance.random() < 0.3 else copy.deepcopy(chance.choice(WRONG))
            holder[key] = [holder[key]] if chance.random() < 0.1 else new
        except (KeyError, IndexError, RecursionError):
            continue
    try:
        return b"\n".join([json.dumps(value).encode(), *lines[1:]])
    except (ValueError, RecursionError):
        return raw


def _doubled(raw: bytes, chance: random.Random) -> bytes:
    """An element given twice."""
    at = raw.find(b'{"', chance.randrange(len(raw) + 1))
    if at < 0:
        return raw
    end = raw.find(b'"', at + 2)
    name = raw[at + 1 : end + 1] if 0 < end - at < 60 else b'"id"'
    return raw[: at + 1] + name + b': "again", ' + raw[at + 1 :]
