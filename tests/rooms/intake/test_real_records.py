"""The shared data sets are read whole: every resource is somebody's, nobody's, a repetition or set aside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xinglin.formats.fhir.files import in_file
from xinglin.intake import Intake, chart_of, read


def agree(found: Intake) -> None:
    """Resources in = mapped + listed, for the input and for every person."""
    own = [{reference for reference, _ in person.resources} - {"Basic/xinglin-links"} for person in found.people]
    assert found.read == len(set().union(*own)) + len(found.left_over) + found.repeated + found.refused
    for person in found.people:
        quality = person.quality
        assert quality.read == len(person.resources)
        assert quality.converted + quality.supporting + quality.set_aside + quality.without_place == quality.read
        whole = sum(u.count for u in quality.unmapped if not u.path)
        assert whole == quality.set_aside + quality.without_place


def files(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith((".json", ".ndjson.gz")))
    assert found
    return found


@pytest.mark.parametrize("name", ["fhir-synthea-r4", "fhir-us-core", "fhir-r4-examples", "fhir-zh-tw-nhi-pas"])
def test_every_file_of_a_set_is_read_alone_and_together(data, name):
    for path in files(data / name):
        findings = []
        assert list(in_file(path, findings)) or findings, path.name
        assert not [f for f in findings if f.kind == "unread" and f.code not in ("XL-FHIR-130", "XL-FHIR-133")], path.name
        agree(read([path]))
    agree(read([data / name]))


def test_mimic_is_put_together_from_28_files(mimic):
    assert (mimic.read, len(mimic.people), mimic.files, mimic.repeated) == (93_296, 60, 28, 0)
    agree(mimic)
    assert {reference.partition("/")[0] for reference in mimic.left_over} <= {"Medication", "Location"}
    assert not [f for person in mimic.people for f in person.quality.findings if f.kind == "set_aside" or f.code == "XL-FHIR-110"]


def test_mimic_medicines_are_named_by_the_file_of_medications(mimic):
    medicines = chart_of(mimic.people[0].resources).medicines
    assert medicines
    assert not [m.source for m in medicines if not m.concept.words]


def test_synthea_charts_hold_what_the_bundles_hold(data):
    path = next((data / "fhir-synthea-r4/big").glob("*.json"))
    entries = [e["resource"] for e in json.loads(path.read_bytes(), parse_float=str, parse_int=str)["entry"]]
    chart = chart_of(read([path]).people[0].resources)
    kinds = {
        "Condition": chart.problems,
        "Procedure": chart.procedures,
        "Encounter": chart.encounters,
        "Immunization": chart.immunizations,
        "MedicationRequest": chart.medicines,
        "DiagnosticReport": chart.reports,
        "CarePlan": chart.care_plans,
        "Goal": chart.goals,
    }
    for kind, found in kinds.items():
        assert {e.source for e in found} == {f"{kind}/{r['id']}" for r in entries if r["resourceType"] == kind}, kind
    said = {
        (f"Observation/{r['id']}", r["valueQuantity"]["value"])
        for r in entries
        if r["resourceType"] == "Observation" and "valueQuantity" in r
    }
    assert {(m.source, m.quantity.value) for m in chart.measurements if m.quantity and not m.path} == said
    assert {(u.resource_type, u.count) for u in chart.unmapped if not u.path} == {
        (kind, sum(r["resourceType"] == kind for r in entries)) for kind in ("Claim", "ExplanationOfBenefit")
    }


def test_every_number_kept_is_the_number_of_the_file(data):
    path = next((data / "fhir-synthea-r4/big").glob("*.json"))
    exact = {"parse_float": str, "parse_int": str}
    entries = json.loads(path.read_bytes(), **exact)["entry"]
    kept = dict(read([path]).people[0].resources)
    for entry in entries:
        resource = entry["resource"]
        assert json.loads(kept[f"{resource['resourceType']}/{resource['id']}"], **exact) == resource


def test_what_was_entered_in_error_reaches_no_chart(data):
    found = read([data / "fhir-r4-examples"])
    wrong = {"Observation/f202", "MedicationAdministration/medadmin0303"}
    charts = [chart_of(person.resources) for person in found.people]
    assert not wrong & {e.source for chart in charts for e in (*chart.measurements, *chart.medicines)}
    listed = {f.place for p in found.people for f in p.quality.findings if f.code == "XL-FHIR-120"} | set(found.left_over)
    assert wrong <= listed


def test_the_three_taiwanese_bundles_keep_their_people_and_genes(data):
    for name, genes in (("bun-1.json", "KRAS"), ("bun-3.json", ""), ("bun-self.json", "")):
        people = read([data / "fhir-zh-tw-nhi-pas" / name]).people
        assert len(people) == 1
        chart = chart_of(people[0].resources)
        assert chart.reports and chart.medicines and chart.imaging
        assert chart.identity.names and any("一" <= c <= "鿿" for c in chart.identity.names[0])
        if genes:
            assert any(genes in value for v in chart.variants for _, value in v.parts)
