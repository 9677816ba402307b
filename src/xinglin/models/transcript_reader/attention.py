"""Where a transcript speaks of what a sentence speaks of, and what it says at that place.

Every word of the sentence lights up the stretches of the transcript near which it is said; a word in question (a number,
a side, a medicine) is then looked for where the rest of the sentence shines brightest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from xinglin.models.transcript_reader.transcript import Transcript

BLOCK = 3  # tokens per block of a transcript
_REACH = 12  # blocks a mention shines to either side
_KERNEL = tuple(1 / (1 + (BLOCK * d / 8) ** 2) for d in range(_REACH + 1))
_SHARPNESS = 9.0
_MOST_PLACES = 150


def light(places: Sequence[int], blocks: int) -> dict[int, float]:
    """Block -> brightness (0..1) of a word said at these token places."""
    out: dict[int, float] = {}
    for centre in dict.fromkeys(p // BLOCK for p in places[:_MOST_PLACES]):
        for block in range(max(0, centre - _REACH), min(blocks, centre + _REACH + 1)):
            bright = _KERNEL[abs(block - centre)]
            if bright > out.get(block, 0.0):
                out[block] = bright
    return out


def scene(lights: Sequence[tuple[float, dict[int, float]]]) -> dict[int, float]:
    """Block -> brightness of several words together, each with its weight."""
    out: dict[int, float] = {}
    known = out.get
    for weight, bright in lights:
        if not out:
            out.update({block: weight * value for block, value in bright.items()})
            continue
        for block, value in bright.items():
            out[block] = known(block, 0.0) + weight * value
    return out


class Beam:
    """The scene of a sentence as one of its words sees it: without that word's own light, the nearer words weighing more."""

    __slots__ = ("_known", "_lights", "_scene", "_total")

    def __init__(self, lights: Sequence[tuple[float, dict[int, float]]]) -> None:
        self._lights, self._total = lights, sum(weight for weight, _ in lights)
        self._scene: dict[int, float] | None = None  # of all blocks, made when the brightest is asked for
        self._known: dict[int, float] = {}

    def at(self, place: int) -> float:
        """How much of the rest of the sentence is said around a token place, 0 to 1."""
        if not self._total:
            return 0.0
        block = place // BLOCK
        if self._scene is not None:
            return self._scene.get(block, 0.0) / self._total
        if block not in self._known:
            self._known[block] = sum(weight * bright[block] for weight, bright in self._lights if block in bright)
        return self._known[block] / self._total

    def best(self, places: Iterable[int]) -> float:
        """The brightest of some places."""
        return max((self.at(p) for p in places), default=0.0)

    def brightest(self) -> tuple[float, int]:
        """The brightest stretch of all, and the token place where it begins."""
        found = self._scene = self._scene if self._scene is not None else scene(self._lights)
        if not found or not self._total:
            return 0.0, -1
        top = max(found.values())
        return top / self._total, min(b for b, bright in found.items() if bright == top) * BLOCK


def share(first: Sequence[float], second: Sequence[float]) -> float:
    """How much the brightness speaks for the first of two sets of places: 1 all, 0 none, 0.5 as much as for the second or no place at all."""
    if not first and not second:
        return 0.5
    top = max([*first, *second])
    one = sum(math.exp(_SHARPNESS * (b - top)) for b in first)
    two = sum(math.exp(_SHARPNESS * (b - top)) for b in second)
    return one / (one + two)


def blocks_of(source: Transcript) -> int:
    """How many blocks a transcript has."""
    return len(source.tokens) // BLOCK + 1
