"""What a release of ours wrote, or an AI asserted, comes back in: kept, listed, never a fact, never in the place of a source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.intake import chart_of, not_replacing, read

AI = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "AIAST"}]}
RELEASED = {"source": "urn:xinglin:release:release-1"}
PATIENT = {
    "resourceType": "Patient", "id": "1", "identifier": [{"system": "urn:mrn", "value": "A1"}], "name": [{"text": "Ada Quill"}],
    "gender": "female", "birthDate": "1960-01-01",
}  # fmt: skip


def result(name: str, **more) -> dict:
    amount = {"value": 1, "unit": "mg"}
    return {
        "resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2024-01-01", "valueQuantity": amount, **more,
    }  # fmt: skip


def bundle(kind: str, *resources: dict) -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": r} for r in resources]}


def references(person) -> list[str]:
    return [reference for reference, _ in person.resources]


def amounts(chart) -> list[str]:
    return [m.quantity.value for m in chart.measurements]


@pytest.mark.parametrize("meta", [AI, RELEASED])
@pytest.mark.parametrize(
    "own",
    [
        {
            "resourceType": "Composition",
            "id": "c",
            "status": "final",
            "date": "2030-01-01",
            "title": "x",
            "subject": {"reference": "Patient/1"},
        },
        {"resourceType": "Device", "id": "d", "deviceName": [{"name": "x", "type": "other"}], "patient": {"reference": "Patient/1"}},
        result("o2"),
    ],
    ids=lambda r: r["resourceType"],
)
def test_a_resource_of_ours_is_listed_and_no_entry_of_the_chart(write, meta, own):
    plain = read([write("a.json", bundle("collection", PATIENT, result("o1")))]).people[0]
    both = read([write("b.json", bundle("collection", PATIENT, result("o1"), {**own, "meta": meta}))]).people[0]
    assert [(f.code, f.severity) for f in both.quality.findings if f.code == "XL-FHIR-122"] == [("XL-FHIR-122", "note")]
    assert both.quality.set_aside == 1
    before, after = chart_of(plain.resources), chart_of(both.resources)
    assert (after.measurements, after.documents, after.devices, after.newest) == (before.measurements, (), (), before.newest)


def test_a_medicine_named_by_an_ai_lends_its_name_to_no_order(write):
    order = {
        "resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": {"reference": "Patient/1"},
        "medicationReference": {"reference": "Medication/x"},
    }  # fmt: skip
    medicine = {"resourceType": "Medication", "id": "x", "code": {"text": "warfarin"}, "meta": AI}
    chart = chart_of(read([write("a.json", bundle("collection", PATIENT, order, medicine))]).people[0].resources)
    assert "warfarin" not in repr(chart.medicines)


@pytest.mark.parametrize("first", ["source", "ai"])
def test_of_two_versions_in_one_input_the_one_of_the_source_is_used_however_new_the_other(write, first):
    source = result("o1", meta={"lastUpdated": "2020-01-01T00:00:00Z"})
    other = result("o1", meta={**AI, "lastUpdated": "2031-01-01T00:00:00Z"}, valueQuantity={"value": 9, "unit": "mg"})
    order = (source, other) if first == "source" else (other, source)
    person = read([write("a.json", bundle("collection", PATIENT, *order))]).people[0]
    assert amounts(chart_of(person.resources)) == ["1"]
    assert any("asserted by AI" in f.reason for f in person.quality.findings)
    rows = [("Observation/o1", json.dumps(r, separators=(",", ":")).encode()) for r in order]
    assert amounts(chart_of([*person.resources[1:], *rows])) == ["1"]


def test_what_an_ai_asserts_later_does_not_supersede_the_stored_source(write, tmp_path):
    house = House(Settings(home=Path(tmp_path / "house")))
    _, (first,) = house.take_in([write("a.json", bundle("collection", PATIENT, result("o1")))])
    later = result("o1", meta=AI, valueQuantity={"value": 9, "unit": "mg"})
    _, (second,) = house.take_in([write("b.json", bundle("collection", PATIENT, later, result("o2", meta=AI)))])
    assert second.chart.id == first.chart.id and amounts(second.chart) == ["1"]
    assert ("Observation/o2" in dict(house.store.resources(first.chart.id))) and second.quality.set_aside == 2


def test_a_source_version_may_take_the_place_of_what_an_ai_said(write):
    ours = read([write("a.json", bundle("collection", PATIENT, result("o1", meta=AI)))]).people[0]
    theirs = read([write("b.json", bundle("collection", PATIENT, result("o1")))]).people[0]
    assert not_replacing(theirs.resources, lambda: ours.resources) == theirs.resources
    assert references(ours) == ["Observation/o1", "Patient/1"]
