"""What lies in a folder: series by what belongs together, other objects by their kind, a DICOMDIR by what it lists."""

import io

import dicom_examples as made
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items

from xinglin.formats.dicom import find_series, header_of, read_series
from xinglin.formats.dicom.tags import TAGS


def save(folder, name, data, syntax=made.EXPLICIT):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.written(data, syntax))
    return path


def test_series_are_found_in_folders_whatever_the_files_are_called(tmp_path):
    for n in range(3):
        save(tmp_path, f"a/b/{9 - n}", made.slice_of(n))
        save(tmp_path, f"c/x{n}.txt", made.slice_of(n, SeriesInstanceUID="1.2.9", SOPInstanceUID=f"1.2.9.{n}"))
    found = find_series([tmp_path])
    assert [(s.series_uid, s.slices, s.modality, s.part) for s in found.series] == [(f"{made.ROOT}.2", 3, "CT", ""), ("1.2.9", 3, "CT", "")]
    assert found.series[0].description == "Lung 2.5" and not found.findings and not found.others
    assert read_series(found.series[0]).shape[0] == 3


def test_a_localizer_and_a_second_direction_are_set_apart(tmp_path):
    for n in range(3):
        save(tmp_path, f"{n}", made.slice_of(n))
    save(tmp_path, "scout", made.slice_of(7, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImageOrientationPatient=[1, 0, 0, 0, 0, -1]))
    found = find_series([tmp_path])
    assert sorted((s.slices, s.localizer) for s in found.series) == [(1, True), (3, False)]
    assert {s.part for s in found.series} == {"part 1 of 2", "part 2 of 2"}
    assert read_series(next(s for s in found.series if not s.localizer)).shape[0] == 3


def test_directions_that_differ_far_behind_the_point_are_never_every_other_slice_of_two_volumes(tmp_path):
    for n in range(6):
        save(tmp_path, f"{n}", made.slice_of(n, ImageOrientationPatient=[1, 0, 0, 0, 1, 0.00049 + n % 2 * 0.00002]))
    (series,) = find_series([tmp_path]).series
    assert series.slices == 6 and read_series(series).spacing_mm[0] == pytest.approx(2.5, abs=1e-4)


def test_echoes_and_time_points_are_series_of_their_own(tmp_path):
    for phase in (1, 2):
        for n in range(2):
            save(tmp_path, f"{phase}-{n}", made.slice_of(n, TemporalPositionIdentifier=str(phase), SOPInstanceUID=f"1.2.{phase}.{n}"))
    assert [s.slices for s in find_series([tmp_path]).series] == [2, 2]


def test_other_objects_are_listed_by_their_kind(tmp_path):
    import numpy as np

    save(tmp_path, "seg", made.segmentation({1: {0: np.ones((made.ROWS, made.COLUMNS), bool)}}))
    save(tmp_path, "rt", _without_pixels(made.structure_set([[0, 0, 0, 1, 0, 0, 1, 1, 0]])))
    save(tmp_path, "sr", _without_pixels(made.slice_of(0, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33", Modality="SR")))
    save(tmp_path, "pr", _without_pixels(made.slice_of(0, SOPClassUID="1.2.840.10008.5.1.4.1.1.11.1", Modality="PR")))
    save(tmp_path, "odd", _without_pixels(made.slice_of(0, SOPClassUID="1.2.3.4.5", Modality="OT")))
    found = find_series([tmp_path])
    kinds = {other.path.name: other.kind for other in found.others}
    assert kinds == {
        "seg": "segmentation",
        "rt": "radiotherapy structure set",
        "sr": "structured report",
        "pr": "presentation state",
        "odd": "other",
    }


def _without_pixels(data):
    if "PixelData" in data:
        del data.PixelData
    return data


def test_a_dicomdir_stands_for_the_files_it_lists_inside_its_folder(tmp_path):
    for n in range(3):
        save(tmp_path, f"disc/IMAGES/IM{n}", made.slice_of(n))
    save(tmp_path, "SECRET", made.slice_of(5))
    records = []
    for parts in (["IMAGES", "IM0"], ["IMAGES", "IM1"], ["IMAGES", "IM2"], ["IMAGES", "GONE"], ["UP", "SECRET"]):
        record = Dataset()
        record.add_new(0x00041430, "CS", "IMAGE")
        record.add_new(0x00041500, "CS", parts)
        records.append(record)
    directory = Dataset()
    directory.DirectoryRecordSequence = Items(records)
    directory.file_meta = FileMetaDataset()
    directory.file_meta.MediaStorageSOPClassUID, directory.file_meta.MediaStorageSOPInstanceUID = "1.2.840.10008.1.3.10", "1.2.7"
    directory.file_meta.TransferSyntaxUID = made.EXPLICIT
    out = io.BytesIO()
    pydicom.dcmwrite(out, directory, enforce_file_format=True, implicit_vr=False, little_endian=True)
    (tmp_path / "disc/DICOMDIR").write_bytes(out.getvalue().replace(b"UP\\SECRET", b"..\\SECRET"))
    found = find_series([tmp_path / "disc/DICOMDIR"])
    assert [s.slices for s in found.series] == [3] and not found.others
    assert [f.place.rpartition("/")[2] for f in found.findings] == ["GONE"]
    assert [s.slices for s in find_series([tmp_path / "disc"]).series] == [3]


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    (finding,) = find_series([tmp_path / "nothing"]).findings
    assert finding.code == "XL-DICOM-001"


def test_the_header_holds_what_links_a_file_to_a_person_and_a_study():
    data = made.slice_of(
        3,
        SyntheticData="YES",
        TimezoneOffsetFromUTC="+0800",
        PatientName="Wang^XiaoDong=王^小东=",
        PatientSex="M",
        AcquisitionDateTime="20240229101500.5+0900",
    )
    header = header_of(made.written(data))
    assert (header.patient_name, header.patient_names) == ("Wang^XiaoDong", ("Wang^XiaoDong", "王^小东"))
    assert (header.patient_id, header.issuer, header.birth_date, header.sex) == ("T-0001", "HOUSE", "1960-01-02", "M")
    assert (header.study_date, header.acquired) == ("2024-02-29T10:11:12+08:00", "2024-02-29T10:15:00+09:00")
    assert (header.accession, header.modality, header.body_part, header.series_number, header.instance_number) == (
        "A-17",
        "CT",
        "CHEST",
        4,
        87,
    )
    assert header.synthetic and header.study_uid == f"{made.ROOT}.1" and header.series_description == "Lung 2.5" and header.notes == ()


@pytest.mark.parametrize(
    "charset, name",
    [
        ("GB18030", "Wang^XiaoDong=王^小东"),
        ("ISO_IR 100", "Müller^Jörg"),
        (["ISO 2022 IR 6", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎"),
        ("ISO_IR 144", "Люкceмбypг"),
    ],
)
def test_names_are_read_in_their_character_set(charset, name):
    header = header_of(made.written(made.slice_of(0, SpecificCharacterSet=charset, PatientName=name)))
    assert "=".join(header.patient_names) == name


def test_a_date_that_is_none_is_left_out():
    assert header_of(made.written(made.slice_of(0, StudyDate="20240231"))).study_date == ""


def test_the_table_of_elements_agrees_with_pydicoms_dictionary():
    from pydicom.datadict import dictionary_VR, tag_for_keyword

    for keyword, (tag, vr) in TAGS.items():
        assert tag_for_keyword(keyword) == tag, keyword
        assert vr in dictionary_VR(tag), keyword
