"""Every FHIR document we write passes three validators that others made; and each of them can say no."""

from __future__ import annotations

import json
import os
from pathlib import Path

import judges
import msgspec
import pytest
from signed_example import example_document, example_draft

from xinglin.formats.fhir.write import write_document
from xinglin.records import Concept, Evidence, Fact, Statement

SHARED = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).parents[2] / "../shared/data"))
BUNDLES = sorted((SHARED / "fhir-synthea-r4/bundles").glob("*.json"))[:2]
KINDS = ("Observation", "Condition", "MedicationRequest", "AllergyIntolerance", "Procedure", "Encounter")

installed = pytest.mark.skipif(bool(judges.NOT_PRESENT), reason=judges.NOT_PRESENT or "installed")


@pytest.fixture(params=["en", "zh"])
def release(request) -> dict:
    return json.loads(write_document(example_document(request.param)))


def test_the_classes_of_fhir_resources_accept_it(release):
    assert judges.judged_by_classes(release) == []


@installed
def test_the_json_schema_of_r4_accepts_it(release):
    assert judges.judged_by_schema(release) == []


@installed
def test_medplum_accepts_it_without_a_warning(release):
    verdicts = judges.judged_by_medplum([release, *(entry["resource"] for entry in release["entry"])])
    assert [fault for verdict in verdicts for fault in verdict] == []


def test_the_classes_can_say_no():
    assert judges.judged_by_classes({"resourceType": "Observation", "code": {"text": "x"}})


@installed
def test_the_schema_can_say_no():
    assert judges.judged_by_schema({"resourceType": "Patient", "gender": "femal"})


@installed
def test_medplum_can_say_no():
    both = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, "valueString": "a", "dataAbsentReason": {"text": "b"}}
    assert "obs-6" in judges.judged_by_medplum([both])[0][0]


@installed
@pytest.mark.skipif(not BUNDLES, reason="shared data not present")
@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.name[:8])
def test_a_release_that_carries_a_whole_record_is_accepted_too(path):
    resources = [entry["resource"] for entry in json.loads(path.read_bytes())["entry"]]
    sources = {f"{r['resourceType']}/{r['id']}": json.dumps(r).encode() for r in resources if r["resourceType"] in KINDS}
    facts = tuple(Fact(key, "measurement", Concept(key), key, (Evidence("chart", f"{key}#status"),)) for key in sources)
    statements = tuple(Statement(f"s{i}", "results", f"Sentence {i}.", (fact.id,)) for i, fact in enumerate(facts, 1))
    draft = msgspec.structs.replace(example_draft(), facts=facts, statements=statements)
    patient = json.dumps(next(r for r in resources if r["resourceType"] == "Patient")).encode()
    written = json.loads(write_document(example_document(draft=draft, sources=sources, patient=patient)))
    assert judges.judged_by_classes(written) == []
    assert judges.judged_by_schema(written) == []
    assert [fault for fault in judges.judged_by_medplum([written])[0] if not fault.startswith("warning")] == []
