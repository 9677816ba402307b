"""The medicines a text or a draft proposes, and what speaks against each: worked out once for all checks of medication safety.

A draft proposes by facts of kind "option"; a text by its words: "start ibuprofen 400 mg three times daily", 建议加用布洛芬. What is
only reported as taken is no proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from xinglin.models.medication_safety.circumstances import circumstances_of
from xinglin.models.medication_safety.judge import against
from xinglin.models.medication_safety.uses import use_of, uses_of
from xinglin.models.reader.once_per_case import once_per_case
from xinglin.models.reader.quotes import quoted_spans, within
from xinglin.models.reader.record_index import index_of
from xinglin.records import CheckCase, Claim, Fact, Issue, Sentence
from xinglin.records.draft import Severity
from xinglin.records.medication import Concern, ConcernKind, ConcernSeverity, MedicineUse
from xinglin.records.reading import Span

_PROPOSES = re.compile(
    r"\b(?:start|begin|commence|initiat\w*|prescri\w+|give|add|order|switch(?:ed)? to|change(?:d)? to|increase(?:d)? to|recommend\w*|suggest\w*|consider|propos\w+|"
    r"continue with|treat(?:ment)? with|offer)\b|(?:建议|给予|予以|加用|启用|开始|改用|换用|处方|开具|医嘱|可用|推荐|拟用|选用)",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(
    r"\b(?:do not|don't|avoid|never|not to|should not|must not|stop|stopped|discontinu\w+|allerg\w+ to)\b|不宜|避免|禁用|勿|停用|不用|不可|过敏"
)
_INTO_SPINE = re.compile(r"\bintra-?thecal|\bIT\b|鞘内")
_SEVERITY: dict[ConcernSeverity, Severity] = {"contraindicated": "stop", "major": "warning", "moderate": "note", "minor": "note"}


class Objection(NamedTuple):
    """What speaks against a medicine that a sentence proposes, and where it is named."""

    statement: str
    place: Span | None
    concern: Concern


@once_per_case
def objections(case: CheckCase) -> tuple[Objection, ...]:
    """Everything that speaks against what the text proposes, worked out once per case."""
    return tuple(_all(case))


def issues_of(case: CheckCase, check: str, *kinds: ConcernKind) -> tuple[Issue, ...]:
    """One issue per objection of these kinds, in the words of the text's language; what is minor or long tolerated is no issue."""
    return tuple(
        issue_of(check, one, case.language) for one in objections(case)
        if one.concern.kind in kinds and one.concern.severity != "minor" and not one.concern.tolerated
    )  # fmt: skip


def issue_of(check: str, one: Objection, language: str) -> Issue:
    """An objection as a check says it: why, what to do, and whether anybody has opened its source."""
    said = one.concern
    words, advice = said.words.get(language, ""), said.advice.get(language, "")
    unread = "" if said.verified else ("（来源未核对）" if language == "zh" else " (source not opened)")
    text = f"{words}；{advice}{unread}" if language == "zh" and advice else f"{words}; {advice}{unread}" if advice else words + unread
    place = one.place
    return Issue(
        check, "stop" if said.stop else _SEVERITY[said.severity], text, one.statement, None, place.text if place else "", said.other, said.facts,
        place.start if place else -1, place.end if place else -1,
    )  # fmt: skip


def _all(case: CheckCase) -> Iterator[Objection]:
    proposed = list(_proposed(case))
    if not proposed:
        return
    who = circumstances_of(case.facts, case.as_of)
    taken = tuple(use for use in uses_of(case.facts) if not use.considered)
    for statement, place, use in proposed:
        instead = _stands_in_place_of(case, use.fact)
        for concern in against(who, use, tuple(other for other in taken if other.fact != use.fact and other.fact not in instead)):
            yield Objection(statement, place, concern)


def _stands_in_place_of(case: CheckCase, option: str) -> frozenset[str]:
    """The medicines taken now that an option would replace: it is not weighed against those."""
    return frozenset(word for fact in case.facts if fact.id == option for word in fact.details.get("replaces", "").split())


def _proposed(case: CheckCase) -> Iterator[tuple[str, Span | None, MedicineUse]]:
    """(statement, place, medicine) for each option a draft's sentence cites, and for each medicine a sentence proposes in words."""
    named = {fact for cited in case.cited.values() for fact in cited}
    options = {use.fact: use for use in uses_of(fact for fact in case.facts if fact.id in named) if use.considered}
    told: set[str] = set()
    for sentence in case.sentences:
        for fact in case.cited.get(sentence.id, ()):
            if fact in options and fact not in told:
                told.add(fact)
                yield sentence.id, None, options[fact]
        cited = case.cited.get(sentence.id, ())
        cites_option = any(fact in options for fact in cited)
        spans = quoted_spans(index_of(case.facts), sentence.text, cited) if cited else []
        for claim in sentence.claims:
            if claim.kind != "medicine" or within(spans, claim.subject.start, claim.subject.end):
                continue  # an option's own sentence is judged by the option; what somebody wrote over it, by its words
            if (cites_option and claim.key.startswith("term:") and not claim.negated) or _proposes(sentence, claim, case.facts):
                yield sentence.id, claim.subject, _use(sentence, claim)


def _proposes(sentence: Sentence, claim: Claim, facts: tuple[Fact, ...]) -> bool:
    if claim.negated or claim.experiencer != "patient" or claim.status in {"stopped", "history"} or not claim.key.startswith("term:"):
        return False
    before = sentence.text[: claim.subject.start]
    if _NOT_NOW.search(before[-40:]):
        return False
    current = any(fact.id in claim.facts and fact.status == "current" for fact in facts if fact.kind == "medicine")
    return claim.status == "planned" or (_PROPOSES.search(before) is not None and (not current or bool(claim.numbers)))


def _use(sentence: Sentence, claim: Claim) -> MedicineUse:
    dose = next((number for number in claim.numbers if number.role in {"dose", ""} and (number.unit or number.shown_unit)), None)
    words = f"{dose.value} {dose.shown_unit or dose.unit}" if dose else ""
    times, _, hours = claim.frequency.partition("/")
    into_spine = _INTO_SPINE.search(sentence.text[claim.subject.end :])
    made = use_of(claim.key.removeprefix("term:").replace("-", " "), words, "intrathecal" if into_spine else claim.route)
    return replace(
        made, key=made.key or claim.key.removeprefix("term:"), times=float(times) if hours else None, period_h=float(hours) if hours else None,
    )  # fmt: skip
