"""A signed document as a FHIR R4 document: the words, who signed them, and the source records unchanged.

The one place where the person's identity is put back: the source Patient goes in as it was read. Nothing
here can order anything: only Composition, Device, Practitioner, Organization and Provenance are authored, and for a plan what it
proposes (`proposals`), as draft and proposal;
every other resource is a byte-for-byte copy of the record (https://hl7.org/fhir/R4/documents.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from xinglin.formats.fhir.addresses import Addresses
from xinglin.formats.fhir.gene_report import gene_resources
from xinglin.formats.fhir.marks import AIGC_EXTENSION, RELEASE_SYSTEM, own_id, own_meta
from xinglin.formats.fhir.narrative import paragraphs, sentences, table
from xinglin.formats.fhir.proposals import proposal_resources
from xinglin.formats.fhir.provenance import AI_DEVICE_TYPES, Ids, document_provenance, statement_provenances
from xinglin.formats.fhir.warnings import detected_issues
from xinglin.records.draft import SignedDocument
from xinglin.records.errors import InvalidInput
from xinglin.records.outline import OutlineSection, is_test_data, outline, split_pointer
from xinglin.records.page_words import PAGE_WORDS

MEDIA_TYPE: Final = "application/fhir+json"
AUTHORED: Final = ("Composition", "Device", "Practitioner", "Organization", "Provenance")
PROPOSED: Final = ("CarePlan", "MedicationRequest", "DetectedIssue", "GuidanceResponse")  # of a plan alone
_AI_KIND: Final = "http://hl7.org/fhir/uv/aitransparency/StructureDefinition/aitransparency.AIKind"
_KINDS_OF_WRITER: Final = {
    "grammar": (("Rule-Based-Systems", "Rule-Based Systems"), ("Deterministic-AI", "Deterministic AI")),
    "": (("Large-Language-Models", "Large Language Models"), ("Non-Deterministic-AI", "Non-deterministic AI")),
}


def write_document(document: SignedDocument) -> bytes:
    """A document Bundle in JSON (UTF-8): Composition first, then the source Patient and cited records, then ours.

    Source records are embedded byte for byte ("1.20" stays "1.20"). The same document gives the same bytes.
    Raises InvalidInput when nobody signed, or when a source is not the resource its name says.
    """
    if not document.signatures:
        raise InvalidInput(
            "XL-FHIR-201", "the document carries no signature", why="only a signed draft is written as FHIR", fix="sign the draft first"
        )
    patient_key, bodies = _read_sources(document)
    made_up = is_test_data(bodies[patient_key])
    addresses, ids = Addresses(bodies, patient_key), Ids(document.release, patient_key)
    own = list(_own_resources(document, addresses, ids, made_up))
    raw = {patient_key: document.patient} | {key: body for key, body in document.sources.items() if key != patient_key}
    copied = [{"fullUrl": addresses.full_url(key), "resource": msgspec.Raw(body.strip())} for key, body in raw.items()]
    authored = [{"fullUrl": addresses.base + f"{r['resourceType']}/{r['id']}", "resource": r} for r in own]
    bundle = {
        "resourceType": "Bundle",
        "id": own_id(document.release, "bundle"),
        "meta": own_meta(document.release, made_up),
        "identifier": {"system": RELEASE_SYSTEM, "value": document.release},
        "type": "document",
        "timestamp": document.released_at,
        "entry": [authored[0], *copied, *authored[1:]],
    }
    return msgspec.json.encode(bundle)


def _read_sources(document: SignedDocument) -> tuple[str, dict[str, Any]]:
    if not document.patient:
        raise InvalidInput(
            "XL-FHIR-204", "the document has no Patient resource", why="a FHIR document is about someone", fix="use HTML or text"
        )
    patient = _decode("Patient", document.patient)
    patient_key = f"Patient/{patient.get('id', '')}"
    bodies = {patient_key: patient} | {key: _decode(key, body) for key, body in document.sources.items() if key != patient_key}
    return patient_key, bodies


def _decode(key: str, body: bytes) -> dict[str, Any]:
    kind, _, name = key.partition("/")
    try:
        resource = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "XL-FHIR-202", "a source record is not JSON", where=key, why="it must be copied unchanged", fix="take the record in again"
        ) from error
    if not isinstance(resource, dict) or resource.get("resourceType") != kind or (name and resource.get("id", name) != name):
        raise InvalidInput("XL-FHIR-203", "a source record is not the one its name says", where=key, fix="take the record in again")
    return resource


def _own_resources(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> Iterator[dict[str, Any]]:
    yield _composition(document, addresses, ids, made_up)
    yield _device(document, ids, made_up)
    for signer in dict.fromkeys(signature.signer for signature in document.signatures):
        yield _person(document, signer, ids, made_up)
    if document.house:
        meta = own_meta(document.release, made_up, ai=False)
        yield {"resourceType": "Organization", "id": ids.house.partition("/")[2], "meta": meta, "name": document.house}
    yield from proposal_resources(document, addresses, ids, made_up)
    yield from gene_resources(document, addresses, ids, made_up)
    yield from detected_issues(document, addresses, ids, made_up)
    yield document_provenance(document, addresses, ids, made_up)
    yield from statement_provenances(document, addresses, ids, made_up)


def _composition(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> dict[str, Any]:
    draft, language = document.draft, PAGE_WORDS[document.draft.language]["lang"]
    label = document.label.text[draft.language]
    signers = list(dict.fromkeys(signature.signer for signature in document.signatures))
    return {
        "resourceType": "Composition",
        "id": ids.composition.partition("/")[2],
        "meta": own_meta(document.release, made_up),
        "language": language,
        "text": {"status": "generated", "div": paragraphs((label, draft.title, label), language)},
        "extension": [{"url": AIGC_EXTENSION, "valueString": msgspec.json.encode(dict(document.label.aigc)).decode()}],
        "identifier": {"system": RELEASE_SYSTEM, "value": document.release},
        "status": "final",
        "type": _type(document),
        "subject": addresses.reference(ids.patient),
        "date": document.released_at,
        "author": [{"reference": ids.device}, *({"reference": ids.practitioner(signer)} for signer in signers)],
        "title": draft.title,
        "attester": [
            {"mode": "legal" if s.meaning == "author" else "professional", "time": s.at, "party": {"reference": ids.practitioner(s.signer)}}
            for s in document.signatures
        ],
        **({"custodian": {"reference": ids.house}} if document.house else {}),
        "section": list(_sections(document, addresses, ids, language)),
    }


def _type(document: SignedDocument) -> dict[str, Any]:
    code, words = document.document_code
    coding = {"coding": [{"system": "http://loinc.org", "code": code, **({"display": words} if words else {})}]} if code else {}
    return coding | {"text": document.draft.title}


def _sections(document: SignedDocument, addresses: Addresses, ids: Ids, language: str) -> Iterator[dict[str, Any]]:
    laid_out = outline(document.draft)
    for section in laid_out.sections:
        person = any(line.statement.by == "person" for line in section.lines)
        div = _words_of(section, language)
        entries = [addresses.reference(key) for key in _cited(document, section) if key in document.sources or key == ids.patient]
        text = {"status": "additional" if person else "generated", "div": div}
        yield {"title": section.heading, "text": text} | ({"entry": entries} if entries else {})
    if laid_out.omissions:
        words = PAGE_WORDS[document.draft.language]
        div = paragraphs((words["omissions_note"], *(omission.text for omission in laid_out.omissions)), language)
        yield {"title": words["omissions"], "text": {"status": "generated", "div": div}}


def _words_of(section: OutlineSection, language: str) -> str:
    if not section.table:
        return sentences(((line.statement.id, line.statement.text) for line in section.lines), language)
    rows = [[[(line.statement.id, line.statement.text) for line in cell] for cell in row] for row in section.table]
    return table(section.columns, rows, [(line.statement.id, line.statement.text) for line in section.below], language)


def _cited(document: SignedDocument, section: OutlineSection) -> list[str]:
    facts = {fact.id: fact for fact in document.draft.facts}
    named = [facts[name] for line in section.lines for name in line.statement.facts if name in facts]
    return list(dict.fromkeys(split_pointer(place.pointer)[0] for fact in named for place in fact.evidence))


def _device(document: SignedDocument, ids: Ids, made_up: bool) -> dict[str, Any]:
    kinds = _KINDS_OF_WRITER.get(document.draft.provenance.writer, _KINDS_OF_WRITER[""])
    coded = [{"coding": [{"system": AI_DEVICE_TYPES, "code": code, "display": words}]} for code, words in kinds]
    return {
        "resourceType": "Device",
        "id": ids.device.partition("/")[2],
        "meta": own_meta(document.release, made_up),
        "extension": [{"url": _AI_KIND, "valueCodeableConcept": concept} for concept in coded],
        "manufacturer": "Xinglin",
        "deviceName": [{"name": f"Xinglin, {document.draft.provenance.writer} writer", "type": "user-friendly-name"}],
        "type": {
            "coding": [{"system": AI_DEVICE_TYPES, "code": "Artificial-Intelligence", "display": "All kinds of Artificial Intelligence"}]
        },
        "version": [{"value": document.draft.provenance.version}],
    }


def _person(document: SignedDocument, signer: str, ids: Ids, made_up: bool) -> dict[str, Any]:
    meta = own_meta(document.release, made_up, ai=False)
    return {"resourceType": "Practitioner", "id": ids.practitioner(signer).partition("/")[2], "meta": meta, "name": [{"text": signer}]}
