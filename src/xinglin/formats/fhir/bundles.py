"""The resources inside a Bundle of any type, or a single resource, with the reference each goes by."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.references import is_id, urn_id
from xinglin.formats.fhir.strict import dumps, resource
from xinglin.formats.fhir.unchecked import object_in, objects_in, text_in
from xinglin.records.errors import InvalidInput

# The usual types: what they hold needs no second look before it is named.
_PLAIN = frozenset(
    """AllergyIntolerance CarePlan CareTeam Claim Condition Coverage Device DiagnosticReport DocumentReference Encounter
    ExplanationOfBenefit Goal ImagingStudy Immunization Location Medication MedicationAdministration MedicationDispense
    MedicationRequest MedicationStatement Observation Organization Patient Practitioner PractitionerRole Procedure Provenance
    ServiceRequest Specimen""".split()  # noqa: SIM905
)


class Found(Struct, frozen=True):
    """One resource as it was found. `reference` is "Type/id"; `full_url` what a Bundle calls it."""

    reference: str
    value: Json
    raw: bytes
    place: str
    full_url: str = ""
    deleted: bool = False


def in_value(value: Any, place: str, findings: list[Finding], compact: bytes = b"", resources: Sequence[bytes] = ()) -> Iterator[Found]:
    """Every resource of one parsed JSON value. Raises InvalidInput XL-FHIR-012.

    `compact`: its compact JSON, and `resources`: that of the resource of each entry of a Bundle, where they are known.
    """
    found = resource(value, where=place)
    if found["resourceType"] == "Bundle":
        yield from _in_bundle(found, place, findings, resources)
    else:
        yield _named(found, place, "", findings, compact)


def _in_bundle(bundle: Json, place: str, findings: list[Finding], resources: Sequence[bytes] = ()) -> Iterator[Found]:
    entries = bundle.get("entry")
    if entries is None:
        entries = []
    if entries.__class__ is not list:
        raise InvalidInput("XL-FHIR-013", "the entries of the Bundle are not a list", where=f"{place} entry", fix="send a valid Bundle")
    _say_more_pages(bundle, place, findings)
    bare = sum(1 for entry in entries if entry.__class__ is dict and "resource" not in entry and _says_nothing(entry))
    if bare:
        findings.append(Finding("XL-FHIR-133", "note", "unread", place, "entries without a resource", "", bare))
    known = resources if len(resources) == len(entries) else [b""] * len(entries)
    for number, (entry, compact) in enumerate(zip(entries, known, strict=True)):
        where = f"{place} entry[{number}]"
        if entry.__class__ is not dict:
            findings.append(Finding("XL-FHIR-013", "warning", "unread", where, "the entry is not an object", "send a valid Bundle"))
            continue
        inside = entry.get("resource")
        kind = inside.get("resourceType") if inside.__class__ is dict else None
        if kind.__class__ is str and kind in _PLAIN and "response" not in entry:
            yield _named(inside, where, text_in(entry, "fullUrl"), findings, compact)
        else:
            yield from _in_entry(entry, where, findings, compact)


def _says_nothing(entry: Json) -> bool:
    """An entry with neither a resource, nor an answer, nor a deletion: a bare request, say."""
    return "response" not in entry and not _deleted(object_in(entry, "request"))


def _in_entry(entry: Json, where: str, findings: list[Finding], compact: bytes) -> Iterator[Found]:
    inside, request = entry.get("resource"), object_in(entry, "request")
    outcome = object_in(object_in(entry, "response"), "outcome")
    if outcome:
        findings.append(_outcome(outcome, f"{where}.response.outcome"))
    if inside is None:
        deleted = _deleted(request)
        if deleted:
            yield Found(deleted, {}, b"", where, deleted=True)
        return
    try:
        found = resource(inside, where=where)
    except InvalidInput as error:
        findings.append(Finding(error.code, "warning", "unread", where, error.what, error.fix))
        return
    if found["resourceType"] == "Bundle":
        try:
            yield from _in_bundle(found, where, findings)
        except InvalidInput as error:
            findings.append(Finding(error.code, "warning", "unread", where, error.what, error.fix))
    elif found["resourceType"] == "OperationOutcome":
        findings.append(_outcome(found, where))
    else:
        yield _named(found, where, text_in(entry, "fullUrl"), findings, compact)


def _deleted(request: Json) -> str:
    """The reference a history or transaction entry deletes, or ""."""
    if request.get("method") != "DELETE":
        return ""
    parts = text_in(request, "url").split("/")
    return f"{parts[-2]}/{parts[-1]}" if len(parts) >= 2 and is_id(parts[-1]) else ""


def _outcome(outcome: Json, where: str) -> Finding:
    """An OperationOutcome is the other system's answer, not part of the record. Its free text is not repeated."""
    first = (objects_in(outcome, "issue") or [{}])[0]
    bad, code = first.get("severity") in ("fatal", "error"), text_in(first, "code")
    kind = code if code.isascii() and code.replace("-", "").isalpha() else "unknown"
    return Finding(
        "XL-FHIR-130", "warning" if bad else "note", "unread", where, f"the sending system reported a problem of the kind {kind[:40]}",
        "ask the sending system for the entry again",
    )  # fmt: skip


def _say_more_pages(bundle: Json, place: str, findings: list[Finding]) -> None:
    if any(link.get("relation") == "next" for link in objects_in(bundle, "link")):
        findings.append(
            Finding(
                "XL-FHIR-131",
                "warning",
                "missing",
                place,
                "the Bundle says that more pages follow",
                "take in the next pages as well, or the URL",
            )
        )


def _named(found: Json, place: str, url: str, findings: list[Finding], compact: bytes = b"") -> Found:
    """The resource under "Type/id"; without an id, by its full URL or, last, by its content."""
    kind, name = found["resourceType"], found.get("id")
    raw = compact or dumps(found)
    if name is not None and not is_id(name):
        findings.append(
            Finding(
                "XL-FHIR-109",
                "warning",
                "doubtful",
                place,
                "the id is not one FHIR allows; the resource goes by its content",
                "give a valid id",
            )
        )
        name = None
    if name is None:
        name = urn_id(url) if is_id(urn_id(url)) else f"content-{hashlib.sha256(raw).hexdigest()[:24]}"
    return Found(f"{kind}/{name}", found, raw, place, url)
