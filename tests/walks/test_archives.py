"""A hospital's archive, a real Orthanc: images come from it, a release goes to it, and what is artificial is stopped at its door."""

from __future__ import annotations

import copy
import json
import sys
from contextlib import redirect_stdout
from io import BytesIO, StringIO
from pathlib import Path

import httpx2
import numpy as np
import pydicom
import pytest

from xinglin.cli.run import main
from xinglin.formats.dicom import network_dimse
from xinglin.formats.dicom.network_web import DicomWeb
from xinglin.privacy import labels
from xinglin.records.errors import RemoteFailed
from xinglin.store import Store

sys.path.append(str(Path(__file__).parents[1] / "rooms" / "formats"))
from orthanc_on_loopback import USER, orthanc

SMALL = ("--slices", "24", "--pixels", "64", "--spacing=6,5,5")
NODULE = ("--option", "diameter_mm", "14", "--option", "at", "60,0,0", "--option", "blur", "6,5,5")
DAY = "2026-01-15"
NAMES = ("pacs", "old-pacs", "old-research")


class Place:
    """A house, and the archive it knows under four names: for patients and for research, on either network."""

    def __init__(self, folder, running):
        self.home = folder
        folder.mkdir(mode=0o700)
        (folder / "password").write_text(USER[1] + "\n", encoding="utf-8")
        web = f'url = "{running.url}"\nuser = "{USER[0]}"\npassword_file = "password"\n'
        older = f'url = "dimse://{running.title}@{running.host}:{running.port}"\nown_title = "{running.our_title}"\n'
        tables = {
            "pacs": web,
            "research": web + "accepts_synthetic = true\n",
            "old-pacs": older + f'listen = "127.0.0.1:{running.our_port}"\n',
            "old-research": older + "accepts_synthetic = true\n",
            "nowhere": 'url = "http://127.0.0.1:9/dicom-web"\n',
        }
        (folder / "xinglin.toml").write_text("".join(f"[archives.{name}]\n{text}" for name, text in tables.items()), encoding="utf-8")

    def __call__(self, *words):
        """(exit code, JSON answer) of a command."""
        said = StringIO()
        with redirect_stdout(said):
            code = main([*map(str, words), "--home", str(self.home), "--json"])
        return code, json.loads(said.getvalue())

    def ledger(self):
        return [entry["what"] for entry in self("audit", "list", "--last", 500)[1]["entries"]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Orthanc with one phantom study in it."""
    with orthanc(tmp_path_factory.mktemp("archive")) as running:
        yield running


@pytest.fixture(scope="module")
def phantom(archive, tmp_path_factory):
    """The images of the archive's study, by instance."""
    folder = tmp_path_factory.mktemp("phantom")
    assert main(["phantom", "-o", str(folder / "ct"), "--home", str(folder / "house"), *SMALL]) == 0
    files = [path.read_bytes() for path in sorted((folder / "ct").iterdir())]
    with DicomWeb(archive.url, user=USER) as web:
        web.store(files)
    return by_instance(files)


@pytest.fixture(scope="module")
def study(phantom):
    return str(next(iter(phantom.values())).StudyInstanceUID)


@pytest.fixture(scope="module")
def xinglin(archive, tmp_path_factory):
    """Commands in one house."""
    return Place(tmp_path_factory.mktemp("place") / "house", archive)


@pytest.fixture
def fresh(archive, tmp_path):
    """Commands in a house that holds nothing yet."""
    return Place(tmp_path / "house", archive)


@pytest.fixture(scope="module")
def released(xinglin, study, tmp_path_factory):
    """A virtual nodule in the archive's own study, signed and released."""
    folder = tmp_path_factory.mktemp("released")
    (folder / "words").write_text("correct horse battery\n", encoding="utf-8")
    chart = xinglin("take-in", "--archive", "pacs", "--study", study)[1]["charts"][0]["id"]
    draft = xinglin("make", "virtual-nodule", chart, *NODULE)[1]["draft"]
    xinglin("sign", draft, "--as", "dr.li", "--passphrase-file", folder / "words")
    code, done = xinglin("release", draft, "-o", folder / "out")
    assert code == 0, done
    return done


@pytest.fixture
def ours(archive, released):
    """The released DICOM files by instance; what of them reached the archive is taken out again."""
    files = by_instance(Path(f["path"]).read_bytes() for f in released["files"] if f["media_type"] == "application/dicom")
    assert len(files) > 24
    yield files
    with httpx2.Client(auth=USER) as client:
        for uid in files:
            for found in client.post(archive.rest + "/tools/lookup", content=str(uid)).json():
                client.delete(f"{archive.rest}/instances/{found['ID']}")


def by_instance(files):
    return {one.SOPInstanceUID: one for one in (pydicom.dcmread(BytesIO(file)) for file in files)}


@pytest.mark.parametrize("name", ["pacs", "old-pacs"])
def test_an_archive_answers_and_tells_what_it_has_of_a_person(name, xinglin, study, caplog):
    network = "DICOMweb" if name == "pacs" else "DIMSE"
    assert xinglin("archive", "test", name) == (0, {"archive": name, "network": network, "answers": True, "accepts_synthetic": False})
    code, found = xinglin("archive", "find", name, "--patient-id", "PHANTOM-0", "--modality", "CT", "--date", f"{DAY}..{DAY}")
    assert code == 0 and not found["more"]
    (row,) = found["studies"]
    assert (row["uid"], row["date"], row["modalities"], row["series_count"], row["instances"]) == (study, DAY, ["CT"], 1, 24)
    (series,) = xinglin("archive", "find", name, "--study", study)[1]["studies"][0]["series"]
    assert (series["modality"], series["instances"]) == ("CT", 24)
    for other in (("--patient-id", "NOBODY"), ("--date", "2020-01-01"), ("--date", DAY, "--modality", "MR")):
        assert xinglin("archive", "find", name, *other) == (0, {"archive": name, "studies": [], "more": False})
    assert f"archive {name} searched" in xinglin.ledger()
    written = b"".join(path.read_bytes() for path in xinglin.home.rglob("*") if path.is_file())
    assert b"PHANTOM-0" not in written and study.encode() not in written and "PHANTOM-0" not in caplog.text


@pytest.mark.parametrize("question", [(), ("--patient-id", "*"), ("--patient-id", "A\\B"), ("--date", "yesterday"), ("--study", "1.2/3")])
def test_an_archive_is_not_asked_for_everyone(xinglin, question):
    code, answer = xinglin("archive", "find", "pacs", *question)
    assert code == 2 and answer["error"]["code"].startswith("XL-ARCHIVE-00")


def test_a_study_is_taken_in_like_a_folder_whichever_way_it_comes_and_only_once(fresh, phantom, study, tmp_path):
    uid = str(next(iter(phantom.values())).SeriesInstanceUID)
    code, seen = fresh("take-in", "--archive", "pacs", "--study", study, "--dry-run")
    assert (code, seen["charts"], seen["issues"], [row["uid"] for row in seen["series"]]) == (0, [], [], [uid])
    for name, new, part in zip(NAMES, (True, False, False), ((), ("--series", uid), ()), strict=True):
        code, taken = fresh("take-in", "--archive", name, "--study", study, *part)
        assert (code, taken["charts"][0]["new"]) == (0, new)  # not new: the same voxels came
        assert list((fresh.home / "arriving").iterdir()) == []
    (series,) = fresh("images", "chart-1")[1]["series"]
    assert (series["uid"], series["slices"]) == (uid, 24)
    folder = tmp_path / "ct"
    folder.mkdir()
    for number, one in enumerate(phantom.values()):
        one.save_as(folder / f"{number}.dcm")
    assert fresh("take-in", folder)[1]["charts"][0]["new"] is False
    said = fresh.ledger()
    assert said.count("file kept") == 1
    assert {"archive old-pacs asked for a study", "images taken in from archive old-pacs"} <= set(said)


def test_a_study_that_is_not_there_leaves_nothing(fresh):
    for name in NAMES:
        code, answer = fresh("take-in", "--archive", name, "--study", "1.2.3")
        assert code in (4, 9) and "1.2.3" not in str(answer)
    assert list((fresh.home / "arriving").iterdir()) == [] and fresh("chart")[1]["charts"] == []


@pytest.mark.parametrize(("clinical", "research"), [("pacs", "research"), ("old-pacs", "old-research")])
def test_a_virtual_nodule_is_stopped_before_a_clinical_archive_and_reaches_one_for_research(
    clinical, research, archive, phantom, study, released, ours, xinglin
):
    code, answer = xinglin("archive", "send", clinical, released["release"])
    assert code == 5 and answer["error"]["code"] == "XL-SEND-004"
    with DicomWeb(archive.url, user=USER) as web:
        assert set(by_instance(web.fetch(study))) == set(phantom)
        code, answer = xinglin("archive", "send", research, released["release"], "--dry-run")
        assert (code, answer["sent"], answer["missing"]) == (0, 0, len(ours))
        expected = {"release": released["release"], "archive": research, "there_before": 0, "sent": len(ours), "missing": 0, "fault": ""}
        assert xinglin("archive", "send", research, released["release"]) == (0, expected)
        assert xinglin("archive", "send", research, released["release"]) == (0, expected | {"there_before": len(ours), "sent": 0})
        back = by_instance(web.fetch(study))
    assert set(back) == set(ours) | set(phantom)
    for uid, one in ours.items():
        assert one == back[uid] and one.PixelData == back[uid].PixelData and back[uid].SyntheticData == "YES"
    said = xinglin.ledger()
    assert said.count(f"refused to send to archive {clinical}: artificial images") == 1
    assert said.count(f"sending to archive {research}") == said.count(f"sent to archive {research}: {len(ours)} of {len(ours)} files") == 1
    assert xinglin("audit", "verify")[1]["whole"]


def test_what_was_already_sent_when_the_archive_failed_is_not_sent_again(released, ours, xinglin, monkeypatch):
    real, sent = network_dimse.store, []

    def failing(peer, files, *, kept=None):
        sent.append(len(files))
        if len(sent) > 1:
            return real(peer, files, kept=kept)
        real(peer, files[:10], kept=kept)
        raise RemoteFailed("XL-DICOM-705", "the archive stopped answering")

    monkeypatch.setattr(network_dimse, "store", failing)
    code, answer = xinglin("archive", "send", "old-research", released["release"])
    assert (code, answer["sent"], answer["missing"]) == (8, 10, len(ours) - 10) and "XL-DICOM-705" in answer["fault"]
    assert f"partly sent to archive old-research: 10 of {len(ours)} files" in xinglin.ledger()
    code, answer = xinglin("archive", "send", "old-research", released["release"])
    assert (code, answer["there_before"], answer["sent"], answer["missing"]) == (0, 10, len(ours) - 10, 0)
    assert sent == [len(ours), len(ours) - 10]


def test_what_may_not_be_sent_is_refused_before_the_archive_is_asked(released, xinglin, monkeypatch):
    code, answer = xinglin("archive", "send", "nowhere", released["release"])
    assert (code, answer["error"]["code"]) == (5, "XL-SEND-004")
    real = Store.release_contents
    monkeypatch.setattr(Store, "release_contents", lambda store, name: [content[:-1] + b"\x01" for content in real(store, name)])
    assert xinglin("archive", "send", "research", released["release"])[1]["error"]["code"] == "XL-SEND-002"
    monkeypatch.undo()
    monkeypatch.setattr(labels, "check", lambda *_: labels.LabelReport("not_found", False, None, ("no label",)))
    assert xinglin("archive", "send", "research", released["release"])[1]["error"]["code"] == "XL-SEND-003"


def test_only_the_newest_release_is_sent_and_only_images(fresh, record, passphrase, tmp_path):
    chart = fresh("take-in", record)[1]["charts"][0]["id"]
    draft = fresh("make", "lab-report", chart, "--as-of", "2026-07-01")[1]["draft"]
    releases = []
    for folder in ("first", "second"):
        fresh("sign", draft, "--as", "dr.li", "--passphrase-file", passphrase)
        releases.append(fresh("release", draft, "-o", tmp_path / folder)[1]["release"])
        fresh("amend", draft, "--reason", "test", "--by", "dr.li")
    codes = [fresh("archive", "send", "research", name)[1]["error"]["code"] for name in (*releases, "release-77")]
    assert codes == ["XL-SEND-001", "XL-SEND-005", "XL-STORE-025"]


def test_when_nothing_could_be_sent_the_archive_has_failed(released, ours, xinglin, monkeypatch):
    def failing(peer, files, *, kept=None):
        raise RemoteFailed("XL-DICOM-704", "the archive said no")

    monkeypatch.setattr(network_dimse, "store", failing)
    code, answer = xinglin("archive", "send", "old-research", released["release"])
    assert (code, answer["error"]["code"]) == (9, "XL-DICOM-704")
    assert f"partly sent to archive old-research: 0 of {len(ours)} files" in xinglin.ledger()


def test_the_same_in_python(released, ours, study, xinglin):
    import xinglin as xl
    from xinglin.records.errors import Refused

    home = xinglin.home
    (found,) = xl.find_in_archive("pacs", date=DAY, home=home)
    assert found.uid == study and found.instances == 24
    (chart,) = xl.take_in_from_archive("pacs", study, home=home)
    assert [scan.slices for scan in chart.scans] == [24]
    with pytest.raises(Refused, match="XL-SEND-004"):
        xl.send_to_archive("pacs", released["release"], home=home)
    assert xl.send_to_archive("research", released["release"], home=home).sent == len(ours)


def test_a_real_patients_measurements_reach_the_clinical_archive(archive, phantom, fresh, passphrase, tmp_path):
    """The phantom plays a patient: without its marks of being artificial, and with a ball in its left lung."""
    (tmp_path / "ct").mkdir()
    for number, one in enumerate(copy.deepcopy(list(phantom.values()))):
        for name in ("SyntheticData", "ContributingEquipmentSequence", "Manufacturer"):
            one.pop(name, None)
        one.SeriesDescription, one.StudyInstanceUID, one.SeriesInstanceUID = "CHEST", "1.2.3.7", "1.2.3.7.1"
        one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.7.1.{number + 1}"
        one.PatientID, one.StudyDate = "7", "20251201"
        one.PixelData = with_a_ball(one).tobytes()
        one.save_as(tmp_path / "ct" / f"{number}.dcm")
    chart = fresh("take-in", tmp_path / "ct")[1]["charts"][0]["id"]
    assert not fresh("images", chart)[1]["series"][0]["synthetic"]
    code, marked = fresh("mark", chart, "--at=60,0,0", "--by", "dr.li")
    assert code == 0, marked
    draft = fresh("make", "imaging-report", chart)[1]["draft"]
    fresh("sign", draft, "--as", "dr.li", "--passphrase-file", passphrase)
    code, done = fresh("release", draft, "-o", tmp_path / "out")
    assert code == 0, done
    sent = by_instance(Path(f["path"]).read_bytes() for f in done["files"] if f["media_type"] == "application/dicom")
    code, answer = fresh("archive", "send", "pacs", done["release"])
    assert (code, answer["sent"], answer["missing"]) == (0, len(sent), 0)
    with DicomWeb(archive.url, user=USER) as web:
        assert by_instance(web.fetch("1.2.3.7")) == sent
    assert sorted(str(one.Modality) for one in sent.values()) == ["SEG", "SR"]


def with_a_ball(one, center=(60, 0, 0), radius_mm=12):
    """The pixels of a slice with a ball of soft tissue in it."""
    x, y, z = (float(n) for n in one.ImagePositionPatient)
    row_mm, column_mm = (float(n) for n in one.PixelSpacing)
    rows, columns = np.mgrid[0 : one.Rows, 0 : one.Columns]
    away = np.sqrt((x + columns * column_mm - center[0]) ** 2 + (y + rows * row_mm - center[1]) ** 2 + (z - center[2]) ** 2)
    pixels = one.pixel_array.copy()
    pixels[away <= radius_mm] = (40 - float(one.RescaleIntercept)) / float(one.RescaleSlope)
    return pixels
