"""What a sentence rests on, ready to show: each fact, the place it was read at, and the source with that place marked.

The source record is shown as it was written (numbers keep their digits); only very long texts, such as an
attached file, are shortened, and the page says by how much.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape
from msgspec import Struct

from xinglin.records.errors import InvalidInput
from xinglin.records.fact import Evidence
from xinglin.records.imaging import Picture
from xinglin.records.outline import NumberedFact, split_pointer

LONGEST_TEXT: Final = 400
_STEP = re.compile(r"([A-Za-z_]\w*)((?:\[\d+\])*)$")
_INDEX = re.compile(r"\[(\d+)\]")
Path = tuple[str | int, ...]


class Place(Struct, frozen=True):
    """One record or knowledge row: its name, where in it, short words from it, and the record as HTML ("" when not at hand)."""

    name: str
    paths: tuple[str, ...]
    quotes: tuple[str, ...]
    record: str
    knowledge: bool


class Number(str):
    """A JSON number exactly as it was written."""


def places_of(source: NumberedFact, records: Mapping[str, bytes], shortened: str) -> tuple[Place, ...]:
    """Where a fact was read, one place per record. `records` are source resources by "Type/id"."""
    by_name: dict[str, list[Evidence]] = {}
    for evidence in source.evidence:
        by_name.setdefault(_name(evidence), []).append(evidence)
    return tuple(_place(name, found, records, shortened) for name, found in by_name.items())


def shown_by(picture: Picture, evidence: Sequence[Evidence]) -> bool:
    """Whether a picture shows a place one of these points at."""
    return any(one.pointer.startswith(picture.shows) for one in evidence) if picture.shows else False


def _name(evidence: Evidence) -> str:
    knowledge = evidence.source.startswith("knowledge/")
    return f"{evidence.source} · {evidence.pointer}" if knowledge else split_pointer(evidence.pointer)[0]


def _place(name: str, found: list[Evidence], records: Mapping[str, bytes], shortened: str) -> Place:
    quotes = tuple(dict.fromkeys(evidence.quote for evidence in found if evidence.quote))
    if found[0].source.startswith("knowledge/"):
        return Place(name, (), quotes, "", True)
    paths = tuple(dict.fromkeys(path for evidence in found if (path := split_pointer(evidence.pointer)[1])))
    record = _shown(name, records[name], paths, shortened) if name in records else ""
    return Place(name, paths, quotes, record, False)


def _shown(key: str, record: bytes, paths: tuple[str, ...], shortened: str) -> str:
    try:
        return str(marked_record(record, paths, shortened))
    except (ValueError, RecursionError):
        unreadable = InvalidInput("XL-HTML-102", "a source record is not JSON", where=key, fix="take the record in again")
    raise unreadable  # without the parser's error: it holds the record


def marked_record(record: bytes, paths: tuple[str, ...], shortened: str) -> Markup:
    """A JSON record as indented HTML with the parts at `paths` inside <mark>."""
    body = json.loads(record, parse_float=Number, parse_int=Number)
    targets = frozenset(steps for steps in (resolve(body, path) for path in paths) if steps is not None)
    return Markup("".join(_value(body, (), targets, shortened)))  # noqa: S704 - every text in it went through escape


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


def _value(value: Any, path: Path, targets: frozenset[Path], shortened: str) -> Iterator[str]:
    marked = path in targets
    if marked:
        yield "<mark>"
    if isinstance(value, dict) and value:
        yield from _block(
            "{}", [(f'<span class="k">{_quoted(k)}</span>: ', v, (*path, k)) for k, v in value.items()], targets, path, shortened
        )
    elif isinstance(value, list) and value:
        yield from _block("[]", [("", v, (*path, i)) for i, v in enumerate(value)], targets, path, shortened)
    else:
        yield _leaf(value, shortened)
    if marked:
        yield "</mark>"


def _block(brackets: str, parts: list[tuple[str, Any, Path]], targets: frozenset[Path], path: Path, shortened: str) -> Iterator[str]:
    indent = "  " * (len(path) + 1)
    yield brackets[0]
    for place, (name, value, inner) in enumerate(parts):
        yield f"{',' if place else ''}\n{indent}{name}"
        yield from _value(value, inner, targets, shortened)
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
