"""Which elements of a resource are read, and of what type each must be.

A shape is written as text beside the function that reads it. Walking a resource along its shape finds what has
no place in the chart (counted, never dropped in silence) and what has the wrong type (located, set aside).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

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
# Often there, never mapped: counted without the walk.
_COUNTED = frozenset(
    """extension text performer partOf derivedFrom basedOn recorder asserter requester participant serviceProvider
    managingOrganization priority author custodian insurance recorded encounter primarySource multipleBirthBoolean
    imagingStudy specimen device evidence substitution location length""".split()  # noqa: SIM905
)


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


class Shape:
    """The shape of one resource type: the tree to walk, and a compiled twin that says yes in a hundredth of the time."""

    __slots__ = ("_counted", "_decoder", "node")

    def __init__(self, node: Node) -> None:
        self.node = node
        self._counted = _COUNTED - node.keys()
        self._decoder = msgspec.json.Decoder(_struct("Resource", node, self._counted))

    def fits(self, raw: bytes, value: dict[str, Any], unmapped: dict[str, int]) -> bool:
        """Whether the JSON has the right types and nothing unknown; counts what is often there and never mapped.

        When this says no, `walk` finds out why.
        """
        try:
            self._decoder.decode(raw)
        except msgspec.ValidationError:
            return False
        counted = self._counted
        for name in value:
            if name in counted:
                unmapped[name] = unmapped.get(name, 0) + 1
        if "tag" in value.get("meta", ()):
            unmapped["meta.tag"] = unmapped.get("meta.tag", 0) + 1
        return True


def _struct(name: str, node: Node, counted: frozenset[str] = frozenset()) -> type[msgspec.Struct]:
    """A struct type that takes exactly what the node takes. Fields go by number, for `class` and `for` are words of Python."""
    fields = [(f"f{n}", _type_of(key, rule), msgspec.field(name=key, default=None)) for n, (key, rule) in enumerate(node.items())]
    fields += [(f"c{n}", msgspec.Raw, msgspec.field(name=key, default=msgspec.Raw())) for n, key in enumerate(sorted(counted))]
    return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)


def _type_of(key: str, rule: Rule) -> Any:
    if isinstance(rule, Many):
        return list[_type_of(key, rule.item)]
    if isinstance(rule, Node):
        return _struct(key.capitalize(), rule, frozenset({"tag"}) if rule.path == "meta." else frozenset())
    return {Number: float, Anything: msgspec.Raw}.get(rule, rule)


def shape(text: str) -> Shape:
    """The shape of a resource written as `name name# name! name:Type name* name{...}`.

    A bare name is text, `#` a number, `!` true or false, `?` anything, `:Type` a named FHIR type, `*` a list,
    and braces hold the elements of an object.
    """
    return Shape(_node(_tokens(_EVERYWHERE + text), ""))


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


def fault(found: dict[str, Any], wanted: Shape) -> str:
    """Why a resource that others point at cannot be used ("path: reason"), or "" when it can."""
    try:
        walk(found, wanted.node, {})
    except WrongType as wrong:
        return f"{wrong.path}: {wrong.why}"
    except EmptyElement:
        return "an element is null where FHIR wants a value"
    return ""


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
