"""Where a transcript speaks of what a sentence speaks of, and what it says at that place.

Every word of the sentence lights up the stretches of the transcript near which it is said; a word in question (a number,
a side, a medicine) is then looked for where the rest of the sentence shines brightest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from xinglin.models.transcript_reader.words import Token

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BLOCK = 3  # tokens per block of a transcript
_REACH = 12  # blocks a mention shines to either side
_KERNEL = tuple(1 / (1 + (BLOCK * d / 8) ** 2) for d in range(_REACH + 1))
_SHARPNESS = 9.0
_MOST_PLACES = 150


def light(places: Sequence[int], blocks: int) -> NDArray[np.float64] | None:
    """The brightness (0..1) of every block for a word said at these token places; None when it is said nowhere."""
    import numpy as np

    if not places:
        return None
    kernel = np.array((*_KERNEL[:0:-1], *_KERNEL))
    out = np.zeros(blocks)
    for centre in dict.fromkeys(p // BLOCK for p in places[:_MOST_PLACES]):
        first, last = max(0, centre - _REACH), min(blocks, centre + _REACH + 1)
        np.maximum(out[first:last], kernel[first - centre + _REACH : last - centre + _REACH], out=out[first:last])
    return out


class Shines(Protocol):
    """A word of the sentence: where it stands, how much it weighs, and its light."""

    index: int
    token: Token
    weight: float
    bright: NDArray[np.float64] | None


class Beam:
    """The scene of a sentence as one of its words sees it: without that word's own light, the nearer words weighing more."""

    __slots__ = ("_blocks",)

    def __init__(self, blocks: list[float]) -> None:
        self._blocks = blocks

    def at(self, place: int) -> float:
        """How much of the rest of the sentence is said around a token place, 0 to 1."""
        return self._blocks[place // BLOCK]

    def all(self, places: Sequence[int]) -> list[float]:
        """The same of several places."""
        blocks = self._blocks
        return [blocks[p // BLOCK] for p in places]

    def best(self, places: Sequence[int]) -> float:
        """The brightest of some places."""
        return max(self.all(places), default=0.0)

    def brightest(self) -> tuple[float, int]:
        """The brightest stretch of all, and the token place where it begins; -1 when all is dark."""
        top = max(self._blocks)
        return (top, self._blocks.index(top) * BLOCK) if top else (0.0, -1)


def beams(words: Sequence[Shines], blocks: int) -> list[Beam]:
    """A beam for each word of a sentence, over a text of so many blocks."""
    import numpy as np

    if not words:
        return []
    shares = [
        [
            0.0 if w is me else w.weight * (1.0 if w.token.clause == me.token.clause else 0.6) / (1 + 0.12 * abs(w.index - me.index))
            for w in words
        ]
        for me in words
    ]
    scenes, weights = np.zeros((len(words), blocks)), np.array(shares)
    for j, word in enumerate(words):
        if word.bright is not None:
            scenes += weights[:, j : j + 1] * word.bright  # term by term, so that the sum never depends on the machine
    scenes /= np.array([[sum(row) or 1.0] for row in shares])
    return [Beam(row) for row in scenes.tolist()]


def share(first: Sequence[float], second: Sequence[float]) -> float:
    """How much the brightness speaks for the first of two sets of places: 1 all, 0 none, 0.5 as much as for the second or no place at all."""
    if not first and not second:
        return 0.5
    top = max([*first, *second])
    one = sum(math.exp(_SHARPNESS * (b - top)) for b in first)
    two = sum(math.exp(_SHARPNESS * (b - top)) for b in second)
    return one / (one + two)
