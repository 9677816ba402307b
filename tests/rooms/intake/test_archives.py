"""What an archive says is held against what was asked, and what it sends lies in a private folder that is gone afterwards."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from xinglin.intake.archives import ARRIVING, Wanted, clear_leftovers, fetched, private_folder, studies
from xinglin.records.archive import Archive
from xinglin.records.errors import NotFound, RemoteFailed

ROW = {
    "StudyInstanceUID": "1.2", "StudyDate": "20260115", "ModalitiesInStudy": "CT\\SR", "PatientID": "7", "PatientName": "A^B",
    "NumberOfStudyRelatedSeries": "2", "NumberOfStudyRelatedInstances": "",
}  # fmt: skip
HOLDER = """
import sys, time
from pathlib import Path
from xinglin.intake.archives import private_folder
with private_folder(Path(sys.argv[1])) as folder:
    (folder / "image").write_bytes(b"of a patient")
    print(folder, flush=True)
    time.sleep(60)
"""


class Told:
    """An archive that answers what it was told to."""

    def __init__(self, rows=(), files=()):
        self.rows, self.files, self.asked = rows, files, []
        self.archive = Archive(url="https://a", name="told")

    def find(self, level, match, fields, limit):
        self.asked.append((level, dict(match)))
        return list(self.rows) if level == "studies" else [{"SeriesInstanceUID": "1.2.1", "Modality": "CT"}]

    def fetch(self, study, series, into, arrived):
        for number, content in enumerate(self.files):
            (into / f"{number}.dcm").write_bytes(content)
        return len(self.files)


def test_rows_that_are_no_answer_are_left_out():
    others = [
        ROW | {"StudyInstanceUID": uid} | change
        for uid, change in (("1.3", {"PatientID": "8"}), ("1.4", {"StudyDate": "20251231"}), ("1.5", {"ModalitiesInStudy": "MR"}))
    ]
    silent = {"StudyInstanceUID": "1.6"}
    link = Told([*others, ROW, silent])
    found, more = studies(link, Wanted("7", "2026-01-01..2026-01-31", "CT"))
    assert [one.uid for one in found] == ["1.2", "1.6"] and not more
    assert (found[0].date, found[0].modalities, found[0].series_count, found[0].instances) == ("2026-01-15", ("CT", "SR"), 2, None)
    assert link.asked == [("studies", {"PatientID": "7", "StudyDate": "20260101-20260131", "ModalitiesInStudy": "CT"})]


def test_a_study_asked_for_by_uid_comes_with_its_series():
    found, more = studies(Told([ROW]), Wanted(study="1.2"), limit=1)
    assert [one.uid for one in found[0].series] == ["1.2.1"] and more


def test_an_archive_that_sends_another_study_is_not_believed(tmp_path):
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian

    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID, one.SOPInstanceUID, one.StudyInstanceUID, one.SeriesInstanceUID = (
        "1.2.840.10008.5.1.4.1.1.2",
        "1.9.9.9",
        "1.9",
        "1.9.9",
    )
    one.PatientID, one.Modality = "7", "CT"
    one.save_as(tmp_path / "one.dcm", enforce_file_format=True)
    link = Told(files=[(tmp_path / "one.dcm").read_bytes()])
    for study, series in (("1.8", ""), ("1.9", "1.9.8")):
        with pytest.raises(RemoteFailed, match="XL-ARCHIVE-006"), fetched(link, tmp_path, study, series, lambda *_: None):
            pytest.fail("what was not asked for was let in")
    with fetched(link, tmp_path, "1.9", "1.9.9", lambda *_: None) as folder:
        assert [path.name for path in folder.iterdir()] == ["0.dcm"]
    with pytest.raises(NotFound, match="XL-ARCHIVE-005"), fetched(Told(), tmp_path, "1.9", "", lambda *_: None):
        pytest.fail("nothing came")
    assert list((tmp_path / ARRIVING).iterdir()) == []


def test_the_folder_is_private_and_gone_whatever_happens(tmp_path):
    with pytest.raises(KeyboardInterrupt), private_folder(tmp_path / "house") as folder:
        assert oct(folder.stat().st_mode & 0o777) == oct(folder.parent.stat().st_mode & 0o777) == "0o700"
        (folder / "image").write_bytes(b"of a patient")
        raise KeyboardInterrupt
    assert list((tmp_path / "house" / ARRIVING).iterdir()) == []


def holding(home):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        return process, Path(process.stdout.readline().strip())


def test_a_process_asked_to_stop_takes_its_folder_with_it(tmp_path):
    process, folder = holding(tmp_path)
    assert (folder / "image").exists()
    process.terminate()
    assert process.wait(30) == 128 + signal.SIGTERM and not folder.exists()


def test_what_a_killed_process_left_goes_at_the_next_start_and_a_living_one_keeps_its_own(tmp_path):
    killed, left = holding(tmp_path)
    living, kept = holding(tmp_path)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(30)
    try:
        assert (left / "image").exists()
        clear_leftovers(tmp_path)
        assert not left.exists() and (kept / "image").exists()
    finally:
        living.terminate()
        living.wait(30)
    assert not kept.exists()
