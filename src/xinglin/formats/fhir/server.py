"""A patient from a FHIR server: `base/Patient/123` or `base/Patient/123/$everything`, page by page.

Asked only when the user gives a URL. Pages are followed on the same server alone, under limits, and every
fault is a typed RemoteFailed; the answer passes the same strict reader as a file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from xinglin.formats.fhir.bundles import Found, in_value
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.reading import Json
from xinglin.formats.fhir.strict import DEFAULT_LIMITS, Limits, parse_whole, resource, without_mark
from xinglin.formats.fhir.unchecked import objects_in, text_in
from xinglin.records.errors import OutOfResources, RemoteFailed, UsageError, XinglinError

if TYPE_CHECKING:
    import httpx2

TOKEN_VARIABLE = "XINGLIN_FHIR_TOKEN"  # noqa: S105 - the name of a setting, not a secret
_PATIENT = re.compile(r"(?P<base>https?://.+?)/Patient/(?P<id>[A-Za-z0-9\-._]{1,128})(?:/\$everything)?/?\Z")
_ACCEPT = "application/fhir+json"
# For servers without $everything: every type with a place in the chart; R4 searches each by `patient`.
_SEARCHES = (
    "Encounter", "Condition", "Observation", "MedicationRequest", "MedicationStatement", "MedicationAdministration",
    "MedicationDispense", "AllergyIntolerance", "Procedure", "DiagnosticReport", "DocumentReference", "Composition", "Immunization",
    "FamilyMemberHistory", "ImagingStudy", "CarePlan", "Goal", "Device", "MolecularSequence", "RelatedPerson",
)  # fmt: skip


def patient_url(base: str, patient_id: str) -> str:
    """The URL to read a patient from, from a server's base URL and the patient's id."""
    return f"{base.rstrip('/')}/Patient/{patient_id}"


def from_server(url: str, findings: list[Finding], *, limits: Limits = DEFAULT_LIMITS, token: str | None = None) -> Iterator[Found]:
    """Every resource of the patient at `url` (`.../Patient/123`): the Patient, then the pages of $everything.

    `token` is a bearer token (else the environment's XINGLIN_FHIR_TOKEN). Raises UsageError XL-FHIR-040 for a URL
    that names no patient, RemoteFailed XL-FHIR-041 to 046, and the errors of the strict reader.
    """
    match = _PATIENT.match(url)
    if not match:
        raise UsageError(
            "XL-FHIR-040", "this URL names no patient", where=_shown(url), why="it does not end in /Patient/id", fix="give base/Patient/id"
        )
    import httpx2

    base, name = match["base"], match["id"]
    bearer = token if token is not None else os.environ.get(TOKEN_VARIABLE, "")
    headers = {"Accept": _ACCEPT, **({"Authorization": f"Bearer {bearer}"} if bearer else {})}
    with httpx2.Client(headers=headers, timeout=limits.seconds_per_answer, follow_redirects=False) as client:
        try:
            yield from _pages(client, f"{base}/Patient/{name}/$everything", findings, limits)
            return
        except _NoEverything:
            findings.append(_by_type(base))
        yield from _pages(client, f"{base}/Patient/{name}", findings, limits)
        for kind in _SEARCHES:
            try:
                yield from _pages(client, f"{base}/{kind}?patient={name}&_count=200", findings, limits)
            except RemoteFailed as error:
                if error.code != "XL-FHIR-043":
                    raise
                findings.append(Finding(error.code, "warning", "missing", kind, "the server does not give this type", "ask its operator"))


class _NoEverything(Exception):
    """The server does not know $everything."""


def _by_type(base: str) -> Finding:
    return Finding(
        "XL-FHIR-047",
        "note",
        "doubtful",
        _shown(base),
        "the server knows no $everything; each type was asked for",
        "check that nothing is missing",
    )


def _pages(client: httpx2.Client, url: str, findings: list[Finding], limits: Limits) -> Iterator[Found]:
    seen: set[str] = set()
    size = 0
    while url:
        if url in seen or len(seen) >= limits.pages:
            raise RemoteFailed(
                "XL-FHIR-044",
                "the server's pages do not end",
                where=_shown(url),
                why=f"{len(seen)} pages were read",
                fix="ask its operator",
            )
        seen.add(url)
        raw = _answer(client, url, limits.file_bytes - size)
        size += len(raw)
        place = f"page {len(seen)}"
        page = _parsed(raw, url, limits)
        url = _next(page, url)
        page.pop("link", None)  # the next page is read here; nothing is missing
        yield from in_value(page, place, findings)


def _answer(client: httpx2.Client, url: str, room: int) -> bytes:
    """The body of one answer, refused as it grows over `room` bytes."""
    import httpx2

    try:
        with client.stream("GET", url) as answer:
            if answer.status_code in (400, 404, 405, 501) and url.endswith("/$everything"):
                raise _NoEverything
            if answer.status_code != 200:
                raise _refused(answer.status_code, url)
            body = bytearray()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > room:
                    raise OutOfResources(
                        "XL-FHIR-020",
                        "the server's answer is too large",
                        where=_shown(url),
                        why="the limit for a file",
                        fix="raise the limit",
                    )
            return bytes(body)
    except httpx2.TimeoutException as error:
        raise RemoteFailed(
            "XL-FHIR-042", "the server did not answer in time", where=_shown(url), why="time limit", fix="try again; ask its operator"
        ) from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise RemoteFailed(
            "XL-FHIR-041",
            "the server could not be reached",
            where=_shown(url),
            why=type(error).__name__,
            fix="check the address and the network",
        ) from error


def _refused(status: int, url: str) -> RemoteFailed:
    fixes = {401: f"set {TOKEN_VARIABLE} to a valid token", 403: "ask for the right to read this patient", 404: "check the patient's id"}
    if 300 <= status < 400:
        return RemoteFailed(
            "XL-FHIR-045", "the server sends us elsewhere", where=_shown(url), why=f"status {status}", fix="give the final address yourself"
        )
    return RemoteFailed(
        "XL-FHIR-043", "the server said no", where=_shown(url), why=f"status {status}", fix=fixes.get(status, "ask its operator")
    )


def _parsed(raw: bytes, url: str, limits: Limits) -> Json:
    try:
        return resource(parse_whole(without_mark(raw)[0], where=_shown(url), limits=limits), where=_shown(url))
    except OutOfResources:
        raise
    except XinglinError as error:
        raise RemoteFailed(
            error.code, f"the server's answer is not usable: {error.what}", where=error.where, why=error.why, fix="ask its operator"
        ) from error


def _next(page: Json, url: str) -> str:
    """The next page, on the same server only: a link elsewhere would carry the token and the patient there."""
    link = next((text_in(link, "url") for link in objects_in(page, "link") if link.get("relation") == "next"), "")
    if not link:
        return ""
    target = urljoin(url, link)
    if _origin(target) != _origin(url):
        raise RemoteFailed(
            "XL-FHIR-046", "the next page lies on another server", where=_shown(url), why="pages are read from one server only",
            fix="ask its operator to give links with its own address",
        )  # fmt: skip
    return target


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        port = -1
    return parts.scheme.lower(), (parts.hostname or "").lower(), port


def _shown(url: str) -> str:
    """Scheme, host and path start, without ids, user names or search words."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path.partition('/Patient/')[0]}"
