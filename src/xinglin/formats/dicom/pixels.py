"""The numbers of one frame: where its bytes lie, decoded, and read with the signedness and bits the header states.

A frame whose bytes are not exactly as many as Rows, Columns and bits ask for is refused, and so are numbers that use
bits the header says are unused: nobody can tell what they mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xinglin.formats.dicom.codecs import NATIVE, PHOTOGRAPHIC, Decoded, check_syntax, decode
from xinglin.formats.dicom.elements import Dataset, Element
from xinglin.formats.dicom.image import PixelForm
from xinglin.formats.dicom.limits import Limits, too_much, wrong
from xinglin.formats.dicom.tags import TAGS, place
from xinglin.formats.dicom.values import raw, words

PIXEL_DATA = TAGS["PixelData"][0]


class Located(NamedTuple):
    """Where the pixels of a file lie in its (inflated) bytes and how they are written."""

    syntax: str
    form: PixelForm
    start: int
    big: bool
    frames: tuple[tuple[tuple[int, int], ...], ...]  # of compressed data: the fragments of each frame
    overlays: bool  # unused high bits hold an overlay


def locate(dataset: Dataset, syntax: str, form: PixelForm, *, photographic: bool = False) -> Located:
    """Where the frames are. Raises XL-DICOM-041 to 043 (no decoder) and 046 (not as many bytes as there must be).

    photographic: a JPEG of the photographic kind is let through, to be shown and not measured.
    """
    if not (photographic and syntax in PHOTOGRAPHIC):
        check_syntax(syntax)
    element = dataset.elements[PIXEL_DATA]
    if (element.fragments is None) != (syntax in NATIVE):
        raise wrong(46, "the pixel data is not stored the way the file says", where=place(PIXEL_DATA), fix="ask for a new export")
    if element.fragments is None:
        _check_length(element, form, big=dataset.encoding.big)
        return Located(syntax, form, element.start, dataset.encoding.big, (), _has_overlay(dataset, form))
    return Located(syntax, form, element.start, False, _frames(dataset, element, form.frames), False)


def _check_length(element: Element, form: PixelForm, *, big: bool) -> None:
    if element.vr not in ("", "OB", "OW", "UN"):
        raise wrong(46, "the pixel data has a wrong type", where=place(PIXEL_DATA), why="OB or OW was expected")
    if big and form.allocated == 8 and element.vr == "OW":
        raise wrong(46, "8-bit pixels in big-endian words are not read", where=place(PIXEL_DATA), fix="ask for a little-endian export")
    bits = form.rows * form.columns * form.samples * form.frames * form.allocated
    expected = -(-bits // 8)
    if element.length not in (expected, expected + expected % 2):
        raise wrong(
            46, "there are not as many pixels as the header says", where=place(PIXEL_DATA),
            why=f"{expected} bytes were expected, {element.length} are there", fix="send the file again",
        )  # fmt: skip


def _has_overlay(dataset: Dataset, form: PixelForm) -> bool:
    """Whether an older overlay lies in the unused bits (60xx,0102 tells the bit and there is no overlay data of its own)."""
    for tag, element in dataset.elements.items():
        if tag >> 24 == 0x60 and tag & 0xFFFF == 0x0102 and element.length == 2 and (tag & 0xFFFF0000 | 0x3000) not in dataset.elements:
            at = int.from_bytes(dataset.encoding.data[element.start : element.start + 2], "big" if dataset.encoding.big else "little")
            if at >= form.stored:
                return True
    return False


def _frames(dataset: Dataset, element: Element, count: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """The fragments of each frame: one each, or by the table of offsets, or all of the only frame."""
    table, *fragments = element.fragments or ((0, 0),)
    if count == 1:
        return (tuple(fragments),) if fragments else _no_frames(count, 0)
    if len(fragments) == count:
        return tuple((fragment,) for fragment in fragments)
    offsets = np.frombuffer(bytes(dataset.encoding.data[table[0] : table[0] + table[1]]), "<u4") if table[1] % 4 == 0 else np.empty(0)
    if not fragments or len(offsets) != count:
        return _no_frames(count, len(fragments))
    first = fragments[0][0]
    begins = {start - first: n for n, (start, _) in enumerate(fragments)}
    firsts = [begins.get(int(offset), -1) for offset in offsets]
    if firsts[0] != 0 or sorted(set(firsts)) != firsts:
        return _no_frames(count, len(fragments))
    return tuple(tuple(fragments[a:b]) for a, b in zip(firsts, [*firsts[1:], len(fragments)], strict=True))


def _no_frames(count: int, fragments: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    raise wrong(
        46, "the frames of the compressed pixel data cannot be told apart", where=place(PIXEL_DATA),
        why=f"{count} frames, {fragments} pieces", fix="ask for a new export",
    )  # fmt: skip


def stored_numbers(located: Located, data: memoryview, frame: int) -> tuple[NDArray[np.integer], str]:
    """The stored numbers of one frame (rows, columns), and its loss in words. Raises XL-DICOM-048 to 050."""
    form = located.form
    if located.syntax in NATIVE:
        decoded = Decoded(_native(located, data, frame))
    else:
        decoded = decode(b"".join(bytes(data[start : start + length]) for start, length in located.frames[frame]), located.syntax, form)
    return _meaning(decoded, form, located.overlays), decoded.lossy


def _native(located: Located, data: memoryview, frame: int) -> NDArray[np.unsignedinteger]:
    form, start = located.form, located.start
    size = form.rows * form.columns
    if form.allocated == 1:
        first = frame * size
        whole = np.frombuffer(data[start + first // 8 : start + (first + size + 7) // 8], np.uint8)
        return np.unpackbits(whole, bitorder="little")[first % 8 : first % 8 + size].reshape(form.rows, form.columns)
    wide = form.allocated // 8
    part = data[start + frame * size * wide : start + (frame + 1) * size * wide]
    return np.frombuffer(part, f"{'>' if located.big else '<'}u{wide}").reshape(form.rows, form.columns)


def _meaning(decoded: Decoded, form: PixelForm, overlays: bool) -> NDArray[np.integer]:
    """Bit patterns as numbers. Bits beyond those stored must be empty, or the sign repeated, or a stated overlay."""
    values, wide = decoded.values, decoded.values.dtype.itemsize
    order = values.dtype.byteorder
    whole = wide * 8
    if form.stored >= whole:
        return values.view(f"{order}i{wide}") if form.signed else values
    if not form.signed:
        if values.size and int(values.max()) >> form.stored:
            if not overlays:
                raise _beyond(form)
            return values & values.dtype.type((1 << form.stored) - 1)
        return values
    signed = values.astype(f"<u{wide}").view(f"<i{wide}")
    spare = signed.dtype.type(whole - form.stored)
    meant = (signed << spare) >> spare
    if decoded.filled or overlays or np.array_equal(meant, signed):
        return meant
    raise _beyond(form)


def _beyond(form: PixelForm) -> Exception:
    return wrong(
        50, "pixels use bits that the header says are unused", where="BitsStored (0028,0101)",
        why=f"{form.stored} bits are stated; what the numbers mean cannot be known", fix="ask for a new export",
    )  # fmt: skip


class Table(NamedTuple):
    """A Modality LUT: the value of the first mapped stored number, and the outputs."""

    first: int
    outputs: NDArray[np.uint16]
    kind: str


def modality_table(dataset: Dataset, form: PixelForm, limits: Limits) -> Table:
    """The Modality LUT of an image. Raises XL-DICOM-021 when it is none. Source: PS3.3 C.11.1."""
    items = dataset.items_of(TAGS["ModalityLUTSequence"][0])
    if len(items) != 1:
        raise wrong(21, "the table that gives pixels their values is not one", where=place(TAGS["ModalityLUTSequence"][0]))
    item = items[0]
    described, data = raw(item, "LUTDescriptor"), raw(item, "LUTData")
    order = ">" if item.encoding.big else "<"
    if described is None or len(described) != 6 or data is None:
        raise wrong(21, "the table that gives pixels their values is incomplete", where=place(TAGS["LUTDescriptor"][0]))
    entries, first, bits = (int(n) for n in np.frombuffer(described, order + "u2"))
    entries = entries or 65536
    first = first - 65536 if form.signed and first > 32767 else first
    if (bits != 16 and bits != 8) or len(data) not in (entries * 2, entries):
        raise wrong(21, "the table that gives pixels their values has a wrong length", where=place(TAGS["LUTData"][0]))
    if len(data) == entries and bits != 8:
        raise wrong(21, "the table that gives pixels their values has a wrong length", where=place(TAGS["LUTData"][0]))
    outputs = np.frombuffer(data, np.uint8 if len(data) == entries else order + "u2").astype(np.uint16)
    if entries > limits.text_bytes:
        raise too_much(9, "a value is longer than is read", where=place(TAGS["LUTData"][0]))
    return Table(first, outputs, next(iter(words(item, "ModalityLUTType")), ""))


def looked_up(stored: NDArray[np.integer], table: Table) -> NDArray[np.uint16]:
    """Stored numbers through the table; those below or above it take its first or last output."""
    places = np.clip(stored.astype(np.int64) - table.first, 0, len(table.outputs) - 1)
    return table.outputs[places]
