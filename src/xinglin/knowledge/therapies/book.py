"""Reads the journeys of `data/`, one TOML file each, once; a row that does not fit stops the program and says where.

A list of criteria, watches or recommendations may name a row of the file's `[shared]` table by a word instead of repeating it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import msgspec

from xinglin.records.errors import InvalidInput, one_of
from xinglin.records.therapy import Journey

VERSION = "2026.1"
_HERE = files("xinglin.knowledge.therapies")
_SHARING = ("asks", "added_to", "needs", "excludes", "watch", "recommended")
_NUMBERED = frozenset({"below", "at-least"})
_FIRST_TABLE = re.compile(r"^\[+\w+\]+\s*$", re.MULTILINE)  # where the cover of a file ends


@lru_cache(maxsize=1)
def sources() -> dict[str, dict[str, str]]:
    """Every source by its key: `title`, `source_read` (what was opened), `level` (primary, secondary, none)."""
    book = tomllib.loads((_HERE / "SOURCE.toml").read_text(encoding="utf-8"))
    return {key: row for key, row in book.items() if isinstance(row, dict)}


@lru_cache(maxsize=1)
def covers() -> tuple[Journey, ...]:
    """Every journey as its cover says, without what it asks and without options: enough to know which ones a record opens."""
    return tuple(sorted((_cover(_text(name), name) for name in _names()), key=lambda one: one.key))


@lru_cache(maxsize=1)
def journeys() -> tuple[Journey, ...]:
    """Every journey with its options, by key; all files are read, of which most people need one or two (see `covers`).

    Raises InvalidInput XL-THER-001 (not TOML), 002 (a row does not fit), 003 (a word that is not in `[shared]`), 004 (an unknown source),
    005 (two options of one key), 006 (a criterion that lacks what its comparison needs).
    """
    return tuple(sorted(map(_journey, _names()), key=lambda one: one.key))


def journey(key: str) -> Journey | None:
    """A journey by its key ("antiplatelet-after-stent"); None when there is none."""
    name = f"{key.replace('-', '_')}.toml"
    return _journey(name) if name in _names() else None


def journeys_for(problem_keys: Iterable[str], medicine_keys: Iterable[str] = ()) -> tuple[Journey, ...]:
    """The journeys that any of these problems opens, or any of these medicines; pass the wider problems of a problem too."""
    problems, medicines = frozenset(problem_keys), frozenset(medicine_keys)
    mine = (one for one in covers() if problems.intersection(one.problems) or medicines.intersection(one.with_medicines))
    return tuple(_journey(f"{one.key.replace('-', '_')}.toml") for one in mine)


@lru_cache(maxsize=1)
def _names() -> tuple[str, ...]:
    """The files of journeys, each called as its key."""
    return tuple(sorted(place.name for place in (_HERE / "data").iterdir() if place.name.endswith(".toml")))


@cache
def _journey(name: str) -> Journey:
    return read_journey(_text(name), name)


def _text(name: str) -> str:
    return (_HERE / "data" / name).read_text(encoding="utf-8")


def _cover(text: str, name: str) -> Journey:
    head = _parsed(_FIRST_TABLE.split(text, maxsplit=1)[0], name)
    head.pop("asks", None)  # names rows that stand behind the cover
    return _fitted(head, name)


def read_journey(text: str, name: str) -> Journey:
    """One journey from the text of its TOML file `name`; errors as in `journeys`."""
    book = _parsed(text, name)
    shared = book.pop("shared", {})
    options = book.pop("option", [])
    key = str(book.get("key", ""))
    rows = {**_filled(book, shared, name), "options": [{"journey": key, **_filled(one, shared, name)} for one in options]}
    found = _fitted(rows, name)
    _checked(found, name)
    return found


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _misfit("XL-THER-001", f"a journey is not TOML: {error}", name) from error


def _fitted(rows: dict[str, Any], name: str) -> Journey:
    try:
        return msgspec.convert(rows, Journey)
    except msgspec.ValidationError as error:
        raise _misfit("XL-THER-002", f"a row of a journey does not fit: {error}", name) from error


def _filled(row: dict[str, Any], shared: dict[str, dict[str, Any]], name: str) -> dict[str, Any]:
    """The row with its words replaced by the shared rows they name, and `is` under the name it has in the record."""
    filled = dict(row)
    for column in _SHARING:
        if column in row:
            filled[column] = [_renamed(_named(one, shared, f"{name} {column}")) for one in row[column]]
    return filled


def _named(one: Any, shared: dict[str, dict[str, Any]], where: str) -> Any:
    if not isinstance(one, str):
        return one
    if one not in shared:
        raise _misfit("XL-THER-003", f"a journey names a shared row that is not there: {one}", where, one_of(one, shared))
    return shared[one]


def _renamed(row: Any) -> Any:
    return {("is_" if key == "is" else key): value for key, value in row.items()} if isinstance(row, dict) else row


def _checked(found: Journey, name: str) -> None:
    keys = [option.key for option in found.options]
    if len(set(keys)) != len(keys):
        raise _misfit("XL-THER-005", "two options of one journey bear the same key", name, "give each option a key of its own")
    known = sources()
    for option in found.options:
        where = f"{name} option {option.key}"
        for row in (
            *option.medicines,
            *option.added_to,
            *option.outcomes,
            *option.watch,
            *option.recommended,
            *option.needs,
            *option.excludes,
        ):
            if row.source not in known:
                raise _misfit("XL-THER-004", f"a row names a source that is not in SOURCE.toml: {row.source}", where, "add it there")
    for criterion in (*found.asks, *(one for option in found.options for one in (*option.needs, *option.excludes))):
        if criterion.source not in known:
            raise _misfit("XL-THER-004", f"a row names a source that is not in SOURCE.toml: {criterion.source}", name, "add it there")
        if (criterion.is_ in _NUMBERED) != (criterion.number is not None) or (criterion.is_ == "one-of" and not criterion.values):
            raise _misfit("XL-THER-006", f"a criterion about {criterion.about} lacks its number or its values", name, "see README.md")


def _misfit(code: str, what: str, where: str, fix: str = "see README.md for the columns") -> InvalidInput:
    return InvalidInput(code, what, where=f"knowledge/therapies/data/{where}", fix=fix)
