"""A FHIR resource as a column template: written once as an ordinary example, compiled to literal bytes with holes that columns fill.

Every resource of a kind differs only in its holes, so no object is built and nothing is encoded twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.formats.fhir.bulk import filling

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Columns = Mapping[str, NDArray[np.int64]]

NUMBER, DECIMAL, CODED, DATE, MINUTE, PADDED, WHEN, UNTIL = range(8)


@dataclass(frozen=True)
class Hole:
    """A place that a column fills. `other`: column of decimals (DECIMAL) or the width (PADDED). `texts`: what a code stands for (CODED).

    WHEN: what follows, up to its UNTIL, is there only where the column has a value; `other` is how many holes lie between.
    """

    kind: int
    column: str
    other: str | int = 0
    texts: tuple[bytes, ...] = ()


def number(column: str) -> Hole:
    """A whole number."""
    return Hole(NUMBER, column)


def decimal(column: str, decimals: str) -> Hole:
    """A whole number shown with as many decimals as another column says."""
    return Hole(DECIMAL, column, decimals)


def date(column: str) -> Hole:
    """Days since 1970 as a date."""
    return Hole(DATE, column)


def minute(column: str) -> Hole:
    """Minutes since 1970 as a local date and time without zone."""
    return Hole(MINUTE, column)


def padded(column: str, width: int) -> Hole:
    """A whole number with leading zeros."""
    return Hole(PADDED, column, width)


def words(column: str, texts: Sequence[str]) -> Hole:
    """One of some words, safe inside a JSON string."""
    return Hole(CODED, column, texts=tuple(json.dumps(text, ensure_ascii=False)[1:-1].encode() for text in texts))


class Text(tuple):
    """A JSON string made of words and holes."""


class Raw(str):
    """JSON text put in as it is."""


@dataclass(frozen=True)
class Pieces:
    """Elements of an object chosen by a code: each text is empty or JSON items that begin with a comma."""

    column: str
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Maybe:
    """An element that is there only where a column has a value (is not NEVER)."""

    column: str
    value: Any


@dataclass
class Template:
    """A compiled example: literals around holes."""

    literals: list[bytes] = field(default_factory=lambda: [b""])
    holes: list[Hole] = field(default_factory=list)

    def fill(self, columns: Columns, names: Mapping[int, tuple[NDArray[np.uint8], NDArray[np.int64]]] | None = None) -> filling.Rows:
        """The rows as bytes. `names`: for holes by place, texts that differ in every row: (bytes, offsets)."""
        return filling.fill(self.literals, self.holes, columns, names or {})


def compiled(example: Mapping[str, Any], ends: str = "\n") -> Template:
    """The template of an example resource; every row ends with `ends`."""
    template = Template()
    _emit(template, example)
    _add(template, ends.encode())
    return template


def compiled_text(parts: Sequence[str | Hole]) -> Template:
    """The template of plain text."""
    template = Template()
    for part in parts:
        _add(template, part if isinstance(part, Hole) else part.encode())
    return template


def _add(template: Template, part: bytes | Hole) -> None:
    if isinstance(part, Hole):
        template.holes.append(part)
        template.literals.append(b"")
    else:
        template.literals[-1] += part


def _emit(template: Template, node: Any) -> None:
    if isinstance(node, Hole):
        _add(template, node)
    elif isinstance(node, Text):
        _add(template, b'"')
        for part in node:
            _add(template, part if isinstance(part, Hole) else json.dumps(part, ensure_ascii=False)[1:-1].encode())
        _add(template, b'"')
    elif isinstance(node, Raw):
        _add(template, node.encode())
    elif isinstance(node, Mapping):
        _emit_object(template, node)
    elif isinstance(node, (list, tuple)):
        _add(template, b"[")
        for place, item in enumerate(node):
            _add(template, b"," if place else b"")
            _emit(template, item)
        _add(template, b"]")
    else:
        _add(template, json.dumps(node, ensure_ascii=False).encode())


def _emit_object(template: Template, node: Mapping[str, Any]) -> None:
    _add(template, b"{")
    for place, (key, value) in enumerate(node.items()):
        comma = b"," if place else b""
        if isinstance(value, Pieces):
            _add(template, Hole(CODED, value.column, texts=tuple(_items(piece) for piece in value.items)))
        elif isinstance(value, Maybe):
            opened = len(template.holes)
            _add(template, Hole(WHEN, value.column))
            _add(template, b"," + json.dumps(key).encode() + b":")
            _emit(template, value.value)
            template.holes[opened] = Hole(WHEN, value.column, len(template.holes) - opened)
            _add(template, Hole(UNTIL, value.column))
        else:
            _add(template, comma + json.dumps(key).encode() + b":")
            _emit(template, value)
    _add(template, b"}")


def _items(piece: Mapping[str, Any]) -> bytes:
    """The items of an object, each after a comma; nothing for an empty one."""
    return "".join(
        f",{json.dumps(key)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}" for key, value in piece.items()
    ).encode()
