"""The atoms and prefixes of UCUM, read from the unmodified specification that ships beside this file.

An atom is what cannot be taken apart by grammar: "g", "[in_i]", "mm[Hg]" is prefix m and atom "m[Hg]". Factors are exact fractions.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from msgspec import Struct

_NAMESPACE = "{http://unitsofmeasure.org/ucum-essence}"
_ESSENCE = Path(__file__).with_name("ucum") / "ucum-essence.xml"
# UCUM defines these through the bare number; for safe conversion each stays a thing of its own (see README, "Stricter than UCUM").
COUNTED = ("mol", "eq", "osm")


class Atom(Struct, frozen=True):
    """One unit atom. `definition` × `factor` is what it stands for; `function` names the scale of a special unit."""

    code: str
    kind: Literal["base", "ratio", "special", "arbitrary"]
    metric: bool
    factor: Fraction
    definition: str
    function: str = ""
    name: str = ""
    symbol: str = ""
    property: str = ""


class Table(Struct, frozen=True):
    """Everything the specification defines: its version, its prefixes and its atoms by case-sensitive code."""

    version: str
    prefixes: dict[str, Fraction]
    atoms: dict[str, Atom]


def _text(element: ElementTree.Element, tag: str) -> str:
    found = element.find(_NAMESPACE + tag)
    return " ".join("".join(found.itertext()).split()) if found is not None else ""


def _unit(element: ElementTree.Element) -> Atom:
    code = element.attrib["Code"]
    value = element.find(_NAMESPACE + "value")
    assert value is not None
    function = value.find(_NAMESPACE + "function")
    kind: Literal["ratio", "special", "arbitrary"] = "ratio"
    factor, definition, scale = Fraction(value.attrib.get("value", "1")), value.attrib["Unit"], ""
    if function is not None:
        kind, scale = "special", function.attrib["name"]
        factor, definition = Fraction(function.attrib["value"]), function.attrib["Unit"]
    elif (definition == "1" and (element.attrib.get("isArbitrary") == "yes")) or code in COUNTED:
        kind = "arbitrary"
    names = (_text(element, "name"), _text(element, "printSymbol"), _text(element, "property"))
    return Atom(code, kind, element.attrib.get("isMetric") == "yes", factor, definition, scale, *names)


@cache
def table() -> Table:
    """The specification as data. The file is our own copy, so it is parsed without the limits set for strangers' files."""
    root = ElementTree.parse(_ESSENCE).getroot()  # noqa: S314  (a file of this package)
    prefixes, atoms = {}, {}
    for element in root:
        code = element.attrib["Code"]
        if element.tag == _NAMESPACE + "prefix":
            value = element.find(_NAMESPACE + "value")
            assert value is not None
            prefixes[code] = Fraction(value.attrib["value"])
        elif element.tag == _NAMESPACE + "base-unit":
            names = (_text(element, "name"), _text(element, "printSymbol"), _text(element, "property"))
            atoms[code] = Atom(code, "base", True, Fraction(1), "1", "", *names)
        elif element.tag == _NAMESPACE + "unit":
            atoms[code] = _unit(element)
    return Table(root.attrib["version"], prefixes, atoms)
