"""Who made each sentence, from what, and who signed: the Provenance resources of a release.

One Provenance speaks of the whole document and carries the signatures; one more per sentence names its
sources, with the place in each. Shaped after AI-Provenance of "AI Transparency on FHIR"
(HL7/aitransparency-ig, input/fsh/AIProvenance.fsh, 1.0.0-current): reason AIAST, an agent whose role is
Artificial-Intelligence. The profile is not claimed in meta.profile while its code addresses may change.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final

from xinglin.formats.fhir.addresses import Addresses
from xinglin.formats.fhir.marks import AI_ASSERTED, KNOWLEDGE_EXTENSION, POINTER_EXTENSION, SIGNATURE_EXTENSION, own_id, own_meta
from xinglin.records.draft import Signature, SignedDocument, Statement
from xinglin.records.fact import Evidence
from xinglin.records.outline import split_pointer

AI_DEVICE_TYPES: Final = "http://hl7.org/fhir/uv/aitransparency/CodeSystem/AIdeviceTypeCS"
_PARTICIPANT: Final = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_TARGET_ELEMENT: Final = "http://hl7.org/fhir/StructureDefinition/targetElement"
_ASTM: Final = "urn:iso-astm:E1762-95:2013"
_SIGNATURE_TYPES: Final = {
    "author": ("1.2.840.10065.1.12.1.1", "Author's Signature"),
    "coauthor": ("1.2.840.10065.1.12.1.2", "Coauthor's Signature"),
    "verifier": ("1.2.840.10065.1.12.1.5", "Verification Signature"),
    "reviewer": ("1.2.840.10065.1.12.1.13", "Review Signature"),
}


class Ids:
    """References to the resources of ours that others point at."""

    def __init__(self, release: str, patient: str) -> None:
        self._release, self.patient = release, patient
        self.composition = f"Composition/{own_id(release, 'composition')}"
        self.device = f"Device/{own_id(release, 'device')}"
        self.house = f"Organization/{own_id(release, 'house')}"

    def practitioner(self, signer: str) -> str:
        """The Practitioner written for a signer."""
        return f"Practitioner/{own_id(self._release, 'practitioner', signer)}"


def document_provenance(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> dict[str, Any]:
    """The Provenance of the whole document: AI drafted it, people verified and signed it, from these sources."""
    agents = [_ai_agent(ids)] + [_agent("verifier", "Verifier", ids.practitioner(s.signer)) for s in _once(document.signatures)]
    cited = [key for key in document.sources if key.partition("/")[0] != "Patient"]
    return _provenance(document, own_id(document.release, "provenance"), {"reference": ids.composition}, agents, made_up) | {
        "entity": [{"role": "source", "what": addresses.reference(key)} for key in cited]
        or [{"role": "source", "what": addresses.reference(ids.patient)}],
        "signature": [_signature(s, ids) for s in document.signatures],
    }


def statement_provenances(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> Iterator[dict[str, Any]]:
    """One Provenance per sentence: its id in the narrative, who worded it, and each place it rests on."""
    facts = {fact.id: fact for fact in document.draft.facts}
    for statement in document.draft.statements:
        evidence = dict.fromkeys(place for fact in statement.facts if fact in facts for place in facts[fact].evidence)
        target = {"reference": ids.composition, "extension": [{"url": _TARGET_ELEMENT, "valueUri": statement.id}]}
        key = own_id(document.release, "statement", statement.id)
        yield _provenance(document, key, target, _wording_agents(document, statement, ids), made_up, ai=statement.by == "ai") | _entities(
            list(evidence), addresses, document
        )


def _provenance(
    document: SignedDocument, key: str, target: dict[str, Any], agents: list[dict[str, Any]], made_up: bool, ai: bool = True
) -> dict[str, Any]:
    return {
        "resourceType": "Provenance",
        "id": key,
        "meta": own_meta(document.release, made_up, ai),
        "target": [target],
        "recorded": document.released_at,
        **({"reason": [{"coding": [AI_ASSERTED]}]} if ai else {}),
        "activity": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": "CREATE", "display": "create"}]
        },
        "agent": agents,
    }


def _agent(code: str, words: str, who: str) -> dict[str, Any]:
    return {"type": {"coding": [{"system": _PARTICIPANT, "code": code, "display": words}]}, "who": {"reference": who}}


def _ai_agent(ids: Ids) -> dict[str, Any]:
    role = [{"coding": [{"system": AI_DEVICE_TYPES, "code": "Artificial-Intelligence", "display": "All kinds of Artificial Intelligence"}]}]
    return _agent("assembler", "Assembler", ids.device) | {"role": role}


def _wording_agents(document: SignedDocument, statement: Statement, ids: Ids) -> list[dict[str, Any]]:
    if statement.by == "ai":
        return [_ai_agent(ids)]
    edits = [d.reviewer for d in document.decisions if d.action == "edit" and d.statement == statement.id]
    signers = [s.signer for s in document.signatures]
    author = next((name for name in reversed(edits) if name in signers), signers[0] if signers else "")
    return [_agent("author", "Author", ids.practitioner(author))]


def _entities(evidence: list[Evidence], addresses: Addresses, document: SignedDocument) -> dict[str, Any]:
    places = [(place, *split_pointer(place.pointer)) for place in evidence]
    patient = addresses.patient
    inside = [(key, path) for place, key, path in places if key in document.sources or key == patient]
    outside = [place for place, key, _ in places if key not in document.sources and key != patient]
    entities = [{"role": "source", "what": addresses.reference(key) | _pointer(path)} for key, path in inside]
    knowledge = [{"url": KNOWLEDGE_EXTENSION, "valueString": f"{place.source}#{place.pointer}"} for place in outside]
    return ({"entity": entities} if entities else {}) | ({"extension": knowledge} if knowledge else {})


def _pointer(path: str) -> dict[str, Any]:
    return {"extension": [{"url": POINTER_EXTENSION, "valueString": path}]} if path else {}


def _signature(signature: Signature, ids: Ids) -> dict[str, Any]:
    code, words = _SIGNATURE_TYPES.get(signature.meaning, _SIGNATURE_TYPES["verifier"])
    parts = (("algorithm", "Ed25519"), ("key", signature.key), ("digest", signature.digest))
    return {
        "extension": [{"url": SIGNATURE_EXTENSION, "extension": [{"url": name, "valueString": value} for name, value in parts]}],
        "type": [{"system": _ASTM, "code": code, "display": words}],
        "when": signature.at,
        "who": {"reference": ids.practitioner(signature.signer)},
        "sigFormat": "application/octet-stream",
        "data": b64encode(bytes.fromhex(signature.signature)).decode(),
    }


def _once(signatures: tuple[Signature, ...]) -> list[Signature]:
    return list({signature.signer: signature for signature in signatures}.values())
