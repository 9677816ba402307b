"""The record-quality report says what is doubtful and missing, with places and without values."""

from __future__ import annotations

import pytest

from xinglin.intake import read

PATIENT = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": "urn:mrn", "value": "A1"}],
    "name": [{"text": "Ada Quill"}],
    "gender": "female",
    "birthDate": "1960-01-01",
}
ALLERGY = {"resourceType": "AllergyIntolerance", "id": "a", "code": {"text": "No known allergy"}, "patient": {"reference": "Patient/1"}}


def result(name: str = "o", **more) -> dict:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2020-01-01T08:00:00Z",
        "valueQuantity": {"value": 1, "unit": "mg"},
        **more,
    }


def quality(write, *resources: dict, as_of: str = "2026-01-01"):
    entries = [{"resource": r} for r in resources]
    return read([write("b.json", {"resourceType": "Bundle", "type": "collection", "entry": entries})], as_of=as_of).people[0].quality


def test_a_clean_record_has_nothing_to_say(write):
    found = quality(write, PATIENT, ALLERGY, result())
    assert found.findings == ()
    assert (found.read, found.converted, found.set_aside, found.without_place) == (3, 3, 0, 0)


CASES = {
    "no birth date": ([{**PATIENT, "birthDate": "1960-02-30"}, ALLERGY], {"XL-FHIR-101", "XL-INTAKE-101"}),
    "no sex": ([{**PATIENT, "gender": "F"}, ALLERGY], {"XL-FHIR-102", "XL-INTAKE-102"}),
    "no identifier": ([{k: v for k, v in PATIENT.items() if k != "identifier"}, ALLERGY], {"XL-INTAKE-103"}),
    "nothing on allergies": ([PATIENT], {"XL-INTAKE-104"}),
    "death before birth": ([{**PATIENT, "deceasedDateTime": "1950-01-01"}, ALLERGY], {"XL-INTAKE-105"}),
    "a future date": ([PATIENT, ALLERGY, result(effectiveDateTime="2031-01-01")], {"XL-INTAKE-106"}),
    "before birth": ([PATIENT, ALLERGY, result(effectiveDateTime="1959-12-31")], {"XL-INTAKE-107"}),
    "after death": ([{**PATIENT, "deceasedDateTime": "2019-01-01"}, ALLERGY, result()], {"XL-INTAKE-108"}),
    "a number without unit": ([PATIENT, ALLERGY, result(valueQuantity={"value": 1})], {"XL-INTAKE-110"}),
    "no value": ([PATIENT, ALLERGY, {k: v for k, v in result().items() if k != "valueQuantity"}], {"XL-INTAKE-111"}),
    "no time": ([PATIENT, ALLERGY, {k: v for k, v in result().items() if k != "effectiveDateTime"}], {"XL-INTAKE-112"}),
    "the same result twice": ([PATIENT, ALLERGY, result("a"), result("b")], {"XL-INTAKE-113"}),
    "no code": ([PATIENT, ALLERGY, {k: v for k, v in result().items() if k != "code"}], {"XL-INTAKE-114"}),
}


@pytest.mark.parametrize("resources,codes", CASES.values(), ids=CASES.keys())
def test_each_fault_has_its_code_and_no_other(write, resources, codes):
    found = quality(write, *resources)
    assert {f.code for f in found.findings} == codes
    said = str(found.findings)
    assert not any(value in said for value in ("Quill", "A1", "1960", "1950", "2031"))
    assert all(f.kind in ("doubtful", "missing") for f in found.findings)


def test_it_ends_before_it_begins(write):
    stay = {
        "resourceType": "Encounter",
        "id": "e",
        "status": "finished",
        "subject": {"reference": "Patient/1"},
        "period": {"start": "2020-05-02T00:00:00Z", "end": "2020-05-01T00:00:00Z"},
    }
    assert [f.code for f in quality(write, PATIENT, ALLERGY, stay).findings] == ["XL-INTAKE-109"]


def test_two_results_that_differ_are_not_the_same_result(write):
    found = quality(write, PATIENT, ALLERGY, result("a"), result("b", valueQuantity={"value": 1, "unit": "g"}))
    assert found.findings == ()


def test_a_panel_needs_no_value_of_its_own(write):
    panel = result("p", component=[{"code": {"text": "y"}, "valueQuantity": {"value": 1, "unit": "mg"}}])
    del panel["valueQuantity"]
    assert quality(write, PATIENT, ALLERGY, panel).findings == ()


def test_many_of_one_kind_are_counted_in_one_row(write):
    rows = [result(f"o{n:03}", effectiveDateTime="1959-01-01", valueQuantity={"value": n, "unit": "mg"}) for n in range(50)]
    found = [f for f in quality(write, PATIENT, ALLERGY, *rows).findings if f.code == "XL-INTAKE-107"]
    assert [(f.count, f.place) for f in found] == [(50, "Observation/o000 and 49 more")]
    wrong = [result(f"o{n:03}", code="x") for n in range(50)]
    found = [f for f in quality(write, PATIENT, ALLERGY, *wrong).findings if f.code == "XL-FHIR-104"]
    assert (len(found), sum(f.count for f in found)) == (21, 50)
