"""Which of two things said is the one that holds: said of before or of now, as a goal, as a change from or to, or taken back.

A word that excludes another (a number, a side, a medicine) is compared with its rivals where the rest of the sentence is said:
what stands around each, who says it, which comes later, and which stands nearer to the words it belongs to.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from xinglin.models.transcript_reader.words import Token

_MARKS = tuple(
    frozenset(words.split())
    for words in (
        "was were had last previous previously before ago used initially originally prior earlier baseline first started then",
        "now today currently current is are still this i'm it's taking take new recent recently gonna going",
        "goal target should want under below limit ideal supposed normally usually range least until hope",
        "sorry mean actually wait correction rather no not",
        "increase increased increasing decrease decreased decreasing raise raised lower lowered switch switched change changed replace bump cut up down went instead double",
        "continue keep stay same stable unchanged refill",
        "start started add prescribe order send put give begin",
        "stop stopped discontinue quit hold off",
    )
)  # fmt: skip
_OF = {word: tuple(k for k, words in enumerate(_MARKS) if word in words) for words in _MARKS for word in words}
MARKS = ("before", "now", "goal", "taken_back", "change", "keep", "start", "stop", "from", "to", "doctor")
NAMES = (
    *(f"same_{m}" for m in MARKS), *(f"other_{m}" for m in MARKS), *(f"here_{m}" for m in MARKS[:-1]), "other_later", "same_last", "rivals_after",
    *(f"{side}_{head}" for head in ("left", "right", "rare", "medicine", "second") for side in ("same", "other")), "beside_same", "beside_other",
)  # fmt: skip
NONE = (*[-1.0] * (2 * len(MARKS)), *[0.0] * (len(MARKS) - 1), 0.0, 0.0, 0.0, *[-1.0] * 12)
_REACH = 7


def marks(found: Sequence[Token], i: int) -> list[float]:
    """Which of `MARKS` (but who speaks) stand near a word, in its sentence."""
    out = [0.0] * (len(MARKS) - 1)
    sentence = found[i].sentence
    for j in range(max(0, i - _REACH), min(len(found), i + _REACH + 1)):
        if j == i or found[j].sentence != sentence:
            continue
        kinds = _OF.get(found[j].word)
        if kinds:
            bright = 1.0 if j < i else 0.7
            bright *= 1.0 if abs(i - j) <= 3 else 0.5
            for k in kinds:
                if bright > out[k]:
                    out[k] = bright
    for j in range(max(0, i - 3), i):
        word = found[j].word
        if word in ("from", "of", "than"):
            out[8] = 1.0
        elif word == "to":
            out[9] = 1.0
    return out


def nearness(places: Sequence[int], heads: Sequence[int]) -> float:
    """How close any of some places comes to any of the others: 1 side by side, towards 0 far away, -1 when either is missing."""
    if not places or not heads:
        return -1.0
    best = 10**6
    if len(heads) > len(places):
        places, heads = heads, places
    for p in heads:
        k = bisect_left(places, p)
        for j in (k - 1, k):
            if 0 <= j < len(places) and 0 < abs(places[j] - p) < best:
                best = abs(places[j] - p)
    return 1.0 / (1.0 + 0.25 * best)


def together(places: Sequence[int], heads: Sequence[int], within: int = 4) -> int:
    """How often one of the places stands within a few words of one of the others."""
    n = 0
    for p in heads:
        k = bisect_left(places, p - within)
        n += k < len(places) and places[k] <= p + within
    return n


def gap(places: Sequence[int], place: int) -> int:
    """The distance from a place to the nearest of some sorted places."""
    i = bisect_left(places, place)
    after = places[i] - place if i < len(places) else place - places[-1]
    return min(after, place - places[i - 1]) if i else after


def closest(first: Sequence[int], second: Sequence[int]) -> int:
    """The least distance between any of some places and any of the others."""
    few, many = (first, second) if len(first) < len(second) else (second, first)
    return min(gap(many, p) for p in few)
