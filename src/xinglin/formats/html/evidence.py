"""What a sentence rests on, ready to show: each fact, the place it was read at, and the source with that place marked.

The source record is shown as it was written (numbers keep their digits); only very long texts, such as an
attached file, are shortened, and the page says by how much.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from markupsafe import Markup, escape
from msgspec import Struct

from xinglin.records.errors import InvalidInput
from xinglin.records.fact import Evidence
from xinglin.records.outline import NumberedFact, split_pointer

LONGEST_TEXT: Final = 400
_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[\d+\])*)$")
_INDEX = re.compile(r"\[(\d+)\]")
Path = tuple[str | int, ...]


class Place(Struct, frozen=True):
    """One place: its name, where in it, short words from it, and the source as HTML ("" when not at hand)."""

    name: str
    path: str
    quote: str
    record: str
    knowledge: bool


class Number(str):
    """A JSON number exactly as it was written."""


def places_of(source: NumberedFact, records: Mapping[str, bytes], shortened: str) -> tuple[Place, ...]:
    """The places a fact was read at. `records` are source resources by "Type/id"."""
    return tuple(_place(evidence, records, shortened) for evidence in source.evidence)


def _place(evidence: Evidence, records: Mapping[str, bytes], shortened: str) -> Place:
    key, path = split_pointer(evidence.pointer)
    knowledge = evidence.source.startswith("knowledge/")
    if knowledge:
        return Place(f"{evidence.source} · {evidence.pointer}", "", evidence.quote, "", True)
    record = _shown(key, records[key], path, shortened) if key in records else ""
    return Place(key, path, evidence.quote, record, False)


def _shown(key: str, record: bytes, path: str, shortened: str) -> str:
    try:
        return str(marked_record(record, path, shortened))
    except (ValueError, RecursionError):
        unreadable = InvalidInput("XL-HTML-102", "a source record is not JSON", where=key, fix="take the record in again")
    raise unreadable  # without the parser's error: it holds the record


def marked_record(record: bytes, path: str, shortened: str) -> Markup:
    """A JSON record as indented HTML with the part at `path` inside <mark>."""
    body = json.loads(record, parse_float=Number, parse_int=Number)
    return Markup("".join(_value(body, (), resolve(body, path), shortened)))  # noqa: S704 - every text in it went through escape


def resolve(body: Any, path: str) -> Path | None:
    """ "component[0].valueQuantity" as the steps into `body`; None when it leads nowhere or is not a plain path."""
    if not path:
        return None
    steps: list[str | int] = []
    for part in path.split("."):
        match = _STEP.match(part)
        if not match:
            return None
        steps += [match[1], *(int(index) for index in _INDEX.findall(match[2]))]
    if steps[0] == body.get("resourceType") and steps[0] not in body:
        steps = steps[1:]
    return _followed(body, steps)


def _followed(body: Any, steps: list[str | int]) -> Path | None:
    here: Any = body
    taken: list[str | int] = []
    for step in steps:
        if isinstance(here, list) and isinstance(step, str) and len(here) == 1:
            here = here[0]
            taken.append(0)
        parts: dict[Any, Any] = dict(enumerate(here)) if isinstance(here, list) else here if isinstance(here, dict) else {}
        if step not in parts:
            return None
        here = parts[step]
        taken.append(step)
    return tuple(taken)


def _value(value: Any, path: Path, target: Path | None, shortened: str) -> Iterator[str]:
    marked = target is not None and path == target
    if marked:
        yield "<mark>"
    if isinstance(value, dict) and value:
        yield from _block(
            "{}", [(f'<span class="k">{_quoted(k)}</span>: ', v, (*path, k)) for k, v in value.items()], target, path, shortened
        )
    elif isinstance(value, list) and value:
        yield from _block("[]", [("", v, (*path, i)) for i, v in enumerate(value)], target, path, shortened)
    else:
        yield _leaf(value, shortened)
    if marked:
        yield "</mark>"


def _block(brackets: str, parts: list[tuple[str, Any, Path]], target: Path | None, path: Path, shortened: str) -> Iterator[str]:
    indent = "  " * (len(path) + 1)
    yield brackets[0]
    for place, (name, value, inner) in enumerate(parts):
        yield f"{',' if place else ''}\n{indent}{name}"
        yield from _value(value, inner, target, shortened)
    yield f"\n{'  ' * len(path)}{brackets[1]}"


def _leaf(value: Any, shortened: str) -> str:
    if isinstance(value, Number):
        return f'<span class="n">{escape(str(value))}</span>'
    if isinstance(value, str):
        hidden = len(value) - LONGEST_TEXT
        if hidden > 0:
            return f'<span class="s">{_quoted(value[:LONGEST_TEXT])}</span> <em>(+{hidden} {escape(shortened)})</em>'
        return f'<span class="s">{_quoted(value)}</span>'
    return str(escape(json.dumps(value)))


def _quoted(text: str) -> Markup:
    return escape(json.dumps(text, ensure_ascii=False))
