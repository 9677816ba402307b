"""Judges claims about medicines: is it one of this person's, in this dose, by this route, so often, still or no longer."""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import any_time_agrees, values_agree
from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_illness import best_of, duration, same_month
from xinglin.models.reader.phrase_tree import tokens_of
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.units import COUNT_UNITS
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim, SaidNumber


def judge_medicine(view: View, claim: Claim) -> list[Finding]:
    """A medicine the record knows."""
    facts = [fact for fact in view.known(claim) if fact.kind in ("medicine", "immunization", "plan", "procedure", "gap")]
    order = {"current": 0, "planned": 1, "unknown": 2, "": 3, "stopped": 4}
    facts.sort(key=lambda fact: order.get(fact.status, 3))
    if claim.negated:
        return next((wrong for fact in facts if (wrong := _taken(claim, fact))), [])
    return best_of(view, claim, facts, _medicine)


def _medicine(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    if fact.kind == "gap":
        return []
    return [
        *_taken(claim, fact), *(wrong for number in claim.numbers for wrong in _dose(view, claim, number, fact)), *_route(claim, fact),
        *_rhythm(view, claim, fact), *_dates(view, claim, fact),
    ]  # fmt: skip


def _taken(claim: Claim, fact: Fact) -> list[Finding]:
    if claim.negated:
        if fact.polarity == "absent" or fact.status == "stopped":
            return []
        return [finding("negation", "The text denies a medicine that the record holds", claim, None, fact.text, (fact.id,))]
    if fact.polarity == "absent":
        return [finding("negation", "The record says that this was not taken", claim, None, fact.text, (fact.id,))]
    said, known = claim.status, fact.status
    wrong = (
        (said == "stopped" and known in ("current", "planned"))
        or (said == "current" and known in ("stopped", "planned"))
        or (said == "planned" and known in ("stopped",))
    )
    if wrong:
        return [finding("status", "The record says otherwise whether this is taken", claim, None, known, (fact.id,))]
    return []


def _dose(view: View, claim: Claim, number: SaidNumber, fact: Fact) -> list[Finding]:
    if number.role == "duration" and claim.status == "current" and number.unit in ("mo", "a"):
        return duration(view, claim, fact, number)
    if number.role in ("duration", "count", "label", "age", "reference", "onset"):
        return []
    numbers = view.record.sheet(fact.id).numbers
    for one in numbers:
        if number.unit and one.unit and _same_amount(number, one.value, one.unit):
            return []
        if (
            (not number.unit or not one.unit)
            and values_agree(number.value, one.value, "", "", "", False)
            and (number.unit == one.unit or not number.unit)
        ):
            return []
    if number.unit in COUNT_UNITS and not any(one.unit in COUNT_UNITS for one in numbers):
        if any(values_agree(number.value, one.value, "", "", "", False) for one in numbers if not one.unit):
            return []
        return [] if view.cited is None and number.value == "1" else [_wrong_dose(claim, number, fact, unsupported=True)]
    known = any(one.unit == number.unit for one in numbers)
    return [_wrong_dose(claim, number, fact, unsupported=not known)]


def _same_amount(number: SaidNumber, value: str, unit: str) -> bool:
    return bool(values_agree(number.value, value, number.unit, unit, "", number.approximate))


def _wrong_dose(claim: Claim, number: SaidNumber, fact: Fact, *, unsupported: bool) -> Finding:
    return finding(
        "dose",
        "The amount is not the recorded one",
        claim,
        number.span,
        fact.details.get("dose", fact.text),
        (fact.id,),
        unsupported=unsupported,
    )


_ORAL_FORM = re.compile(r"oral|tablet|capsule|by mouth|片|胶囊|口服")


def routes_of(words: str) -> frozenset[str]:
    """The routes that words name."""
    hits = context_tree().find_all(tokens_of(fold(words)))
    return frozenset(role.value for hit in hits for role in hit.what if role.what == "route")


def _route(claim: Claim, fact: Fact) -> list[Finding]:
    if not claim.route:
        return []
    known = routes_of(fact.details.get("route", "")) or routes_of(fact.details.get("form", "")) or routes_of(fact.concept.words)
    if not known and _ORAL_FORM.search(fold(f"{fact.concept.words} {fact.text} {fact.details.get('form', '')}")):
        known = frozenset(("oral",))
    if not known or claim.route in known:
        return []
    return [finding("dose", "The route is not the recorded one", claim, None, ", ".join(sorted(known)), (fact.id,))]


def _rhythm(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    if not claim.frequency:
        return []
    known = view.record.sheet(fact.id).rhythm
    if known == claim.frequency:
        return []
    if not known:
        return [finding("dose", "The record does not say how often", claim, None, "", (fact.id,), unsupported=True)]
    return [finding("dose", "The frequency is not the recorded one", claim, None, fact.details.get("frequency", known), (fact.id,))]


def _dates(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    stamps = view.record.sheet(fact.id).times
    for time in claim.times:
        if time.kind == "future" or ((claim.status == "planned" or fact.status == "planned") and same_month(time, stamps)):
            continue
        usable = (fact.start, fact.details.get("started_date", ""), fact.time) if time.kind == "since" else stamps
        if not any_time_agrees(time, usable):
            known = next((one[:10] for one in usable if one), "")
            return [finding("date", "The date is not the recorded one", claim, time.span, known, (fact.id,), unsupported=not known)]
    return []
