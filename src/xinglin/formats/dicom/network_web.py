"""A hospital's archive over DICOMweb: search (QIDO-RS), fetch (WADO-RS) and store (STOW-RS). Source: DICOM PS3.18.

Asked only at the address the user gives. Every answer is read under limits and every fault is a typed error that
names the server, never what was asked for. A server that is busy or failing is asked again a few times.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from msgspec import DecodeError, Struct
from msgspec.json import decode

from xinglin.formats.dicom.multipart import boundary_of, parts_of
from xinglin.records.errors import InvalidInput, OutOfResources, RemoteFailed, UsageError, XinglinError

if TYPE_CHECKING:
    from types import TracebackType

    import httpx2

Level = Literal["studies", "series", "instances"]

TOKEN_VARIABLE: Final = "XINGLIN_DICOMWEB_TOKEN"  # noqa: S105 - the name of a setting, not a secret
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*\Z")
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_JSON: Final = "application/dicom+json"
_PART10: Final = "application/dicom"


class WebLimits(Struct, frozen=True):
    """Patience and room: seconds without a byte, tries per request, wait between tries, sizes."""

    seconds: float = 30.0
    tries: int = 3
    wait_seconds: float = 0.5
    longest_wait_seconds: float = 10.0
    answer_bytes: int = 8 << 30
    instance_bytes: int = 1 << 30
    search_bytes: int = 64 << 20
    batch_bytes: int = 64 << 20


class DicomWeb:
    """One DICOMweb service. Use it in a `with` statement, or close() it."""

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        user: tuple[str, str] | None = None,
        limits: WebLimits = WebLimits(),
    ) -> None:
        """The service at `url`, its root ("https://pacs.example/dicom-web").

        token: bearer, else the environment's XINGLIN_DICOMWEB_TOKEN; user: name and password instead.
        Raises UsageError XL-DICOM-601.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise UsageError(
                "XL-DICOM-601", "this is not the address of a DICOMweb service", where="url", why="http(s)://host/path is asked for",
                fix="give the service root; name and password go in their own argument",
            )  # fmt: skip
        import httpx2

        self._root, self._limits = url.rstrip("/"), limits
        self._shown = f"{parts.scheme}://{parts.hostname}"
        bearer = token if token is not None else os.environ.get(TOKEN_VARIABLE, "")
        headers = {"Authorization": f"Bearer {bearer}"} if bearer and user is None else {}
        self._client = httpx2.Client(headers=headers, auth=user, timeout=limits.seconds, follow_redirects=False)

    def __enter__(self) -> DicomWeb:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def search(
        self, level: Level, match: Mapping[str, str] | None = None, *, study: str = "", fields: Sequence[str] = (), limit: int = 100
    ) -> list[dict[str, str]]:
        """What the archive has: one row per study, series or instance, DICOM keyword -> value, several joined by a backslash.

        match: keyword -> value, wildcards as the server allows them. study: look only inside this one. fields: further
        keywords wanted in the rows. limit: rows at most. Raises RemoteFailed XL-DICOM-602 to 606, OutOfResources 607.
        """
        path = f"/studies/{_uid(study)}/{level}" if study and level != "studies" else f"/{level}"
        query = [*(match or {}).items(), *(("includefield", name) for name in fields), ("limit", str(limit))]
        with self._asked("GET", path, {"Accept": _JSON}, query=query) as answer:
            if answer.status_code == 204:
                return []
            body = b"".join(self._read(answer, self._limits.search_bytes))
        return [_row(item) for item in self._json(body)[:limit]]

    def fetch(self, study: str, series: str = "", instance: str = "") -> Iterator[bytes]:
        """Every instance of a study, a series, or one instance, as DICOM files, one after another as they arrive.

        They come in the archive's own transfer syntax. Raises InvalidInput XL-DICOM-609 for a UID that is none,
        RemoteFailed XL-DICOM-602 to 606 (604 with status 404 when there is nothing), OutOfResources 607.
        """
        if instance and not series:
            raise InvalidInput(
                "XL-DICOM-609", "an instance is asked for by study, series and instance", where="series", fix="name the series"
            )
        below = "".join(f"/{word}/{_uid(uid)}" for word, uid in (("series", series), ("instances", instance)) if uid)
        path = f"/studies/{_uid(study)}{below}"
        accept = f'multipart/related; type="{_PART10}"; transfer-syntax=*'
        with self._asked("GET", path, {"Accept": accept}) as answer:
            try:
                boundary = boundary_of(answer.headers.get("content-type", ""))
                yield from parts_of(self._read(answer, self._limits.answer_bytes), boundary, self._limits.instance_bytes)
            except ValueError as error:
                raise self._unusable(str(error)) from error
            except OverflowError as error:
                raise self._too_large() from error

    def store(self, files: Iterable[bytes], *, told: Callable[[str], object] | None = None) -> tuple[str, ...]:
        """Sends DICOM files; the SOP instance UIDs the archive says it kept, in the order sent.

        `told` hears each of them as the answers come, also of an answer that refuses others. Raises RemoteFailed XL-DICOM-608 as soon as the archive refuses one (its failure reason, PS3.18 table 10.5.3-1).
        """
        kept: list[str] = []
        for batch in _batches(files, self._limits.batch_bytes):
            boundary = hashlib.sha256(b"".join(hashlib.sha256(file).digest() for file in batch)).hexdigest()
            head = f"--{boundary}\r\nContent-Type: {_PART10}\r\n\r\n".encode()
            body = b"".join(b"".join((head, file, b"\r\n")) for file in batch) + f"--{boundary}--\r\n".encode()
            kind = f'multipart/related; type="{_PART10}"; boundary={boundary}'
            with self._asked("POST", "/studies", {"Accept": _JSON, "Content-Type": kind}, body=body, also=(202, 409)) as answer:
                said = self._json(b"".join(self._read(answer, self._limits.search_bytes)))
            kept += self._kept(said[0] if said else {}, len(batch), told)
        return tuple(kept)

    def _kept(self, said: Mapping[str, Any], sent: int, told: Callable[[str], object] | None) -> list[str]:
        kept = [_first(item, "00081155") for item in _items(said, "00081199")]
        if told is not None:
            for uid in kept:
                told(uid)
        failed = _items(said, "00081198")
        if failed:
            reasons = sorted({_first(item, "00081197") for item in failed})
            raise RemoteFailed(
                "XL-DICOM-608", "the archive did not keep everything", where=self._shown, why=f"{len(failed)} refused, reason {', '.join(reasons)}",
                fix="ask its operator; what it kept stays there",
            )  # fmt: skip
        if len(kept) != sent:
            raise self._unusable("it does not say what it kept")
        return kept

    @contextmanager
    def _asked(
        self, method: str, path: str, headers: Mapping[str, str], *, query: Sequence[tuple[str, str]] = (), body: bytes = b"",
        also: tuple[int, ...] = (),
    ) -> Iterator[httpx2.Response]:  # fmt: skip
        """The answer to one request, closed when its user is done."""
        request = self._client.build_request(method, self._root + path, headers=headers, params=list(query) or None, content=body or None)
        answer = self._sent(request)
        try:
            if answer.status_code not in (200, 204, *also):
                raise self._refused(answer.status_code)
            yield answer
        finally:
            answer.close()

    def _sent(self, request: httpx2.Request) -> httpx2.Response:
        """The head of the answer; asks again while the server is busy or out of reach."""
        import httpx2

        turn = 0
        while True:
            turn += 1
            last = turn >= self._limits.tries
            try:
                answer = self._client.send(request, stream=True)
            except httpx2.TimeoutException as error:
                if last:
                    raise self._late() from error
                self._wait(turn, "")
                continue
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                if last:
                    raise self._unreachable(error) from error
                self._wait(turn, "")
                continue
            if last or answer.status_code not in _BUSY:
                return answer
            answer.close()
            self._wait(turn, answer.headers.get("retry-after", ""))

    def _read(self, answer: httpx2.Response, room: int) -> Iterator[bytes]:
        import httpx2

        try:
            for chunk in answer.iter_bytes(1 << 20):
                room -= len(chunk)
                if room < 0:
                    raise self._too_large()
                yield chunk
        except httpx2.TimeoutException as error:
            raise self._late() from error
        except httpx2.HTTPError as error:
            raise self._unreachable(error) from error

    def _json(self, body: bytes) -> list[dict[str, Any]]:
        try:
            said = decode(body or b"[]", type=list[dict[str, Any]] | dict[str, Any])
        except DecodeError as error:
            raise self._unusable("not DICOM JSON") from error
        return said if isinstance(said, list) else [said]

    def _wait(self, turn: int, asked: str) -> None:
        seconds = float(asked) if asked.isdigit() else self._limits.wait_seconds * 2 ** (turn - 1)
        time.sleep(min(seconds, self._limits.longest_wait_seconds))

    def _late(self) -> XinglinError:
        return RemoteFailed(
            "XL-DICOM-603", "the archive did not answer in time", where=self._shown, why="time limit", fix="try again later"
        )

    def _unreachable(self, error: Exception) -> XinglinError:
        return RemoteFailed(
            "XL-DICOM-602",
            "the archive could not be reached",
            where=self._shown,
            why=type(error).__name__,
            fix="check the address and the network",
        )

    def _refused(self, status: int) -> XinglinError:
        if 300 <= status < 400:
            return RemoteFailed(
                "XL-DICOM-605",
                "the archive sends us elsewhere",
                where=self._shown,
                why=f"status {status}",
                fix="give the final address yourself",
            )
        fixes = {
            401: f"set {TOKEN_VARIABLE}, or name and password",
            403: "ask for the right to read",
            404: "check the UID and the service root",
        }
        return RemoteFailed(
            "XL-DICOM-604", "the archive said no", where=self._shown, why=f"status {status}", fix=fixes.get(status, "ask its operator")
        )

    def _unusable(self, why: str) -> XinglinError:
        return RemoteFailed("XL-DICOM-606", "the archive's answer is not usable", where=self._shown, why=why, fix="ask its operator")

    def _too_large(self) -> XinglinError:
        return OutOfResources(
            "XL-DICOM-607", "the archive's answer is too large", where=self._shown, why="the limit", fix="ask for less, or raise it"
        )


def _uid(text: str) -> str:
    if len(text) > 64 or not _UID.match(text):
        raise InvalidInput(
            "XL-DICOM-609", "this is not a UID", where="uid", why="digits and dots, at most 64", fix="copy it from the search"
        )
    return text


def _batches(files: Iterable[bytes], most: int) -> Iterator[list[bytes]]:
    """Files in groups of at most `most` bytes; a larger file is a group of its own."""
    batch: list[bytes] = []
    size = 0
    for file in files:
        if batch and size + len(file) > most:
            yield batch
            batch, size = [], 0
        batch.append(file)
        size += len(file)
    if batch:
        yield batch


def _row(item: Mapping[str, Any]) -> dict[str, str]:
    from pydicom.datadict import keyword_for_tag

    row = {}
    for tag in sorted(item):
        keyword = keyword_for_tag(tag) if re.fullmatch("[0-9A-Fa-f]{8}", tag) else ""
        if keyword and isinstance(item[tag], Mapping) and item[tag].get("vr") != "SQ":
            row[keyword] = "\\".join(_word(value) for value in item[tag].get("Value") or ())
    return row


def _word(value: object) -> str:
    if isinstance(value, Mapping):
        return str(value.get("Alphabetic", ""))
    return "" if value is None else str(value)


def _items(said: Mapping[str, Any], tag: str) -> list[Mapping[str, Any]]:
    element = said.get(tag)
    found = element.get("Value") if isinstance(element, Mapping) else None
    return [item for item in found or () if isinstance(item, Mapping)]


def _first(item: Mapping[str, Any], tag: str) -> str:
    element = item.get(tag)
    values = element.get("Value") if isinstance(element, Mapping) else None
    return _word(values[0]) if values else ""
