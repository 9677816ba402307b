"""Judges claims about illnesses, allergies, relatives, operations and reports: is it so, on which side, since when, still."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from xinglin.models.reader.agreement import any_time_agrees, compared, number_of
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_kinds import judge_conclusion, judge_sort, judge_stage
from xinglin.models.reader.record_index import content_of
from xinglin.models.reader.text_forms import fold
from xinglin.records.errors import XinglinError
from xinglin.records.fact import Fact
from xinglin.records.moments import age_years, days_between
from xinglin.records.quantity import Quantity
from xinglin.records.reading import Claim, SaidNumber, SaidTime

Judge = Callable[[View, Claim, Fact], list[Finding]]


def best_of(view: View, claim: Claim, facts: Sequence[Fact], judge: Judge) -> list[Finding]:
    """What is wrong when the claim is held against the fact that fits it best."""
    best: list[Finding] | None = None
    for fact in facts:
        wrong = judge(view, claim, fact)
        if not wrong:
            return []
        if best is None or len(wrong) < len(best):
            best = wrong
    return best or []


def judge_thing(view: View, claim: Claim) -> list[Finding]:
    """A problem, procedure, report, immunization, device, encounter or plan."""
    facts = view.known(claim)
    if claim.negated:
        return next((wrong for fact in facts if (wrong := judge_polarity(claim, fact))), [])
    return (
        best_of(view, claim, facts, judge_fact)
        or judge_stage(view, claim)
        or judge_conclusion(view, claim, facts)
        or judge_sort(view, claim, facts)
    )


def judge_held(view: View, claim: Claim, holding: Sequence[Fact]) -> list[Finding]:
    """A thing that no fact is about, but whose words stand in facts: side, date and stage must still fit one of them."""
    return best_of(view, claim, holding, _held) or judge_stage(view, claim) or judge_conclusion(view, claim, holding)


def _held(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    wrong = [*_dates(view, claim, fact)] if view.record.sheet(fact.id).times else []
    known = side_of(fact)
    if claim.side and known and known != claim.side:
        wrong.append(finding("side", "The side is not the recorded one", claim, None, known, (fact.id,)))
    if fact.polarity == "absent" and not claim.negated:
        wrong.append(finding("negation", "The record says that this is absent", claim, None, fact.text, (fact.id,)))
    return wrong


def judge_fact(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    """All that is wrong when a claim is held against one fact."""
    return [
        *judge_polarity(claim, fact),
        *_side(claim, fact),
        *_status(claim, fact),
        *_dates(view, claim, fact),
        *_numbers(view, claim, fact),
        *_rhythm(view, claim, fact),
    ]


def _rhythm(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    """How often something is done (dialysis three times a week), where the record says it."""
    known = view.record.sheet(fact.id).rhythm if claim.frequency else ""
    if not known or known == claim.frequency:
        return []
    return [finding("dose", "The frequency is not the recorded one", claim, None, known, (fact.id,))]


def judge_polarity(claim: Claim, fact: Fact) -> list[Finding]:
    """Denied though present, affirmed though absent, doubted though certain, or the other way round."""
    if fact.kind in ("gap",):
        return []
    if fact.polarity == "absent":
        if claim.negated:
            return []
        return [finding("negation", "The record says that this is absent", claim, None, fact.text, (fact.id,))]
    if claim.negated:
        return [finding("negation", "The text denies what the record holds", claim, None, fact.text, (fact.id,))]
    if fact.polarity == "uncertain" and claim.certainty == "certain" and claim.kind in ("problem", "allergy"):
        return [finding("negation", "The record holds this only as possible", claim, None, fact.text, (fact.id,))]
    if fact.polarity == "present" and claim.certainty == "uncertain" and claim.kind in ("problem", "allergy") and claim.status != "planned":
        return [finding("negation", "The text doubts what the record holds as certain", claim, None, fact.text, (fact.id,))]
    return []


_OVER = re.compile(r"\b(?:quit|stopped|former|ex|gave up|none since|until|never)\b|戒|停止|不再|已停")


_SIDE_WORDS = {"left": ("left", "左"), "right": ("right", "右"), "bilateral": ("bilateral", "both", "双侧", "两侧", "双")}


def side_of(fact: Fact) -> str:
    """The side of a fact, from its field or from the words it is called by."""
    if fact.side:
        return fact.side
    words = f"{fact.concept.words} {fact.details.get('site', '')}".lower()
    sides = {side for side, names in _SIDE_WORDS.items() if any(_has(words, name) for name in names)}
    return next(iter(sides)) if len(sides) == 1 else ""


def _has(words: str, name: str) -> bool:
    return f" {name} " in f" {words.replace(',', ' ')} " if name.isascii() else name in words


def _side(claim: Claim, fact: Fact) -> list[Finding]:
    if not claim.side:
        return []
    known = side_of(fact)
    if known == claim.side:
        return []
    if not known:
        return (
            [finding("side", "The record gives no side", claim, None, "", (fact.id,), unsupported=True)]
            if not _two_sided(claim, fact)
            else []
        )
    return [finding("side", "The side is not the recorded one", claim, None, known, (fact.id,))]


def _two_sided(claim: Claim, fact: Fact) -> bool:
    """True when the words of the fact say the side in another place (a quoted conclusion)."""
    words = fact.text.lower() + (fact.value.lower() if isinstance(fact.value, str) else "")
    return claim.side is not None and any(_has(words, name) for name in _SIDE_WORDS[claim.side])


def _status(claim: Claim, fact: Fact) -> list[Finding]:
    if fact.kind not in ("problem", "allergy") or claim.negated:
        return []
    said, known = claim.status, fact.status
    over = known in ("resolved", "inactive") or (
        (fact.details.get("class") == "social" or fact.key.startswith("name:"))
        and _OVER.search(fold(f"{fact.text} {fact.value if isinstance(fact.value, str) else ''}")) is not None
    )
    if over and said in ("active", "current"):
        return [finding("status", "The record says otherwise whether this still goes on", claim, None, fact.text, (fact.id,))]
    if over:
        return []
    wrong = (said == "resolved" and known == "active") or (said == "active" and known in ("resolved", "inactive"))
    return [finding("status", "The record says otherwise whether this still goes on", claim, None, known, (fact.id,))] if wrong else []


def _dates(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    stamps = view.record.sheet(fact.id).times
    wrong: list[Finding] = []
    for time in claim.times:
        if claim.status == "planned" and same_month(time, stamps):
            continue
        if time.kind == "future" or not stamps:
            if not stamps and time.kind != "future" and not _in_words(view, time, fact):
                wrong.append(finding("date", "The record gives no date for this", claim, time.span, "", (fact.id,), unsupported=True))
            continue
        if time.kind == "since" and fact.start:
            usable: tuple[str, ...] = (fact.start, fact.details.get("last_onset_date", ""), fact.details.get("first_date", ""))
        elif (time.kind == "until" or _leaves(view, claim)) and fact.end:
            usable = (fact.end,)
        else:
            usable = stamps
        if any(_measured(view, claim, number) for number in claim.numbers) or _operated(view, claim, time):
            continue
        if (
            not any_time_agrees(time, usable)
            and not _in_words(view, time, fact)
            and not (_lasting(time, fact) and not _leaves(view, claim))
        ):
            wrong.append(
                finding(
                    "date", "The date is not the recorded one", claim, time.span, next((one[:10] for one in usable if one), ""), (fact.id,)
                )
            )
    return wrong


def _leaves(view: View, claim: Claim) -> bool:
    """True for a discharge in a pasted text, which is the end of a stay."""
    return view.cited is None and claim.kind == "encounter" and claim.subject.text.lower() in ("出院", "discharged", "discharge")


def same_month(time: SaidTime, stamps: Sequence[str]) -> bool:
    """True for "in December" of a plan, which looks ahead."""
    if any(sign.isdigit() for sign in time.span.text):
        yearless = not re.search(r"(?:19|20)\d\d", time.span.text) and time.start == time.end
        return yearless and any(stamp[5:10] == time.start[5:10] for stamp in stamps)
    return any(stamp[5:7] == time.start[5:7] for stamp in stamps)


def _in_words(view: View, time: SaidTime, fact: Fact) -> bool:
    return any(one.first <= time.end and one.last >= time.start for one in view.record.sheet(fact.id).said_times)


_VISITED = re.compile(
    r"\b(?:visit|seen|attended|admitted|admission|presented)\b.{0,40}\b(?:for|with|because)\b|因.{1,30}(?:就诊|入院|住院)"
)
_OPERATED = re.compile(r"\b(?:operated|surgery|operation|repair\w*|fixed|fixation|removed|resected|replaced)\b|手术|术")


_ADMITTED = re.compile(r"\b(?:admitted|admission|hospitali[sz]ed)\b|入院|住院|收治|收住|收入|入\w{1,5}科")


def _operated(view: View, claim: Claim, time: SaidTime) -> bool:
    """True when the date is that of a stay or an operation the sentence speaks of ("hip fracture, operated on 3 July")."""
    if view.cited is None and claim.kind == "problem" and _ADMITTED.search(fold(view.sentence.text)):
        stays = (fact for fact in view.record.facts.values() if fact.kind == "encounter")
        if any(any_time_agrees(time, view.record.sheet(fact.id).times) for fact in stays):
            return True
    if view.cited is not None or claim.kind != "problem":
        return False
    said = fold(view.sentence.text)
    kind = "procedure" if _OPERATED.search(said) else "encounter" if _VISITED.search(said) else ""
    return bool(kind) and any(
        fact.kind == kind and any_time_agrees(time, view.record.sheet(fact.id).times) for fact in view.record.facts.values()
    )


def _lasting(time: SaidTime, fact: Fact) -> bool:
    """True for a stay or plan that covers the said day."""
    return bool(
        fact.kind in ("encounter", "plan", "goal")
        and fact.start
        and fact.end
        and fact.start[:10] <= time.end
        and fact.end[:10] >= time.start
    )


def _numbers(view: View, claim: Claim, fact: Fact) -> list[Finding]:
    wrong: list[Finding] = []
    sheet = view.record.sheet(fact.id)
    for number in claim.numbers:
        if number.role in ("count", "label", "reference", "age") or (not number.unit and view.cited is None):
            continue
        if number.role == "duration":
            wrong += duration(view, claim, fact, number)
            continue
        if number.role == "onset":
            wrong += _onset_age(view, claim, fact, number)
            continue
        if not any(compared(number, one.value, one.unit, "") for one in sheet.numbers) and not _measured(view, claim, number):
            wrong.append(
                finding("value", "The record holds no such number for this", claim, number.span, fact.text, (fact.id,), unsupported=True)
            )
    return wrong


_EJECTION = re.compile(r"\b(?:lv)?ef\b\W*(?:of |is |was )?$")


def _measured(view: View, claim: Claim, number: SaidNumber) -> bool:
    """True when the number is a result about the thing under a name of its own ("aneurysm diameter 46 mm")."""
    if view.cited is not None:
        return False
    words = content_of(claim.subject.text)
    ejection = _EJECTION.search(fold(view.sentence.text[: number.span.start])) is not None and number.unit == "%"
    if ejection and any(
        compared(number, one.value, one.unit, "")
        for fact in view.record.holding("ejection fraction")
        for one in view.record.sheet(fact.id).numbers
    ):
        return True
    for fact in view.record.facts.values():
        if (
            fact.kind == "measurement"
            and isinstance(fact.value, Quantity)
            and words & content_of(" ".join(name for names in fact.names.values() for name in names))
        ):
            agrees = compared(number, fact.value.value, fact.value.unit or fact.value.shown_unit, "")
            if agrees and (not claim.times or any_time_agrees(claim.times[0], (fact.time,)) or len(claim.numbers) > 1):
                return True
    return False


_DAYS = {"d": 1.0, "wk": 7.0, "mo": 30.44, "a": 365.25}


def duration(view: View, claim: Claim, fact: Fact, number) -> list[Finding]:
    """ "for 8 years" must follow from the beginning and the day of writing (or the end)."""
    count = number_of(number.value)
    if count is None or number.unit not in _DAYS:
        return []
    sheet = view.record.sheet(fact.id)
    if any(one.value == number.value and one.unit == number.unit for one in sheet.numbers):
        return []
    until = fact.end or view.as_of
    if not fact.start or not until or fact.kind not in ("problem", "medicine", "encounter"):
        return []
    try:
        passed = days_between(fact.start, until) / _DAYS[number.unit]
    except (ValueError, XinglinError):
        return []
    slack = 1.05 if number.unit != "d" else 1
    if number.approximate or len(fact.start) < 10:
        slack += float(count) * 0.1 + (1 if len(fact.start) < 7 and number.unit == "a" else 0)
    if abs(passed - float(count)) <= slack:
        return []
    return [
        finding("arithmetic", "The length of time does not follow from the recorded dates", claim, number.span, f"{passed:.1f}", (fact.id,))
    ]


def _onset_age(view: View, claim: Claim, fact: Fact, number) -> list[Finding]:
    count = number_of(number.value)
    recorded = number_of(fact.details.get("onset_age", fact.details.get("onset", "")))
    born = view.case.chart.person.born if view.case.chart is not None else ""
    if recorded is None and born and fact.start:
        years = age_years(born, fact.start)
        recorded = number_of(str(years)) if years is not None else None
    if recorded is None or count is None or abs(recorded - count) <= (1 if number.approximate else 0):
        return []
    return [finding("arithmetic", "The age at onset does not follow from the record", claim, number.span, str(recorded), (fact.id,))]


# ---- allergies -----------------------------------------------------------------------------------------------------
