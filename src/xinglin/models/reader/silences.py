"""What a text says about the silence of the record ("age not recorded", 病历未记载过敏情况), and about the person's death.

That the record is silent denies nothing of the patient: such a sentence is true exactly where the record has a gap there.
"""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import times_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.passing_over import holds
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim

_SILENT = re.compile(
    r"\bnot (?:been )?(?:recorded|documented|stated|noted|given|found in the record)\b|\bunknown\b|\bnot known\b(?! to)|\bno (?:record|information|documentation)\b"
    r"|\bthe record (?:holds|has|gives|contains|says|shows) (?:no|nothing)\b|未记录|未记载|未注明|未说明|不详|未知|无记录|病历中?未见|未见记录|未提供"
)
_STEMS = ("not ", "unknown", "no ", "the record", "未", "不详", "无记录")
_TOPICS = (
    ("gap:allergies", re.compile(r"\ballerg(?:y|ies|ic)\b|过敏")),
    ("gap:sex", re.compile(r"\b(?:sex|gender)\b|性别")),
    ("gap:age", re.compile(r"\bage\b|\bdate of birth\b|年龄|出生日期")),
    ("gap:smoking", re.compile(r"\bsmok\w*|\btobacco\b|吸烟")),
    ("gap:weight", re.compile(r"\bweight\b|体重")),
    ("gap:follow_up", re.compile(r"\bfollow-?\s?up\b|随访")),
    ("gap:discharge", re.compile(r"\bdischarge (?:disposition|destination)\b|出院去向")),
)


def judge_silence(view: View, folded: str) -> list[Finding] | None:
    """What is wrong with a sentence of a pasted text that says that the record is silent; None where it says no such thing."""
    if view.cited is not None or not holds(folded, _STEMS) or _SILENT.search(folded) is None:
        return None
    gaps = {fact.key for fact in view.record.facts.values() if fact.kind == "gap"}
    topics = [(key, found) for key, pattern in _TOPICS if (found := pattern.search(folded)) is not None]
    if not topics:
        return None
    wrong: list[Finding] = []
    for key, found in topics:
        held = None if key in gaps else _held(view, key)
        if held is not None:
            start, end = found.span()
            text = "The record does hold this"
            wrong.append(Finding("negation", "contradicted", text, "", view.sentence.text[start:end], held.text, (held.id,), start, end))
    return wrong if wrong or any(key in gaps or "gap:record" in gaps for key, _ in topics) else None


def _held(view: View, key: str) -> Fact | None:
    if key == "gap:allergies":
        return next(iter(view.record.allergies), None)
    people = view.record.people
    if key == "gap:sex":
        return next((fact for fact in people if fact.details.get("sex") in ("male", "female")), None)
    if key == "gap:age":
        return next((fact for fact in people if any(one.startswith("age_") for one in fact.details)), None)
    return None


_QUOTED = re.compile(r"[\"“「]([^\"”」]{3,})[\"”」]")
_VISIT = re.compile(r"\b(?:visits?|seen|attended|appointment|admitted|admission|discharged)\b|就诊|复诊|入院|住院|出院")


def repeats_record(view: View, folded: str) -> bool:
    """True for a sentence that only quotes the record, or only tells the day of a visit that the record holds."""
    quotes = _QUOTED.findall(folded)
    if quotes:
        return all(quote in view.record.every_word for quote in quotes)
    times = view.sentence.times
    if not times or _VISIT.search(folded) is None:
        return False
    stays = [view.record.sheet(fact.id).times for fact in view.record.facts.values() if fact.kind == "encounter"]
    return all(any(times_agree(time, stamp) for stamps in stays for stamp in stamps) for time in times)


def judge_death(view: View, claim: Claim) -> list[Finding] | None:
    """ "The patient has died" against the person; None where the claim is another one or the record knows of no death."""
    if claim.key != "term:death" or claim.experiencer != "patient":
        return None
    known = [fact for fact in view.record.people if fact.status == "deceased" and (view.cited is None or fact.id in view.cited)]
    if not known:
        return None
    if claim.negated:
        return [finding("negation", "The record says that the patient has died", claim, None, known[0].text, (known[0].id,))]
    stamps = [stamp for fact in known for stamp in view.record.sheet(fact.id).times]
    for time in claim.times:
        if stamps and not any(times_agree(time, stamp) for stamp in stamps):
            return [finding("date", "The date is not the recorded one", claim, time.span, stamps[-1][:10], (known[0].id,))]
    return []
