"""Where a part of a picture lies in other pictures: the highest correlation of it with any place that holds all of it.

The products are taken in frequencies; only the places that a part can lie in are gone back to, by small matrices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]
    Row = NDArray[np.floating]

SMALLEST, CHUNK = 1e-9, 256


@dataclass(frozen=True, eq=False)
class Field:
    """Square pictures made ready for parts of some sides to be sought in."""

    spectra: NDArray[np.complexfloating]  # (side, pictures, side // 2 + 1)
    lengths: Mapping[int, Pictures]  # by side of the part, for each place (free, pictures, free): 1 / root of the sum of squares there

    @classmethod
    def of(cls, pictures: Pictures, sides: Sequence[int]) -> Field:
        """Of pictures (n, side, side), for parts of `sides`."""
        from scipy.fft import rfft2

        count, whole = pictures.shape[:2]
        spectra = np.empty((whole, count, whole // 2 + 1), dtype=np.complex64)
        lengths = {side: np.empty((whole - side + 1, count, whole - side + 1), dtype=np.float32) for side in sides}
        for start in range(0, count, CHUNK):
            some = pictures[start : start + CHUNK]
            spectra[:, start : start + CHUNK] = np.asarray(rfft2(some.astype(np.float32))).transpose(1, 0, 2)
            squares = np.pad(some.astype(np.float64) ** 2, ((0, 0), (1, 0), (1, 0))).cumsum(axis=1).cumsum(axis=2)
            for side, length in lengths.items():
                length[:, start : start + CHUNK] = _lengths(squares, side).transpose(1, 0, 2)
        return cls(spectra, lengths)

    def of_some(self, which: NDArray[np.integer]) -> Field:
        """The same of some of the pictures."""
        return Field(self.spectra[:, which], {side: length[:, which] for side, length in self.lengths.items()})

    def highest(self, parts: Sequence[Pictures]) -> Row:
        """(pictures,): the highest correlation of any of the parts (s, s), each of mean 0, with any place of each picture; at most 1."""
        from scipy.fft import rfft2

        whole, count = self.spectra.shape[:2]
        grown = np.zeros((len(parts), whole, whole), dtype=np.float32)
        for place, part in enumerate(parts):
            grown[place, : len(part), : len(part)] = part
        best = np.full(count, -1.0)
        for part, spectrum in zip(parts, np.conj(np.asarray(rfft2(grown))), strict=True):
            upright, across = _back(whole, whole - len(part) + 1)
            lines = upright @ (self.spectra * spectrum[:, None]).reshape(whole, -1)
            alike = (lines.view(np.float32).reshape(-1, len(across)) @ across).reshape(len(upright), count, -1)
            best = np.maximum(best, (alike * self.lengths[len(part)]).max(axis=(0, 2)) / max(float(np.linalg.norm(part)), 1e-6))
        return np.minimum(best, 1.0)


def _lengths(squares: Pictures, side: int) -> Pictures:
    """(n, free, free) from running sums of squares (n, whole + 1, whole + 1)."""
    spread = squares[:, side:, side:] - squares[:, :-side, side:] - squares[:, side:, :-side] + squares[:, :-side, :-side]
    return (1 / np.sqrt(np.maximum(spread, SMALLEST))).astype(np.float32)


@cache
def _back(whole: int, free: int) -> tuple[NDArray[np.complexfloating], Pictures]:
    """From frequencies to the first `free` places: (free, whole) for rows, (2 x known frequencies, free) for columns, real and imaginary in turn."""
    places = np.arange(free)
    upright = np.exp(2j * np.pi * np.outer(places, np.arange(whole)) / whole) / whole
    known = np.arange(whole // 2 + 1)
    weight = np.where((known == 0) | (2 * known == whole), 1, 2) / whole
    turn = weight[:, None] * np.exp(2j * np.pi * np.outer(known, places) / whole)
    across = np.stack([turn.real, -turn.imag], axis=1).reshape(-1, free)
    return upright.astype(np.complex64), np.ascontiguousarray(across, dtype=np.float32)
