"""What speaks against medicines that are taken, as FHIR: one DetectedIssue per warning, preliminary, with the records and the row it rests on.

A DetectedIssue asks somebody to look; it orders and changes nothing (https://hl7.org/fhir/R4/detectedissue.html). The advice stands in its words:
`mitigation` is for what somebody has done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xinglin.formats.fhir.addresses import Addresses
from xinglin.formats.fhir.marks import KNOWLEDGE_EXTENSION, own_id, own_meta
from xinglin.formats.fhir.provenance import Ids
from xinglin.records.draft import SignedDocument
from xinglin.records.fact import MADE_HERE, Fact
from xinglin.records.outline import split_pointer

KIND: Final = "medication_review"
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_KINDS: Final = {  # https://www.hl7.org/fhir/R4B/valueset-detectedissue-category.html
    "allergy": ("ALGY", "Allergy Alert"), "interaction": ("DRG", "Drug Interaction Alert"), "qt": ("DRG", "Drug Interaction Alert"),
    "bleeding": ("DRG", "Drug Interaction Alert"), "contraindication": ("COND", "Condition Alert"), "organ": ("COND", "Condition Alert"),
    "dose": ("DOSE", "Dosage problem"), "route": ("DOSE", "Dosage problem"), "duplicate": ("DUPTHPY", "Duplicate Therapy Alert"), "age": ("AGE", "Age Alert"),
    "pregnancy": ("PREG", "Pregnancy Alert"), "gene": ("GEN", "Genetic Alert"), "monitoring": ("LAB", "Lab Alert"),
}  # fmt: skip
_SEVERITIES: Final = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}
_MEDICINES: Final = ("MedicationRequest/", "MedicationStatement/", "MedicationAdministration/", "MedicationDispense/")


def detected_issues(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> Iterator[dict[str, Any]]:
    """One per warning that the signed review tells; nothing for any other document."""
    if document.draft.kind != KIND:
        return
    cited = {name for statement in document.draft.statements for name in statement.facts}
    for fact in document.draft.facts:
        if fact.id in cited and fact.id.startswith(f"{MADE_HERE}alert.") and fact.details.get("severity"):
            yield _issue(fact, document, addresses, ids, made_up)


def _issue(fact: Fact, document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> dict[str, Any]:
    code, words = _KINDS.get(fact.details["kind"], ("", ""))
    coding = {"coding": [{"system": _CATEGORY, "code": code, "display": words}]} if code else {}
    records = [
        key
        for key in dict.fromkeys(split_pointer(one.pointer)[0] for one in fact.evidence if one.source == "chart")
        if key in document.sources
    ]
    implicated = [addresses.reference(key) for key in records if key.startswith(_MEDICINES)]
    beside = [addresses.reference(key) for key in records if not key.startswith(_MEDICINES)]
    rows = dict.fromkeys(f"{one.source}#{one.pointer}" for one in fact.evidence if one.source.startswith("knowledge/"))
    return {
        "resourceType": "DetectedIssue", "id": own_id(document.release, "issue", fact.id), "meta": own_meta(document.release, made_up),
        **({"extension": [{"url": KNOWLEDGE_EXTENSION, "valueString": row} for row in rows]} if rows else {}),
        "status": "preliminary", "code": coding | {"text": fact.details["kind"]}, "severity": _SEVERITIES[fact.details["severity"]],
        "patient": addresses.reference(ids.patient), "identifiedDateTime": document.released_at, "author": {"reference": ids.device},
        **({"implicated": implicated} if implicated else {}), **({"evidence": [{"detail": beside}]} if beside else {}), "detail": _said(fact, document),
    }  # fmt: skip


def _said(fact: Fact, document: SignedDocument) -> str:
    """The sentence as it was signed: an edit of the sentence is what is said."""
    signed = (statement.text for statement in document.draft.statements if statement.facts[:1] == (fact.id,))
    return next(signed, fact.details["said_zh" if document.draft.language == "zh" else "said"])
