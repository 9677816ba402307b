"""What a plan proposes, as FHIR: a CarePlan that is a draft and a proposal, its options, the warnings about them, and where they came from.

Nothing here is an order: CarePlan and MedicationRequest are `status` draft, `intent` proposal (https://hl7.org/fhir/R4/valueset-request-intent.html),
and a MedicationRequest is written only where the law lets a proposal be one (`SignedDocument.proposes_medicines`); else options are words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from xinglin.formats.fhir.addresses import Addresses
from xinglin.formats.fhir.marks import KNOWLEDGE_EXTENSION, RELEASE_SYSTEM, own_id, own_meta
from xinglin.formats.fhir.provenance import Ids
from xinglin.records.draft import SignedDocument
from xinglin.records.fact import MADE_HERE, Fact
from xinglin.records.outline import split_pointer

MODULE: Final = "urn:xinglin:content:treatment_plan"
_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_RXNORM: Final = "http://www.nlm.nih.gov/research/umls/rxnorm"
_KINDS: Final = {  # https://terminology.hl7.org/CodeSystem-v3-ActCode.html, under ActDetectedIssueCode
    "allergy": ("ALGY", "Allergy Alert"), "interaction": ("DRG", "Drug Interaction Alert"), "dose": ("DOSE", "Dosage problem"),
    "duplicate": ("DUPTHPY", "Duplicate Therapy Alert"), "age": ("AGE", "Age Alert"), "contraindication": ("COND", "Condition Alert"),
    "pregnancy": ("PREG", "Pregnancy Alert"), "gene": ("GEN", "Genetic Alert"), "organ": ("COND", "Condition Alert"), "route": ("DOSE", "Dosage problem"),
}  # fmt: skip
_SEVERITIES: Final = {"contraindicated": "high", "major": "high", "moderate": "moderate", "minor": "low"}
_FREQUENCY = re.compile(r"^(\d+)/(\d+)/(h|d|wk|mo)$")
_AMOUNT = re.compile(r"^(\d+(?:\.\d+)?) (mg|g|ug|mL|\[iU\]|mg/m2)$")


def proposal_resources(document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> Iterator[dict[str, Any]]:
    """CarePlan, MedicationRequests (where the law lets them be), DetectedIssues and a GuidanceResponse; nothing for a draft without options."""
    said = {name for statement in document.draft.statements for name in statement.facts}
    facts = [fact for fact in document.draft.facts if fact.id in said and fact.id.startswith(MADE_HERE)]
    options = sorted(
        (fact for fact in facts if fact.details.get("rank")), key=lambda fact: (fact.details["journey"], int(fact.details["rank"]))
    )
    if not options:
        return
    writing = _Writing(document, addresses, ids, made_up)
    medicines = [fact for fact in facts if fact.kind == "option" and fact.details.get("medicine")] if document.proposes_medicines else []
    yield writing.plan(options, {fact.id for fact in medicines})
    yield from (writing.request(fact) for fact in medicines)
    yield from (writing.issue(fact, medicines) for fact in facts if fact.kind == "alert" and fact.details.get("severity"))
    yield writing.answer()


class _Writing:
    """What the resources of one plan have in common."""

    def __init__(self, document: SignedDocument, addresses: Addresses, ids: Ids, made_up: bool) -> None:
        self.document, self.addresses, self.ids, self.made_up = document, addresses, ids, made_up
        self.language = document.draft.language
        self.plan_id = own_id(document.release, "careplan")

    def plan(self, options: list[Fact], written: set[str]) -> dict[str, Any]:
        """The CarePlan: one activity per option, in the order of the plan."""
        draft = self.document.draft
        return self._own("CarePlan", self.plan_id) | {
            "identifier": [{"system": RELEASE_SYSTEM, "value": self.document.release}],
            "status": "draft", "intent": "proposal", "title": draft.title,
            "subject": self.addresses.reference(self.ids.patient), "created": self.document.released_at,
            "author": {"reference": self.ids.device},
            **({"addresses": [self.addresses.reference(key) for key in found]} if (found := self._conditions(options)) else {}),
            "supportingInfo": [{"reference": self.ids.composition}],
            "activity": [self._activity(fact, written) for fact in options],
        }  # fmt: skip

    def _activity(self, fact: Fact, written: set[str]) -> dict[str, Any]:
        if fact.id in written and not fact.details.get("combination"):
            return {"extension": self._knowledge(fact), "reference": {"reference": f"MedicationRequest/{self._request_id(fact)}"}}
        detail = {"status": "not-started", "doNotPerform": False, "description": self._said(fact)}
        return {"extension": self._knowledge(fact), "detail": detail}

    def request(self, fact: Fact) -> dict[str, Any]:
        """A medicine of an option as a proposal: draft, with the dose of the label as words and, where it can be said, as numbers."""
        code = fact.details.get("rxnorm", "")
        coding = {"coding": [{"system": _RXNORM, "code": code, "display": fact.details["medicine"]}]} if code else {}
        return self._own("MedicationRequest", self._request_id(fact)) | {
            "extension": self._knowledge(fact), "status": "draft", "intent": "proposal", "doNotPerform": False, "reportedBoolean": False,
            "medicationCodeableConcept": coding | {"text": fact.details["medicine"]},
            "subject": self.addresses.reference(self.ids.patient), "authoredOn": self.document.released_at,
            "requester": {"reference": self.ids.device},
            "basedOn": [{"reference": f"CarePlan/{self.plan_id}"}],
            "dosageInstruction": [self._dosage(fact)],
        }  # fmt: skip

    def _dosage(self, fact: Fact) -> dict[str, Any]:
        told: dict[str, Any] = {"text": self._said(fact)}
        if often := _FREQUENCY.match(fact.details.get("frequency", "")):
            told["timing"] = {"repeat": {"frequency": int(often[1]), "period": int(often[2]), "periodUnit": often[3]}}
        if route := fact.details.get("route", ""):
            told["route"] = {"text": route}
        if amount := _AMOUNT.match(fact.details.get("dose", "")):
            quantity = {"value": float(amount[1]), "unit": amount[2], "system": "http://unitsofmeasure.org", "code": amount[2]}
            told["doseAndRate"] = [{"doseQuantity": quantity}]
        return told

    def issue(self, fact: Fact, medicines: list[Fact]) -> dict[str, Any]:
        """A warning as a preliminary DetectedIssue, with what it is about, where it was read and what to do."""
        code, words = _KINDS.get(fact.details.get("kind", ""), ("ACTDETECT", ""))
        about = [one for one in medicines if one.details.get("medicine_key") == fact.details.get("medicine_key")]
        implicated = [{"reference": f"MedicationRequest/{self._request_id(one)}"} for one in about]
        implicated += [self.addresses.reference(key) for key in self._records(fact)]
        advice = fact.details.get("advice_zh" if self.language == "zh" else "advice", "")
        if advice and fact.details.get("verified") == "no":
            advice += "（来源未核对）" if self.language == "zh" else " (source not opened)"
        coding = {"coding": [{"system": _CATEGORY, "code": code, **({"display": words} if words else {})}]} if words else {}
        return self._own("DetectedIssue", own_id(self.document.release, "issue", fact.id)) | {
            "extension": self._knowledge(fact), "status": "preliminary", "code": coding | {"text": fact.details.get("kind", "")},
            "severity": _SEVERITIES[fact.details["severity"]], "patient": self.addresses.reference(self.ids.patient),
            "identifiedDateTime": self.document.released_at, "author": {"reference": self.ids.device}, "detail": self._said(fact),
            **({"implicated": implicated} if implicated else {}),
            **({"mitigation": [{"action": {"text": advice}}]} if advice else {}),
        }  # fmt: skip

    def answer(self) -> dict[str, Any]:
        """The GuidanceResponse: which module answered, and the plan it gave."""
        return self._own("GuidanceResponse", own_id(self.document.release, "guidance")) | {
            "moduleUri": f"{MODULE}@{self.document.draft.provenance.version}", "status": "success",
            "subject": self.addresses.reference(self.ids.patient), "occurrenceDateTime": self.document.released_at,
            "performer": {"reference": self.ids.device}, "result": {"reference": f"CarePlan/{self.plan_id}"},
        }  # fmt: skip

    def _own(self, kind: str, key: str) -> dict[str, Any]:
        return {"resourceType": kind, "id": key, "meta": own_meta(self.document.release, self.made_up)}

    def _request_id(self, fact: Fact) -> str:
        return own_id(self.document.release, "request", fact.id)

    def _said(self, fact: Fact) -> str:
        """The sentence as it was signed: an edit of the sentence is what is said."""
        signed = (statement.text for statement in self.document.draft.statements if statement.facts[:1] == (fact.id,))
        return next(signed, fact.details["said_zh" if self.language == "zh" else "said"])

    def _knowledge(self, fact: Fact) -> list[dict[str, str]]:
        rows = [f"{one.source}#{one.pointer}" for one in fact.evidence if one.source.startswith("knowledge/")]
        return [{"url": KNOWLEDGE_EXTENSION, "valueString": row} for row in dict.fromkeys(rows)]

    def _records(self, fact: Fact) -> list[str]:
        """The records a fact rests on that stand in the document."""
        places = [split_pointer(one.pointer)[0] for one in fact.evidence if one.source == "chart"]
        return [place for place in dict.fromkeys(places) if place in self.document.sources]

    def _conditions(self, options: list[Fact]) -> list[str]:
        found = [place for fact in options for place in self._records(fact) if place.startswith("Condition/")]
        return list(dict.fromkeys(found))
