"""Whose images these are, what is kept of them, and what the chart then says; no image reaches another person's chart."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import msgspec
import pydicom
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from made_series import ANNA, series

from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.formats.dicom import header_of
from xinglin.intake import images
from xinglin.records import Draft, Evidence, Fact, Provenance
from xinglin.records.chart import Concept
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.records.imaging import ImageEdit, Lesion, LesionMeasures, NoduleRequest, Outline

BORIS = msgspec.structs.replace(ANNA, name="Beispiel^Boris", number="78", born="1955-05-05", sex="M")
NOBODY = msgspec.structs.replace(ANNA, name="", number="", issuer="", born="", sex="")


@pytest.fixture
def house(tmp_path):
    return House(Settings(home=tmp_path / "house"))


def person(folder, **said):
    """A record of a made-up person, as a file."""
    patient = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Muster", "given": ["Anna"]}],
        "gender": "female",
        "birthDate": "1960-01-01",
    }
    path = folder / "person.json"
    path.write_text(json.dumps({**patient, **said}), encoding="utf-8")
    return path


# ---- what is an image and what is a record


def test_a_folder_of_both_is_read_as_both(tmp_path):
    folder = series(tmp_path / "ct")
    assert images.split([str(folder)]) == ([], [folder])
    record = person(folder)
    assert images.split([str(folder)]) == ([str(folder)], [folder])
    assert images.split([str(record), "https://example.org/fhir"]) == ([str(record), "https://example.org/fhir"], [])


def test_a_file_is_known_by_its_bytes_and_not_by_its_name(tmp_path):
    slices = sorted(series(tmp_path / "ct").iterdir())
    bare = slices[0].rename(tmp_path / "IM0001")
    assert images.split([bare]) == ([], [bare])


# ---- whose they are


def test_a_person_nobody_knew_gets_a_chart_with_name_birth_date_sex_and_the_study(house, tmp_path):
    _, (taken,) = house.take_in_images([series(tmp_path / "ct")])
    chart = taken.chart
    assert taken.new and (chart.person.born, chart.person.sex) == ("1960-01-01", "female")
    assert "Anna Muster" in chart.identity.names or "Muster Anna" in chart.identity.names
    (scan,) = chart.scans
    assert (scan.uid, scan.study_uid, scan.slices, scan.modality, scan.when[:10]) == ("2.25.111", "2.25.11", 8, "CT", "2026-01-15")
    assert scan.synthetic and scan.spacing_mm == pytest.approx((2.5, 0.7, 0.7))
    assert house.images.volume(chart.id, scan.uid).digest() == scan.digest


def test_the_same_number_of_the_same_issuer_is_the_same_person(house, tmp_path):
    _, (first,) = house.take_in_images([series(tmp_path / "one")])
    _, (second,) = house.take_in_images([series(tmp_path / "two", study="2.25.12", uid="2.25.121")])
    assert second.chart.id == first.chart.id and len(second.chart.scans) == 2


def test_two_people_in_one_folder_get_two_charts(house, tmp_path):
    series(tmp_path / "in/a")
    series(tmp_path / "in/b", BORIS, study="2.25.21", uid="2.25.211")
    _, taken = house.take_in_images([tmp_path / "in"])
    assert [one.chart.person.sex for one in sorted(taken, key=lambda t: t.chart.person.born)] == ["male", "female"]
    assert all(len(one.chart.scans) == 1 for one in taken)


def test_two_people_in_one_folder_cannot_be_added_to_one_chart(house, tmp_path):
    _, (known,) = house.take_in([person(tmp_path)])
    series(tmp_path / "in/a")
    series(tmp_path / "in/b", BORIS, study="2.25.21", uid="2.25.211")
    with pytest.raises(UsageError, match="XL-FLOW-020"):
        house.take_in_images([tmp_path / "in"], chart=known.chart.id)
    assert house.chart(known.chart.id).scans == ()


@pytest.mark.parametrize(
    ("said", "code"), [({"birthDate": "1961-01-01"}, "XL-INTAKE-052"), ({"gender": "male"}, "XL-INTAKE-052"),
                       ({"name": [{"family": "Other", "given": ["Olga"]}]}, "XL-INTAKE-053")],
)  # fmt: skip
def test_images_that_contradict_the_chart_are_refused_without_a_word_of_either_person(house, tmp_path, said, code):
    _, (known,) = house.take_in([person(tmp_path, **said)])
    with pytest.raises(InvalidInput, match=code) as refusal:
        house.take_in_images([series(tmp_path / "ct")], chart=known.chart.id)
    assert not any(word in str(refusal.value) for word in ("Anna", "Muster", "Olga", "1960", "1961"))
    assert house.chart(known.chart.id).scans == () and house.store.files(known.chart.id) == ()


def test_a_name_that_differs_needs_a_reason_which_the_ledger_keeps(house, tmp_path):
    _, (known,) = house.take_in([person(tmp_path, name=[{"family": "Other", "given": ["Olga"]}])])
    house.take_in_images([series(tmp_path / "ct")], chart=known.chart.id, same_person="married in 2025")
    assert len(house.chart(known.chart.id).scans) == 1
    assert any("another name" in entry.what for entry in house.store.ledger.entries())
    (kept,) = [name for name in house.store.files(known.chart.id) if name.startswith("reason/")]
    assert json.loads(house.store.file(known.chart.id, kept))["reason"] == "married in 2025"


def test_another_number_of_the_same_issuer_is_another_person_unless_somebody_says_why(house, tmp_path):
    _, (known,) = house.take_in_images([series(tmp_path / "one")])
    other = msgspec.structs.replace(ANNA, number="78")
    folder = series(tmp_path / "two", other, study="2.25.12", uid="2.25.121")
    with pytest.raises(InvalidInput, match="XL-INTAKE-052"):
        house.take_in_images([folder], chart=known.chart.id)
    _, (added,) = house.take_in_images([folder], chart=known.chart.id, same_person="registered twice")
    assert len(added.chart.scans) == 2


def test_no_reason_helps_against_another_birth_date(house, tmp_path):
    _, (known,) = house.take_in([person(tmp_path, birthDate="1961-01-01")])
    with pytest.raises(InvalidInput, match="XL-INTAKE-052"):
        house.take_in_images([series(tmp_path / "ct")], chart=known.chart.id, same_person="I say so")


def test_images_without_a_name_may_be_added_to_a_chart_but_never_find_one(house, tmp_path):
    _, (known,) = house.take_in([person(tmp_path)])
    folder = series(tmp_path / "ct", NOBODY)
    _, (alone,) = house.take_in_images([folder])
    assert alone.chart.id != known.chart.id
    with pytest.raises(InvalidInput, match="XL-INTAKE-054"):
        house.take_in_images([folder], chart=known.chart.id)
    _, (added,) = house.take_in_images([folder], chart=known.chart.id, same_person="I made the scan")
    assert added.chart.id == known.chart.id and len(added.chart.scans) == 1


# ---- the same again, and more of it


def test_the_same_study_twice_is_nothing_new(house, tmp_path):
    folder = series(tmp_path / "ct")
    _, (first,) = house.take_in_images([folder])
    _, (again,) = house.take_in_images([folder])
    assert first.new and not again.new and again.chart.scans == first.chart.scans
    assert len(house.store.files(first.chart.id)) == 1


def test_a_second_series_of_a_study_joins_the_first(house, tmp_path):
    house.take_in_images([series(tmp_path / "one")])
    _, (taken,) = house.take_in_images([series(tmp_path / "two", uid="2.25.112", level=-500)])
    assert {scan.uid for scan in taken.chart.scans} == {"2.25.111", "2.25.112"}
    assert len({scan.source for scan in taken.chart.scans}) == 1
    studies = [name for name, _ in house.store.resources(taken.chart.id) if name.startswith("ImagingStudy/")]
    assert len(studies) == 1


def test_a_series_that_was_incomplete_is_replaced_by_the_whole_one_and_said(house, tmp_path):
    whole = series(tmp_path / "whole")
    early = tmp_path / "early"
    early.mkdir()
    for file in sorted(whole.iterdir())[:5]:
        (early / file.name).write_bytes(file.read_bytes())
    _, (first,) = house.take_in_images([early])
    before = house.images.volume(first.chart.id, "2.25.111")
    seen, (second,) = house.take_in_images([whole])
    assert [scan.slices for scan in second.chart.scans] == [8] and second.chart.id == first.chart.id
    assert house.images.volume(first.chart.id, "2.25.111").shape[0] == 8
    assert ["5 -> 8 slices" in finding.reason for finding in seen.findings] == [True]
    assert house.images.volume(first.chart.id, "2.25.111", before.digest()).shape[0] == 5
    assert len(house.images.files(first.chart.id, "2.25.111")) == 8


def test_a_change_and_a_mark_keep_to_the_slices_they_were_made_in(house, tmp_path):
    whole = series(tmp_path / "whole")
    early = tmp_path / "early"
    early.mkdir()
    for file in sorted(whole.iterdir())[3:]:
        (early / file.name).write_bytes(file.read_bytes())
    _, (taken,) = house.take_in_images([early])
    chart = taken.chart.id
    before = house.images.volume(chart, "2.25.111")
    edit = ImageEdit("test@1", "2.25.111", before.digest(), NoduleRequest(), (0, 0, 0), (1, 1, 1), b"\x07\x00", b"", b"")
    lesions = [lesion("A", before.digest()), lesion("B", "")]
    patient = house.chart(chart).person.source
    house.store.keep_resources(chart, [images.lesion_resource(patient, one) for one in lesions])
    house.take_in_images([whole])
    case = house.images.case(chart, edit)
    assert case.source.shape[0] == 5 and case.result.voxels[0, 0, 0] == 7
    shown = house.images.behind(about(chart, lesions[:1]))
    assert shown.volumes["2.25.111"].shape[0] == len(shown.files["2.25.111"]) == 5
    with pytest.raises(Refused, match="XL-FLOW-031"):
        house.images.behind(about(chart, lesions))


def lesion(name, digest):
    """A lesion somebody marked in slice 1 of a series."""
    measures = LesionMeasures(8.0, 6.0, 7.0, 200.0, 20.0, 5.0, (1.0, 2.0, 3.0))
    outline = Outline((1, 1, 1), (1, 2, 2), b"\xf0")
    return Lesion(f"Observation/lesion-{name.lower() * 32}", name, "2.25.111", "2026-01-15", (1.0, 2.0, 3.0), measures, outline, "dr.li",
                  organ="lung", study="ImagingStudy/x", series_digest=digest)  # fmt: skip


def about(chart, lesions):
    """A draft that speaks of lesions."""
    facts = tuple(
        Fact(f"f{n}", "lesion", Concept(text="lesion"), "A", (Evidence("chart", f"{one.source}#value"),)) for n, one in enumerate(lesions)
    )
    return Draft(
        "draft-1", "imaging_report", chart, "en", "t", (), (), facts, Provenance("1", "imaging_report", "grammar", "v", "2026-01-20", 0)
    )


def test_a_series_in_two_charts_is_told(house, tmp_path):
    house.take_in_images([series(tmp_path / "one")])
    seen, (taken,) = house.take_in_images([series(tmp_path / "two", BORIS)])
    assert taken.chart.id == "chart-2" and [finding.code for finding in seen.findings] == ["XL-INTAKE-059"]


def test_a_dry_run_keeps_nothing(house, tmp_path):
    seen, taken = house.take_in_images([series(tmp_path / "ct")], keep=False)
    assert len(seen.series) == 1 and taken == () and house.store.charts() == ()


# ---- what cannot be used


def test_a_series_with_a_missing_slice_is_told_and_the_sound_one_kept(house, tmp_path):
    broken = series(tmp_path / "in/broken", uid="2.25.112")
    sorted(broken.iterdir())[4].unlink()
    series(tmp_path / "in/sound")
    seen, (taken,) = house.take_in_images([tmp_path / "in"])
    assert [scan.uid for scan in taken.chart.scans] == ["2.25.111"]
    assert [finding.code[:8] for finding in seen.findings] == ["XL-DICOM"]
    _, (mended,) = house.take_in_images([broken], repairs=["missing"])
    (scan,) = [one for one in mended.chart.scans if one.uid == "2.25.112"]
    assert scan.slices == 8 and scan.notes


def test_files_that_become_another_persons_while_they_are_read_are_not_kept(house, tmp_path, monkeypatch):
    anna, boris = series(tmp_path / "anna"), series(tmp_path / "boris", BORIS)
    contents = [file.read_bytes() for file in sorted(boris.iterdir())]
    honest = images._all_bytes

    def swapped(paths, where):
        for path, content in zip(sorted(paths), contents, strict=True):
            path.write_bytes(content)
        return honest(paths, where)

    monkeypatch.setattr(images, "_all_bytes", swapped)
    with pytest.raises(InvalidInput, match="XL-DICOM-128"):
        house.take_in_images([anna])
    assert house.store.charts() == ()


def test_a_file_that_vanishes_costs_its_own_series_alone(house, tmp_path, monkeypatch):
    series(tmp_path / "in/gone", uid="2.25.112")
    series(tmp_path / "in/sound")
    honest = images._all_bytes

    def vanishing(paths, where):
        if "gone" in str(paths[0]):
            paths[0].unlink()
        return honest(paths, where)

    monkeypatch.setattr(images, "_all_bytes", vanishing)
    seen, (taken,) = house.take_in_images([tmp_path / "in"])
    assert [scan.uid for scan in taken.chart.scans] == ["2.25.111"]
    assert [finding.code for finding in seen.findings] == ["XL-INTAKE-056"]


def test_a_file_name_that_is_no_utf8_is_read_like_any_other(house, tmp_path):
    folder = series(tmp_path / "ct")
    first = sorted(folder.iterdir())[0]
    first.rename(os.fsdecode(os.fsencode(folder) + b"/b\xe9.dcm"))
    Path(os.fsdecode(os.fsencode(folder) + b"/n\xe9.dcm")).write_bytes(b"no image at all, only words")
    assert images.split([str(folder)]) == ([], [folder])
    seen, (taken,) = house.take_in_images([folder])
    assert taken.chart.scans[0].slices == 8
    assert ["n\\xe9.dcm" in finding.place for finding in seen.findings] == [True]


def test_a_file_that_cannot_be_opened_is_no_record_and_does_not_stop_the_rest(tmp_path, monkeypatch):
    folder = series(tmp_path / "ct")
    (folder / "locked").write_bytes(b"x")
    honest = Path.open

    def locked(self, *how):
        if self.name == "locked":
            raise PermissionError(13, "Permission denied")
        return honest(self, *how)

    monkeypatch.setattr(Path, "open", locked)
    assert images.split([str(folder)]) == ([], [folder])


@pytest.mark.parametrize("left", ["SyntheticData", "ContributingEquipmentSequence", "Manufacturer", "SeriesDescription"])
def test_one_mark_of_an_artificial_series_is_enough(tmp_path, left):
    folder = series(tmp_path / "ct")
    for file in folder.iterdir():
        dataset = pydicom.dcmread(file)
        for word in {"SyntheticData", "ContributingEquipmentSequence", "Manufacturer", "SeriesDescription"} - {left}:
            delattr(dataset, word)
        dataset.save_as(file)
    (person_images,), _ = images.read([folder])
    assert person_images.series[0].scan.synthetic
    assert header_of(next(folder.iterdir())).synthetic


def test_without_any_mark_a_series_is_taken_for_a_scan(tmp_path):
    folder = series(tmp_path / "ct")
    for file in folder.iterdir():
        dataset = pydicom.dcmread(file)
        for word in ("SyntheticData", "ContributingEquipmentSequence", "Manufacturer", "SeriesDescription"):
            delattr(dataset, word)
        dataset.save_as(file)
    (person_images,), _ = images.read([folder])
    assert not person_images.series[0].scan.synthetic


def test_a_folder_without_a_sound_series_is_an_error(house, tmp_path):
    broken = series(tmp_path / "ct")
    sorted(broken.iterdir())[4].unlink()
    with pytest.raises(InvalidInput, match="XL-DICOM"):
        house.take_in_images([broken])
    assert house.store.charts() == ()
