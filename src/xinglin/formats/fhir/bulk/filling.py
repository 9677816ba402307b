"""Fills the holes of a template for many rows at once: first how long each row is, then the bytes, in one buffer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from xinglin.formats.fhir.bulk.templates import Columns, Hole

NEVER = -(2**62)
_NUMBER, _DECIMAL, _CODED, _DATE, _MINUTE, _PADDED, _WHEN, _UNTIL = range(8)


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows of a template, measured but not yet written; row k has `offsets[k + 1] - offsets[k]` bytes."""

    offsets: NDArray[np.int64]
    arguments: tuple[NDArray, ...]

    def data(self, first: int = 0, last: int | None = None) -> NDArray[np.uint8]:
        """The bytes of rows `first` to `last - 1` (to the end by default)."""
        last = len(self.offsets) - 1 if last is None else last
        out = np.empty(self.offsets[last] - self.offsets[first], np.uint8)
        if len(out):
            _written(out, first, last, *self.arguments)
        return out

    def chunks(self, buffer: NDArray[np.uint8]) -> Iterator[memoryview]:
        """All bytes in pieces that fit the buffer; each piece is valid until the next is asked for."""
        first, rows = 0, len(self.offsets) - 1
        while first < rows:
            last = int(np.searchsorted(self.offsets, self.offsets[first] + len(buffer), side="right")) - 1
            if last <= first:  # one row longer than the buffer
                last, buffer = first + 1, np.empty(self.offsets[first + 1] - self.offsets[first], np.uint8)
            size = _written(buffer, first, last, *self.arguments)
            yield memoryview(buffer)[:size]  # type: ignore[arg-type]
            first = last


def fill(
    literals: Sequence[bytes], holes: Sequence[Hole], columns: Columns, names: Mapping[int, tuple[NDArray[np.uint8], NDArray[np.int64]]]
) -> Rows:
    """All rows of the columns. Raises KeyError for a column that is not there."""
    used = sorted({hole.column for hole in holes} | {hole.other for hole in holes if isinstance(hole.other, str)})
    order = {name: place for place, name in enumerate(used)}
    table = np.ascontiguousarray(np.stack([np.asarray(columns[name], np.int64) for name in used]))
    pool, offsets, size = [], [np.zeros(1, np.int64)], 0
    kinds, places, others, extra = (np.zeros(len(holes), np.int64) for _ in range(4))
    for place, hole in enumerate(holes):
        kinds[place], places[place] = hole.kind, order[hole.column]
        others[place] = order[hole.other] if isinstance(hole.other, str) else hole.other
        extra[place] = sum(len(part) for part in offsets) - 1
        data, ends = names[place] if place in names else _pooled(hole.texts)
        pool.append(data)
        offsets.append(ends[1:] + size)
        size += len(data)
    words = np.concatenate([*pool, np.zeros(1, np.uint8)])
    fixed = np.frombuffer(b"".join(literals) or b"\0", np.uint8)
    ends = np.concatenate([[0], np.cumsum([len(literal) for literal in literals])]).astype(np.int64)
    shape = (ends, kinds, places, others, extra)
    texts = np.concatenate(offsets)
    return Rows(_measured(table, *shape, texts), (table, fixed, *shape, words, texts))


def _pooled(texts: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Texts one after the other, and where each ends."""
    ends = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return np.frombuffer(b"".join(texts), np.uint8), ends


@njit(cache=True, nogil=True)
def _digits(value):  # pragma: no cover - compiled
    count = 1
    while value >= 10:
        value //= 10
        count += 1
    return count


@njit(cache=True, nogil=True)
def _length(kind, value, other):  # pragma: no cover - compiled
    """Bytes of one hole."""
    if kind == _DATE:
        return 10
    if kind == _MINUTE:
        return 19
    if kind == _PADDED:
        return other
    digits = _digits(abs(value)) + (1 if value < 0 else 0)
    if kind == _DECIMAL and other > 0:
        return max(_digits(abs(value)), other + 1) + 1 + (1 if value < 0 else 0)
    return digits


@njit(cache=True, nogil=True)
def _put_digits(out, at, value, width):  # pragma: no cover - compiled
    for place in range(width):
        out[at + width - 1 - place] = 48 + value % 10
        value //= 10
    return at + width


@njit(cache=True, nogil=True)
def _put_date(out, at, days):  # pragma: no cover - compiled
    """Civil date of a day since 1970 in the Gregorian calendar."""
    days += 719468
    era = days // 146097
    day_of_era = days - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    at = _put_digits(out, at, year, 4)
    out[at] = 45
    at = _put_digits(out, at + 1, month, 2)
    out[at] = 45
    return _put_digits(out, at + 1, day, 2)


@njit(cache=True, nogil=True)
def _put_minute(out, at, minutes):  # pragma: no cover - compiled
    at = _put_date(out, at, minutes // 1440)
    out[at] = 84
    left = minutes % 1440
    at = _put_digits(out, at + 1, left // 60, 2)
    out[at] = 58
    at = _put_digits(out, at + 1, left % 60, 2)
    out[at], out[at + 1], out[at + 2] = 58, 48, 48
    return at + 3


@njit(cache=True, nogil=True)
def _copy(out, at, source, begin, end):  # pragma: no cover - compiled
    if end > begin:
        to, what = out[at : at + end - begin], source[begin:end]  # slices: their loop becomes one block copy
        for place in range(len(to)):
            to[place] = what[place]
    return at + end - begin


@njit(cache=True, nogil=True)
def _put(out, at, kind, value, other):  # pragma: no cover - compiled
    """A value without what stands around it."""
    if kind == _DATE:
        return _put_date(out, at, value)
    if kind == _MINUTE:
        return _put_minute(out, at, value)
    if kind == _PADDED:
        return _put_digits(out, at, value, other)
    if value < 0:
        out[at] = 45
        at += 1
        value = -value
    if kind == _DECIMAL and other > 0:
        whole = value
        for _ in range(other):
            whole //= 10
        at = _put_digits(out, at, whole, _digits(whole))
        out[at] = 46
        return _put_digits(out, at + 1, value, other)
    return _put_digits(out, at, value, _digits(value))


@njit(cache=True, nogil=True)
def _measured(table, ends, kinds, places, others, extra, offsets):  # pragma: no cover - compiled
    """Where each row begins and ends."""
    rows, holes = table.shape[1], len(kinds)
    begins = np.zeros(rows + 1, np.int64)
    for row in range(rows):
        total, hole = ends[1], 0
        while hole < holes:
            kind, value = kinds[hole], table[places[hole], row]
            if kind == _WHEN and value == NEVER:
                hole += others[hole]
            elif kind == _CODED:
                total += offsets[extra[hole] + value + 1] - offsets[extra[hole] + value]
            elif kind < _WHEN:
                total += _length(kind, value, table[others[hole], row] if kind == _DECIMAL else others[hole])
            total += ends[hole + 2] - ends[hole + 1]
            hole += 1
        begins[row + 1] = begins[row] + total
    return begins


@njit(cache=True, nogil=True)
def _written(out, first, last, table, fixed, ends, kinds, places, others, extra, words, offsets):  # pragma: no cover - compiled
    """The bytes of rows `first` to `last - 1` at the start of `out`."""
    at, holes = 0, len(kinds)
    for row in range(first, last):
        at = _copy(out, at, fixed, ends[0], ends[1])
        hole = 0
        while hole < holes:
            kind, value = kinds[hole], table[places[hole], row]
            if kind == _WHEN and value == NEVER:
                hole += others[hole]
            elif kind == _CODED:
                at = _copy(out, at, words, offsets[extra[hole] + value], offsets[extra[hole] + value + 1])
            elif kind < _WHEN:
                at = _put(out, at, kind, value, table[others[hole], row] if kind == _DECIMAL else others[hole])
            at = _copy(out, at, fixed, ends[hole + 1], ends[hole + 2])
            hole += 1
    return at


@njit(cache=True, nogil=True)
def base64_rows(data, offsets):  # pragma: no cover - compiled
    """Each row in base64: bytes and offsets."""
    letters = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", np.uint8)
    rows = len(offsets) - 1
    begins = np.zeros(rows + 1, np.int64)
    for row in range(rows):
        begins[row + 1] = begins[row] + (offsets[row + 1] - offsets[row] + 2) // 3 * 4
    out = np.empty(begins[-1], np.uint8)
    for row in range(rows):
        at = begins[row]
        place, end = offsets[row], offsets[row + 1]
        while place < end:
            one = np.int64(data[place])
            two = np.int64(data[place + 1]) if place + 1 < end else 0
            three = np.int64(data[place + 2]) if place + 2 < end else 0
            group = (one << 16) | (two << 8) | three
            out[at], out[at + 1] = letters[group >> 18], letters[(group >> 12) & 63]
            out[at + 2] = letters[(group >> 6) & 63] if place + 1 < end else 61
            out[at + 3] = letters[group & 63] if place + 2 < end else 61
            at, place = at + 4, place + 3
    return out, begins
