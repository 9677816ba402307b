"""A text with the places one asks for when comparing: its numbers by kind and unit, medicines, and words that have opposites."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xinglin.models.transcript_reader.attention import BLOCK, light
from xinglin.models.transcript_reader.meaning import is_medicine, opposites
from xinglin.models.transcript_reader.transcript import Transcript
from xinglin.models.transcript_reader.words import Token

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNITS: tuple[tuple[str, ...], ...] = (
    ("second seconds sec", "minute minutes min", "hour hours hr hrs", "day days", "week weeks wk", "month months mo", "year years yr yrs"),
    ("mg milligram milligrams", "mcg microgram micrograms ug", "g gram grams", "ml milliliter milliliters cc", "unit units iu", "puff puffs", "tablet tablets pill pills tab tabs", "mgy", "gy gray"),
    ("pound pounds lb lbs", "kg kilogram kilograms kilos", "ounce ounces oz"),
    ("inch inches", "cm centimeter centimeters", "foot feet ft", "mm millimeter millimeters", "m meter meters", "mile miles"),
    ("% percent", "degree degrees °", "celsius", "fahrenheit", "mmhg", "bpm"),
    ("pack packs", "cigarette cigarettes", "beer beers", "glass glasses", "cup cups", "bottle bottles", "drink drinks", "liter liters"),
    ("time times", "child children", "brother brothers", "sister sisters", "sibling siblings"),
)  # fmt: skip
_UNIT_OF = {word: (kind + 1, number) for kind, units in enumerate(_UNITS) for number, words in enumerate(units) for word in words.split()}
_HEADINGS = ("HISTORY|HPI|COMPLAINT|SUBJECTIVE", "REVIEW|ROS", "EXAM|OBJECTIVE", "RESULT|DATA|LABS|IMAGING", "ASSESS|PLAN|IMPRESSION|RECOMMEND|INSTRUCTION", "MEDICATION|ALLERG", "VITAL",
             "PAST|SOCIAL|FAMILY|SURGICAL")  # fmt: skip
_HEADING = re.compile(r"(?m)^\s*([A-Z][A-Z ,/&]{3,60}):?\s*$")


def number_kind(found: Sequence[Token], i: int) -> int:
    """What a number counts: 0 unknown, 1 time, 2 dose, 3 weight, 4 length, 5 per cent or degrees, 6 habits, 7 how often, 8 age, 9 out of ten or a date, 10 month."""
    if found[i].values[:1] and found[i].values[0].startswith("m"):
        return 10
    for j in range(i + 1, min(len(found), i + 4)):
        word = found[j].word
        if found[j].sentence != found[i].sentence:
            break
        if (word == "year" and j + 1 < len(found) and found[j + 1].word == "old") or (
            word == "years" and j + 1 < len(found) and found[j + 1].word in ("old", "of")
        ):
            return 8
        if word in _UNIT_OF:
            return _UNIT_OF[word][0]
        if word in ("/", "over", "out") and j == i + 1:
            return 9
        if not found[j].values and word not in ("/", "to", "and", "or", "a", "half"):
            break
    if i and found[i - 1].word in ("age", "aged"):
        return 8
    return 9 if i and found[i - 1].word in ("/", "over") else 0


class Spoken(Transcript):
    """A transcript (or note) with its numbers, medicines and words of opposites laid out by place."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
        self.blocks = len(self.tokens) // BLOCK + 1
        self.numbers = [i for i, t in enumerate(self.tokens) if t.values and t.word not in ("a", "an", "last", "one", "once", "first")]
        self.number_kinds = {i: number_kind(self.tokens, i) for i, t in enumerate(self.tokens) if t.values}
        self.medicines = [i for i, t in enumerate(self.tokens) if is_medicine(t)]
        self.by_group: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for i, token in enumerate(self.tokens):
            for group, side in opposites().get(token.word, ()):
                self.by_group[group].append((i, side))
        self.sex = sum((t.word in _HE) - (t.word in _SHE) for t in self.tokens)
        self._lights: dict[tuple[int, ...], NDArray[np.float64] | None] = {}
        self._similar: dict[str, tuple[float, list[int]]] = {}
        self._pairs = {w: frozenset(w[i : i + 2] for i in range(len(w) - 1)) for w in self.vocabulary if len(w) >= 4}
        self.covered_by: dict[int, tuple[float, float]] = {}
        self.marked: dict[int, list[float]] = {}
        self.headings = [(m.start(), _section(m.group(1))) for m in _HEADING.finditer(text)]

    def light(self, places: Sequence[int]) -> NDArray[np.float64] | None:
        """The brightness of a word said at these places, made once however many sentences use the word."""
        key = tuple(places)
        if key not in self._lights:
            self._lights[key] = light(places, self.blocks)
        return self._lights[key]

    def similar(self, token: Token) -> tuple[float, list[int]]:
        """The likest word said, by shared letter pairs (spelling, word families), and its places."""
        known = self._similar.get(token.word)
        if known is None:
            mine = {token.word[i : i + 2] for i in range(len(token.word) - 1)}
            best, name = 0.0, ""
            for other, theirs in self._pairs.items():
                if other[0] == token.word[0] and (score := 2 * len(mine & theirs) / (len(mine) + len(theirs) or 1)) > best:
                    best, name = score, other
            known = self._similar[token.word] = (best, self.by_stem.get(name, []))
        return known

    @staticmethod
    def unit_after(found: Sequence[Token], i: int) -> tuple[int, int] | None:
        """The unit that follows the number at `i`, within three words."""
        for j in range(i + 1, min(len(found), i + 4)):
            if found[j].word in _UNIT_OF:
                return _UNIT_OF[found[j].word]
            if found[j].sentence != found[i].sentence or (
                not found[j].values and found[j].word not in ("/", "to", "and", "a", "half", "or", "more")
            ):
                return None
        return None


_HE, _SHE = (
    frozenset(["he", "him", "his", "himself", "male", "man", "gentleman", "mr", "boy"]),
    frozenset(["she", "her", "hers", "herself", "female", "woman", "lady", "mrs", "ms", "girl"]),
)


def _section(heading: str) -> int:
    return next((n + 1 for n, words in enumerate(_HEADINGS) if re.search(words, heading)), 0)


def section_of(note: Spoken, start: int) -> int:
    """The kind of section a place of the note stands in, 0 when no heading says."""
    at = bisect_right(note.headings, (start, 99)) - 1
    return note.headings[at][1] if at >= 0 else 0
