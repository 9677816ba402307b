"""The road of a scan through the command line: taken in, changed or measured, signed, released; and where it must stop."""

from __future__ import annotations

import json
import shutil
from io import BytesIO

import numpy as np
import pydicom
import pytest

from xinglin.cli.run import main

SMALL = ("--slices", 64, "--pixels", 192, "--spacing=2.5,1.8,1.8")
NODULE = ("--option", "type", "solid", "--option", "diameter_mm", "14", "--option", "side", "right")


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """A small phantom as a folder of DICOM files."""
    folder = tmp_path_factory.mktemp("scan")
    assert main(["phantom", "-o", str(folder / "ct"), "--home", str(folder / "house"), *map(str, SMALL)]) == 0
    return folder / "ct"


def test_a_virtual_nodule_leaves_as_a_marked_series_beside_its_source(xinglin, scan, passphrase, tmp_path):
    code, taken = xinglin("take-in", scan)
    assert code == 0
    (chart,) = (c["id"] for c in taken["charts"])
    code, draft = xinglin("make", "virtual-nodule", chart, *NODULE, "--seed", 4)
    assert code == 0 and {s["verdicts"]["faithful"] for s in draft["statements"]} == {"supported"}
    assert not [i for i in draft["issues"] if i["severity"] == "stop"]
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    code, _ = xinglin("release", draft["draft"], "-o", tmp_path / "out")
    assert code == 0
    before = {d.ImagePositionPatient[2]: d for d in map(pydicom.dcmread, scan.iterdir())}
    after = {d.ImagePositionPatient[2]: d for d in map(pydicom.dcmread, (tmp_path / "out").glob("series-*.dcm"))}
    assert before.keys() == after.keys()
    changed = [z for z in before if before[z].PixelData != after[z].PixelData]
    assert 0 < len(changed) < 20
    one = after[changed[0]]
    assert one.SyntheticData == "YES" and one.ImageType[0] == "DERIVED" and one.SeriesDescription.startswith("SYNTHETIC")
    assert one.StudyInstanceUID == before[changed[0]].StudyInstanceUID
    assert one.SeriesInstanceUID != before[changed[0]].SeriesInstanceUID
    assert one.FrameOfReferenceUID == before[changed[0]].FrameOfReferenceUID
    code, label = xinglin("label", "check", tmp_path / "out" / "mask-binary.dcm")
    assert (code, label["verdict"], label["integrity"]) == (0, "compliant", "as released")


def test_a_marked_lesion_is_reported_with_its_slice_and_leaves_as_outline_and_measurements(xinglin, scan, passphrase, tmp_path):
    record = tmp_path / "person.json"
    record.write_text(json.dumps(_made_up()), encoding="utf-8")
    chart = xinglin("take-in", record)[1]["charts"][0]["id"]
    assert xinglin("take-in", scan, "--chart", chart, "--same-person", "a phantom plays the scan")[0] == 0
    draft = xinglin("make", "virtual-nodule", chart, *NODULE)[1]
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    xinglin("release", draft["draft"], "-o", tmp_path / "nodule")
    assert xinglin("take-in", tmp_path / "nodule", "--chart", chart, "--same-person", "a phantom plays the scan")[0] in (0, 8)
    center = next(f for f in draft["facts"] if f["id"] == "made.place")["value"]
    at = ",".join(part.split()[1] for part in center.partition("centre at ")[2].split(", "))
    code, marked = xinglin("mark", chart, f"--at={at}", "--series", 2, "--name", "A", "--by", "dr.li")
    assert code == 0 and marked["lesion"]["measures"]["volume_mm3"] == pytest.approx(np.pi / 6 * 14**3, rel=0.2)
    code, report = xinglin("make", "imaging-report", chart)
    assert code == 0 and {s["verdicts"]["faithful"] for s in report["statements"]} == {"supported"}
    axis = next(f for f in report["facts"] if f["id"].endswith(".long-axis"))
    assert {e["source"] for e in axis["evidence"]} == {"dicom", "chart"} and "#slice=" in axis["evidence"][0]["pointer"]
    number = next(n for n, s in enumerate(report["statements"], 1) if axis["id"] in s["facts"])
    wrong = report["statements"][number - 1]["text"].replace(axis["value"], "53.9")
    _, edited = xinglin("review", report["draft"], "--edit", number, wrong, "--by", "dr.li")
    assert edited["blocking"]
    xinglin("review", report["draft"], "--edit", number, report["statements"][number - 1]["text"], "--by", "dr.li")
    xinglin("sign", report["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    code, _ = xinglin("release", report["draft"], "-o", tmp_path / "report")
    assert code == 0
    measured = pydicom.dcmread(BytesIO((tmp_path / "report" / "measurements-1.dcm").read_bytes()))
    assert (measured.Modality, measured.VerificationFlag) == ("SR", "VERIFIED")
    assert pydicom.dcmread(tmp_path / "report" / "outlines-1.dcm").Modality == "SEG"


def test_an_artificial_scan_gives_a_real_person_no_finding(xinglin, scan, tmp_path):
    record = tmp_path / "person.json"
    record.write_text(json.dumps({**_made_up(), "meta": {}}), encoding="utf-8")
    chart = xinglin("take-in", record)[1]["charts"][0]["id"]
    xinglin("take-in", scan, "--chart", chart, "--same-person", "test")
    place = next(s for s in xinglin("images", chart)[1]["series"])
    assert place["synthetic"]
    code, marked = xinglin("mark", chart, "--at=-60,0,0", "--by", "dr.li")
    if code == 0:
        report = xinglin("make", "imaging-report", chart)[1]
        assert not any("axis" in s["text"] for s in report["statements"])
        assert any("artificial" in s["text"] for s in report["statements"])
    else:
        assert marked["error"]["code"].startswith("XL-IMG")


def test_a_released_series_without_its_marks_and_uids_is_known_again_and_gives_no_finding(xinglin, scan, passphrase, tmp_path):
    source = shutil.copytree(scan, tmp_path / "source")
    _without_marks(source, "2.25.5")  # plays the scan of a real person
    record = tmp_path / "person.json"
    record.write_text(json.dumps({**_made_up(), "meta": {}}), encoding="utf-8")
    chart = xinglin("take-in", record)[1]["charts"][0]["id"]
    xinglin("take-in", source, "--chart", chart, "--same-person", "test")
    assert [one["synthetic"] for one in xinglin("images", chart)[1]["series"]] == [False]
    draft = xinglin("make", "virtual-nodule", chart, *NODULE)[1]
    xinglin("sign", draft["draft"], "--as", "dr.li", "--passphrase-file", passphrase)
    assert xinglin("release", draft["draft"], "-o", tmp_path / "out")[0] == 0
    (tmp_path / "stripped").mkdir()
    for file in (tmp_path / "out").glob("series-*.dcm"):
        shutil.copy(file, tmp_path / "stripped")
    _without_marks(tmp_path / "stripped", "2.25.6")
    code, answer = xinglin("take-in", tmp_path / "stripped", "--chart", chart, "--same-person", "test")
    assert code == 0 and [issue["code"] for issue in answer["issues"]] == ["XL-INTAKE-057"]
    rows = xinglin("images", chart)[1]["series"]
    (again,) = [one["number"] for one in rows if one["synthetic"]]
    assert len(rows) == 2
    center = next(f for f in draft["facts"] if f["id"] == "made.place")["value"]
    at = ",".join(part.split()[1] for part in center.partition("centre at ")[2].split(", "))
    assert xinglin("mark", chart, f"--at={at}", "--series", again, "--name", "A", "--by", "dr.li")[0] == 0
    report = xinglin("make", "imaging-report", chart)[1]
    assert not any("axis" in s["text"] for s in report["statements"])
    assert any("artificial" in s["text"] for s in report["statements"])


def _without_marks(folder, root):
    """What a thorough anonymiser does: no word of the maker is left, every UID is new."""
    for number, file in enumerate(sorted(folder.iterdir())):
        dataset = pydicom.dcmread(file)
        for word in ("SyntheticData", "ContributingEquipmentSequence", "Manufacturer", "ManufacturerModelName", "SeriesDescription",
                     "DerivationDescription", "SourceImageSequence", "StudyDescription"):  # fmt: skip
            dataset.pop(word, None)
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = root + "1", root + "2", root + "3"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{root}2.{number + 1}"
        dataset.save_as(file)


def test_images_of_another_person_are_refused(xinglin, scan, tmp_path):
    record = tmp_path / "person.json"
    record.write_text(json.dumps({**_made_up(), "gender": "female", "birthDate": "1990-01-01"}), encoding="utf-8")
    chart = xinglin("take-in", record)[1]["charts"][0]["id"]
    code, answer = xinglin("take-in", scan, "--chart", chart)
    assert code == 3 and answer["error"]["code"] == "XL-INTAKE-052"
    assert xinglin("images", chart)[1]["series"] == []


def test_a_series_with_a_missing_slice_is_left_out_and_said(xinglin, scan, tmp_path):
    shutil.copytree(scan, tmp_path / "gap")
    sorted((tmp_path / "gap").iterdir())[30].unlink()
    code, answer = xinglin("take-in", tmp_path / "gap")
    assert code == 3 and answer["error"]["code"].startswith("XL-DICOM-")


def test_the_same_request_gives_the_same_bytes(xinglin, scan):
    chart = xinglin("take-in", scan)[1]["charts"][0]["id"]
    one, other = (xinglin("make", "virtual-nodule", chart, *NODULE, "--seed", 9, "--dry-run")[1] for _ in range(2))
    assert one["provenance"]["images"] and one["provenance"]["images"] == other["provenance"]["images"]


def _made_up():
    mark = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
    return {"resourceType": "Patient", "id": "p1", "meta": {"security": [mark]}, "gender": "other", "name": [{"family": "Muster"}]}


def test_a_folder_that_is_not_free_is_refused_before_a_phantom_is_made(home, tmp_path, capsys, monkeypatch):
    from xinglin.models import thorax_phantom

    monkeypatch.setattr(thorax_phantom, "thorax", lambda *_: pytest.fail("a phantom was made for nothing"))
    (tmp_path / "kept.txt").write_text("mine")
    assert main(["phantom", "-o", str(tmp_path), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "XL-RELEASE-003" and (tmp_path / "kept.txt").read_text() == "mine"
