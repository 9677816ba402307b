"""Reading sources of every form into people."""

from __future__ import annotations

import gc
import gzip
import json
import random

import pytest

from xinglin.formats.fhir.bundles import in_value
from xinglin.intake import Limits, chart_of, note, read
from xinglin.intake.grouping import Pool
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, XinglinError

PATIENT = {
    "resourceType": "Patient",
    "id": "1",
    "identifier": [{"system": "urn:mrn", "value": "A1"}],
    "name": [{"text": "Ada Quill"}],
    "gender": "female",
    "birthDate": "1960-01-01",
}
OTHER = {**PATIENT, "id": "2", "identifier": [{"system": "urn:mrn", "value": "B2"}], "name": [{"text": "Bo Quill"}]}


def result(name: str, patient: str = "Patient/1", **more) -> dict:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"text": "x"},
        "subject": {"reference": patient},
        "effectiveDateTime": "2024-01-01",
        "valueQuantity": {"value": 1, "unit": "mg"},
        **more,
    }


def bundle(kind: str, *resources: dict, **more) -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": r} for r in resources], **more}


def codes(found) -> list[str]:
    return [f.code for f in found.findings]


def references(person) -> list[str]:
    return [reference for reference, _ in person.resources]


@pytest.mark.parametrize("kind", ["collection", "transaction", "batch", "document", "searchset", "history", "message", "batch-response"])
def test_a_bundle_of_any_type_is_read(write, kind):
    found = read([write("b.json", bundle(kind, PATIENT, result("o1")))])
    assert [references(p) for p in found.people] == [["Observation/o1", "Patient/1"]]


def test_nested_bundles_are_read(write):
    found = read([write("b.json", bundle("batch-response", bundle("searchset", PATIENT), bundle("searchset", result("o1"))))])
    assert references(found.people[0]) == ["Observation/o1", "Patient/1"]


def test_single_files_ndjson_gzip_and_nested_folders_are_read(write):
    write("in/a.json", PATIENT)
    write("in/deep/b.json.gz", gzip.compress(json.dumps(result("o1")).encode()))
    write("in/deep/c.ndjson", "\n".join(json.dumps(result(f"n{i}")) for i in range(3)) + "\n\n")
    folder = write("in/d.ndjson.gz", gzip.compress(json.dumps(result("g")).encode())).parent
    write("in/readme.txt", "not FHIR")
    found = read([folder])
    assert references(found.people[0]) == [f"Observation/{n}" for n in ("g", "n0", "n1", "n2", "o1")] + ["Patient/1"]
    assert [(f.code, f.count) for f in found.findings] == [("XL-FHIR-132", 1)]


def test_a_record_split_over_files_is_put_together(write):
    """As bulk exports do: one type per file, a medicine's name in a file of its own."""
    order = {
        "resourceType": "MedicationRequest",
        "id": "r",
        "subject": {"reference": "Patient/1"},
        "medicationReference": {"reference": "Medication/m"},
    }
    files = [
        write("p.ndjson", json.dumps(PATIENT)),
        write("r.ndjson", json.dumps(order)),
        write("m.ndjson", json.dumps({"resourceType": "Medication", "id": "m", "code": {"text": "aspirin"}})),
    ]
    person = read(files).people[0]
    assert chart_of(person.resources).medicines[0].concept.words == "aspirin"


def test_people_are_kept_apart_by_the_subject_alone(write):
    shared = {"resourceType": "Organization", "id": "h", "name": "Clinic"}
    entries = [PATIENT, OTHER, result("a"), result("b", "Patient/2", performer=[{"reference": "Organization/h"}]), shared]
    found = read([write("b.json", bundle("collection", *entries))])
    assert {p.patient: references(p) for p in found.people} == {
        "Patient/1": ["Observation/a", "Patient/1"],
        "Patient/2": ["Observation/b", "Organization/h", "Patient/2"],
    }


@pytest.mark.parametrize("way", ["Organization/{}", "http://x.org/fhir/Organization/{}", "urn:uuid:{}", "Organization/{}/_history/2"])
def test_of_few_shared_resources_those_pointed_at_go_along_as_when_all_are_looked_through(way):
    """A department is reached through its house; what is only mentioned in words, or of another type, is not."""
    house, part, other = (f"{n}a8098c1a-f86e-11da-bd1a-00112444be1e" for n in (1, 2, 3))
    organizations = [
        {"resourceType": "Organization", "id": house, "partOf": {"reference": way.format(part)}},
        {"resourceType": "Organization", "id": part, "name": "Ward"},
        {"resourceType": "Organization", "id": other, "name": "Elsewhere"},
    ]
    said = [
        result("a", note=[{"text": f"not {other}"}], focus=[{"reference": f"Device/{other}"}], performer=[{"reference": way.format(house)}])
    ]
    pool = Pool()
    for one in (PATIENT, *organizations, *said):
        for found in in_value(one, "b.json", []):
            pool.add(found)
    mine, shared = ["Patient/1", "Observation/a"], {f"Organization/{name}" for name in (house, part, other)}
    assert pool._closure_of_few(mine, shared) == pool._closure_of_many(mine, shared) == {f"Organization/{house}", f"Organization/{part}"}


def test_a_search_by_identifier_is_not_overlooked_where_few_resources_are_shared(write):
    clinic = {"resourceType": "Organization", "id": "a8098c1a-f86e-11da-bd1a", "identifier": [{"system": "urn:o", "value": "7"}]}
    entries = [PATIENT, result("a", performer=[{"reference": "Organization?identifier=urn:o|7"}]), clinic]
    found = read([write("b.json", bundle("transaction", *entries))])
    assert "Organization/a8098c1a-f86e-11da-bd1a" in references(found.people[0])


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/1"},
        {"reference": "https://ehr.example/fhir/Patient/1"},
        {"reference": "Patient/1/_history/3"},
        {"reference": "urn:uuid:1"},
        {"reference": "Patient?identifier=urn:mrn|A1"},
        {"identifier": {"system": "urn:mrn", "value": "A1"}},
    ],
)
def test_a_subject_is_found_by_any_way_to_name_it(write, subject):
    found = read([write("b.json", bundle("collection", PATIENT, OTHER, {**result("o"), "subject": subject}))])
    assert references(found.people[0]) == ["Observation/o", "Patient/1"]


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": "Patient/9"},
        {"reference": "Group/1"},
        {"display": "Ada Quill"},
        {"identifier": {"value": "A1"}},
        "Patient/1",
        {"reference": 1},
    ],
)
def test_what_names_nobody_of_the_input_is_listed_and_given_to_nobody(write, subject):
    found = read([write("b.json", bundle("collection", PATIENT, {**result("o"), "subject": subject}))])
    assert references(found.people[0]) == ["Patient/1"]
    assert found.left_over == ("Observation/o",)
    assert codes(found) == ["XL-INTAKE-012"]


def test_the_same_id_on_another_server_is_another_person(write):
    entries = [
        {"fullUrl": "https://a.example/fhir/Patient/1", "resource": PATIENT},
        {"fullUrl": "https://a.example/fhir/Observation/o", "resource": result("o", "https://a.example/fhir/Patient/1")},
        {"fullUrl": "https://b.example/fhir/Observation/p", "resource": result("p", "https://b.example/fhir/Patient/1")},
    ]
    found = read([write("b.json", {"resourceType": "Bundle", "type": "collection", "entry": entries})])
    assert references(found.people[0]) == ["Observation/o", "Patient/1"]
    assert found.left_over == ("Observation/p",)


def test_full_urls_link_resources_without_ids(write):
    entries = [
        {"fullUrl": "urn:uuid:aaa", "resource": {k: v for k, v in PATIENT.items() if k != "id"}},
        {"fullUrl": "urn:uuid:bbb", "resource": {"resourceType": "Medication", "id": "own", "code": {"text": "aspirin"}}},
        {
            "fullUrl": "urn:uuid:ccc",
            "resource": {
                "resourceType": "MedicationRequest",
                "subject": {"reference": "urn:uuid:aaa"},
                "medicationReference": {"reference": "urn:uuid:bbb"},
            },
        },
    ]
    person = read([write("b.json", {"resourceType": "Bundle", "type": "transaction", "entry": entries})]).people[0]
    assert person.patient == "Patient/aaa"
    assert references(person) == ["Basic/xinglin-links", "Medication/own", "MedicationRequest/ccc", "Patient/aaa"]
    assert chart_of(person.resources).medicines[0].concept.words == "aspirin"


def test_of_two_versions_the_newer_is_used_and_that_is_said(write):
    old = result("o", meta={"lastUpdated": "2024-01-01T00:00:00Z"}, valueQuantity={"value": 1, "unit": "mg"})
    new = result("o", meta={"lastUpdated": "2024-01-01T00:30:00+00:00"}, valueQuantity={"value": 2, "unit": "mg"})
    for order in ([old, new], [new, old]):
        found = read([write("b.json", bundle("collection", PATIENT, *order))])
        assert chart_of(found.people[0].resources).measurements[0].quantity.value == "2"
        assert "XL-INTAKE-010" in codes(found.people[0].quality)
        assert found.repeated == 1


def test_the_same_resource_twice_is_one(write):
    found = read([write("a.json", bundle("collection", PATIENT, result("o"))), write("b.json", bundle("collection", PATIENT, result("o")))])
    assert (found.read, found.repeated, len(found.people[0].resources)) == (4, 2, 2)
    assert "XL-INTAKE-010" not in codes(found.people[0].quality)


def test_what_the_source_deleted_is_not_used(write):
    history = bundle("history", PATIENT, result("o"))
    history["entry"].append({"request": {"method": "DELETE", "url": "Observation/o"}})
    found = read([write("b.json", history)])
    assert references(found.people[0]) == ["Patient/1"]
    assert codes(found) == ["XL-INTAKE-011"]


def test_two_people_under_one_id_are_never_mixed(write):
    twin = {**OTHER, "id": "1", "birthDate": "1999-09-09"}
    found = read([write("a.json", bundle("collection", PATIENT, result("a"))), write("b.json", bundle("collection", twin, result("b")))])
    assert found.people == ()
    assert found.findings[0].code == "XL-INTAKE-013"
    assert found.findings[0].severity == "stop"


def test_answers_of_the_other_system_are_told_without_their_words(write):
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "not-found", "diagnostics": "Ada Quill unknown"}],
    }
    value = bundle("batch-response", PATIENT)
    value["entry"].append({"response": {"status": "404", "outcome": outcome}})
    value["link"] = [{"relation": "next", "url": "https://ehr.example/page2"}]
    found = read([write("b.json", value)])
    assert sorted(codes(found)) == ["XL-FHIR-130", "XL-FHIR-131"]
    assert "Quill" not in str(found.findings)


def test_a_bad_line_is_listed_and_the_rest_is_read(write):
    lines = [json.dumps(PATIENT), '{"resourceType":"Observation",', json.dumps(result("o")), '{"a":1,"a":2}', "[1]"]
    found = read([write("x.ndjson", "\n".join(lines))])
    assert references(found.people[0]) == ["Observation/o", "Patient/1"]
    assert [(f.code, f.place) for f in found.findings] == [
        ("XL-FHIR-009", "x.ndjson line 2"),
        ("XL-FHIR-002", "x.ndjson line 4"),
        ("XL-FHIR-012", "x.ndjson line 5"),
    ]


def test_many_bad_lines_are_counted_not_listed_one_by_one(write):
    found = read([write("x.ndjson", "\n".join([json.dumps(PATIENT), *["{"] * 500]))])
    assert len(found.findings) == 21
    assert found.findings[-1].count == 480


def test_a_bad_file_among_good_ones_is_listed(write):
    write("in/a.json", PATIENT)
    folder = write("in/b.json", "not json").parent
    found = read([folder])
    assert len(found.people) == 1
    assert codes(found) == ["XL-FHIR-001"]


@pytest.mark.parametrize(
    "name,content,code",
    [
        ("a.json", "hello", "XL-FHIR-001"),
        ("a.json", "", "XL-FHIR-010"),
        ("a.ndjson", "\n\n", "XL-FHIR-010"),
        ("a.json", "[]", "XL-FHIR-012"),
        ("a.json", '{"a":1}{"a":1}', "XL-FHIR-008"),
        ("a.json", {"resourceType": "Bundle", "entry": {}}, "XL-FHIR-013"),
        ("a.json.gz", gzip.compress(b"{}" * 100, mtime=0)[:-12], "XL-FHIR-022"),
        ("a.json.gz", b"\x1f\x8bgarbage", "XL-FHIR-022"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_typed_error(write, name, content, code):
    with pytest.raises(InvalidInput) as caught:
        read([write(name, content)])
    assert caught.value.code == code
    assert name in caught.value.where


def test_a_gzip_bomb_is_refused_while_it_unpacks(write):
    bomb = write("a.ndjson.gz", gzip.compress(b" " * (64 << 20)))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(OutOfResources) as caught:
        read([bomb])
    assert caught.value.code == "XL-FHIR-021"
    with pytest.raises(OutOfResources):
        read([write("b.json.gz", gzip.compress(json.dumps(PATIENT).encode()))], limits=Limits(unpacked_bytes=10))


def test_sizes_are_limited(write):
    for limits in (Limits(file_bytes=20), Limits(resource_bytes=20)):
        with pytest.raises(OutOfResources) as caught:
            read([write("a.ndjson", json.dumps(PATIENT))], limits=limits)
        assert caught.value.code == "XL-FHIR-020"


def test_a_path_that_is_not_there_and_an_empty_folder_are_said(tmp_path):
    for path, code in ((tmp_path / "no", "XL-FHIR-030"), (tmp_path, "XL-FHIR-033")):
        with pytest.raises(NotFound) as caught:
            read([path])
        assert caught.value.code == code


def test_a_link_that_leads_out_of_the_folder_is_not_followed(write, tmp_path):
    write("in/a.json", PATIENT)
    secret = write("out/secret.json", result("o"))
    (tmp_path / "in/b.json").symlink_to(secret)
    found = read([tmp_path / "in"])
    assert references(found.people[0]) == ["Patient/1"]
    assert codes(found) == ["XL-FHIR-132"]


def test_a_byte_order_mark_is_told(write):
    assert codes(read([write("a.json", b"\xef\xbb\xbf" + json.dumps(PATIENT).encode())])) == ["XL-FHIR-107"]


def test_what_is_kept_reproduces_every_value(write):
    raw = '{"resourceType": "Observation", "id": "o", "subject": {"reference": "Patient/1"},\n'
    raw += ' "valueQuantity": {"value": 5.00, "unit": "\\u00b5g"}}'
    found = read([write("a.json", PATIENT), write("b.json", raw)])
    kept = dict(found.people[0].resources)["Observation/o"]
    assert '"value":5.00,"unit":"µg"'.encode() in kept
    assert json.loads(kept, parse_float=str) == json.loads(raw, parse_float=str)


def test_provenance_goes_to_the_person_it_speaks_of(write):
    origin = {"resourceType": "Provenance", "id": "p", "target": [{"reference": "Observation/o"}]}
    found = read([write("b.json", bundle("collection", PATIENT, OTHER, result("o"), origin))])
    assert references(found.people[0]) == ["Observation/o", "Patient/1", "Provenance/p"]


def test_a_plain_note_becomes_a_document_of_the_chart(write):
    file = write("note.txt", "Seen today. 肺部清。")
    reference, raw = note(file, "2024-05-01", "Clinic note", patient="Patient/1")
    assert (reference, raw) == note(file, "2024-05-01", "Clinic note", patient="Patient/1")
    document = chart_of([(reference, raw)]).documents[0]
    assert (document.text, document.when, document.title) == ("Seen today. 肺部清。", "2024-05-01", "Clinic note")
    assert note(write("b.txt", "other"))[0] != reference


@pytest.mark.parametrize(
    "content,when,code",
    [(b"\xb7\xce", "", "XL-INTAKE-031"), (b"x", "5 May", "XL-INTAKE-032"), (b" \n", "", "XL-INTAKE-033"), (b"a\x00b", "", "XL-INTAKE-033")],
)
def test_a_note_that_is_no_text_is_refused(write, content, when, code):
    with pytest.raises(InvalidInput) as caught:
        note(write("n.txt", content), when)
    assert caught.value.code == code


def test_300_damaged_files_give_typed_errors_or_findings(write, data, mutants_module):
    mutants = mutants_module.Mutants(data)
    seeds = random.Random(20_260_301).sample(range(10**9), 300)
    outcomes = set()
    for seed in seeds:
        name, raw = mutants.mutant(seed)
        try:
            found = read([write(name, raw)])
        except XinglinError as error:
            assert error.code.startswith("XL-"), seed
            outcomes.add(error.code)
        else:
            kept = {reference for person in found.people for reference in references(person)} - {"Basic/xinglin-links"}
            assert found.read == len(kept) + len(found.left_over) + found.repeated + found.refused, seed
    assert len(outcomes) > 5


def test_the_chart_that_comes_with_a_person_is_the_one_their_resources_give(write):
    person = read([write("b.json", bundle("collection", PATIENT, result("o1"), result("o2")))]).people[0]
    assert person.derived is not None and person.chart == chart_of(person.resources)


def test_memory_is_tidied_as_before_once_reading_ends_well_or_badly(write):
    read([write("b.json", bundle("collection", PATIENT))])
    assert gc.isenabled()
    with pytest.raises(XinglinError):
        read([write("c.json", "{")])
    assert gc.isenabled()
    gc.disable()
    try:
        read([write("b.json", bundle("collection", PATIENT))])
        assert not gc.isenabled()
    finally:
        gc.enable()
