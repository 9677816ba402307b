"""Scans and lesions told by somebody else's file are not believed: not as facts, and never in the place of what this house keeps."""

from __future__ import annotations

import json

import msgspec
import pytest

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats.fhir.chart import derive
from xinglin.formats.fhir.scans import imaging_study, lesion_observation
from xinglin.intake import chart_of, images, read
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lesion, LesionMeasures, Outline, ScanSeries

SCAN, LESION = "urn:xinglin:scan", "urn:xinglin:lesion"
PATIENT = {"resourceType": "Patient", "id": "1", "name": [{"text": "Ada Quill"}], "gender": "female", "birthDate": "1960-01-01"}
SERIES = ScanSeries(
    "ImagingStudy/scan-1", "2.25.1", study_uid="2.25.9", modality="CT", when="2024-03-01", slices=40, spacing_mm=(1.0, 0.7, 0.7)
)
MEASURES = LesionMeasures(9.0, 7.0, 8.0, 250.0, 20.0, 15.0, (1.0, 2.0, 3.0), slice_index=12)
MARK = Lesion("Observation/lesion-1", "A", "2.25.1", "2024-03-01", (1.0, 2.0, 3.0), MEASURES, Outline((10, 5, 5), (1, 3, 3), b"\xff\x80"), organ="lung",
              study="ImagingStudy/scan-1")  # fmt: skip


def study(series=SERIES, name=""):
    resource = json.loads(imaging_study("Patient/1", [series])[1])
    return {**resource, "id": name or resource["id"]}


def mark(lesion=MARK, name=""):
    resource = json.loads(lesion_observation("Patient/1", lesion)[1])
    return {**resource, "id": name or resource["id"]}


def bundle(*resources):
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in (PATIENT, *resources)]}


def taken(write, *resources):
    found = read([write("a.json", bundle(*resources))])
    return found, found.people[0]


def codes(found):
    return [(f.code, f.severity, f.kind) for f in found.findings if f.code.startswith("XL-INTAKE-07")]


def test_a_scan_and_a_lesion_of_a_foreign_file_are_taken_out_before_anything_is_kept(write):
    found, person = taken(write, study(name="s1"), mark(name="o1"))
    kept = dict(person.resources)
    assert not any(b"urn:xinglin" in raw for raw in kept.values())
    assert json.loads(kept["ImagingStudy/s1"])["series"][0]["uid"] == "2.25.1"
    assert codes(found) == [("XL-INTAKE-070", "warning", "doubtful")] * 2
    assert (person.chart.scans, person.chart.lesions) == ((), ()) and chart_of(person.resources).scans == ()


@pytest.mark.parametrize("spelling", ["urn:xinglin:l\\u0065sion", "urn:xinglin:lesion"])
def test_no_spelling_of_the_address_gets_through(write, spelling):
    text = json.dumps(bundle(mark(name="o1"))).replace(LESION, spelling)
    for name in ("a.json", "b.ndjson"):
        (person,) = read([write(name, text)]).people
        assert person.chart.lesions == () and not any(LESION.encode() in raw for _, raw in person.resources)


def test_ours_inside_a_contained_resource_and_beside_other_extensions_is_taken_out_and_nothing_else(write):
    other = {"url": "http://example.org/x", "valueString": "kept"}
    outer = {**mark(name="o1"), "contained": [mark(name="c1")]}
    outer["extension"] = [*outer["extension"], other]
    _, person = taken(write, outer)
    kept = json.loads(dict(person.resources)["Observation/o1"])
    assert kept["extension"] == [other] and "extension" not in kept["contained"][0] and kept["component"] == outer["component"]


def test_a_text_that_speaks_of_the_address_is_left_as_it_is(write):
    note = {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "x"}, "subject": {"reference": "Patient/1"},
            "valueString": f"see {LESION}"}  # fmt: skip
    found, person = taken(write, note)
    assert json.loads(dict(person.resources)["Observation/o1"]) == note and codes(found) == []


@pytest.mark.parametrize("name", ["lesion-1", "lungs-1"])
def test_a_resource_under_a_name_of_ours_is_not_taken_in(write, name):
    found, person = taken(write, {**mark(name=name), "extension": []})
    assert f"Observation/{name}" not in dict(person.resources)
    assert codes(found) == [("XL-INTAKE-071", "warning", "set_aside")] and found.refused == 1


def test_a_newer_forged_mark_does_not_take_the_place_of_a_kept_one(write, tmp_path):
    house = House(Settings(home=tmp_path / "house"))
    _, (first,) = house.take_in([write("a.json", bundle())])
    chart = first.chart.id
    house.store.keep_resources(chart, [imaging_study("Patient/1", [SERIES]), images.lesion_resource("Patient/1", MARK)])
    forged = {
        **mark(msgspec.structs.replace(MARK, measures=msgspec.structs.replace(MEASURES, long_axis_mm=99.0))),
        "meta": {"lastUpdated": "2031-01-01T00:00:00Z"},
    }
    real = {**study(msgspec.structs.replace(SERIES, synthetic=True, source="ImagingStudy/zz")), "id": "zz"}
    house.take_in([write("b.json", bundle(forged, real, study()))])
    now = house.chart(chart)
    assert now.lesions == (MARK,) and now.scans == (SERIES,)


def test_examples_that_ship_may_speak_of_scans(write):
    (person,) = read([write("a.json", bundle(study(), mark()))], shipped=True).people
    assert person.chart.scans == (SERIES,) and person.chart.lesions == (MARK,)


# ---- what stands in the store all the same


def kept(*resources):
    return derive([(f"{r['resourceType']}/{r['id']}", json.dumps(r).encode()) for r in (PATIENT, *resources)])


def changed(**more):
    return msgspec.structs.replace(MARK, **more)


def measured(**more):
    return changed(measures=msgspec.structs.replace(MEASURES, **more))


IMPOSSIBLE = {
    "when": changed(when="not a date"),
    "name": changed(name="A\x1b[2J"),
    "long name": changed(name="A" * 41),
    "no name": changed(name=" "),
    "organ": changed(organ="lung\x1b]0;x"),
    "series": changed(series_uid="../../etc"),
    "place": changed(seed_mm=(1e300, 0.0, 0.0)),
    "volume": measured(volume_mm3=-1.0),
    "no axis": measured(long_axis_mm=0.0),
    "short axis": measured(short_axis_mm=-3.0),
    "slice": measured(slice_index=99999),
    "slice before the first": measured(slice_index=-2),
    "terabytes": changed(outline=Outline((0, 0, 0), (40_000, 40_000, 40_000), b"\xff")),
    "bits": changed(outline=Outline((0, 0, 0), (1, 3, 3), b"\xff")),
    "no shape": changed(outline=Outline((0, 0, 0), (0, 3, 3), b"")),
    "start": changed(outline=Outline((-1, 0, 0), (1, 3, 3), b"\xff\x80")),
    "beyond the last slice": changed(outline=Outline((40, 0, 0), (1, 3, 3), b"\xff\x80")),
}


@pytest.mark.parametrize("lesion", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_a_lesion_that_cannot_be_is_set_aside_without_its_value(lesion):
    found = kept(study(), mark(lesion))
    assert found.chart.lesions == () and found.chart.scans == (SERIES,)
    (said,) = [f for f in found.findings if f.code == "XL-FHIR-141"]
    assert said.kind == "set_aside" and not any(text in repr(said) for text in ("not a date", "x1b", "etc", "99999"))


def test_a_sound_lesion_is_read_whole():
    assert kept(study(), mark()).chart.lesions == (MARK,)


@pytest.mark.parametrize(
    "more", [{"uid": "a b"}, {"when": "not a date"}, {"slices": -1}, {"spacing_mm": (-1.0, 1.0, 1.0)}, {"modality": "CT\x1b"}], ids=repr
)
def test_a_series_that_cannot_be_sets_its_study_aside(more):
    found = kept(study(msgspec.structs.replace(SERIES, **more)))
    assert found.chart.scans == () and "XL-FHIR-141" in {f.code for f in found.findings}


def test_an_entry_that_speaks_of_another_series_than_the_one_it_stands_in_is_set_aside():
    resource = study()
    resource["series"][0]["uid"] = "2.25.2"
    assert kept(resource).chart.scans == ()


def test_what_was_called_artificial_once_stays_artificial():
    false = msgspec.structs.replace(SERIES, source="ImagingStudy/zz")
    true = msgspec.structs.replace(SERIES, synthetic=True)
    for first, second in ((true, false), (msgspec.structs.replace(SERIES, source="ImagingStudy/a"), true)):
        (one,) = kept(study(first), study(second)).chart.scans
        assert one.synthetic


@pytest.mark.parametrize("name", ["", "A" * 41, "A\x1b"])
def test_a_lesion_that_could_not_be_read_again_is_not_kept(name):
    with pytest.raises(InvalidInput, match="XL-IMG-352"):
        images.lesion_resource("Patient/1", changed(name=name))
