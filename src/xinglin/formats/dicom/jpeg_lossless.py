"""JPEG Lossless (process 14) to numbers: what many CT archives store, and no permissively licensed library here decodes.

Huffman codes are found for every bit position at once, then followed from code to code; the predictors are sums.
One component, no restart marks that do not fit, predictors 1 to 7. Source: ITU-T T.81 (1992), annexes C, F.1.2.1, H.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xinglin.formats.dicom.limits import wrong

_STAND_ALONE = {0x01, *range(0xD0, 0xD9)}


class LosslessHead(NamedTuple):
    """What the markers say before the coded bits begin."""

    precision: int
    rows: int
    columns: int
    components: int
    predictor: int
    shift: int
    restart: int
    lengths: NDArray[np.uint8]  # code length by the next 16 bits, 0 where no code begins so
    sizes: NDArray[np.uint8]  # bits of the difference by the next 16 bits
    start: int  # of the coded bits


def _broken(why: str) -> Exception:
    return wrong(49, "the compressed pixels cannot be decoded", why=why, fix="send the file again")


def read_head(data: bytes) -> LosslessHead:
    """The markers of one image. Raises XL-DICOM-049 when they are not those of one lossless Huffman scan."""
    if data[:2] != b"\xff\xd8":
        raise _broken("it does not begin as a JPEG does")
    at, restart, frame = 2, 0, None
    tables: dict[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]] = {}
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            raise _broken(f"a marker was expected at byte {at}")
        marker = data[at + 1]
        if marker == 0xFF or marker in _STAND_ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        body = data[at + 4 : at + 2 + length]
        if length < 2 or len(body) != length - 2:
            raise _broken("a marker is cut short")
        at += 2 + length
        if marker == 0xC4:
            tables |= _tables(body)
        elif marker == 0xDD and len(body) == 2:
            restart = int.from_bytes(body, "big")
        elif marker == 0xC3 and frame is None and len(body) == 6 + 3 * body[5]:
            frame = body
        elif 0xC0 <= marker <= 0xCF and marker != 0xCC:
            raise _broken("it is not a lossless Huffman-coded JPEG of one frame")
        elif marker == 0xDA:
            return _scan_head(frame, body, tables, restart, at)
    raise _broken("no scan was found")


def _scan_head(frame: bytes | None, body: bytes, tables: dict, restart: int, at: int) -> LosslessHead:
    if frame is None or len(body) != 6 or body[0] != 1 or body[4] != 0:
        raise _broken("it is not one scan of one component")
    if body[2] >> 4 not in tables:
        raise _broken("a Huffman table is missing")
    lengths, sizes = tables[body[2] >> 4]
    rows, columns = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    head = LosslessHead(frame[0], rows, columns, frame[5], body[3], body[5] & 15, restart, lengths, sizes, at)
    if not (2 <= head.precision <= 16 and 1 <= head.predictor <= 7 and head.shift < head.precision and body[5] >> 4 == 0):
        raise _broken("its precision or predictor is none of the standard's")
    return head


def _tables(body: bytes) -> dict[int, tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    found = {}
    at = 0
    while at + 17 <= len(body):
        counts = body[at + 1 : at + 17]
        symbols = body[at + 17 : at + 17 + sum(counts)]
        if len(symbols) != sum(counts) or body[at] >> 4 or any(size > 16 for size in symbols):
            raise _broken("a Huffman table is none of a lossless image")
        lengths, sizes = np.zeros(65536, np.uint8), np.zeros(65536, np.uint8)
        code = used = 0
        for bits in range(1, 17):
            for symbol in symbols[used : used + counts[bits - 1]]:
                first = code << (16 - bits)
                if code >> bits:
                    raise _broken("a Huffman table has more codes than fit")
                lengths[first : first + (1 << (16 - bits))] = bits
                sizes[first : first + (1 << (16 - bits))] = symbol
                code += 1
            used += counts[bits - 1]
            code <<= 1
        found[body[at] & 15] = (lengths, sizes)
        at += 17 + len(symbols)
    if at != len(body):
        raise _broken("a Huffman table is cut short")
    return found


def decode(data: bytes) -> NDArray[np.uint16]:
    """The stored numbers (rows, columns), unsigned. Raises XL-DICOM-049 for a damaged stream."""
    head = read_head(data)
    if head.components != 1:
        raise _broken("it has more than one component")
    per_segment = head.restart or head.rows * head.columns
    if per_segment % head.columns:
        raise _broken("restart marks stand within a row")
    differences = []
    for segment in _segments(data, head.start):
        left = head.rows * head.columns - sum(len(part) for part in differences)
        if left <= 0:
            raise _broken("there are more coded rows than the image has")
        differences.append(_differences(segment, head, min(per_segment, left)))
    if sum(len(part) for part in differences) != head.rows * head.columns:
        raise _broken("there are fewer coded rows than the image has")
    rows = [_summed(part.reshape(-1, head.columns), head) for part in differences]
    return (np.concatenate(rows) << head.shift).astype(np.uint16)


def _segments(data: bytes, at: int) -> list[bytes]:
    """The coded bits between restart marks, with stuffed zeros taken out; they must end with an end mark."""
    found, begin, expected = [], at, 0
    while True:
        mark = after = data.find(b"\xff", at)
        while 0 <= after < len(data) and data[after] == 0xFF:
            after += 1  # bytes of ones may fill up before a marker
        if mark < 0 or after >= len(data):
            raise _broken("the stream does not end with its end mark")
        kind, at = data[after], after + 1
        if kind == 0x00 and after == mark + 1:
            continue
        found.append(data[begin:mark].replace(b"\xff\x00", b"\xff"))
        begin = at
        if kind == 0xD9:
            return found
        if kind != 0xD0 + expected:
            raise _broken("a marker stands within the coded bits")
        expected = (expected + 1) & 7


def _differences(segment: bytes, head: LosslessHead, count: int) -> NDArray[np.int32]:
    """The coded differences of one segment."""
    bits = len(segment) * 8
    padded = np.frombuffer(segment + b"\xff" * 6, np.uint8).astype(np.uint64)
    here = padded[:-5] << 32 | padded[1:-4] << 24 | padded[2:-3] << 16 | padded[3:-2] << 8 | padded[4:-1]  # 40 bits from each byte on
    windows = here[: len(segment), None] >> np.arange(24, 16, -1, dtype=np.uint64) & np.uint64(0xFFFF)
    windows = windows.astype(np.uint16).ravel()  # the 16 bits from each bit on
    lengths, sizes = head.lengths[windows], head.sizes[windows]
    extra = np.where(sizes == 16, 0, sizes)
    steps = (lengths + extra).tolist()
    at, places = 0, []
    for _ in range(count):
        if at >= bits or not (step := steps[at]):
            raise _broken("a code that is none, or the end, was met too early")
        places.append(at)
        at += step
    if at > bits or bits - at >= 8:
        raise _broken("the coded bits do not end where the image does")
    starts = np.array(places, np.int64)
    size = sizes[starts].astype(np.int64)
    begin = starts + lengths[starts]
    value = (here[begin >> 3] >> (40 - (begin & 7) - np.minimum(size, 15)).astype(np.uint64)).astype(np.int64) & (
        (1 << np.minimum(size, 15)) - 1
    )
    negative = (size > 0) & (value < (1 << np.maximum(size - 1, 0)))
    value = np.where(negative, value - (1 << size) + 1, value)
    return np.where(size == 16, 32768, np.where(size == 0, 0, value)).astype(np.int32)


def _summed(differences: NDArray[np.int32], head: LosslessHead) -> NDArray[np.uint16]:
    """Differences to numbers, modulo 65536: the first row from the left, the first column from above, the rest by the predictor."""
    found = differences.astype(np.uint16)
    found[0, 0] += np.uint16(1 << (head.precision - head.shift - 1))
    found[0] = np.cumsum(found[0], dtype=np.uint16)
    found[:, 0] = np.cumsum(found[:, 0], dtype=np.uint16)
    if head.predictor == 1:
        return np.cumsum(found, axis=1, dtype=np.uint16) if len(found) == 1 else _by_rows(found)
    if head.predictor == 2:
        found[:, 1:] = np.cumsum(found[:, 1:], axis=0, dtype=np.uint16)
        return found
    return _by_diagonals(found, head.predictor)


def _by_rows(found: NDArray[np.uint16]) -> NDArray[np.uint16]:
    found[1:] = np.cumsum(found[1:], axis=1, dtype=np.uint16)
    return found


def _by_diagonals(found: NDArray[np.uint16], predictor: int) -> NDArray[np.uint16]:
    """Predictors 3 to 7 need the left, upper and upper-left neighbour: all numbers of one anti-diagonal at a time."""
    rows, columns = found.shape
    flat = found.reshape(-1)
    for total in range(2, rows + columns - 1):
        row = np.arange(max(1, total - columns + 1), min(rows, total))
        if not len(row):
            continue
        place = row * columns + total - row
        left, above, corner = (flat[place - back].astype(np.int32) for back in (1, columns, columns + 1))
        flat[place] += _guess(predictor, left, above, corner).astype(np.uint16)
    return found


def _guess(predictor: int, left: NDArray[np.int32], above: NDArray[np.int32], corner: NDArray[np.int32]) -> NDArray[np.int32]:
    """Table H.1 of T.81."""
    if predictor == 3:
        return corner
    if predictor == 4:
        return left + above - corner
    if predictor == 5:
        return left + ((above - corner) >> 1)
    if predictor == 6:
        return above + ((left - corner) >> 1)
    return (left + above) >> 1
