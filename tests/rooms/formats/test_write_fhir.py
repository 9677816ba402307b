"""What a signed document says as FHIR, and what it leaves exactly as the record had it."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import urljoin

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from signed_example import PATIENT, SOURCES, example_document, example_draft

from xinglin.formats.fhir.addresses import references_in
from xinglin.formats.fhir.marks import is_own
from xinglin.formats.fhir.write import AUTHORED, write_document
from xinglin.formats.html import write_document as write_page
from xinglin.formats.pdf.write import write_document as write_paper
from xinglin.formats.text import write_document as write_text
from xinglin.records import Evidence, Identity
from xinglin.records.errors import InvalidInput

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def bundle(**changes) -> dict:
    return json.loads(write_document(example_document(**changes)))


def resources(document: dict, kind: str) -> list[dict]:
    return [entry["resource"] for entry in document["entry"] if entry["resource"]["resourceType"] == kind]


def unresolved(document: dict) -> list[str]:
    """References that do not resolve inside the bundle by the rules of FHIR R4 (bundle.html#references)."""
    known = {entry["fullUrl"] for entry in document["entry"]}
    missing = []
    for entry in document["entry"]:
        resource, full = entry["resource"], entry["fullUrl"]
        base = full.removesuffix(f"{resource['resourceType']}/{resource['id']}") if full.startswith("http") else ""
        for reference in references_in(resource):
            absolute = reference.startswith(("urn:", "http"))
            if (reference if absolute else urljoin(base, reference) if base else "") not in known:
                missing.append(reference)
    return missing


@LANGUAGES
def test_the_same_document_gives_the_same_bytes(language):
    assert write_document(example_document(language)) == write_document(example_document(language))


@LANGUAGES
def test_the_composition_comes_first_and_is_final(language):
    document = bundle(language=language)
    first = document["entry"][0]["resource"]
    assert (document["type"], first["resourceType"], first["status"]) == ("document", "Composition", "final")
    assert first["title"] == example_draft(language).title
    assert first["type"]["coding"][0]["code"] == "34133-9"


@LANGUAGES
def test_every_sentence_stands_in_the_narrative_of_its_section(language):
    composition = resources(bundle(language=language), "Composition")[0]
    for statement in example_draft(language).statements:
        assert any(f'<li id="{statement.id}">' in section["text"]["div"] for section in composition["section"])
    assert "<b>" not in json.dumps(composition)


def test_empty_sections_are_left_out_and_omissions_are_listed():
    titles = [section["title"] for section in resources(bundle(), "Composition")[0]["section"]]
    assert titles == ["Problems", "Results", "Medicines and allergies", "Known but not mentioned"]


def test_source_records_are_copied_byte_for_byte():
    written = write_document(example_document())
    assert PATIENT.strip() in written
    for key, body in example_document().sources.items():
        assert body.strip() in written, key
    assert b'"value": 3.20' in written


def test_only_papers_about_the_document_are_authored_and_no_order_is():
    document = bundle()
    copied = {"Patient/p-1", *SOURCES}
    made = [r for e in document["entry"] if f"{(r := e['resource'])['resourceType']}/{r['id']}" not in copied]
    assert {resource["resourceType"] for resource in made} == set(AUTHORED)
    assert [r["id"] for r in resources(document, "MedicationRequest")] == ["m-1"]


def test_what_we_made_is_marked_and_what_we_copied_is_not():
    for entry in bundle()["entry"]:
        resource = entry["resource"]
        assert is_own(resource) == (resource["resourceType"] in AUTHORED)


def test_a_made_up_patient_marks_everything_we_wrote_as_test_data():
    def marked(resource: dict) -> bool:
        return any(mark["code"] == "HTEST" for mark in resource["meta"].get("security", ()))

    assert all(marked(e["resource"]) for e in bundle()["entry"] if is_own(e["resource"]))
    real = json.loads(PATIENT)
    del real["meta"]
    document = bundle(patient=json.dumps(real).encode())
    assert not any(marked(e["resource"]) for e in document["entry"] if is_own(e["resource"]))


@LANGUAGES
def test_every_reference_of_ours_resolves(language):
    assert unresolved(bundle(language=language)) == []


def test_references_resolve_when_the_record_speaks_in_uuids():
    person, result = "8f1c0c3e-0b52-4d4c-9f4e-6a1b7f0e2a11", "2d7c1a77-53f5-4c1b-8a0e-0f6f5a9d1c22"
    patient = PATIENT.replace(b'"p-1"', f'"{person}"'.encode())
    body = SOURCES["Observation/cr-2"].replace(b"cr-2", result.encode()).replace(b"Patient/p-1", f"urn:uuid:{person}".encode())
    draft = example_draft()
    facts = tuple(msgspec.structs.replace(f, evidence=(Evidence("chart", f"Observation/{result}#valueQuantity"),)) for f in draft.facts)
    draft = msgspec.structs.replace(draft, facts=facts)
    document = bundle(patient=patient, sources={f"Observation/{result}": body}, draft=draft)
    assert document["entry"][1]["fullUrl"] == f"urn:uuid:{person}"
    assert unresolved(document) == []


def test_references_resolve_when_the_record_names_its_server():
    patient_on_server = b"https://ehr.example.org/r4/Patient/p-1"
    sources = {key: body.replace(b"Patient/p-1", patient_on_server) for key, body in example_document().sources.items()}
    document = bundle(sources=sources)
    assert document["entry"][1]["fullUrl"] == patient_on_server.decode()
    assert unresolved(document) == []


def test_each_sentence_names_its_sources_and_the_place_in_each():
    statements = {
        target["extension"][0]["valueUri"]: provenance
        for provenance in resources(bundle(), "Provenance")
        if "extension" in (target := provenance["target"][0])
    }
    assert set(statements) == {"s1", "s2", "s3", "s4", "s5"}
    entities = [(e["what"]["reference"], e["what"]["extension"][0]["valueString"]) for e in statements["s2"]["entity"]]
    assert entities == [("Observation/cr-2", "valueQuantity"), ("Observation/cr-1", "valueQuantity")]
    assert statements["s2"]["extension"][0]["valueString"] == "knowledge/labs@2026.1#2160-0/adult/female"


def test_a_sentence_worded_by_a_person_names_that_person_and_not_the_machine():
    by_person = [p for p in resources(bundle(), "Provenance") if p["target"][0].get("extension", [{}])[0].get("valueUri") == "s3"]
    assert by_person[0]["agent"][0]["who"]["reference"].startswith("Practitioner/")
    assert "reason" not in by_person[0]


def test_the_signature_in_the_file_verifies():
    whole = next(p for p in resources(bundle(), "Provenance") if "signature" in p)
    signature = whole["signature"][0]
    parts = {part["url"]: part["valueString"] for part in signature["extension"][0]["extension"]}
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(parts["key"]))
    key.verify(base64.b64decode(signature["data"]), bytes.fromhex(parts["digest"]))
    assert parts["digest"] == hashlib.sha256(repr(example_draft()).encode()).hexdigest()


def test_the_implicit_label_is_there_once():
    assert write_document(example_document()).count(b"urn:xinglin:aigc") == 1


def test_an_unsigned_document_is_refused():
    with pytest.raises(InvalidInput, match="XL-FHIR-201"):
        write_document(example_document(signatures=()))


@pytest.mark.parametrize(("body", "code"), [(b"{", "XL-FHIR-202"), (b'{"resourceType": "Condition", "id": "x"}', "XL-FHIR-203")])
def test_a_source_that_is_not_what_its_name_says_is_refused_without_showing_it(body, code):
    with pytest.raises(InvalidInput, match=code) as caught:
        write_document(example_document(sources={"Observation/x": body}))
    assert "Observation/x" in str(caught.value)


def test_without_a_patient_fhir_is_refused_and_the_other_files_are_written():
    document = example_document(patient=b"", identity=Identity())
    with pytest.raises(InvalidInput, match="XL-FHIR-204"):
        write_document(document)
    for write in (write_page, write_paper, write_text):
        assert write(document)
