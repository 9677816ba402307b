"""What a sentence says of each thing it names, held against what the source says of the same thing.

The words between two commas, "and" or "or" name one thing; where the source names it best, its stance there (see `stance.py`) speaks
for the sentence or against it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from xinglin.models.transcript_reader.attention import Beam
from xinglin.models.transcript_reader.stance import results
from xinglin.models.transcript_reader.transcript import HEDGES, NEGATORS
from xinglin.models.transcript_reader.words import Token

_REACH = 7  # words between which the words of one name are taken for one mention
_MOST_PLACES = 60
_JOINTS = frozenset([
    "and", "or", "nor", "but", "with", "without", "of", "in", "on", "for", "to", "from", "than", "reports", "denies", "reported",
    "denied", "is", "was", "are", "were", "has", "had", "no", "not", "any", "at", "by", "due", "secondary", "including",
])  # fmt: skip
_SILENT = frozenset([
    "he", "him", "his", "himself", "she", "her", "hers", "herself", "male", "female", "man", "woman", "gentleman", "lady", "mr", "mrs",
    "ms", "father", "mother", "brother", "sister", "mom", "dad", "previous", "prior", "time", "both", "currently", "today", "now",
    "denies", "denied", "reports", "reported", "doctor", "patient", "other", "abnormalities", "abnormality", "otherwise", "follow",
    "small", "cell", "questions", "younger",
])  # fmt: skip
_ENDED = frozenset(["stopped", "stop", "discontinue", "discontinued", "quit", "declined", "refused", "failed", "if", "avoid", "avoids"])
_SEEN = frozenset(["identified", "seen", "noted", "present", "performed", "found", "appreciated", "detected"])
_DENIES_BACK = frozenset(["never", "none", "negative", "absent"])
_ASIDE = frozenset([
    "while", "when", "during", "outside", "besides", "except", "because", "since", "in", "on", "to", "at", "upon", "with", "from",
    "prior", "before",
])  # fmt: skip
Relation = tuple[float, float, float, float, float]  # against it, for it, how much of the name is said, result against, result for


class Named(Protocol):
    """A word of the sentence and where the source says it."""

    index: int
    token: Token
    places: list[int]
    weight: float


class Holds(Protocol):
    """A source with the stance and the result of every word."""

    stance: list[float]
    result: list[int]


def relations(
    sentence: str, found: Sequence[Token], words: Sequence[Named], denied: Sequence[bool], source: Holds, beams: Sequence[Beam]
) -> list[Relation]:
    """For every word what the source says of the thing it names, 0 to 1 each.

    `denied`: which words of the sentence a negation reaches; `beams`: the rest of the sentence as each word sees it.
    """
    mine, sign = results(found, denied), _signs(sentence, found, denied)
    return [_related(word, _name(found, words, k), beams[k], source, sign[word.index], mine[word.index]) for k, word in enumerate(words)]


def _related(word: Named, name: Sequence[Named], beam: Beam, source: Holds, sign: int, mine: int) -> Relation:
    total = word.weight + sum(w.weight * (1.0 if w.places else 0.4) for w in name) or 1.0
    against = support = best = unlike = like = 0.0
    for place in word.places[:_MOST_PLACES] if sign or mine else ():
        match = (2 * word.weight + sum(w.weight * _near(w.places, place) for w in name if w is not word)) / total
        bright = match * (0.4 + 0.6 * beam.at(place))
        held = source.stance[place] * sign
        against, support, best = max(against, -held * bright), max(support, held * bright), max(best, match)
        if mine and source.result[place] == mine:
            like = max(like, bright)
        elif mine and source.result[place]:
            unlike = max(unlike, bright)
    return against, support, best, unlike, like


def _signs(sentence: str, found: Sequence[Token], denied: Sequence[bool]) -> list[int]:
    """For every word of the sentence: 1 said to be so, -1 said not to be so, 0 when it names no finding or only a heading."""
    mine = results(found, denied)
    out = [0 if (m < 0 and not d) or _nameless(t) else -1 if d else 1 for t, d, m in zip(found, denied, mine, strict=True)]
    for i, token in enumerate(found):
        after = found[i + 1] if i + 1 < len(found) else None
        if sentence[token.end : token.end + 1] == ":" and sentence[token.end + 1 :].strip():
            out[: i + 1] = [0] * (i + 1)
        if token.word in _ENDED:
            out[i:] = [0 if t.clause == token.clause else o for t, o in zip(found[i:], out[i:], strict=True)]
        if token.word == "negative" and after is not None and after.word != "for":
            out[i + 1] = 0  # "a negative mammogram" denies no mammogram
        last = after is None or after.clause != token.clause
        if (last and token.word in _DENIES_BACK) or (token.word == "not" and after is not None and after.word in _SEEN):
            out[:i] = [-abs(o) if t.clause == token.clause else o for t, o in zip(found[:i], out[:i], strict=True)]
    return _without_asides(found, out)


def _nameless(token: Token) -> bool:
    return bool(token.values) or token.word in NEGATORS or token.word in HEDGES or token.word in _SILENT


def _without_asides(found: Sequence[Token], signs: list[int]) -> list[int]:
    """The signs without those of words that only say where or when something denied was not: "no pain on palpation"."""
    aside = False
    for i, token in enumerate(found):
        if i and (token.clause != found[i - 1].clause or token.word in ("or", "nor", "and", "but")):
            aside = False
        aside = aside or (token.word in _ASIDE and i > 0 and signs[i] < 0)
        signs[i] = 0 if aside else signs[i]
    return signs


def _name(found: Sequence[Token], words: Sequence[Named], k: int) -> list[Named]:
    """The words that name one thing together with word `k`: side by side, no joint or stop between."""
    first = last = k
    while first and _joined(found, words[first - 1].index, words[first].index):
        first -= 1
    while last + 1 < len(words) and _joined(found, words[last].index, words[last + 1].index):
        last += 1
    return list(words[first : last + 1])


def _joined(found: Sequence[Token], a: int, b: int) -> bool:
    return found[a].clause == found[b].clause and not any(found[i].word in _JOINTS for i in range(a, b + 1))


def _near(places: Sequence[int], place: int) -> float:
    i = bisect_left(places, place)
    gap = min(abs(places[i] - place) if i < len(places) else 99, place - places[i - 1] if i else 99)
    return 1.0 if gap <= 3 else 0.6 if gap <= _REACH else 0.0
