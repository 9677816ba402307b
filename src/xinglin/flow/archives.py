"""The commands about a hospital's image archive: does it answer, what has it, a study taken in, a release sent there.

Nothing is asked but the archives of the settings, or an address that was typed. What an archive says of a person goes to
the person who asked, never into a log; the ledger names the archive and our own handles.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from xinglin.flow.archive_settings import archive_meant, secrets_of
from xinglin.flow.asked import Asked, Outcome, who
from xinglin.flow.house import House
from xinglin.records.archive import ArchiveStudy, Sent
from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.formats.dicom.network_archive import ArchiveLink
    from xinglin.intake.archives import Wanted

PARTIAL = 8
_EVERY_SECONDS = 0.2


def archive_test(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Does it answer?"""
    house = asked.house()
    with _opened(house, given["archive"]) as link:
        _noted(house, given, f"archive {link.archive.name} tested")
        link.answers()
        how = "DIMSE" if link.archive.url.startswith("dimse://") else "DICOMweb"
        value = {"archive": link.archive.name, "network": how, "answers": True, "accepts_synthetic": link.archive.accepts_synthetic}
    return Outcome(value, (f"{value['archive']} answers ({how})",))


def archive_find(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The studies of someone, or of some days."""
    from xinglin.intake.archives import Wanted

    house = asked.house()
    wanted = Wanted(given["patient_id"] or "", given["date"] or "", given["modality"] or "", given["study"] or "")
    found, more = find_studies(house, given["archive"], wanted, given["limit"], given["by"] or who())
    if more:
        asked.note(f"the archive may have more than these {given['limit']}; narrow the question, or raise --limit")
    value = {"archive": given["archive"], "studies": msgspec.to_builtins(found), "more": more}
    return Outcome(value, tuple(line for study in found for line in _study_lines(study)))


def find_studies(house: House, name: str, wanted: Wanted, limit: int, by: str) -> tuple[tuple[ArchiveStudy, ...], bool]:
    """(studies, whether there may be more); the ledger says who asked which archive, not for whom."""
    from xinglin.intake import archives

    with _opened(house, name) as link:
        house.store.note(by, f"archive {link.archive.name} searched")
        return archives.studies(link, wanted, limit)


def _study_lines(study: ArchiveStudy) -> Iterator[str]:
    person = f"{study.patient_id}  {study.patient_name}".rstrip()
    counts = f"{_number(study.series_count)} series, {_number(study.instances)} instances"
    yield f"{study.date or '-':<11} {'/'.join(study.modalities) or '-':<8} {person}  {study.description}  {counts}"
    yield f"  {study.uid}"
    for one in study.series:
        yield f"    {one.modality:<4} {_number(one.instances):>6} instances  {one.description}"
        yield f"    {one.uid}"


def _number(count: int | None) -> str:
    return "?" if count is None else str(count)


@contextmanager
def arriving(house: House, name: str, study: str, series: str, by: str) -> Iterator[Path]:
    """The files of a study, or of one series, in a private folder until the block ends; see `intake.archives.fetched`."""
    from xinglin.intake import archives

    with _opened(house, name) as link:
        house.store.note(by, f"archive {link.archive.name} asked for a study")
        with (
            _progress(f"from {link.archive.name}") as arrived,
            archives.fetched(link, house.settings.home, study, series, arrived) as folder,
        ):
            yield folder


def taken_in(asked: Asked, given: Mapping[str, Any], folder_in: Callable[[Asked, Mapping[str, Any]], Outcome]) -> Outcome:
    """A study fetched, then taken in by `folder_in` like a folder. Raises UsageError XL-ARCHIVE-008."""
    if not given["archive"] or not given["study"]:
        raise UsageError(
            "XL-ARCHIVE-008", "an archive and a study belong together", fix="--archive NAME --study UID; xinglin archive find lists them"
        )
    if given["paths"]:
        raise UsageError(
            "XL-ARCHIVE-008",
            "paths or an archive, one at a time",
            where="--archive",
            fix="two commands: one for the paths, one for the study",
        )
    house, by = asked.house(), who()
    with arriving(house, given["archive"], given["study"], given["series"] or "", by) as folder:
        outcome = folder_in(asked, {**given, "paths": [str(folder)], "archive": None, "study": None, "series": None})
    note_charts(house, given["archive"], [row["id"] for row in outcome.value["charts"]], by)
    return outcome


def note_charts(house: House, name: str, charts: Iterable[str], by: str) -> None:
    """The ledger says which charts got images from which archive."""
    for chart in charts:
        if chart:
            house.store.note(by, f"images taken in from archive {archive_meant(name, house.settings.archives).name}", chart)


def archive_send(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """The DICOM files of a release, to an archive."""
    house = asked.house()
    sent = send_release(house, given["archive"], given["release"], given["by"] or who(), dry_run=given["dry_run"])
    if sent.fault:
        for line in f"error {sent.fault}".splitlines():
            asked.note(line)
    value = msgspec.to_builtins(sent)
    line = f"{sent.release} at {sent.archive}: {sent.sent} files sent, {sent.there_before} there before, {sent.missing} missing"
    return Outcome(value, (line,), PARTIAL if sent.missing and not given["dry_run"] else 0)


def send_release(house: House, name: str, release: str, by: str, *, dry_run: bool = False) -> Sent:
    """What became of a release sent to an archive; see `review.sending.send`."""
    from xinglin.review import sending

    with _opened(house, name) as link, _progress(f"to {link.archive.name}") as arrived:
        return sending.send(house.desk, release, link, by=by, arrived=arrived, dry_run=dry_run)


def _opened(house: House, name: str) -> ArchiveLink:
    from xinglin.intake import archives

    archive = archive_meant(name, house.settings.archives)
    token, password = secrets_of(archive, house.settings.home, from_table=name in house.settings.archives)
    return archives.connect(archive, token, password)


def _noted(house: House, given: Mapping[str, Any], what: str) -> None:
    house.store.note(given["by"] or who(), what)


@contextmanager
def _progress(word: str) -> Iterator[Callable[[int, int], None]]:
    """Tells a person at a terminal how far it is, on one line of stderr; says nothing into a file or pipe."""
    shown = sys.stderr.isatty()
    last = 0.0

    def arrived(files: int, size: int) -> None:
        nonlocal last
        now = time.monotonic()
        if shown and now - last >= _EVERY_SECONDS:
            last = now
            sys.stderr.write(f"\r{word}: {files} files, {size / 1e6:.0f} MB ")
            sys.stderr.flush()

    try:
        yield arrived
    finally:
        if last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
