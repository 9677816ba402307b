"""Reads a file's AI label and says whether it is as the standard asks: compliant, noncompliant, none, or unclear.

Verdicts and their order follow StarPluckerZ/AigcTotal, docs/checks.md: what cannot be read is inconclusive,
any fault is noncompliant, no label at all is not_found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from xinglin.privacy.labels.aigc import faults_of
from xinglin.privacy.labels.carriers import (
    Carried,
    Unreadable,
    read_dicom,
    read_json,
    read_ndjson,
    read_nifti,
    read_page,
    read_parquet,
    read_pdf,
    read_png,
    read_text,
)

LIMIT_BYTES: Final = 64 * 1024 * 1024
_READERS: Final[Mapping[str, Callable[[bytes], Carried]]] = {
    "application/dicom": read_dicom,
    "application/x-nifti": read_nifti,
    "application/fhir+json": read_json,
    "application/fhir+ndjson": read_ndjson,
    "application/json": read_json,
    "application/vnd.apache.parquet": read_parquet,
    "text/html": read_page,
    "application/pdf": read_pdf,
    "image/png": read_png,
    "text/plain": read_text,
    "text/markdown": read_text,
}
_ENDINGS: Final = {
    ".dcm": "application/dicom",
    ".nii": "application/x-nifti",
    ".nii.gz": "application/x-nifti",
    ".ndjson": "application/fhir+ndjson",
    ".jsonl": "application/fhir+ndjson",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".txt": "text/plain",
    ".md": "text/markdown",
}


class LabelReport(Struct, frozen=True):
    """What was found. `explicit`: people see a label; `implicit`: the AIGC object; `problems`: what is wrong."""

    verdict: Literal["compliant", "noncompliant", "not_found", "inconclusive"]
    explicit: bool
    implicit: dict[str, Any] | None
    problems: tuple[str, ...]


def check(data: bytes, name: str) -> LabelReport:
    """Judges the label of a file. `name` is its media type ("application/pdf") or its file name ("report.pdf")."""
    reader = _READERS.get(media_type_of(name))
    if reader is None:
        return _unclear(f"labels of this kind of file are not known ({', '.join(_ENDINGS)} are)")
    if len(data) > LIMIT_BYTES and reader not in (read_nifti, read_parquet):  # of these the header alone is read
        return _unclear(f"the file is larger than {LIMIT_BYTES // 1024 // 1024} MiB")
    try:
        carried = reader(data)
    except Unreadable as error:
        return _unclear(str(error))
    return _judge(carried)


def media_type_of(name: str) -> str:
    """The media type a name stands for, without parameters; the name itself when it already is one, or unknown."""
    plain = name.partition(";")[0].strip().lower()
    if plain in _READERS:
        return plain
    return next((media_type for ending, media_type in _ENDINGS.items() if plain.endswith(ending)), plain)


def _judge(carried: Carried) -> LabelReport:
    if not carried.implicit and not carried.explicit:
        return LabelReport("not_found", False, None, ("no AI label of any kind",))
    first = carried.implicit[0] if carried.implicit else None
    problems = tuple(_problems(carried, first))
    return LabelReport("noncompliant" if problems else "compliant", carried.explicit, first, problems)


def _problems(carried: Carried, first: dict[str, Any] | None):
    if not carried.implicit:
        yield "no label in the metadata"
    if len(carried.implicit) > 1:
        yield f"{len(carried.implicit)} labels in the metadata; one is allowed"
    if not carried.explicit:
        yield "no label that people can see"
    if carried.implicit:
        yield from faults_of(first)


def _unclear(why: str) -> LabelReport:
    return LabelReport("inconclusive", False, None, (why,))
