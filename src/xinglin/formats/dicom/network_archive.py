"""One way to speak with a hospital's archive, whichever network it is on: DICOMweb, or the older one (DIMSE).

Asked only at the address the settings, or the person, named. Rows come back as DICOM keyword -> value.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from xinglin.formats.dicom.network_dimse import Peer
from xinglin.formats.dicom.network_web import DicomWeb, WebLimits
from xinglin.formats.dicom.original_slices import read_original
from xinglin.records.archive import Archive
from xinglin.records.errors import OutOfResources

Level = Literal["studies", "series", "instances"]
Arrived = Callable[[int, int], object]  # (files, bytes) so far

MOST_INSTANCES: Final = 20_000
_DIMSE: Final = {"studies": "STUDY", "series": "SERIES", "instances": "IMAGE"}
_DICOM_PORT: Final = 104


class Parcel(Struct, frozen=True):
    """One DICOM file to be sent: what it is, whether it says it is artificial, and its bytes."""

    study: str
    series: str
    instance: str
    synthetic: bool
    content: bytes


def parcel(content: bytes, where: str) -> Parcel:
    """What a file of our own says it is. Raises InvalidInput XL-DICOM-501."""
    names = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SyntheticData", "SeriesDescription")
    header = read_original(content, only=names, where=where)
    study, series, instance, mark, words = (str(header.get(name) or "") for name in names)
    return Parcel(study, series, instance, mark == "YES" or words.startswith("SYNTHETIC"), content)


class ArchiveLink(ABC):
    """An archive at hand. Use it in a `with`, or close() it. Every fault is a RemoteFailed or OutOfResources that names no patient."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive

    def __enter__(self) -> ArchiveLink:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @abstractmethod
    def answers(self) -> None:
        """Returns when the archive understands us: a search for one study, or C-ECHO."""

    @abstractmethod
    def find(self, level: Level, match: Mapping[str, str], fields: Sequence[str], limit: int) -> list[dict[str, str]]:
        """What the archive has, at most `limit` rows. `match` names the study (and series) for the lower levels."""

    @abstractmethod
    def fetch(self, study: str, series: str, into: Path, arrived: Arrived) -> int:
        """A study, or one series of it, written into an existing folder; how many files came."""

    @abstractmethod
    def send(self, parcels: Sequence[Parcel], kept: Callable[[str], object]) -> None:
        """Sends files; `kept` hears the instance UID of each one the archive confirms."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connections."""


class _Web(ArchiveLink):
    """QIDO-RS, WADO-RS, STOW-RS."""

    def __init__(self, archive: Archive, token: str, password: str) -> None:
        super().__init__(archive)
        user = (archive.user, password) if archive.user else None
        self._web = DicomWeb(archive.url, token=token, user=user, limits=WebLimits(seconds=archive.seconds))

    def answers(self) -> None:
        self._web.search("studies", limit=1)

    def find(self, level: Level, match: Mapping[str, str], fields: Sequence[str], limit: int) -> list[dict[str, str]]:
        inside = match.get("StudyInstanceUID", "") if level != "studies" else ""
        rest = {word: value for word, value in match.items() if not (inside and word == "StudyInstanceUID")}
        return self._web.search(level, rest, study=inside, fields=fields, limit=limit)

    def fetch(self, study: str, series: str, into: Path, arrived: Arrived) -> int:
        files = size = 0
        for content in self._web.fetch(study, series):
            files, size = files + 1, size + len(content)
            if files > MOST_INSTANCES:
                raise OutOfResources(
                    "XL-DICOM-706",
                    "the archive sends more than is taken",
                    why=f"{MOST_INSTANCES} instances",
                    fix="take one series at a time",
                )
            _write(into / f"received-{files:06d}.dcm", content)
            arrived(files, size)
        return files

    def send(self, parcels: Sequence[Parcel], kept: Callable[[str], object]) -> None:
        self._web.store((one.content for one in parcels), told=kept)

    def close(self) -> None:
        self._web.close()


class _Dimse(ArchiveLink):
    """C-ECHO, C-FIND, C-GET or C-MOVE, C-STORE."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        title, host, port = dimse_address(archive.url)
        self._peer = Peer(host, port, title, archive.own_title, archive.seconds, instances=MOST_INSTANCES)

    def answers(self) -> None:
        from xinglin.formats.dicom.network_dimse import echo

        echo(self._peer)

    def find(self, level: Level, match: Mapping[str, str], fields: Sequence[str], limit: int) -> list[dict[str, str]]:
        from xinglin.formats.dicom.network_dimse import find

        return find(self._peer, _DIMSE[level], match, fields=fields, limit=limit)  # type: ignore[arg-type]

    def fetch(self, study: str, series: str, into: Path, arrived: Arrived) -> int:
        from xinglin.formats.dicom.network_dimse import get, move

        if self.archive.listen:
            listen = listening(self.archive.listen)
            return len(move(self._peer, study, into=into, listen=listen, series=series, arrived=arrived))
        return len(get(self._peer, study, into=into, series=series, arrived=arrived))

    def send(self, parcels: Sequence[Parcel], kept: Callable[[str], object]) -> None:
        from xinglin.formats.dicom.network_dimse import store

        store(self._peer, [one.content for one in parcels], kept=kept)

    def close(self) -> None:
        """Nothing stays open between two questions."""


def connect(archive: Archive, token: str = "", password: str = "") -> ArchiveLink:
    """The archive, not yet asked anything. `token` and `password` are kept in memory only."""
    return _Dimse(archive) if archive.url.startswith("dimse://") else _Web(archive, token, password)


def dimse_address(url: str) -> tuple[str, str, int]:
    """(title, host, port) of "dimse://TITLE@host:port"; port 104 when none is named. Raises ValueError."""
    parts = urlsplit(url)
    title = unquote(parts.username or "")
    if parts.scheme != "dimse" or not title or not parts.hostname or parts.password is not None or parts.path.strip("/") or parts.query:
        raise ValueError("dimse://TITLE@host:port is asked for")
    return title, parts.hostname, parts.port or _DICOM_PORT


def listening(words: str) -> tuple[str, int]:
    """(address, port) of "0.0.0.0:11112". Raises ValueError."""
    parts = urlsplit(f"//{words}")
    if not parts.hostname or not parts.port or parts.username or parts.path:
        raise ValueError("address:port is asked for")
    return parts.hostname, parts.port


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise OutOfResources(
            "XL-DICOM-706", "a received file cannot be kept", why=type(error).__name__, fix="check folder and disk"
        ) from error
