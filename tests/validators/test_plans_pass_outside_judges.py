"""A plan with its proposals of medicines: CarePlan, MedicationRequest, DetectedIssue and GuidanceResponse pass three outside judges."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import judges
import pytest
from msgspec.structs import replace
from signed_example import example_document

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats.fhir.write import write_document as write_fhir
from xinglin.records import ContentRequest

sys.path.insert(0, str(Path(__file__).parents[1] / "walks"))
from plan_people import PEOPLE

pytestmark = pytest.mark.skipif(bool(judges.NOT_PRESENT), reason=judges.NOT_PRESENT or "installed")


@pytest.mark.parametrize("who", ["anticoagulation", "nsclc"])
def test_three_judges_accept_what_a_plan_proposes(who, tmp_path):
    record = tmp_path / "person.json"
    record.write_text(json.dumps(PEOPLE[who]), encoding="utf-8")
    house = House(Settings(home=tmp_path / "house"))
    _, (taken,) = house.take_in([record])
    draft = house.make(ContentRequest(kind="treatment_plan", chart=taken.chart.id, as_of="2024-03-07"), keep=False)
    patient = next(body for name, body in house.store.resources(taken.chart.id) if name.startswith("Patient/"))
    document = example_document(
        "en", draft=draft, sources=house.sources(draft), patient=patient, document_code=("18776-5", "Plan of care note")
    )
    written = json.loads(write_fhir(replace(document, proposes_medicines=True)))
    own = [entry["resource"] for entry in written["entry"] if entry["resource"].get("intent") == "proposal"]
    assert {one["resourceType"] for one in own} == {"CarePlan", "MedicationRequest"}
    assert judges.judged_by_classes(written) == [] and judges.judged_by_schema(written) == []
    verdicts = judges.judged_by_medplum([written, *(entry["resource"] for entry in written["entry"])])
    assert [fault for verdict in verdicts for fault in verdict] == []
