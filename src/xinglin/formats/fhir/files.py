"""Files as users have them: resources, Bundles, NDJSON, any of them gzipped, and folders of all that.

Every resource comes out with where it stood and the bytes that are kept as evidence. A fault in one line or
file is a finding with its place; the rest goes on.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from xinglin.formats.fhir.bundles import Found, in_value
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.strict import DEFAULT_LIMITS, MEBIBYTE, Limits, parse_compact, without_mark
from xinglin.formats.fhir.whole_files import parse_file
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, XinglinError

ENDINGS = (".json", ".ndjson", ".jsonl")
_CHUNK = MEBIBYTE
_FREE_RATIO = 16 * MEBIBYTE


def paths_of(source: Path) -> tuple[list[Path], list[Path]]:
    """The FHIR files under a path, sorted, and the other files that are not read. Raises NotFound XL-FHIR-030.

    Links inside a folder that lead out of it are not followed.
    """
    if source.is_file():
        return [source], []
    if not source.is_dir():
        raise NotFound("XL-FHIR-030", "there is no such file or folder", where=str(source), fix="check the path")
    root, good, other = source.resolve(), [], []
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        inside = path.resolve().is_relative_to(root)
        (good if inside and _ending(path) in ENDINGS else other).append(path)
    return good, other


def _ending(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    return Path(name).suffix


def in_file(path: Path, findings: list[Finding], limits: Limits = DEFAULT_LIMITS) -> Iterator[Found]:
    """Every resource of one file. Faults of the whole file raise; faults of a line or an entry are findings."""
    where = path.name
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise OutOfResources(
                "XL-FHIR-020", "the file is too large", where=where, why=f"more than {limits.file_bytes} bytes", fix="split the export"
            )
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            chunks = _unpacked(file, where, limits) if packed else _plain(file)
            if _ending(path) in (".ndjson", ".jsonl"):
                yield from _in_lines(_lines(chunks, where, limits), where, findings, limits)
            else:
                raw, mark = without_mark(b"".join(chunks) if packed else _whole(file, size, limits))
                if mark:
                    findings.append(_mark(where))
                whole = parse_file(raw, where=where, limits=limits)
                yield from in_value(whole.value, where, findings, resources=whole.resources)
    except OSError as error:
        raise InvalidInput(
            "XL-FHIR-031", "the file cannot be read", where=where, why=error.strerror or "", fix="check its rights"
        ) from error


def _mark(where: str) -> Finding:
    return Finding(
        "XL-FHIR-107", "note", "doubtful", where, "the file begins with a byte order mark, which was left out", "save it without one"
    )


def _whole(file: IO[bytes], size: int, limits: Limits) -> bytes:
    """All bytes, one more than allowed at most. Room for the whole limit is asked for only when the file is longer than it said."""
    raw = file.read(size + 1)
    return raw if len(raw) <= size else raw + file.read(limits.file_bytes + 1 - len(raw))


def _plain(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _unpacked(file: IO[bytes], where: str, limits: Limits) -> Iterator[bytes]:
    """The content of a gzip file, refused before it outgrows the limits (a small file may unpack to terabytes)."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                size += len(chunk)
                packed = max(file.tell(), 1)
                if size > limits.unpacked_bytes or (size > _FREE_RATIO and size > packed * limits.unpacked_ratio):
                    raise OutOfResources(
                        "XL-FHIR-021",
                        "the gzip file unpacks to too much",
                        where=where,
                        why=f"over {limits.unpacked_bytes} bytes, or over {limits.unpacked_ratio} times its own size",
                        fix="unpack it yourself, look at it and take in the plain file",
                    )
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(
            "XL-FHIR-022", "the gzip file is damaged", where=where, why="it is cut or its checksum is wrong", fix="send it again"
        ) from error


def _lines(chunks: Iterable[bytes], where: str, limits: Limits) -> Iterator[bytes]:
    """Lines without their ends; a line longer than a resource may be is refused as it grows."""
    rest = b""
    for chunk in chunks:
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > limits.resource_bytes:
            raise OutOfResources(
                "XL-FHIR-020", "a line is too large", where=where, why=f"more than {limits.resource_bytes} bytes", fix="split it"
            )
        yield from lines
    yield rest


def _in_lines(lines: Iterable[bytes], where: str, findings: list[Finding], limits: Limits) -> Iterator[Found]:
    bad = good = 0
    first: XinglinError | None = None
    for number, line in enumerate(lines, 1):
        if number == 1:
            line, mark = without_mark(line)
            if mark:
                findings.append(_mark(where))
        if not line.strip():
            continue
        place = f"{where} line {number}"
        try:
            value, compact = parse_compact(line, where=place, limits=limits)
            found = list(in_value(value, place, findings, compact))
        except (InvalidInput, OutOfResources) as error:
            bad, first = bad + 1, first or error
            if bad <= limits.findings_per_file:
                findings.append(Finding(error.code, "warning", "unread", place, error.what, error.fix))
            continue
        good += 1
        yield from found
    if first and not good:
        del findings[-min(bad, limits.findings_per_file) :]
        raise first
    if bad > limits.findings_per_file:
        more = bad - limits.findings_per_file
        findings.append(Finding("XL-FHIR-108", "warning", "unread", where, "more lines could not be read", "see the lines listed", more))
    if not good:
        raise InvalidInput("XL-FHIR-010", "there is nothing in it", where=where, fix="send it again")
