"""How notes usually put things: which words and turns of phrase other notes use too, and how they use them.

A phrase that many notes share ("clear to auscultation bilaterally") needs no one to have said it; a word where notes never
have it ("mcg" behind metformin, fever that is not denied) is worth a second look.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence, Set

from msgspec import Struct

from xinglin.models.transcript_reader.words import Token

LONGEST = 6
NAMES = (
    "stem_notes", "stem_unsaid", "stem_as_here", "before_fits", "after_fits", "pair_before", "pair_after", "phrase_before",
    "phrase_after", "phrase_around", "triple", "skip_before", "skip_after", "figure_before", "figure_after",
)  # fmt: skip
_FEWEST = 2  # notes a phrase must stand in to be remembered
_NONE: frozenset[int] = frozenset()
_UNSAID = 0.3  # share of all words of notes that no transcript says


class Usage(Struct, frozen=True):
    """In how many notes each phrase (by the CRC-32 of its stems), and each stem unsaid, denied or affirmed (under names of their own), stands."""

    notes: int
    seen: dict[int, int]


NO_USAGE = Usage(0, {})


def key(*stems: str) -> int:
    """The number a phrase is remembered by."""
    return zlib.crc32(" ".join(stems).encode())


def phrases(found: Sequence[Token]) -> set[int]:
    """All phrases of a text that could be remembered."""
    plain, exact = _stems(found)
    out: set[int] = set()
    for i in range(len(found)):
        for length in range(1, LONGEST + 1):
            if i + length > len(found) or found[i + length - 1].sentence != found[i].sentence:
                break
            out.add(key(*plain[i : i + length]))
            if length == 2 and plain[i : i + 2] != exact[i : i + 2]:
                out.add(key(*exact[i : i + 2]))
            if length == 3:
                out.add(key(plain[i], "*", plain[i + 2]))
                if plain[i] != exact[i] or plain[i + 2] != exact[i + 2]:
                    out.add(key(exact[i], "*", exact[i + 2]))
    return out


def habits(found: Sequence[Token], said: Sequence[bool], denied: Sequence[bool]) -> set[int]:
    """What one right note is counted under: its phrases, and each stem as said or unsaid, denied or affirmed."""
    out = phrases(found)
    for token, spoken, refused in zip(found, said, denied, strict=True):
        out.add(key("said" if spoken else "unsaid", token.stem, "!"))
        out.add(key("denied" if refused else "affirmed", token.stem, "!"))
    return out


def counted(notes: Sequence[Set[int]]) -> Usage:
    """What several notes share."""
    seen = Counter(k for note in notes for k in note)
    return Usage(len(notes), {k: n for k, n in sorted(seen.items()) if n >= _FEWEST})


def _stems(found: Sequence[Token]) -> tuple[list[str], list[str]]:
    return ["#" if t.values and t.word[0].isdigit() else t.stem for t in found], [t.word if t.values else t.stem for t in found]


class Manner:
    """The words of a sentence as other notes would put them; `own` are the phrases of the note itself when it was counted too."""

    def __init__(self, found: Sequence[Token], usage: Usage, own: Set[int] = _NONE) -> None:
        self.found, self.usage, self.own = found, usage, own
        self.plain, self.exact = _stems(found)
        self.left, self.right, self.around = self._reach()

    def notes(self, *stems: str) -> int:
        """In how many other notes a phrase stands, 0 when in fewer than two."""
        return self._at(key(*stems))

    def _at(self, k: int) -> int:
        n = self.usage.seen.get(k, 0)
        if n and k in self.own:
            n -= 1
        return n if n >= _FEWEST else 0

    def _reach(self) -> tuple[list[int], list[int], list[int]]:
        """For every word the longest remembered phrase that ends there, begins there, and holds it."""
        n = len(self.found)
        left, right, around = [0] * n, [0] * n, [0] * n
        for i in range(n):
            longest = 0
            for length in range(1, LONGEST + 1):
                if (
                    i + length > n
                    or self.found[i + length - 1].sentence != self.found[i].sentence
                    or not self.notes(*self.plain[i : i + length])
                ):
                    break
                longest = length
                left[i + length - 1] = max(left[i + length - 1], length)
            right[i] = longest
            for j in range(i, i + longest):
                around[j] = max(around[j], longest)
        return left, right, around

    def row(self, i: int, denied: bool) -> list[float]:
        """`NAMES` for the word at `i`."""
        total = max(1, self.usage.notes)
        stem = self.found[i].stem
        said, unsaid = self.notes("said", stem, "!"), self.notes("unsaid", stem, "!")
        no, yes = self.notes("denied", stem, "!"), self.notes("affirmed", stem, "!")
        both = no + yes
        as_here = ((no if denied else yes) + 2 * (0.2 if denied else 0.8)) / (both + 2)
        before, after = self._neighbour(i, -1), self._neighbour(i, 1)
        alone = self.notes(self.plain[i])
        return [
            math.log1p(alone), (unsaid + 3 * _UNSAID) / (said + unsaid + 3), as_here,
            self._fits(before, i, total), self._fits(i, after, total), self._pair(before, i), self._pair(i, after), float(self.left[i]), float(self.right[i]),
            float(self.around[i]), math.log1p(self.notes(*self.plain[before : after + 1])) if before is not None and after is not None else -1.0,
            self._skip(i, -2), self._skip(i, 2), self._figure(before, i), self._figure(i, after),
        ]  # fmt: skip

    def _neighbour(self, i: int, step: int) -> int | None:
        j = i + step
        return j if 0 <= j < len(self.found) and self.found[j].sentence == self.found[i].sentence else None

    def _fits(self, a: int | None, b: int | None, total: int) -> float:
        """How much likelier than by chance the two stand side by side, in nats (0 at the edge)."""
        if a is None or b is None:
            return 0.0
        one, two = self.notes(self.plain[a]), self.notes(self.plain[b])
        both = self.notes(self.plain[a], self.plain[b])
        return math.log((both + 0.3) * total / ((one + 1) * (two + 1)))

    def _pair(self, a: int | None, b: int | None) -> float:
        return -1.0 if a is None or b is None else math.log1p(self.notes(self.plain[a], self.plain[b]))

    def _figure(self, a: int | None, b: int | None) -> float:
        """The same with the number itself, -1 when neither is one."""
        if a is None or b is None or (self.plain[a] == self.exact[a] and self.plain[b] == self.exact[b]):
            return -1.0
        return math.log1p(self.notes(self.exact[a], self.exact[b]))

    def _skip(self, i: int, step: int) -> float:
        j = self._neighbour(i, step)
        if j is None:
            return -1.0
        a, b = min(i, j), max(i, j)
        return math.log1p(self.notes(self.exact[a], "*", self.exact[b]) + self.notes(self.plain[a], "*", self.plain[b]))
