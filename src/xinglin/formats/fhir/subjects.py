"""Whose a resource is: the elements by which FHIR resources name their patient, and what else they point at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.unchecked import object_in, objects_in, text_in

# The patient compartment of R4: the element that names the person.
_ELEMENTS = ("subject", "patient", "beneficiary", "individual", "for")
_REFERENCE = re.compile(rb'"(?:reference|url)":"([^"\\]{1,512})"')


def subject_references(found: Json) -> list[tuple[str, tuple[str, str] | None]]:
    """What a resource names as its person: (reference text, identifier) pairs; none for shared resources."""
    for name in _ELEMENTS:
        if name in found:
            one = found[name]
            if one.__class__ is dict and one.get("reference").__class__ is str and "identifier" not in one:
                return [(one["reference"], None)]  # as nearly all are
            return [_reference(one) for one in objects_in(found, name)]
    if found["resourceType"] == "Appointment":
        named = [_reference(object_in(one, "actor")) for one in objects_in(found, "participant")]
        return [pair for pair in named if "Patient/" in pair[0]]
    return []


def _reference(item: Json) -> tuple[str, tuple[str, str] | None]:
    named = item.get("identifier")
    value = text_in(named, "value") if named is not None else ""
    return text_in(item, "reference"), (text_in(named, "system"), value) if value else None


def targets(found: Json) -> list[str]:
    """The references of Provenance.target, by which a resource belongs to what it speaks of."""
    if found["resourceType"] != "Provenance":
        return []
    return [text for one in objects_in(found, "target") if (text := text_in(one, "reference"))]


def shows(raw: bytes, name: str, means: Callable[[str], bool]) -> bool:
    """Whether a reference or attachment URL in compact JSON holds `name` and means what is looked for."""
    sought, place = name.encode(), -1
    while (place := raw.find(sought, place + 1)) >= 0:
        start, end = raw.rfind(b'"', 0, place) + 1, raw.find(b'"', place)
        text = raw[start:end]
        if (
            raw.endswith(_BEFORE, max(0, start - _LONGEST_BEFORE), start)
            and b"\\" not in text
            and len(text) <= 512
            and means(text.decode())
        ):
            return True
    return False


_BEFORE = (b'"reference":"', b'"url":"')
_LONGEST_BEFORE = len(_BEFORE[0])


def pointed_at(resources: Iterable[bytes]) -> set[str]:
    """Every reference and attachment URL in the compact JSON of some resources."""
    found: set[bytes] = set()
    for raw in resources:
        found.update(_REFERENCE.findall(raw))
    return {text.decode() for text in found}
