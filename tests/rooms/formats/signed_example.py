"""One invented person, signed in English and in Chinese: what the file writers are tried on.

Nobody of this name or number exists. The signature is a real Ed25519 signature of a key made for tests.
"""

from __future__ import annotations

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinglin.records import (
    Code,
    Concept,
    Decision,
    Draft,
    Evidence,
    Fact,
    Identity,
    Issue,
    Label,
    Omission,
    Provenance,
    Quantity,
    Signature,
    SignedDocument,
    Statement,
)

SUBJECT = {"reference": "Patient/p-1"}
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))

PATIENT = b"""{
  "resourceType": "Patient", "id": "p-1",
  "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]},
  "identifier": [{"system": "urn:oid:2.16.840.1.113883.19.5", "value": "MRN-000417"}],
  "name": [{"family": "\xe6\x9e\x97", "given": ["\xe7\xa4\xba\xe4\xbe\x8b"], "text": "\xe6\x9e\x97\xe7\xa4\xba\xe4\xbe\x8b Lin Shili"}],
  "gender": "female", "birthDate": "1958-04-12"
}"""


def _observation(key: str, code: str, words: str, value: str, unit: str, when: str) -> bytes:
    """Written as text so that the decimals of the source survive ("3.20")."""
    body = {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": words}], "text": words},
        "subject": SUBJECT,
        "effectiveDateTime": when,
        "valueQuantity": {"value": 0, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }
    return json.dumps(body, ensure_ascii=False).replace('"value": 0', f'"value": {value}').encode()


SOURCES: dict[str, bytes] = {
    "Observation/cr-2": _observation(
        "cr-2", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "3.20", "mg/dL", "2026-03-01T08:10:00+08:00"
    ),
    "Observation/cr-1": _observation(
        "cr-1", "2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "1.10", "mg/dL", "2025-09-14T09:00:00+08:00"
    ),
    "Observation/k-1": _observation(
        "k-1", "2823-3", "Potassium [Moles/volume] in Serum or Plasma", "5.9", "mmol/L", "2026-03-01T08:10:00+08:00"
    ),
    "Observation/bp-1": json.dumps(
        {
            "resourceType": "Observation",
            "id": "bp-1",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9", "display": "Blood pressure panel"}]},
            "subject": SUBJECT,
            "effectiveDateTime": "2026-03-01T08:30:00+08:00",
            "component": [
                {
                    "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6", "display": "Systolic blood pressure"}]},
                    "valueQuantity": {"value": 152, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
                },
                {
                    "code": {"coding": [{"system": "http://loinc.org", "code": "8462-4", "display": "Diastolic blood pressure"}]},
                    "valueQuantity": {"value": 88, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"},
                },
            ],
        }
    ).encode(),
    "Condition/c-1": json.dumps(
        {
            "resourceType": "Condition",
            "id": "c-1",
            "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
            "verificationStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "confirmed"}]
            },
            "code": {
                "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "E11.2"}],
                "text": "Type 2 diabetes with kidney complications",
            },
            "subject": SUBJECT,
            "onsetDateTime": "2014",
        }
    ).encode(),
    "AllergyIntolerance/a-1": json.dumps(
        {
            "resourceType": "AllergyIntolerance",
            "id": "a-1",
            "clinicalStatus": {
                "coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}]
            },
            "code": {"text": "Penicillin"},
            "patient": SUBJECT,
            "criticality": "high",
            "reaction": [{"manifestation": [{"text": "Anaphylaxis"}], "severity": "severe"}],
        }
    ).encode(),
    "MedicationRequest/m-1": json.dumps(
        {
            "resourceType": "MedicationRequest",
            "id": "m-1",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": {
                "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "861007"}],
                "text": "Metformin 500 mg tablet",
            },
            "subject": SUBJECT,
            "authoredOn": "2025-09-14",
            "dosageInstruction": [{"text": "500 mg by mouth twice a day"}],
        }
    ).encode(),
}


def _fact(fact_id: str, kind: str, names: tuple[str, str], pointers: tuple[str, ...], **fields) -> Fact:
    knowledge = fields.pop("knowledge", "")
    evidence = tuple(Evidence("chart", pointer) for pointer in pointers)
    if knowledge:
        evidence += (Evidence("knowledge/labs@2026.1", knowledge, "reference range, adult"),)
    return Fact(
        id=fact_id,
        kind=kind,  # type: ignore[arg-type]
        concept=Concept(names[0], (Code("http://loinc.org", "0"),)),
        text=names[0],
        evidence=evidence,
        names={"en": (names[0],), "zh": (names[1],)},
        **fields,
    )


FACTS = (
    _fact(
        "problem.c-1",
        "problem",
        ("Type 2 diabetes with kidney complications", "2型糖尿病伴肾脏并发症"),
        ("Condition/c-1#code",),
        start="2014",
        status="active",
    ),
    _fact(
        "measurement.cr-2",
        "measurement",
        ("Creatinine", "肌酐"),
        ("Observation/cr-2#valueQuantity",),
        value=Quantity("3.20", "mg/dL", "mg/dL"),
        time="2026-03-01T08:10:00+08:00",
        flag="high",
        latest=True,
        knowledge="2160-0/adult/female",
    ),
    _fact(
        "measurement.cr-1",
        "measurement",
        ("Creatinine", "肌酐"),
        ("Observation/cr-1#valueQuantity",),
        value=Quantity("1.10", "mg/dL", "mg/dL"),
        time="2025-09-14T09:00:00+08:00",
    ),
    _fact(
        "trend.2160-0",
        "trend",
        ("Creatinine trend", "肌酐变化趋势"),
        ("Observation/cr-1#valueQuantity", "Observation/cr-2#valueQuantity"),
        value="1.10 → 3.20 mg/dL",
        start="2025-09-14",
        end="2026-03-01",
        flag="rising",
    ),
    _fact(
        "measurement.k-1",
        "measurement",
        ("Potassium", "血钾"),
        ("Observation/k-1#valueQuantity.value",),
        value=Quantity("5.9", "mmol/L", "mmol/L"),
        time="2026-03-01T08:10:00+08:00",
        flag="high",
        knowledge="2823-3/adult",
    ),
    _fact(
        "measurement.bp-1.0",
        "measurement",
        ("Systolic blood pressure", "收缩压"),
        ("Observation/bp-1#component[0].valueQuantity",),
        value=Quantity("152", "mm[Hg]", "mmHg"),
        time="2026-03-01T08:30:00+08:00",
    ),
    _fact(
        "allergy.a-1",
        "allergy",
        ("Penicillin allergy", "青霉素过敏"),
        ("AllergyIntolerance/a-1#reaction[0]",),
        value="Anaphylaxis",
        status="active",
    ),
    _fact(
        "medicine.m-1",
        "medicine",
        ("Metformin 500 mg", "二甲双胍 500 mg"),
        ("MedicationRequest/m-1#dosageInstruction[0].text",),
        value="500 mg by mouth twice a day",
        start="2025-09-14",
        status="current",
    ),
)

SECTIONS = {
    "en": (("problems", "Problems"), ("results", "Results"), ("medicines", "Medicines and allergies"), ("empty", "Nothing here")),
    "zh": (("problems", "诊断"), ("results", "检查结果"), ("medicines", "用药与过敏"), ("empty", "空白")),
}
TITLES = {"en": "Case summary", "zh": "病例摘要"}
SENTENCES = {
    "en": (
        ("problems", "Type 2 diabetes with kidney complications, active since 2014.", ("problem.c-1",), "ai"),
        (
            "results",
            "Creatinine was 3.20 mg/dL (high) on 2026-03-01, up from 1.10 mg/dL on 2025-09-14.",
            ("measurement.cr-2", "measurement.cr-1", "trend.2160-0"),
            "ai",
        ),
        ("results", 'Potassium was 5.9 mmol/L (high) on 2026-03-01 <b>& "checked"</b>.', ("measurement.k-1",), "person"),
        ("medicines", "Penicillin: anaphylaxis, severe.", ("allergy.a-1",), "ai"),
        ("medicines", "Metformin 500 mg by mouth twice a day since 2025-09-14 #set text(red) $x$ *bold*.", ("medicine.m-1",), "ai"),
    ),
    "zh": (
        ("problems", "2型糖尿病伴肾脏并发症，自2014年起，目前活动期。", ("problem.c-1",), "ai"),
        (
            "results",
            "肌酐 3.20 mg/dL（偏高，2026-03-01），较 2025-09-14 的 1.10 mg/dL 升高。",
            ("measurement.cr-2", "measurement.cr-1", "trend.2160-0"),
            "ai",
        ),
        ("results", "血钾 5.9 mmol/L（偏高，2026-03-01）。", ("measurement.k-1",), "person"),
        ("medicines", "青霉素：过敏性休克，重度。", ("allergy.a-1",), "ai"),
        ("medicines", "二甲双胍 500 mg，口服，每日两次，自 2025-09-14 起。", ("medicine.m-1",), "ai"),
    ),
}
OMISSIONS = {"en": "Systolic blood pressure 152 mmHg on 2026-03-01", "zh": "收缩压 152 mmHg（2026-03-01）"}
ISSUES = {
    "en": "Metformin stands beside a creatinine of 3.20 mg/dL; kidney function is not mentioned with it.",
    "zh": "二甲双胍与肌酐 3.20 mg/dL 并存，正文未提示肾功能。",
}
LABEL = Label(
    {
        "en": "AI-generated content. Drafted by AI from the patient's record, then checked and signed by Dr Ada Example.",
        "zh": "人工智能生成内容。由人工智能根据患者病历起草，经 Dr Ada Example 核查并签发。",
    },
    {
        "Label": "1",
        "ContentProducer": "house:" + "ab" * 16,
        "ProduceID": "rel-0001",
        "ReservedCode1": "",
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    },
)


def example_draft(language: str = "en", unsigned: bool = False) -> Draft:
    """The example's draft; `unsigned` gives one that still has something wrong with it."""
    verdict = {2: ("supported", "not_checkable"), 3: ("contradicted", "supported"), 4: ("unsupported", "not_checkable")} if unsigned else {}
    statements = tuple(
        Statement(f"s{i}", section, text, facts, *(verdict.get(i, ("supported", "supported"))), by=by)  # type: ignore[arg-type]
        for i, (section, text, facts, by) in enumerate(SENTENCES[language], 1)
    )
    issues = (Issue("xl203_renal", "warning", ISSUES[language], "s5", verdict=None),)
    if unsigned:
        issues += (Issue("xl101_unsupported", "stop", ISSUES[language], "s3", "contradicted", "5.9", "5.8"),)
    return Draft(
        id="draft-1",
        kind="case-summary",
        chart="chart-1",
        language=language,  # type: ignore[arg-type]
        title=TITLES[language],
        sections=SECTIONS[language],
        statements=statements,
        facts=FACTS,
        provenance=Provenance("0.1.0", "case-summary", "grammar", "5f" * 32, "2026-03-02", 0, ("labs@2026.1",), ("xl101_unsupported",)),
        omissions=(Omission("measurement.bp-1.0", OMISSIONS[language]),),
        issues=issues,
    )


def example_document(language: str = "en", **changes) -> SignedDocument:
    """The example as it was signed: two decisions, one signature, the person's identity put back."""
    draft = example_draft(language)
    digest = hashlib.sha256(repr(draft).encode()).hexdigest()
    public = KEY.public_key().public_bytes_raw().hex()
    fields = {
        "draft": draft,
        "decisions": (
            Decision("draft-1", 1, "Dr Ada Example", "edit", "2026-03-02T10:00:00+08:00", "s3", SENTENCES[language][2][1]),
            Decision("draft-1", 1, "Dr Ada Example", "sign", "2026-03-02T10:05:00+08:00"),
        ),
        "signatures": (Signature("Dr Ada Example", public, digest, KEY.sign(bytes.fromhex(digest)).hex(), "2026-03-02T10:05:00+08:00"),),
        "identity": Identity(("林示例 Lin Shili",), (("urn:oid:2.16.840.1.113883.19.5", "MRN-000417"),)),
        "patient": PATIENT,
        "sources": {key: body for key, body in SOURCES.items() if key != "Observation/bp-1"},
        "label": LABEL,
        "release": "rel-0001",
        "released_at": "2026-03-02T10:06:00+08:00",
        "house": "Example Teaching Hospital",
        "document_code": ("34133-9", "Summary of episode note"),
    }
    return SignedDocument(**(fields | changes))
