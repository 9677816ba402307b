"""A plain text note as a FHIR DocumentReference, so that it is kept, cited and checked like any other source."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from xinglin.formats.fhir.reading import is_time
from xinglin.formats.fhir.strict import DEFAULT_LIMITS, Limits, dumps, without_mark
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources

ENDINGS = (".txt", ".md", ".text")


def note(path: str | Path, when: str = "", title: str = "", *, patient: str = "", limits: Limits = DEFAULT_LIMITS) -> tuple[str, bytes]:
    """(reference, raw JSON) of a note in UTF-8. The id follows from text, time and title: the same note is the same resource.

    `when` is a FHIR date or dateTime, "" when unknown; `patient` ("Patient/1") is written as the subject when given.
    Raises NotFound XL-INTAKE-030, InvalidInput XL-INTAKE-031 to 033, OutOfResources XL-INTAKE-034.
    """
    file = Path(path)
    if not file.is_file():
        raise NotFound("XL-INTAKE-030", "there is no such file", where=str(path), fix="check the path")
    if file.stat().st_size > limits.resource_bytes:
        raise OutOfResources("XL-INTAKE-034", "the note is too large", where=file.name, why=f"more than {limits.resource_bytes} bytes")
    raw, _ = without_mark(file.read_bytes())
    _check(raw, when, file.name)
    name = hashlib.sha256(b"\0".join([raw, when.encode(), title.encode()])).hexdigest()[:32]
    data = base64.b64encode(raw).decode()
    resource = {
        "resourceType": "DocumentReference",
        "id": f"note-{name}",
        "status": "current",
        **({"subject": {"reference": patient}} if patient else {}),
        **({"date": when} if when else {}),
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data, "title": title or file.stem}}],
    }
    return f"DocumentReference/note-{name}", dumps(resource)


def _check(raw: bytes, when: str, where: str) -> None:
    if when and not is_time(when):
        raise InvalidInput("XL-INTAKE-032", "the time of the note is no date", where=where, fix="write it as 2019-03-04")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        why = "it may be in GBK or Latin-1"
        raise InvalidInput("XL-INTAKE-031", "the note is not UTF-8 text", where=where, why=why, fix="save it as UTF-8") from error
    if not text.strip() or "\0" in text:
        raise InvalidInput("XL-INTAKE-033", "the note holds no text", where=where, why="it is empty or binary", fix="give a text file")
