"""A release sent to a hospital's archive: its DICOM files alone, exactly as they were released, each looked at again.

An artificial image never goes to an archive that does not say it accepts such. What the archive has already is not sent
twice, and when something fails it is said what is there. The ledger knows of every sending before its first byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from xinglin.privacy import labels
from xinglin.records.archive import Sent
from xinglin.records.errors import NotFound, OutOfResources, Refused, RemoteFailed
from xinglin.review.desk import Desk

if TYPE_CHECKING:
    from xinglin.formats.dicom.network_archive import ArchiveLink, Parcel
    from xinglin.store import KeptRelease

_DICOM: Final = "application/dicom"
_MOST_INSTANCES: Final = 100_000


def send(desk: Desk, release_id: str, link: ArchiveLink, *, by: str, arrived: Callable[[int, int], object], dry_run: bool = False) -> Sent:
    """What became of it: everything is there, or some of it (`missing`, `fault`). The same again sends what is missing.

    Raises NotFound (no such release, no DICOM in it), Refused XL-SEND-001 to 005 (replaced or erased, papers changed, label
    not as it should be, artificial), RemoteFailed and OutOfResources when nothing could be sent.
    """
    store, archive = desk.store, link.archive
    kept = store.release(release_id)
    parcels = _parcels(desk, kept)
    if not archive.accepts_synthetic and (artificial := _artificial(desk, kept, parcels)):
        store.note(by, f"refused to send to archive {archive.name}: artificial images", release_id)
        raise Refused(
            "XL-SEND-004", "artificial images do not go to this archive", where=f"archive {archive.name}",
            why=f"{artificial} of {len(parcels)} files are, or rest on, artificial images (0008,001C)",
            fix="send them to a research or teaching archive whose settings say accepts_synthetic = true",
        )  # fmt: skip
    there = _there(link, parcels)
    waiting = [one for one in parcels if one.instance not in there]
    if dry_run or not waiting:
        return Sent(release_id, archive.name, len(parcels) - len(waiting), 0, len(waiting))
    store.note(by, f"sending to archive {archive.name}", release_id)
    confirmed, fault = _send(link, waiting, arrived)
    missing = {one.instance for one in waiting} - confirmed
    sent = len(waiting) - len(missing)
    word = "partly sent" if missing else "sent"
    store.note(by, f"{word} to archive {archive.name}: {sent + len(parcels) - len(waiting)} of {len(parcels)} files", release_id)
    if fault is not None and sent == 0 and not there:
        raise fault
    return Sent(release_id, archive.name, len(parcels) - len(waiting), sent, len(missing), str(fault) if fault and missing else "")


def _parcels(desk: Desk, kept: KeptRelease) -> list[Parcel]:
    """The DICOM files of a release, as they were released. Raises NotFound, Refused XL-SEND-001 to 003 and 005."""
    from xinglin.formats.dicom.network_archive import parcel

    store, release = desk.store, kept.release
    if kept.state != "released":
        raise Refused(
            "XL-SEND-001", f"{release.id} is no longer the one in force", why=kept.state, fix="send the newest release of this draft"
        )
    desk.see_that_nobody_meddled(release.draft)
    rows = [
        (file, content)
        for file, content in zip(release.files, store.release_contents(release.id), strict=True)
        if file.media_type == _DICOM
    ]
    if not rows:
        raise NotFound("XL-SEND-005", f"{release.id} holds no DICOM files", fix="only releases of images can be sent to an archive")
    for file, content in rows:
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise Refused("XL-SEND-002", "a file is not the one that was released", where=file.path, fix="restore the house from a backup")
        report = labels.check(content, _DICOM)
        if report.verdict != "compliant" or (report.implicit or {}).get("ProduceID") != release.id:
            raise Refused(
                "XL-SEND-003", "a file's AI label is not as it should be", where=file.path, why="; ".join(report.problems) or "another release's",
                fix="release it anew",
            )  # fmt: skip
    return [parcel(content, file.path) for file, content in rows]


def _artificial(desk: Desk, kept: KeptRelease, parcels: Sequence[Parcel]) -> int:
    """How many of the files are artificial; all of them when the draft itself made the images, whatever the files say."""
    draft = desk.store.draft(kept.release.draft, kept.revision)
    return len(parcels) if draft.provenance.images else sum(one.synthetic for one in parcels)


def _there(link: ArchiveLink, parcels: Sequence[Parcel]) -> set[str]:
    """Which instances the archive says it has; none where it cannot or will not say (it is then sent them again)."""
    found: set[str] = set()
    for study, series in sorted({(one.study, one.series) for one in parcels}):
        match = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
        try:
            rows = link.find("instances", match, ("SOPInstanceUID",), _MOST_INSTANCES)
        except RemoteFailed:
            return set()
        found |= {row.get("SOPInstanceUID", "") for row in rows}
    return found & {one.instance for one in parcels}


def _send(
    link: ArchiveLink, waiting: Sequence[Parcel], arrived: Callable[[int, int], object]
) -> tuple[set[str], RemoteFailed | OutOfResources | None]:
    """(the instances that are there now, what went wrong). After a fault the archive is asked what it kept."""
    sizes = {one.instance: len(one.content) for one in waiting}
    confirmed: dict[str, int] = {}

    def kept(instance: str) -> None:
        if instance in sizes:
            confirmed[instance] = sizes[instance]
            arrived(len(confirmed), sum(confirmed.values()))

    try:
        link.send(waiting, kept)
    except (RemoteFailed, OutOfResources) as fault:
        return set(confirmed) | _there(link, waiting), fault
    return set(confirmed), None
