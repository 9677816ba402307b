"""Which elements of a resource are read, and of what type each must be.

A shape is written as text beside the function that reads it. Walking a resource along its shape finds what has
no place in the chart (counted, never dropped in silence) and what has the wrong type (located, set aside).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from xinglin.formats.fhir.strict import Numeral

_TOKEN = re.compile(r"([A-Za-z0-9_\[\]]+)(#|!|\?)?(?::([A-Za-z]+))?(\*)?(\{)?|(\})")

_NAMED = {
    "Coding": "system code display",
    "CC": "coding:Coding* text",
    "Q": "value# comparator unit system code",
    "Period": "start end",
    "Identifier": "system value use? type? period? assigner?",
    "Ref": "reference identifier:Identifier display",
    "Range": "low:Q high:Q",
    "Ratio": "numerator:Q denominator:Q",
    "Note": "text time authorString authorReference?",
    "Attachment": "contentType title data url creation language? size? hash?",
    "Repeat": "frequency# frequencyMax# period# periodMax# periodUnit timeOfDay* dayOfWeek* when* offset# count# "
    "boundsPeriod:Period duration# durationUnit",
    "Timing": "code:CC repeat:Repeat event*",
    "Dose": "text timing:Timing asNeededBoolean! asNeededCodeableConcept:CC route:CC method:CC site:CC sequence# patientInstruction "
    "additionalInstruction:CC* doseAndRate*{type:CC doseQuantity:Q doseRange:Range rateQuantity:Q rateRatio:Ratio rateRange:Range} "
    "maxDosePerPeriod:Ratio maxDosePerAdministration:Q maxDosePerLifetime:Q",
}
_EVERYWHERE = "resourceType id meta{versionId lastUpdated profile? security?} contained? identifier:Identifier* language "


class Number:
    """Stands for a JSON number in a shape."""


class Anything:
    """Stands for an element that is read elsewhere, or tells nothing of the person."""


class Many:
    """Stands for a list of what `item` says."""

    __slots__ = ("item",)

    def __init__(self, item: Rule) -> None:
        self.item = item


class Node(dict[str, "Rule"]):
    """An object: element name to rule. `path` is where it stands, with a dot at the end."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path


Rule = type | Node | Many


def shape(text: str) -> Node:
    """The shape of a resource written as `name name# name! name:Type name* name{...}`.

    A bare name is text, `#` a number, `!` true or false, `?` anything, `:Type` a named FHIR type, `*` a list,
    and braces hold the elements of an object.
    """
    tokens = _tokens(_EVERYWHERE + text)
    return _node(tokens, "")


def _tokens(text: str) -> Iterator[re.Match[str]]:
    return _TOKEN.finditer(text)


def _node(tokens: Iterator[re.Match[str]], path: str) -> Node:
    node = Node(path)
    for token in tokens:
        name, mark, named, many, opens, closes = token.groups()
        if closes:
            break
        inner = f"{path}{name}."
        rule: Rule
        if opens:
            rule = _node(tokens, inner)
        elif named:
            rule = _node(_tokens(_NAMED[named]), inner)
        else:
            rule = {"#": Number, "!": bool, "?": Anything, None: str}[mark]
        node[name] = Many(rule) if many else rule
    return node


class WrongType(Exception):
    """An element is not of the type FHIR gives it. `path` says where, `why` what was expected."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path)
        self.path, self.why = path, why


class EmptyElement(Exception):
    """An element is null, which FHIR does not know."""


_NUMBERS = (int, float, Numeral)


def walk(value: dict[str, Any], node: Node, unmapped: dict[str, int]) -> None:
    """Check `value` against `node`; add to `unmapped` every element path that the shape does not name.

    Raises WrongType, or EmptyElement when an element is null (see `without_nulls`).
    """
    for name, item in value.items():
        rule = node.get(name)
        if rule is str or rule is bool:
            if item.__class__ is not rule:
                _wrong(node, name, item, rule)
        elif rule.__class__ is Node:
            if item.__class__ is not dict:
                _wrong(node, name, item, dict)
            walk(item, rule, unmapped)  # type: ignore[arg-type]
        elif rule.__class__ is Many:
            if item.__class__ is not list:
                _wrong(node, name, item, list)
            _walk_items(item, rule.item, node, name, unmapped)  # type: ignore[union-attr]
        elif rule is None:
            path = node.path + name
            unmapped[path] = unmapped.get(path, 0) + 1
        elif rule is Number and item.__class__ not in _NUMBERS:
            _wrong(node, name, item, Number)


def _walk_items(items: list[Any], rule: Rule, node: Node, name: str, unmapped: dict[str, int]) -> None:
    if rule.__class__ is Node:
        for item in items:
            if item.__class__ is not dict:
                _wrong(node, f"{name}[{items.index(item)}]", item, dict)
            walk(item, rule, unmapped)  # type: ignore[arg-type]
    else:
        for item in items:
            if item.__class__ is not rule:
                _wrong(node, f"{name}[{items.index(item)}]", item, rule)


_WORDS = {str: "text", bool: "true or false", dict: "an object", list: "a list", Number: "a number", float: "a number", int: "a number"}


def _wrong(node: Node, name: str, item: Any, expected: Any) -> None:
    if item is None:
        raise EmptyElement
    found = "a number" if item.__class__ is Numeral else _WORDS.get(item.__class__, "something else")
    raise WrongType(node.path + name, f"{_WORDS.get(expected, 'another type')} was expected, {found} was found")


def without_nulls(value: Any) -> Any:
    """The same JSON value without null elements; what they leave empty goes as well. Depth is limited by the parser."""
    if value.__class__ is dict:
        kept = {name: without_nulls(item) for name, item in value.items()}
        return {name: item for name, item in kept.items() if item is not None}
    if value.__class__ is list:
        return [item for item in map(without_nulls, value) if item is not None]
    return value
