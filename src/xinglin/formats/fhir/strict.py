"""JSON as sent by strangers: read exactly, or refused with a reason.

Nothing is repaired in silence: doubled names, numbers that are no numbers, too deep nesting and cut files are
errors, and every decimal keeps the digits it was written with ("5.00" stays "5.00").
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec
import orjson
from msgspec import Struct

from xinglin.records.errors import InvalidInput, OutOfResources

MEBIBYTE = 1 << 20
_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_INDENT = orjson.OPT_INDENT_2
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


class Limits(Struct, frozen=True):
    """How much a stranger's input may ask of this machine. Bytes, levels, digits, pages and seconds."""

    file_bytes: int = 512 * MEBIBYTE
    resource_bytes: int = 64 * MEBIBYTE
    unpacked_bytes: int = 512 * MEBIBYTE
    unpacked_ratio: int = 250  # only once more than 16 MiB have been unpacked
    depth: int = 64
    digits: int = 40
    findings_per_file: int = 20
    pages: int = 1000
    seconds_per_answer: float = 30.0


DEFAULT_LIMITS = Limits()


class Numeral(float):
    """A number whose written text differs from the shortest way to write it. `str()` gives the written text."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Numeral:
        """The number of that JSON text, with the text kept."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


def _as_written(value: Any) -> orjson.Fragment:
    if value.__class__ is Numeral:
        return orjson.Fragment(value.text)
    raise TypeError


def dumps(value: Any) -> bytes:
    """Compact JSON with every number as it was written."""
    return orjson.dumps(value, default=_as_written)


def parse(raw: bytes, *, where: str = "", limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of one JSON text, or a typed error with its place.

    `raw` is UTF-8 without a byte order mark (see `without_mark`). Raises InvalidInput XL-FHIR-001 to 012 and
    OutOfResources XL-FHIR-020 (size). Three ways of the same strictness: if writing the value again gives the
    same bytes but for white space, then no name was doubled and no digit was lost; else numbers are read with
    their text and the same comparison is made; else every object is checked name by name.
    """
    if len(raw) > limits.resource_bytes:
        raise _too_large(where, "one JSON text", limits.resource_bytes)
    return _parse(raw, where, limits)[0]


def parse_compact(raw: bytes, *, where: str = "", limits: Limits = DEFAULT_LIMITS) -> tuple[Any, bytes]:
    """Like `parse`, with the same value as compact JSON: what is kept as evidence."""
    if len(raw) > limits.resource_bytes:
        raise _too_large(where, "one JSON text", limits.resource_bytes)
    return _parse(raw, where, limits)


def parse_whole(raw: bytes, *, where: str = "", limits: Limits = DEFAULT_LIMITS) -> Any:
    """Like `parse`, for a whole file (a Bundle), under the limit for files."""
    if len(raw) > limits.file_bytes:
        raise _too_large(where, "the file", limits.file_bytes)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _refuse(raw, error, where)
    try:
        indented = orjson.dumps(value, option=_INDENT)  # shows the depth, and the same text once white space is gone
    except TypeError as error:  # the writer gives up at some 250 levels
        raise _too_deep(where, limits.depth) from error
    if b"\n" + b" " * (2 * limits.depth) in indented:
        raise _too_deep(where, limits.depth)
    if indented == raw:
        return value
    bare = raw.translate(None, _SPACE)
    if indented.translate(None, _SPACE) == bare:
        return value
    return _parse_with_text(raw, bare, where, limits)[0]


def _parse(raw: bytes, where: str, limits: Limits) -> tuple[Any, bytes]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        _refuse(raw, error, where)
    try:
        compact = orjson.dumps(value)
    except TypeError as error:
        raise _too_deep(where, limits.depth) from error
    if compact.count(b"{") + compact.count(b"[") > limits.depth:
        _check_depth(value, where, limits.depth)
    if compact == raw:
        return value, raw
    bare = raw.translate(None, _SPACE)
    if compact.translate(None, _SPACE) == bare:
        return value, compact
    return _parse_with_text(raw, bare, where, limits)


def _check_depth(value: Any, where: str, depth: int) -> None:
    """Written with indents, a value inside n containers stands on a line that begins with 2n spaces."""
    if b"\n" + b" " * (2 * depth) in orjson.dumps(value, option=_INDENT):
        raise _too_deep(where, depth)


def _too_deep(where: str, depth: int) -> InvalidInput:
    return InvalidInput(
        "XL-FHIR-004",
        "the JSON is nested too deeply",
        where=where,
        why=f"more than {depth} levels",
        fix="no FHIR resource needs such depth: ask the sender what wrote this file",
    )


def _parse_with_text(raw: bytes, bare: bytes, where: str, limits: Limits) -> tuple[Any, bytes]:
    def numeral(text: str) -> Numeral:
        if len(text) > limits.digits:
            raise _too_many_digits(where, limits.digits)
        return Numeral(text)

    value = msgspec.json.Decoder(float_hook=numeral).decode(raw)
    try:
        compact = dumps(value)
    except TypeError:  # a whole number beyond 64 bits
        compact = b""
    if compact.translate(None, _SPACE) == bare:
        return value, compact
    value = _parse_name_by_name(raw, where, numeral, limits)
    return value, dumps(value)


def _parse_name_by_name(raw: bytes, where: str, numeral: Callable[[str], Numeral], limits: Limits) -> Any:
    """The slow, obvious reference: every object is looked at."""

    def one_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _doubled(pairs, where)
        return found

    def integer(text: str) -> int | Numeral:
        if len(text) > limits.digits:
            raise _too_many_digits(where, limits.digits)
        number = int(text)
        plain = -(1 << 63) <= number < (1 << 64) and text != "-0"
        return number if plain else Numeral(text)

    return json.loads(raw, object_pairs_hook=one_of_each, parse_float=numeral, parse_int=integer)


def _doubled(pairs: list[tuple[str, Any]], where: str) -> InvalidInput:
    seen: set[str] = set()
    name = next((key for key, _ in pairs if key in seen or seen.add(key)), "")
    shown = f'the element "{name}"' if _PLAIN_NAME.match(name) else "an element"
    return InvalidInput(
        "XL-FHIR-002",
        f"{shown} is given twice in one object",
        where=where,
        why="two values for one element contradict each other and readers would choose differently",
        fix="have the sender give each element once",
    )


def _too_many_digits(where: str, digits: int) -> InvalidInput:
    return InvalidInput(
        "XL-FHIR-006",
        "a number is too long",
        where=where,
        why=f"more than {digits} characters",
        fix="no clinical amount needs so many digits: ask the sender",
    )


def _too_large(where: str, what: str, limit: int) -> OutOfResources:
    return OutOfResources(
        "XL-FHIR-020",
        f"{what} is too large",
        where=where,
        why=f"more than {limit // MEBIBYTE} MiB" if limit >= MEBIBYTE else f"more than {limit} bytes",
        fix="split the export, or raise the limit in the settings",
    )


_REASONS: tuple[tuple[str, str, str, str], ...] = (
    ("depth limit", "XL-FHIR-004", "the JSON is nested too deeply", "no FHIR resource needs such depth: ask the sender"),
    ("not valid utf-8", "XL-FHIR-005", "the text is not UTF-8", "save it as UTF-8: FHIR allows nothing else"),
    ("surrogate", "XL-FHIR-007", "half of a character is missing (a lone surrogate)", "the text was cut inside a character: send it again"),
    ("infinity", "XL-FHIR-006", "a number is too large", "check the amount at its source"),
    (
        "unexpected content after",
        "XL-FHIR-008",
        "there is more after the end",
        "one value per file; for one resource per line name it .ndjson",
    ),
    ("end of data", "XL-FHIR-009", "the text ends too early", "the file was cut on its way: send it again"),
    ("input data is empty", "XL-FHIR-010", "there is nothing in it", "send it again"),
    ("zero-length", "XL-FHIR-010", "there is nothing in it", "send it again"),
    ("byte order mark", "XL-FHIR-011", "a byte order mark stands in the wrong place", "save it as UTF-8 without a mark"),
)


def _refuse(raw: bytes, error: orjson.JSONDecodeError, where: str) -> NoReturn:
    place = f"{where} line {error.lineno}, column {error.colno}".strip()
    message = str(error.msg).lower()
    rest = raw[error.pos : error.pos + 9].lstrip(b"-")
    if rest.startswith((b"NaN", b"Inf", b"nan", b"inf")):
        raise InvalidInput(
            "XL-FHIR-003",
            "a number is NaN or infinite",
            where=place,
            why="JSON has no such number",
            fix="leave it out and say why it is absent",
        )
    for words, code, what, fix in _REASONS:
        if words in message:
            raise InvalidInput(code, what, where=place, why="not the JSON that FHIR asks for", fix=fix)
    raise InvalidInput("XL-FHIR-001", "this is not JSON", where=place, why=_safe_reason(message), fix="check that the right file was given")


def _safe_reason(message: str) -> str:
    """The parser's words without the position; they never hold content of the file."""
    return message.split(": line")[0][:80]


def without_mark(raw: bytes) -> tuple[bytes, bool]:
    """The bytes without a leading UTF-8 byte order mark, and whether there was one."""
    return (raw[3:], True) if raw.startswith(_BOM) else (raw, False)


def resource(value: Any, *, where: str = "") -> dict[str, Any]:
    """The same value when it is a FHIR resource (an object with a resourceType). Raises InvalidInput XL-FHIR-012."""
    if value.__class__ is dict:
        kind = value.get("resourceType")
        if kind.__class__ is str and kind.isalpha() and kind.isascii() and kind[:1].isupper() and len(kind) <= 64:
            return value
    raise InvalidInput(
        "XL-FHIR-012",
        "this JSON is not a FHIR resource",
        where=where,
        why="it is not an object with a resourceType",
        fix="give FHIR R4 resources, a Bundle or NDJSON",
    )
