"""A large file read strictly in one go, with the compact JSON of every entry of a Bundle cut from it instead of written anew.

White space is taken out of the text first. A value that is written again as exactly that text was read whole: no name was
doubled, no digit was lost. Anything else is left to `strict.parse_whole`, which is slower and says what is wrong.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec
import orjson
from msgspec import Raw, Struct

from xinglin.formats.fhir.strict import DEFAULT_LIMITS, Limits, parse_whole

_MOST_LEVELS = 2000


class Whole(Struct, frozen=True):
    """One parsed file. `resources`: where known, the compact JSON of the resource of each entry, empty for an entry without one."""

    value: Any
    resources: tuple[bytes, ...] = ()


class _Entry(Struct, gc=False):
    resource: Raw = Raw()


class _Bundle(Struct, gc=False):
    entry: list[_Entry]


_ENTRIES = msgspec.json.Decoder(_Bundle)


def parse_file(raw: bytes, *, where: str = "", limits: Limits = DEFAULT_LIMITS) -> Whole:
    """The value of one JSON file as `parse_whole` gives it, and of a Bundle the compact JSON of each resource. Raises the same."""
    if len(raw) <= limits.file_bytes:
        found = _plainly_written(raw, limits.depth)
        if found is not None:
            return found
    return Whole(parse_whole(raw, where=where, limits=limits))


def _plainly_written(raw: bytes, depth: int) -> Whole | None:
    """The value, when the text says no more than it; None when that cannot be told."""
    try:
        compact = msgspec.json.format(raw, indent=-1)
        value = orjson.loads(compact)
    except (msgspec.DecodeError, RecursionError, orjson.JSONDecodeError):
        return None  # wrong, and `parse_whole` says why
    if not is_written_as(compact, value, depth):
        return None
    try:
        return Whole(value, tuple([bytes(entry.resource) for entry in _ENTRIES.decode(compact).entry]))
    except msgspec.ValidationError:  # no Bundle, or an entry that is no object
        return Whole(value)


def is_written_as(text: bytes, value: Any, depth: int) -> bool:
    """Whether the value, written, is exactly that text, and surely less than `depth` levels deep.

    So many lists are put around the value that the writer refuses one that is too deep.
    """
    around = max(0, _levels_written() - depth + 2)
    for _ in range(around):
        value = [value]
    try:
        written = orjson.dumps(value)
    except TypeError:
        return False
    return len(written) == len(text) + 2 * around and written.startswith(text, around)


@cache
def _levels_written() -> int:
    """How many levels the JSON writer writes before it refuses."""
    value: list[Any] = []
    for levels in range(_MOST_LEVELS):
        try:
            orjson.dumps([value, None])
        except TypeError:
            return levels
        value = [value]
    return _MOST_LEVELS
