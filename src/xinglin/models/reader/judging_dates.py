"""Dates of a pasted sentence that were held against the wrong thing: a date belongs to whatever the sentence speaks of that has it.

"Admitted on 9 January with heart failure": the day is that of the stay, not that on which the illness began.
"""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import any_time_agrees
from xinglin.models.reader.findings import Finding, View
from xinglin.models.reader.likeness import related_facts
from xinglin.models.reader.text_forms import fold
from xinglin.records.reading import Claim, SaidTime

_STAY = re.compile(
    r"\b(?:admi(?:tted|ssion)|hospitali[sz]ed|in hospital|was in for|came in|brought in|inpatient|discharged?|presented|stay)\b|入院|住院|收治|收住|出院|来院"
)
_DATED = frozenset(("date", "stale"))


def forgive_dates(view: View, found: list[Finding]) -> list[Finding]:
    """Without the findings on dates that are those of another thing the sentence speaks of."""
    if not any(one.code == "date" for one in found):
        return found
    stays = _STAY.search(fold(view.sentence.text)) is not None
    return [one for one in found if one.code != "date" or not _another_has_it(view, one, stays)]


def _another_has_it(view: View, one: Finding, stays: bool) -> bool:
    times = [time for time in view.sentence.times if time.span.start == one.start and time.span.end == one.end]
    if not times:
        return False
    keys = {view.record.facts[fact].key for fact in one.facts if fact in view.record.facts}
    own = [fact for fact in (*one.facts, *_of_claim(view, one)) if fact in view.record.facts]
    if any(_day_of_that_year(view, times[0], stamp) for fact in own for stamp in view.record.sheet(fact).times):
        return True
    others = [
        fact
        for claim in view.sentence.claims
        if _counts(view, claim) and not any(time.span.start != one.start for time in claim.times)
        for fact in claim.facts
        if fact in view.record.facts
    ]
    if stays:
        others += [fact.id for fact in view.record.facts.values() if fact.kind == "encounter"]
    if any(
        claim.kind in ("procedure", "problem")
        for claim in view.sentence.claims
        if any(time.span.start == one.start for time in claim.times)
    ):
        dated = {fact for claim in view.sentence.claims for fact in claim.facts if claim.times}
        others += [
            fact.id
            for fact in related_facts(view.record, view.sentence.text)
            if fact.kind in ("procedure", "problem") and fact.polarity == "present" and fact.id not in dated
        ]
    stamps = [
        stamp
        for fact in others
        if view.record.facts[fact].key not in keys and view.record.facts[fact].kind != "trend"
        for stamp in view.record.sheet(fact).times
    ]
    return any_time_agrees(times[0], stamps)


def _of_claim(view: View, one: Finding) -> list[str]:
    return [fact for claim in view.sentence.claims if any(time.span.start == one.start for time in claim.times) for fact in claim.facts]


def _day_of_that_year(view: View, time: SaidTime, stamp: str) -> bool:
    """True for 12月9日 said after 2021年12月6日, which may be of the same year."""
    if _YEAR.search(time.span.text) or not any(sign.isdigit() for sign in time.span.text) or len(stamp) < 7:
        return False
    years = {found for other in view.sentence.times for found in _YEAR.findall(other.span.text)}
    whole = time.start[:7] == time.end[:7] and time.start != time.end
    return stamp[:4] in years and (stamp[5:7] == time.start[5:7] if whole else stamp[5:10] == time.start[5:10])


_YEAR = re.compile(r"(?:19|20)\d\d")


def _counts(view: View, claim: Claim) -> bool:
    return claim.kind not in ("person", "family") and claim.experiencer == "patient"
