"""Every FHIR document we write passes three validators that others made; and each of them can say no."""

from __future__ import annotations

import json

import judges
import pytest
from signed_example import example_document

from xinglin.formats.fhir.write import write_document

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
