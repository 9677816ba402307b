"""The verdict on one sentence of a note against its transcript: how likely it is wrong, and which words make it so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from xinglin.models.transcript_reader.features import NAMES, Row, measure
from xinglin.models.transcript_reader.spoken_places import Spoken
from xinglin.models.transcript_reader.trees import Forest
from xinglin.models.transcript_reader.usage import NAMES as MANNER
from xinglin.models.transcript_reader.usage import Usage
from xinglin.models.transcript_reader.words import Token

_AT = {name: i for i, name in enumerate(NAMES)}
_FIRST = (
    "number", "kind", "opposable", "medicine", "capital", "unit_word", "quality", "rarity", "own_best", "beam_best", "in_passage",
    "same_share", "same_best", "other_best", "same_count", "other_count", "kind_share", "unit_agrees", "nearest_same", "nearest_other",
    "denied_here", "denied_share", "hedged_here", "hedged_share", "note_quality", "note_share", "note_denied_share", "pronoun_minority",
    "section", "unmatched_share", "covered", "list_like", "passage_denied", "passage_hedged", "source_length", "length", "near",
    "finding", "conflict", "note_conflict", "same_position", "other_position", "tight_share", "tight_same", "tight_other",
    "tight_conflict", "clause_conflict", "clause_states", "clause_findings_in_conflict", "name_against", "name_for", "name_said",
    "result_against", "result_for", "name_conflict", "plainest_conflict", "finding_conflict",
)  # fmt: skip
_SECOND = _FIRST[:20]
_FIRST_MOMENTS = (
    "same_before", "same_now", "same_goal", "same_change", "same_to", "same_from", "other_before", "other_now", "other_change", "other_to",
    "here_before", "here_keep", "other_later", "same_last", "same_left", "other_left", "same_right", "other_right", "same_rare", "other_rare",
    "same_medicine", "other_medicine", "same_doctor", "beside_same", "beside_other", "note_covered", "note_words",
)  # fmt: skip
_OVER_ALL = tuple(_AT[n] for n in ("stem_unsaid", "stem_as_here", "before_fits", "after_fits", "phrase_around"))
_COLUMNS = tuple(_AT[n] for n in (*_FIRST, *MANNER, *_FIRST_MOMENTS)), tuple(_AT[n] for n in (*_SECOND, *MANNER))


class Weights(Struct, frozen=True):
    """What was learnt: the two forests, how rare each stem is (nats), and the probability from which a sentence is flagged."""

    words: Forest
    sentences: Forest
    rarity: dict[str, float]
    usage: Usage
    threshold: float
    made_from: str


class Judgement(Struct, frozen=True):
    """`wrong` is the judge's chance that the source does not bear the sentence out; `start`/`end` mark the likeliest culprit."""

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


def judge(sentence: str, source: Spoken, note: Spoken | None = None, start: int = 0) -> Judgement | None:
    """The judgement, or None when the sentence holds nothing that could be checked. `start`: where it stands in the note."""
    learnt = weights()
    found, rows = measure(sentence, source, learnt.rarity, note, (start, start + len(sentence)), learnt.usage)
    if not rows:
        return None
    chances = [learnt.words.probability(row) for row in rows]
    wrong = learnt.sentences.probability(summary(chances, rows))
    worst = max(range(len(chances)), key=chances.__getitem__)
    token: Token = found[worst]
    return Judgement(wrong, wrong >= learnt.threshold, token.start, token.end, _says_otherwise(rows[worst]))


def _says_otherwise(row: Row) -> bool:
    rival = row[_AT["other_count"]] > 0 and row[_AT["other_best"]] >= row[_AT["same_best"]] and row[_AT["other_best"]] > 0.3
    return rival or (row[_AT["quality"]] >= 0.9 and row[_AT["conflict"]] > 0.7)


def summary(chances: Sequence[float], rows: Sequence[Row]) -> list[float]:
    """What the second forest sees of a sentence: its worst words, what sort they are, and how well the whole is said."""
    order = sorted(range(len(chances)), key=lambda i: -chances[i])
    top = [chances[i] for i in order[:5]] + [0.0] * (5 - min(5, len(order)))
    by_sort = [0.0] * 6
    for chance, row in zip(chances, rows, strict=True):
        sort = _sort(row)
        by_sort[sort] = max(by_sort[sort], chance)
    first, second = rows[order[0]], rows[order[min(1, len(order) - 1)]]
    return [
        *top, *by_sort, sum(chances) / len(chances), sum(math.log1p(-min(c, 0.999)) for c in chances), float(sum(c > 0.3 for c in chances)),
        *(first[i] for i in _COLUMNS[0]), *(second[i] for i in _COLUMNS[1]),
        sum(r[_AT["quality"]] for r in rows) / len(rows), sum(r[_AT["denied_here"]] for r in rows) / len(rows), min(r[_AT["same_share"]] for r in rows),
        max(r[_AT["result_against"]] - r[_AT["result_for"]] for r in rows),
        sum(max(0.0, r[_AT["name_conflict"]]) for r in rows),
        sum(min(0.0, r[_AT["name_conflict"]]) for r in rows) / len(rows),
        *(sum(r[i] for r in rows) / len(rows) for i in _OVER_ALL), *(min(r[i] for r in rows) for i in _OVER_ALL),
    ]  # fmt: skip


def _sort(row: Row) -> int:
    for sort, name in enumerate(("number", "unit_word", "medicine")):
        if row[_AT[name]]:
            return sort
    return 3 if row[_AT["opposable"]] >= 0 else 4 if row[_AT["negator"]] or row[_AT["hedge"]] else 5
