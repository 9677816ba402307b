"""Small invented FHIR resources for the tests of the reader."""

from __future__ import annotations

import json

from xinglin.formats.fhir.chart import derive

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def rows(*resources: dict) -> list[tuple[str, bytes]]:
    return [(f"{r['resourceType']}/{r.get('id', 'x')}", json.dumps(r, ensure_ascii=False).encode()) for r in resources]


def one(resource: dict, *others: dict):
    return derive(rows(resource, *others))


def cc(code: str, display: str = "", system: str = LOINC, text: str = "") -> dict:
    return {"coding": [{"system": system, "code": code, "display": display}], **({"text": text} if text else {})}


def observation(**elements) -> dict:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": cc("2160-0", "Creatinine"),
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-03-04T08:00:00+08:00",
        **elements,
    }


MEDICATION = {
    "resourceType": "Medication",
    "id": "m1",
    "code": cc("860975", "metformin 500 MG", "http://www.nlm.nih.gov/research/umls/rxnorm"),
    "ingredient": [{"itemCodeableConcept": {"text": "metformin"}}, {"itemReference": {"reference": "Medication/m2"}}],
}
ORDER = {
    "resourceType": "MedicationRequest",
    "id": "r1",
    "status": "active",
    "intent": "order",
    "authoredOn": "2024-01-02",
    "subject": {"reference": "Patient/1"},
}
