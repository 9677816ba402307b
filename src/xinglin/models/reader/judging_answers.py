"""Judges what a text says of a fact whose answer is words: positive or negative, a blood group, a chosen answer.

That the question stands in the record proves nothing; what was answered must be what the text says.
"""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import any_time_agrees
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.likeness import stems_of
from xinglin.models.reader.smoking import speaks_of_smoking
from xinglin.models.reader.text_forms import fold
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim

_NO = re.compile(
    r"\b(?:negative|neg|non-?\s?reactive|not (?:detected|present|seen|found|isolated)|undetect\w+|absent|none|no|never|denied)\b|阴性|未检出|未见|^无|^否|没有"
)
_YES = re.compile(r"\b(?:positive|pos|reactive|detected|present|yes)\b|阳性|检出|^有|^是")  # fmt: skip
_GROUP = re.compile(r"\b(ab|a|b|o)(?=\b|\+|-|型)|([abo]{1,2})型")
_BLOOD_GROUP = re.compile(r"\b(?:blood|abo)[ -](?:group|type)|\babo\b|血型")
_ANSWERED = re.compile(r"\s*(?:[:：]|\b(?:is|was)\b|为)\s*(?P<answer>[^,，;；。(（]+)")


def judge_answer(view: View, claim: Claim, facts: tuple[Fact, ...]) -> list[Finding]:
    """What is wrong with the answer a text gives, held against the newest answer of the record (or that of the said day)."""
    coded = [fact for fact in facts if fact.kind in ("measurement", "calculation") and isinstance(fact.value, str) and fact.value]
    coded = [fact for fact in coded if not speaks_of_smoking(fold(fact.concept.words))]
    if not coded:
        return []
    days = [time for time in claim.times if time.kind in ("date", "ago")]
    dated = [fact for fact in coded if all(any_time_agrees(day, view.record.sheet(fact.id).times) for day in days)] if days else []
    newest = max(fact.time[:10] for fact in coded)
    known = dated or [fact for fact in coded if fact.time[:10] == newest]
    tail = _tail(view, claim)
    if any(_fits(claim, tail, fold(str(fact.value)), fold(fact.concept.words), fact) for fact in known):
        return []
    text = "The record answers this otherwise"
    return [finding("value", text, claim, None, str(known[-1].value), (known[-1].id,))]


def _tail(view: View, claim: Claim) -> str:
    """What stands behind the name, up to the next thing that is spoken of."""
    folded = fold(view.sentence.text)
    end = claim.subject.end
    later = [other.subject.start for other in view.sentence.claims if other.subject.start >= end and other.kind != "person"]
    return re.split(r"[;；。]|\. ", folded[end : min(later, default=len(folded))])[0]


def _fits(claim: Claim, tail: str, value: str, asked: str, fact: Fact) -> bool:
    if _BLOOD_GROUP.search(asked):
        said, known = _GROUP.search(tail), _GROUP.search(value)
        if said and known and (said[1] or said[2]) != (known[1] or known[2]):
            return False
    known = _polarity(value)
    said = "no" if claim.negated else _polarity(tail.strip())
    if known and said:
        return known == said
    answered = _ANSWERED.match(tail)
    if answered is None or not value.isascii() or not tail.isascii() or known or claim.negated:
        return True
    words = stems_of(answered["answer"])
    return not words or bool(words & stems_of(f"{value} {asked} {' '.join(fact.names.get('en', ()))}")) or not stems_of(value)


def _polarity(words: str) -> str:
    return "no" if _NO.search(words) else "yes" if _YES.search(words) else ""
