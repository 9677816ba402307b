"""Judges claims about medicines: is it one of this person's, in this dose, by this route, so often, still or no longer."""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec.structs import replace

from xinglin.models.reader.agreement import any_time_agrees, number_of, values_agree
from xinglin.models.reader.context_words import context_tree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_illness import best_of, duration, same_month
from xinglin.models.reader.passing_over import holds
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
        *(_taken(claim, fact) or _said_to_be_taken(view, claim, fact)), *(wrong for number in claim.numbers for wrong in _dose(view, claim, number, fact)), *_route(claim, fact),
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


_TAKES = re.compile(r"(?:\bon|\btakes?|\btaking|\buses?|\busing|口服|服用|吃着?|在服)\s*(?:an? |the |his |her |regular |daily |\d+ ?mg )*$")
_NOT_NOW = re.compile(
    r"\b(?:was|were|had|been|until|stop\w*|previous\w*|prior|former\w*|past|after|before|then|switch\w*|chang\w*|replac\w*|instead|course|complet\w*|finish\w*|tried|trial|given|received|initially|used|off"
    r"|while|when|during|reaction|allerg\w*|intoleran\w*|rash|caused|causes|made|gave|gives|because|since|due|from|to|plan\w*|days?|weeks?|months?|years?|history|restart\w*|due|now|ago)\b"
    r"|曾|停|换|改|原|既往|以前|之前|术后|术前|后|疗程|完|过|入院|当时|期间|因|至|天|周|月|年|史|咳|疹|不良|拟|将|计划|建议|\?"
)


def _said_to_be_taken(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    """A stopped medicine told without any word of the past: "on aspirin", 阿司匹林100mg qd."""
    if view.cited is not None or fact.status != "stopped" or claim.status or claim.times or claim.negated or claim.kind != "medicine":
        return []
    text = fold(view.sentence.text)
    if not (claim.frequency or _TAKES.search(text, 0, claim.subject.start)) or _NOT_NOW.search(text):
        return []
    return [finding("status", "The record says otherwise whether this is taken", claim, None, fact.status, (fact.id,))]


def _dose(view: View, claim: Claim, number: SaidNumber, fact: Fact) -> list[Finding]:
    if number.role == "duration" and claim.status == "current" and number.unit in ("mo", "a"):
        return duration(view, claim, fact, number)
    if number.role == "duration" and view.cited is None and _taken_for(view, number):
        return duration(view, claim, fact, replace(number, approximate=True) if number.comparator else number)
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
    if (
        view.cited is None
        and not number.unit
        and "." in number.value
        and any(_same_amount(replace(number, unit="g"), one.value, one.unit) for one in numbers if one.unit)
    ):
        return []  # 阿司匹林0.1: grams go without saying
    if number.unit in COUNT_UNITS and not any(one.unit in COUNT_UNITS for one in numbers):
        if any(values_agree(number.value, one.value, "", "", "", False) for one in numbers if not one.unit):
            return []
        return [] if view.cited is None and number.value == "1" else [_wrong_dose(claim, number, fact, unsupported=True)]
    if view.cited is None and not number.unit and not _beside(view, claim, number):
        return []
    if view.cited is None and _is_daily_total(view, claim, number, fact):
        return []
    known = any(one.unit == number.unit for one in numbers)
    return [_wrong_dose(claim, number, fact, unsupported=not known)]


_TAKEN_FOR = re.compile(
    r"(?:(?:吃|用|服|服用|口服|使用|应用|注射|打|吸|治疗)(?:药|过)?了?(?:快|近|约|大约|差不多|将近|有|共|已|整整)*|已(?:服|用|吃|服用|使用))$"
    r"|\b(?:been on|on|taken|taking|takes|taken it|used|using)\b[^,.;]{0,50}\bfor (?:the (?:past|last) |about |almost |nearly |over |around |some |just over |just under |more than |at least )*$"
)


def _taken_for(view: View, number: SaidNumber) -> bool:
    """True for a length of time for which a medicine was taken, not one it is to be taken for."""
    ahead = fold(view.sentence.text[: number.span.start])
    return _TAKEN_FOR.search(ahead) is not None and not re.search(r"\b(?:plan|planned|will|to be|should|aim)\b|拟|计划|将|需|应", ahead)


_ANTIPLATELETS = ("aspirin", "clopidogrel", "ticagrelor", "prasugrel", "阿司匹林", "氯吡格雷", "替格瑞洛", "普拉格雷")
_DUAL = re.compile(r"\b(?:dual anti-?platelet\w*(?: therapy| treatment)?|dapt)\b|双抗(?:血小板)?(?:治疗)?|双联抗血小板(?:治疗)?")
_DUAL_PAST = re.compile(
    r"\b(?:was|were|had|until|stopped|complet\w+|finished|previous\w*|after|for (?:a|one|\d+|six|twelve)|months?|years?|course|no longer|not|off|initially|then)\b|停|满|年|个?月|曾|术后|完成|结束|后改|改为|不再|已|原"
)


def judge_dual(view: View, folded: str) -> list[Finding]:
    """ "On dual antiplatelet therapy" of a pasted text: two such medicines must be current."""
    if view.cited is not None or (said := _DUAL.search(folded)) is None or _DUAL_PAST.search(folded):
        return []
    taken = [
        fact
        for fact in view.record.facts.values()
        if fact.kind == "medicine" and holds(fold(f"{fact.text} {fact.concept.words}"), _ANTIPLATELETS)
    ]
    current = {fact.key for fact in taken if fact.status in ("current", "active", "")}
    if len(current) >= 2:
        return []
    start, end = said.span()
    known = "; ".join(fact.text for fact in taken)
    text = "The record holds not two antiplatelet medicines as current"
    return [Finding("status", "contradicted", text, "", view.sentence.text[start:end], known, tuple(fact.id for fact in taken), start, end)]


def _beside(view: View, claim: Claim, number: SaidNumber) -> bool:
    """Whether a number without a unit stands so close to the name that it can only be its dose."""
    text = view.sentence.text
    first, last = sorted(((claim.subject.start, claim.subject.end), (number.span.start, number.span.end)))
    return len(text[first[1] : last[0]].strip()) <= 12 and not re.search(r"[,;，；。]", text[first[1] : last[0]])


_DAILY = re.compile(r"\b(?:a|per) day\b|\bdaily\b|/d(?:ay)?\b|\btotal\b|每[日天]|/[日天]|共")
_IN_ONE = re.compile(r"\bonce\b|\bq?o?d\b|一次|1次|nightly|at night|qn|qhs|mane|nocte")


def _is_daily_total(view: View, claim: Claim, number: SaidNumber, fact: Fact) -> bool:
    """True for "1.5 g a day" of 500 mg three times a day."""
    rhythm = view.record.sheet(fact.id).rhythm
    text = fold(view.sentence.text)
    if (
        claim.frequency not in ("", "1/24")
        or not rhythm.endswith("/24")
        or rhythm == "1/24"
        or not _DAILY.search(text)
        or _IN_ONE.search(text)
    ):
        return False
    times = Decimal(rhythm.partition("/")[0])
    doses = [one for one in view.record.sheet(fact.id).numbers if one.unit and number_of(one.value) is not None]
    return any(_same_amount(number, str(Decimal(one.value) * times), one.unit) for one in doses)


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
    if view.cited is None and known and _told_dose_by_dose(view, claim, known):
        return []
    if not known:
        return [finding("dose", "The record does not say how often", claim, None, "", (fact.id,), unsupported=True)]
    return [finding("dose", "The frequency is not the recorded one", claim, None, fact.details.get("frequency", known), (fact.id,))]


_DIVIDED = re.compile(r"\bdivided\b|\bin (?:two|three|four|[2-4]) doses\b|分[二两三四2-4]次")


def _told_dose_by_dose(view: View, claim: Claim, known: str) -> bool:
    """True for "80 mg daily in divided doses", and for "40 mg in the morning and 40 mg at lunchtime" of twice a day."""
    doses = [number for number in claim.numbers if number.role == "dose" and number.unit]
    return _DIVIDED.search(fold(view.sentence.text)) is not None or (len(doses) > 1 and known == f"{len(doses)}/24")


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
