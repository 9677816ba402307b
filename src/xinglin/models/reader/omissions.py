"""Facts that should be mentioned and that no sentence mentions."""

from __future__ import annotations

from xinglin.models.reader.record_index import index_of
from xinglin.records.fact import Fact
from xinglin.records.reading import CheckCase

MUST = 3


def unmentioned(case: CheckCase) -> tuple[Fact, ...]:
    """Facts of `must_mention`, or for a pasted text all of importance 3, that no sentence cites or speaks of."""
    if case.source:
        return ()
    facts = index_of(case.facts).facts
    own = bool(case.cited) or case.draft is not None
    wanted = (
        [facts[one] for one in case.must_mention if one in facts]
        if own or case.must_mention
        else [fact for fact in case.facts if fact.importance >= MUST]
    )
    if not wanted:
        return ()
    if own:
        cited = {one for ids in case.cited.values() for one in ids}
        return tuple(fact for fact in wanted if fact.id not in cited)
    spoken = {(one, claim.experiencer) for sentence in case.sentences for claim in sentence.claims for one in claim.facts}
    keys = {facts[one].key.replace("history-of-", "") for one, who in spoken if one in facts and who == "patient"}
    words = " ".join(sentence.text for sentence in case.sentences).lower()
    return tuple(fact for fact in wanted if not _spoken(fact, spoken, keys, words, case))


def _spoken(fact: Fact, spoken: set[tuple[str, str]], keys: set[str], words: str, case: CheckCase) -> bool:
    who = "family" if fact.kind == "family" else "patient"
    if (fact.id, who) in spoken or (fact.kind in ("trend", "calculation", "problem") and fact.key in keys):
        return True
    if fact.key == "allergy:none":
        return any(claim.kind == "allergy" for sentence in case.sentences for claim in sentence.claims)
    if fact.kind == "person":
        return fact.status != "deceased" or any(word in words for word in ("died", "death", "deceased", "dead", "死亡", "去世", "病故"))
    if fact.kind == "encounter":
        return any(
            word in words
            for word in ("admi", "visit", "stay", "hospital", "discharge", "emergency", "入院", "住院", "就诊", "门诊", "急诊", "出院")
        )
    return fact.kind in ("gap", "document")
