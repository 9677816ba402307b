"""The verdict on one sentence of a note against its transcript: how likely it is wrong, and which words make it so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from xinglin.models.transcript_reader.features import NAMES, measure
from xinglin.models.transcript_reader.transcript import Transcript
from xinglin.models.transcript_reader.trees import Forest
from xinglin.models.transcript_reader.words import Token

_AT = {name: i for i, name in enumerate(NAMES)}


class Weights(Struct, frozen=True):
    """What was learnt: the two forests, how rare each stem is (bits), and the probability from which a sentence is flagged."""

    words: Forest
    sentences: Forest
    rarity: dict[str, float]
    threshold: float
    made_from: str


class Judgement(Struct, frozen=True):
    """`wrong` is the probability that the source does not bear the sentence out; `start`/`end` mark the likeliest culprit."""

    wrong: float
    flagged: bool
    start: int
    end: int
    denied: bool  # the source says the opposite, rather than nothing


@lru_cache(maxsize=1)
def weights() -> Weights:
    """The shipped weights (see README.md beside them)."""
    raw = files("xinglin.models.transcript_reader").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(raw, type=Weights)


def judge(sentence: str, source: Transcript, note: Transcript | None = None, start: int = 0) -> Judgement | None:
    """The judgement, or None when the sentence holds nothing that could be checked. `start`: where it stands in the note."""
    learnt = weights()
    found, rows = measure(sentence, source, learnt.rarity, note, (start, start + len(sentence)))
    if not rows:
        return None
    chances = [learnt.words.probability(row) for row in rows]
    wrong = learnt.sentences.probability(summary(chances, rows))
    worst = max(range(len(chances)), key=chances.__getitem__)
    token: Token = found[worst]
    row = rows[worst]
    opposed = row[_AT["other_place"]] > row[_AT["same_place"]] or row[_AT["quality"]] >= 0.9
    return Judgement(wrong, wrong >= learnt.threshold, token.start, token.end, opposed)


def summary(chances: Sequence[float], rows: Sequence[Sequence[float]]) -> list[float]:
    """What the second forest sees of a sentence: its worst words, what kinds they are, and how well the whole is said."""
    order = sorted(range(len(chances)), key=lambda i: -chances[i])
    top = [chances[i] for i in order[:4]] + [0.0] * (4 - min(4, len(order)))
    first, second = rows[order[0]], rows[order[min(1, len(order) - 1)]]
    kept = [_AT[n] for n in ("number", "medicine", "opposable", "capital", "quality", "rarity", "near", "far", "other_place", "number_other", "denied_here",
                             "denied_there", "affirmed_there", "unknown_there", "unmatched_share", "window", "coverage", "length",
                             "best_cover", "in_best", "instead_in_best", "in_any_best", "note_quality", "note_near", "note_same", "note_other", "pronoun_minority")]  # fmt: skip
    column = [r[_AT["quality"]] for r in rows]
    disagree = [abs(r[_AT["denied_here"]] - r[_AT["denied_there"]]) for r in rows if r[_AT["quality"]] >= 0.9]
    return [
        *top, sum(chances) / len(chances), sum(c > 0.3 for c in chances), *(first[i] for i in kept), *(second[i] for i in kept[:9]), *(second[i] for i in kept[18:]),
        sum(column) / len(column), max(disagree, default=0.0), sum(disagree) / (len(disagree) or 1), rows[0][_AT["denied_here"]],
    ]  # fmt: skip
