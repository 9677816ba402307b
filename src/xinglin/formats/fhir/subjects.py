"""Whose a resource is: the elements by which FHIR resources name their patient, and what else they point at."""

from __future__ import annotations

import re
from typing import Any

from xinglin.formats.fhir.reading import Json

# The patient compartment of R4: the element that names the person.
_ELEMENTS = ("subject", "patient", "beneficiary", "individual", "for")
_REFERENCE = re.compile(rb'"(?:reference|url)":"([^"\\]{1,512})"')


def subject_references(found: Json) -> list[tuple[str, tuple[str, str] | None]]:
    """What a resource names as its person: (reference text, identifier) pairs; none for shared resources."""
    for name in _ELEMENTS:
        item = found.get(name)
        if item is not None:
            items = item if item.__class__ is list else [item]
            return [_reference(one) for one in items if one.__class__ is dict]
    kind = found["resourceType"]
    if kind == "Appointment":
        actors = [p.get("actor") for p in _dicts(found.get("participant"))]
        named = [_reference(one) for one in actors if one.__class__ is dict]
        return [pair for pair in named if pair[0].partition("/")[0] == "Patient"]
    return []


def _dicts(items: Any) -> list[Json]:
    return [item for item in items if item.__class__ is dict] if items.__class__ is list else []


def _reference(item: Json) -> tuple[str, tuple[str, str] | None]:
    text, named = item.get("reference"), item.get("identifier")
    identifier = None
    if named.__class__ is dict and named.get("value").__class__ is str:  # type: ignore[union-attr]
        system = named.get("system")  # type: ignore[union-attr]
        identifier = (system if system.__class__ is str else "", named["value"])  # type: ignore[index]
    return (text if text.__class__ is str else "", identifier)


def targets(found: Json) -> list[str]:
    """The references of Provenance.target, by which a resource belongs to what it speaks of."""
    if found["resourceType"] not in ("Provenance", "AuditEvent"):
        return []
    items = found.get("target") or []
    return [t for one in _dicts(items) if (t := one.get("reference")).__class__ is str]


def pointed_at(raw: bytes) -> list[str]:
    """Every reference and attachment URL in the compact JSON of a resource."""
    return [text.decode() for text in _REFERENCE.findall(raw)]
