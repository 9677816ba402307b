"""The bytes of a DICOM file as elements: tag, type and where the value lies. Strict, and bounded at every step.

Only what is asked for is looked into; a length that points outside the file, a doubled element or too deep a nesting
is a typed error with its place. Nothing is guessed: a file without a preamble is taken when its first element is one.
Source: DICOM PS3.5 (data structures and encoding) and PS3.10 (file format).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

from xinglin.formats.dicom.limits import MEBIBYTE, Limits, too_much, wrong
from xinglin.formats.dicom.tags import place
from xinglin.records.errors import XinglinError

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
TRANSFER_SYNTAX = 0x00020010

_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
_LITTLE_TAG, _BIG_TAG = struct.Struct("<HH").unpack_from, struct.Struct(">HH").unpack_from
_LITTLE_LONG, _BIG_LONG = struct.Struct("<L").unpack_from, struct.Struct(">L").unpack_from
_LITTLE_SHORT, _BIG_SHORT = struct.Struct("<H").unpack_from, struct.Struct(">H").unpack_from
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END, _TRAILING = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD, 0xFFFCFFFC


class Element(NamedTuple):
    """Where one value lies. `vr` is "" where the file does not say; `items` only for what had no stated length."""

    vr: str
    start: int
    length: int
    items: Sequence[Dataset] = ()
    fragments: Sequence[tuple[int, int]] | None = None  # of encapsulated pixel data: start and length of each item


class Budget:
    """How many more elements may be read from this file."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.left = limits, limits.elements

    def spend(self) -> None:
        """One element less; the error XL-DICOM-008 when none are left."""
        self.left -= 1
        if self.left < 0:
            raise too_much(8, "the file has more elements than are read", why=f"the limit is {self.limits.elements}")


class Encoding(NamedTuple):
    """How the bytes of a data set are written."""

    data: memoryview
    big: bool
    explicit: bool
    budget: Budget

    def implicit(self) -> Encoding:
        """The same bytes, read as implicit VR."""
        return Encoding(self.data, False, False, self.budget)


class Dataset(NamedTuple):
    """Elements by tag, and how their bytes are written."""

    elements: dict[int, Element]
    encoding: Encoding
    depth: int = 0

    def bytes_of(self, tag: int) -> bytes | None:
        """The raw value, None when there is no such element."""
        element = self.elements.get(tag)
        if element is None:
            return None
        if element.length > self.encoding.budget.limits.text_bytes:
            raise too_much(9, "a value is longer than is read", where=place(tag), why=f"{element.length} bytes")
        return bytes(self.encoding.data[element.start : element.start + element.length])

    def items_of(self, tag: int) -> Sequence[Dataset]:
        """The items of a sequence, () when there is none."""
        element = self.elements.get(tag)
        if element is None:
            return ()
        if element.items or not element.length:
            return element.items
        if element.vr not in ("SQ", "UN", ""):
            raise wrong(12, "an element is not the sequence it should be", where=place(tag))
        encoding = self.encoding.implicit() if element.vr == "UN" else self.encoding
        return _items(encoding, element.start, element.start + element.length, self.depth + 1, tag)[0]


class File(NamedTuple):
    """A whole file: its transfer syntax, its data set (what could be read of it) and the fault that ended the reading."""

    syntax: str
    dataset: Dataset
    fault: Exception | None = None
    preamble: bool = True


def read_elements(raw: memoryview, limits: Limits) -> File:
    """The elements of one file. Raises XL-DICOM-003 when it is no DICOM, 020 to 022 for its transfer syntax, 006 deflate.

    A fault inside the data set (004 cut short, 005 structure, 007 depth, 008 count, 013 doubled) is handed back in
    `fault` with the elements before it, so that the file can be named as a damaged part of its series.
    """
    budget = Budget(limits)
    start, preamble = (132, True) if bytes(raw[128:132]) == b"DICM" else (0, False)
    meta: dict[int, Element] = {}
    if bytes(raw[start : start + 2]) == b"\x02\x00":
        header = Encoding(raw, False, True, budget)
        start = _walk(header, start, len(raw), 0, meta, stop_after_group=2)
        said = Dataset(meta, header).bytes_of(TRANSFER_SYNTAX)
        syntax = said.rstrip(b"\0 ").decode("ascii", "replace") if said else _guess(raw, start)
    else:
        syntax = _guess(raw, start)
    if syntax == DEFLATED:
        raw, start = memoryview(_inflated(raw[start:], limits)), 0
    encoding = Encoding(raw, syntax == EXPLICIT_BIG, syntax != IMPLICIT_LITTLE, budget)
    dataset = Dataset({}, encoding)
    fault = None
    try:
        if start >= len(raw):
            raise wrong(4, "the file ends after its header", fix="send the file again")
        _walk(encoding, start, len(raw), 0, dataset.elements)
    except XinglinError as error:
        fault = error
    return File(syntax, dataset, fault, preamble)

    return (XinglinError,)


def _guess(raw: memoryview, at: int) -> str:
    """The transfer syntax of a data set that does not say, from its first element; XL-DICOM-003 when it is none."""
    head = bytes(raw[at : at + 8])
    if len(head) == 8:
        if head[4:6] in _SHORT | _LONG and head[:2] in (b"\x08\x00", b"\x00\x08"):
            return EXPLICIT_LITTLE if head[0] else EXPLICIT_BIG
        group, _, length = struct.unpack("<HHL", head)
        if group == 8 and length <= len(raw) - at - 8 and length < 1024:
            return IMPLICIT_LITTLE
    raise wrong(3, "this is not a DICOM file", why="neither the DICM mark nor a first element was found")


def unpacked(raw: memoryview, limits: Limits) -> memoryview:
    """The data set of a deflated file, unpacked again: offsets of its elements count from here."""
    at = 132 if bytes(raw[128:132]) == b"DICM" else 0
    start = _walk(Encoding(raw, False, True, Budget(limits)), at, len(raw), 0, {}, stop_after_group=2)
    return memoryview(_inflated(raw[start:], limits))


def _inflated(deflated: memoryview, limits: Limits) -> bytes:
    allowed = min(limits.inflated_bytes, max(16 * MEBIBYTE, limits.inflated_ratio * len(deflated)))
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = stream.decompress(deflated, allowed + 1)
    except zlib.error:
        raise wrong(6, "the deflated data cannot be unpacked", why="the stream is damaged", fix="send the file again") from None
    if len(data) > allowed:
        raise too_much(10, "the deflated data swells beyond what is read", why=f"the limit is {allowed} bytes")
    if not stream.eof:
        raise wrong(4, "the deflated data is cut short", fix="send the file again")
    return data


def _cut(tag: int, end: int) -> Exception:
    return wrong(4, "the file is cut short or a length in it is wrong", where=place(tag), why=f"a value reaches past byte {end}")


def _walk(
    encoding: Encoding, at: int, end: int, depth: int, into: dict[int, Element], *, stop_after_group: int = 0, in_item: bool = False
) -> int:
    """Reads elements from `at` into `into`; where the last one ended. An item of unknown length ends at its mark."""
    data, big, _, budget = encoding
    tag_at = _BIG_TAG if big else _LITTLE_TAG
    while at < end:
        if end - at < 8:
            if not in_item and not any(data[at:end]):
                return end
            raise wrong(4, "the file is cut short", why=f"an element begins at byte {at} and does not end", fix="send the file again")
        group, number = tag_at(data, at)
        if stop_after_group and group != stop_after_group:
            return at
        tag = group << 16 | number
        if group == 0xFFFE:
            if in_item and tag == _ITEM_END and not any(data[at + 4 : at + 8]):
                return at + 8
            raise wrong(5, "an item mark stands where an element should", where=place(tag), why=f"at byte {at}")
        budget.spend()
        vr, start, length = _head(encoding, tag, at, end)
        if vr == "end":
            return end
        if tag in into:
            raise wrong(13, "an element stands twice in one data set", where=place(tag), why="it is not known which one holds")
        if length == _UNDEFINED:
            into[tag], at = _open_ended(encoding, tag, vr, start, end, depth)
            continue
        at = start + length
        if at > end:
            raise _cut(tag, end)
        if tag != _TRAILING:
            into[tag] = Element(vr, start, length)
    if in_item:
        raise wrong(4, "an item of a sequence does not end", why="the file is cut short", fix="send the file again")
    return at


def _head(encoding: Encoding, tag: int, at: int, end: int) -> tuple[str, int, int]:
    """Type, start and length of the value of the element at `at`; the type "end" for zeros that fill up the last block."""
    data, big, explicit, _ = encoding
    long_at = _BIG_LONG if big else _LITTLE_LONG
    if not explicit:
        return "", at + 8, long_at(data, at + 4)[0]
    name = bytes(data[at + 4 : at + 6])
    if name in _SHORT:
        return name.decode(), at + 8, (_BIG_SHORT if big else _LITTLE_SHORT)(data, at + 6)[0]
    if name in _LONG:
        if end - at < 12:
            raise _cut(tag, end)
        return name.decode(), at + 12, long_at(data, at + 8)[0]
    if not tag and not any(data[at:end]):
        return "end", end, 0
    raise wrong(5, "an element has no known type", where=place(tag), why=f"at byte {at}", fix="ask for a standard export")


def _open_ended(encoding: Encoding, tag: int, vr: str, start: int, end: int, depth: int) -> tuple[Element, int]:
    """An element without a length: compressed pixels or a sequence; and where it ended."""
    if tag in PIXELS and not depth:
        fragments, at = _fragments(encoding, start, end)
        return Element(vr, start, at - start, fragments=fragments), at
    if vr in ("SQ", "UN", ""):
        items, at = _items(encoding.implicit() if vr == "UN" else encoding, start, end, depth + 1, tag, open_ended=True)
        return Element(vr, start, at - start, items), at
    raise wrong(5, "an element has no length", where=place(tag), why=f"at byte {start}")


def _items(encoding: Encoding, at: int, end: int, depth: int, tag: int, *, open_ended: bool = False) -> tuple[list[Dataset], int]:
    if depth > encoding.budget.limits.depth:
        raise too_much(7, "sequences are nested too deep", where=place(tag), why=f"the limit is {encoding.budget.limits.depth} levels")
    head = struct.Struct((">" if encoding.big else "<") + "HHL").unpack_from
    found: list[Dataset] = []
    while at < end:
        if end - at < 8:
            break
        group, number, length = head(encoding.data, at)
        mark = group << 16 | number
        if mark == _SEQUENCE_END and open_ended:
            return found, at + 8
        if mark != _ITEM:
            raise wrong(5, "a sequence holds something that is no item", where=place(tag), why=f"at byte {at}")
        encoding.budget.spend()
        item = Dataset({}, encoding, depth)
        if length == _UNDEFINED:
            at = _walk(encoding, at + 8, end, depth, item.elements, in_item=True)
        else:
            if at + 8 + length > end:
                raise _cut(tag, end)
            _walk(encoding, at + 8, at + 8 + length, depth, item.elements)
            at += 8 + length
        found.append(item)
    if open_ended or at != end:
        raise wrong(4, "a sequence does not end", where=place(tag), why="the file is cut short", fix="send the file again")
    return found, at


def _fragments(encoding: Encoding, at: int, end: int) -> tuple[list[tuple[int, int]], int]:
    head = struct.Struct("<HHL").unpack_from
    found: list[tuple[int, int]] = []
    while end - at >= 8:
        group, number, length = head(encoding.data, at)
        mark = group << 16 | number
        if mark == _SEQUENCE_END:
            if not found:
                break
            return found, at + 8
        if mark != _ITEM or length > end - at - 8:
            raise wrong(5, "the compressed pixel data is broken", where=place(0x7FE00010), why=f"at byte {at}", fix="send the file again")
        encoding.budget.spend()
        found.append((at + 8, length))
        at += 8 + length
    raise wrong(
        4, "the compressed pixel data does not end", where=place(0x7FE00010), why="the file is cut short", fix="send the file again"
    )
