"""Typed values of elements: numbers that are numbers, words in their character set, or an error with the element's name.

An element whose stated type is not the one the standard gives it is not read as something else; `UN` is.
"""

from __future__ import annotations

import math
import re
import struct

from xinglin.formats.dicom.elements import Dataset
from xinglin.formats.dicom.limits import wrong
from xinglin.formats.dicom.tags import TAGS, place

_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\Z")
_INTEGER = re.compile(r"[+-]?\d{1,12}\Z")
_UID = re.compile(r"[0-9][0-9.]{0,63}\Z")
_ONE_SET = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin_1",
    "ISO_IR 101": "iso8859_2",
    "ISO_IR 109": "iso8859_3",
    "ISO_IR 110": "iso8859_4",
    "ISO_IR 126": "iso8859_7",
    "ISO_IR 127": "iso8859_6",
    "ISO_IR 138": "iso8859_8",
    "ISO_IR 144": "iso8859_5",
    "ISO_IR 148": "iso8859_9",
    "ISO_IR 203": "iso8859_15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "iso8859_11",
    "ISO_IR 192": "utf_8",
    "GB18030": "gb18030",
    "GBK": "gbk",
}
_NUMBER_FORMS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "FL": "f", "FD": "d"}
_SAME_KIND = {"US": ("US", "SS"), "OW": ("OW", "OB", "US", "SS"), "LO": ("LO", "SH", "CS", "UT", "ST", "LT"), "SH": ("SH", "LO", "CS")}


def unreadable(keyword: str, why: str) -> Exception:
    """The error XL-DICOM-012 for one element."""
    return wrong(12, "an element cannot be read", where=place(TAGS[keyword][0]), why=why, fix="ask for a standard export")


def raw(dataset: Dataset, keyword: str) -> bytes | None:
    """The bytes of an element of the right type; None when it is absent or empty."""
    tag, vr = TAGS[keyword]
    element = dataset.elements.get(tag)
    if element is None or not element.length:
        return None
    if element.vr not in ("", "UN", vr) and element.vr not in _SAME_KIND.get(vr, ()):
        raise unreadable(keyword, f"its type is {element.vr}, {vr} was expected")
    return dataset.bytes_of(tag)


def words(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    """Values of a code string or identifier, in ASCII; () when absent."""
    data = raw(dataset, keyword)
    if data is None:
        return ()
    try:
        text = data.decode("ascii").rstrip("\0 ")
    except UnicodeDecodeError:
        raise unreadable(keyword, "it holds letters outside ASCII") from None
    return tuple(part.strip() for part in text.split("\\")) if text else ()


def word(dataset: Dataset, keyword: str) -> str:
    """The first of `words`, "" when absent."""
    return next(iter(words(dataset, keyword)), "")


def uid(dataset: Dataset, keyword: str) -> str:
    """A unique identifier, "" when absent; XL-DICOM-012 when it is none."""
    value = word(dataset, keyword).strip("\0 ")
    if value and not _UID.match(value):
        raise unreadable(keyword, "it is no unique identifier")
    return value


def numbers(dataset: Dataset, keyword: str, count: int = 0) -> tuple[float, ...]:
    """Decimal, integer or binary numbers; () when absent. `count`: how many there must be, 0 for any number."""
    vr = TAGS[keyword][1]
    values = _texts_as_numbers(dataset, keyword) if vr in ("DS", "IS") else _binary_numbers(dataset, keyword)
    if values and count and len(values) != count:
        raise unreadable(keyword, f"{count} numbers were expected, {len(values)} are there")
    return values


def _texts_as_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    form = _DECIMAL if TAGS[keyword][1] == "DS" else _INTEGER
    parts = words(dataset, keyword)
    if parts and not any(parts):
        return ()
    if not all(len(part) <= 64 and form.match(part) for part in parts):
        raise unreadable(keyword, "it holds something that is no number")
    values = tuple(float(part) for part in parts)
    if not all(math.isfinite(value) for value in values):
        raise unreadable(keyword, "it holds a number too large to be one")
    return values


def _binary_numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    data = raw(dataset, keyword)
    if data is None:
        return ()
    tag, vr = TAGS[keyword]
    stated = dataset.elements[tag].vr
    form = _NUMBER_FORMS[stated if stated in _NUMBER_FORMS and stated in _SAME_KIND.get(vr, (vr,)) else vr]
    size = struct.calcsize("<" + form)
    if len(data) % size:
        raise unreadable(keyword, f"{len(data)} bytes do not hold numbers of {size}")
    return struct.unpack(f"{'>' if dataset.encoding.big else '<'}{len(data) // size}{form}", data)


def number(dataset: Dataset, keyword: str) -> float | None:
    """The one number of an element, None when absent."""
    values = numbers(dataset, keyword, 1)
    return values[0] if values else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """The one whole number of an element, None when absent."""
    value = number(dataset, keyword)
    return None if value is None else int(value)


def text(dataset: Dataset, keyword: str, sets: tuple[str, ...]) -> str:
    """Words of a person or a hospital, decoded by the file's character sets; what has no letter in them becomes U+FFFD."""
    data = raw(dataset, keyword)
    if data is None:
        return ""
    data = data.rstrip(b"\0 ")
    if len(sets) <= 1 and (sets[0] if sets else "") in _ONE_SET:
        return data.decode(_ONE_SET[sets[0] if sets else ""], "replace").strip()
    from pydicom.charset import convert_encodings, decode_bytes

    encodings = convert_encodings(list(sets))
    return decode_bytes(data, encodings, {0x5C, 0x5E, 0x3D}).strip()
