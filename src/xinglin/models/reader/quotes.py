"""Stretches of our own statements that repeat a fact's words verbatim: they are said as recorded, and are not taken apart.

"NO GROWTH" or the text of a culture report is the record's own; its numbers, dates and "not" are not claims of ours.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from xinglin.models.reader.record_index import RecordIndex, index_of
from xinglin.records.fact import MADE_HERE, Fact
from xinglin.records.reading import CheckCase, Sentence

_SHORTEST = 8
_WEIGHED = frozenset(("option", "alert", "prediction"))
_QUOTED = frozenset(("measurement", "report", "document", "imaging"))  # a dose that happens to be another medicine's is no quotation


def quoted_spans(index: RecordIndex, text: str, cited: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words of a cited fact stand in a text, whole and behind a stop, a colon or a quotation mark."""
    spans: list[tuple[int, int]] = []
    for one in cited:
        fact = index.facts.get(one)
        if fact is None or not isinstance(fact.value, str):
            continue
        for words in _own_words(fact):
            place = text.find(words) if len(words) >= _SHORTEST else -1
            if place >= 0 and not text[:place].rstrip()[-1:].isalnum():
                spans.append((place, place + len(words)))
    return spans


def _own_words(fact: Fact) -> set[str]:
    """What a fact may be quoted with: a recorded answer as it stands; of an option, an alert or a prediction that we made, its own sentence.

    A sentence that somebody has edited is no quotation any more, and is taken apart like any other.
    """
    if fact.kind in _QUOTED:
        return {fact.value.strip() if isinstance(fact.value, str) else "", *(evidence.quote.strip() for evidence in fact.evidence)}
    if fact.kind in _WEIGHED and fact.id.startswith(MADE_HERE):
        return {fact.details.get("said", "").strip(), fact.details.get("said_zh", "").strip()}
    return set()


def is_own_sentence(index: RecordIndex, text: str, cited: Iterable[str]) -> bool:
    """Whether a statement is, word for word, the sentence of an option, alert or prediction that it names: numbers of trials, not of the person."""
    said = text.strip()
    named = (index.facts[one] for one in cited if one in index.facts)
    return any(said in words for fact in named if fact.kind in _WEIGHED for words in _own_words(fact))


def without_quotes(case: CheckCase, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The sentences of our own draft without the claims that stand in words they quote."""
    if not case.cited:
        return tuple(sentences)
    index = index_of(case.facts)
    kept: list[Sentence] = []
    for sentence in sentences:
        spans = quoted_spans(index, sentence.text, case.cited.get(sentence.id, ()))
        claims = tuple(claim for claim in sentence.claims if not within(spans, claim.subject.start, claim.subject.end))
        kept.append(replace(sentence, claims=claims) if spans else sentence)
    return tuple(kept)


def within(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a place lies in one of the stretches."""
    return any(first <= start and end <= last for first, last in spans)
