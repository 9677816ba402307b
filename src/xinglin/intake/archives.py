"""Images in from a hospital's archive: what it has of a person, and a study fetched into a private folder.

The folder stands in the house, for its owner's eyes alone, and is gone when the taking-in ends; what a killed process
left is removed when the house is next opened. What comes must be the study that was asked for.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from xinglin.records.archive import Archive, ArchiveSeries, ArchiveStudy
from xinglin.records.errors import NotFound, OutOfResources, RemoteFailed, UsageError

if TYPE_CHECKING:
    from xinglin.formats.dicom.network_archive import ArchiveLink

ARRIVING: Final = "arriving"
STOPPED_BY_SIGNAL: Final = 128 + signal.SIGTERM
_STUDY_FIELDS: Final = (
    "StudyDate", "ModalitiesInStudy", "StudyDescription", "PatientID", "PatientName", "NumberOfStudyRelatedSeries",
    "NumberOfStudyRelatedInstances",
)  # fmt: skip
_SERIES_FIELDS: Final = ("Modality", "SeriesDescription", "NumberOfSeriesRelatedInstances")
_MOST_SERIES: Final = 2000
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*\Z")


class Wanted(Struct, frozen=True):
    """What is looked for. `date` is YYYY-MM-DD, or two of them as FROM..TO."""

    patient_id: str = ""
    date: str = ""
    modality: str = ""
    study: str = ""


def connect(archive: Archive, token: str = "", password: str = "") -> ArchiveLink:
    """The archive, not yet asked anything. Raises InvalidInput XL-DICOM-701, UsageError XL-DICOM-601 for an address that is none."""
    from xinglin.formats.dicom import network_archive

    return network_archive.connect(archive, token, password)


def faults_of(archive: Archive) -> str:
    """What is wrong with the address or title of an archive, "" when nothing is."""
    from urllib.parse import urlsplit

    from xinglin.formats.dicom.network_archive import dimse_address, listening

    try:
        if archive.url.startswith("dimse://"):
            dimse_address(archive.url)
            if archive.listen:
                listening(archive.listen)
            return ""
        parts = urlsplit(archive.url)
        sound = (
            parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.password or parts.query or parts.fragment)
        )
        _ = parts.port
    except ValueError:
        return "http(s)://host/path or dimse://TITLE@host:port is asked for; listen is address:port"
    return "" if sound else "http(s)://host/path or dimse://TITLE@host:port is asked for, without name or password"


# ---- what is there


def studies(link: ArchiveLink, wanted: Wanted, limit: int = 100) -> tuple[tuple[ArchiveStudy, ...], bool]:
    """(the studies that fit, newest first; whether there may be more). A study asked for by UID comes with its series.

    Rows that do not fit are left out, for archives that pass over what they do not understand. Raises UsageError
    XL-ARCHIVE-001 to 003, RemoteFailed.
    """
    match = _question(wanted)
    rows = link.find("studies", match, _STUDY_FIELDS, limit)
    found = {study.uid: study for row in rows if _fits(row, match) for study in [_study(row)]}
    if wanted.study:
        found = {uid: _with_series(link, study) for uid, study in found.items()}
    order = sorted(found.values(), key=lambda one: (one.date, one.uid), reverse=True)
    return tuple(order), len(rows) >= limit


def _question(wanted: Wanted) -> dict[str, str]:
    if not (wanted.patient_id or wanted.date or wanted.study):
        raise UsageError(
            "XL-ARCHIVE-001", "an archive is asked about someone or some day", why="nobody needs a list of everyone",
            fix="give --patient-id, --date or --study",
        )  # fmt: skip
    if set(wanted.patient_id) & set("*?\\"):
        raise UsageError("XL-ARCHIVE-002", "a patient's number is given whole", where="--patient-id", fix="leave out * ? and \\")
    if wanted.modality and not re.fullmatch("[A-Z0-9_ ]{1,16}", wanted.modality):
        raise UsageError("XL-ARCHIVE-002", "this is no modality", where="--modality", fix="for example CT, MR or PT")
    rows = {
        "PatientID": wanted.patient_id,
        "StudyDate": _dicom_date(wanted.date) if wanted.date else "",
        "ModalitiesInStudy": wanted.modality,
        "StudyInstanceUID": uid_of(wanted.study) if wanted.study else "",
    }
    return {name: value for name, value in rows.items() if value}


def uid_of(text: str, where: str = "--study") -> str:
    """The UID itself. Raises UsageError XL-ARCHIVE-004 for what is none."""
    if len(text) > 64 or not _UID.match(text):
        raise UsageError(
            "XL-ARCHIVE-004", "this is not a UID", where=where, why="digits and dots, at most 64", fix="copy it from: archive find"
        )
    return text


def _dicom_date(words: str) -> str:
    try:
        days = [date.fromisoformat(day).strftime("%Y%m%d") for day in words.split("..")]
    except ValueError:
        days = []
    if len(days) not in (1, 2) or days != sorted(days):
        raise UsageError("XL-ARCHIVE-003", "this is no date", where="--date", fix="write 2026-03-04, or 2026-03-01..2026-03-31")
    return "-".join(days)


def _fits(row: Mapping[str, str], match: Mapping[str, str]) -> bool:
    """Whether a row is an answer to what was asked; what a row does not say is not held against it."""
    for name, asked in match.items():
        said = row.get(name, "")
        if name == "StudyDate":
            first, _, last = asked.partition("-")
            fits = first <= said <= (last or first)
        else:
            fits = asked in (part.strip() for part in said.split("\\"))
        if said and not fits:
            return False
    return True


def _study(row: Mapping[str, str]) -> ArchiveStudy:
    return ArchiveStudy(
        row.get("StudyInstanceUID", ""), _day(row.get("StudyDate", "")), tuple(m for m in row.get("ModalitiesInStudy", "").split("\\") if m),
        row.get("StudyDescription", ""), row.get("PatientID", ""), row.get("PatientName", ""),
        _count(row.get("NumberOfStudyRelatedSeries", "")), _count(row.get("NumberOfStudyRelatedInstances", "")),
    )  # fmt: skip


def _with_series(link: ArchiveLink, study: ArchiveStudy) -> ArchiveStudy:
    from msgspec.structs import replace

    rows = link.find("series", {"StudyInstanceUID": study.uid}, _SERIES_FIELDS, _MOST_SERIES)
    series = [
        ArchiveSeries(
            row.get("SeriesInstanceUID", ""), row.get("Modality", ""), row.get("SeriesDescription", ""),
            _count(row.get("NumberOfSeriesRelatedInstances", "")),
        )
        for row in rows
    ]  # fmt: skip
    return replace(study, series=tuple(sorted(series, key=lambda one: one.uid)))


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else text


def _count(text: str) -> int | None:
    return int(text) if text.isdigit() else None


# ---- one study, here


@contextmanager
def fetched(link: ArchiveLink, home: Path, study: str, series: str, arrived: Callable[[int, int], object]) -> Iterator[Path]:
    """A private folder with the files of a study, or of one series of it, until the block ends.

    Raises NotFound XL-ARCHIVE-005 when nothing came, RemoteFailed XL-ARCHIVE-006 when something else came, and what
    the archive raises.
    """
    uid_of(study)
    if series:
        uid_of(series, "--series")
    with private_folder(home) as folder:
        if not link.fetch(study, series, folder, arrived):
            raise NotFound(
                "XL-ARCHIVE-005", "the archive has nothing under this UID", where=link.archive.name, fix="look: archive find --study"
            )
        _see_that_it_is_what_was_asked(folder, study, series, link.archive.name)
        yield folder


def _see_that_it_is_what_was_asked(folder: Path, study: str, series: str, where: str) -> None:
    from xinglin.formats import dicom

    found = dicom.find_series([folder])
    came = {(one.study_uid, one.series_uid) for one in (*found.series, *found.others)}
    if any(its_study != study or (series and its_series != series) for its_study, its_series in came):
        raise RemoteFailed(
            "XL-ARCHIVE-006", "the archive sent something else than was asked", where=where, fix="ask its operator; nothing was kept"
        )


@contextmanager
def private_folder(home: Path) -> Iterator[Path]:
    """A folder of this process alone, mode 0700, removed at the end whatever happens; also when asked to stop (SIGTERM)."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / ARRIVING).mkdir(mode=0o700, exist_ok=True)
        with _held(home / ARRIVING):
            folder = Path(tempfile.mkdtemp(prefix="fetch-", dir=home / ARRIVING))
            alive = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise OutOfResources(
            "XL-ARCHIVE-007", "there is no room for what comes", why=type(error).__name__, fix="check the house's disk"
        ) from error
    try:
        with _stopping_cleanly():
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(alive)


def clear_leftovers(home: Path) -> None:
    """Removes what processes that no longer live had fetched; folders of living ones are locked and stay."""
    place = home / ARRIVING
    if not place.is_dir() or not any(place.iterdir()):
        return
    with _held(place):
        for folder in place.iterdir():
            with suppress(OSError), _held(folder, wait=False):
                shutil.rmtree(folder)


@contextmanager
def _held(folder: Path, wait: bool = True) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _stopping_cleanly() -> Iterator[None]:
    """Inside, a request to stop (SIGTERM) unwinds like an error, so that what is held is let go; else it ends the process at once."""
    first = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not first:
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise SystemExit(STOPPED_BY_SIGNAL)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
