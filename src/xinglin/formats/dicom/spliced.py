"""A new file made from the bytes of an old one: kept elements are copied unread, new ones put in their places.

The quick way for plain files. What it cannot do byte for byte (other letters, private items inside sequences,
compressed pixels) is left to the long way in write_series, which must give the same bytes where both can go.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from xinglin.formats.dicom.elements import Dataset as Elements
from xinglin.formats.dicom.original_slices import PIXELS, Original, extents
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def is_plain(original: Original) -> bool:
    """True when every element stands in order and no private element hides inside a sequence."""
    tags = list(original.file.dataset.elements)
    return tags == sorted(tags) and PIXELS in original.file.dataset.elements and not _hides_private(original.file.dataset)


def encoded(dataset: Dataset, *, implicit: bool, big_endian: bool) -> dict[int, bytes]:
    """Every element of a data set as its bytes in a file, by tag."""
    from pydicom.charset import convert_encodings
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_data_element

    letters = convert_encodings(dataset.get("SpecificCharacterSet", "ISO_IR 6"))
    found = {}
    for element in dataset:
        buffer = DicomBytesIO()
        buffer.is_implicit_VR, buffer.is_little_endian = implicit, not big_endian
        write_data_element(buffer, element, letters)
        found[int(element.tag)] = buffer.getvalue()
    return found


def spliced(original: Original, new: Mapping[int, bytes], left_out: Iterable[int], pixels: bytes) -> bytes:
    """The data set's bytes: elements of `new` in their places, those left out and private ones gone, the pixels replaced."""
    parts = dict(new)
    gone = frozenset(left_out)
    for tag, start, end in extents(original.file):
        if tag in parts or tag in gone or tag >> 16 & 1 or not tag & 0xFFFF:
            continue
        if tag == PIXELS:
            header = bytes(original.raw[start : start + (8 if not original.file.dataset.encoding.explicit else 12)])
            order = ">" if original.file.dataset.encoding.big else "<"
            parts[tag] = header[:-4] + struct.pack(order + "L", len(pixels)) + pixels
        else:
            parts[tag] = bytes(original.raw[start:end])
    return b"".join(parts[tag] for tag in sorted(parts))


def _hides_private(dataset: Elements) -> bool:
    for tag, element in dataset.elements.items():
        if tag >> 16 & 1 or (element.vr not in ("SQ", "UN", "") and not element.items):
            continue
        try:
            items = dataset.items_of(tag) if element.vr == "SQ" or element.items else _items_if_any(dataset, tag)
        except XinglinError:
            return True
        if any(inner >> 16 & 1 for item in items for inner in item.elements) or any(_hides_private(item) for item in items):
            return True
    return False


def _items_if_any(dataset: Elements, tag: int) -> tuple[Elements, ...] | list[Elements]:
    """The items of an element whose type the file does not state (implicit VR), when the dictionary says it is a sequence."""
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    return list(dataset.items_of(tag)) if dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ" else ()
