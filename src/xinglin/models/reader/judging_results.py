"""Judges a claim about something measured: value, unit, date, staleness, judgement word, trend word, arithmetic."""

from __future__ import annotations

import re
from decimal import Decimal

from xinglin.models.reader.agreement import compared, number_of, span_of, times_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.judging_answers import judge_answer
from xinglin.models.reader.judging_changes import judge_change, judge_flag, judge_trend
from xinglin.models.reader.judging_illness import side_of
from xinglin.models.reader.record_index import Result
from xinglin.models.reader.subjects import DIASTOLIC, SYSTOLIC
from xinglin.models.reader.units import ucum_of
from xinglin.models.reader.unknown_words import foreign_unit
from xinglin.records.fact import Fact
from xinglin.records.moments import days_between
from xinglin.records.reading import Claim, SaidNumber


def judge_measurement(view: View, claim: Claim) -> list[Finding]:
    """All that is wrong with one claim about results; an empty list when it agrees."""
    facts = view.known(claim)
    if claim.experiencer == "family" and view.cited is None:
        return []  # a relative's blood pressure: no fact of this record speaks of it
    if claim.numbers and _is_pressure_pair(claim, facts):
        return _pair(view, claim)
    facts = _on_side(claim, facts)
    ids = tuple(fact.id for fact in facts)
    results = view.record.results(ids)
    coded = [fact for fact in facts if fact.kind in ("measurement", "calculation") and isinstance(fact.value, str)]
    if not results:
        return _without_results(view, claim, facts, coded)
    found: list[Finding] = []
    matched: Result | None = None
    limits = [number for number in claim.numbers if number.role == "range"]
    if len(limits) == 2:
        matched, wrong = _between(view, claim, limits, results)
        found += wrong
    for number in claim.numbers:
        if number.role in ("value", "previous", ""):
            matched, wrong = _value(view, claim, number, results)
            found += wrong
        elif number.role == "reference":
            found += _reference(view, claim, number, facts)
    if not _values(claim) and not limits:
        found += _only_dated(view, claim, results, facts)
    if found:
        return found
    target = matched or _target(claim, results)
    if (
        view.cited is None
        and target.comparator == "<"
        and not claim.negated
        and _DETECTED.match(view.sentence.text.lower(), claim.subject.end)
    ):
        return [finding("value", "The record holds this as not detected", claim, None, f"<{target.value} {target.unit}", (target.fact,))]
    found += judge_flag(view, claim, target, facts)
    found += judge_trend(view, claim, matched, facts)
    found += judge_change(view, claim, matched, facts)
    return found


_DETECTED = re.compile(r"\W{0,2}(?:is |was |remains |still )?(?:positive|detectable|detected)\b|\W?(?:阳性|可检出|检出)")


def _on_side(claim: Claim, facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts of the said side, where the record keeps the sides apart."""
    if not claim.side or not any(side_of(fact) for fact in facts):
        return facts
    return tuple(fact for fact in facts if side_of(fact) in (claim.side, "")) or facts


def _values(claim: Claim) -> list[SaidNumber]:
    return [number for number in claim.numbers if number.role in ("value", "previous", "")]


def _is_pressure_pair(claim: Claim, facts: tuple[Fact, ...]) -> bool:
    keys = {fact.key for fact in facts}
    return len(_values(claim)) == 2 and SYSTOLIC in keys and DIASTOLIC in keys


def _pair(view: View, claim: Claim) -> list[Finding]:
    """ "148/92": the first number is systolic, the second diastolic."""
    from msgspec.structs import replace

    found: list[Finding] = []
    values = _values(claim)
    rest = tuple(number for number in claim.numbers if number not in values)
    for number, key in zip(values, (SYSTOLIC, DIASTOLIC), strict=True):
        ids = tuple(one for one in claim.facts if one in view.record.facts and view.record.facts[one].key == key)
        numbers = (number, *rest) if key == SYSTOLIC else (number,)
        flag = claim.flag if key == SYSTOLIC else ""
        found += judge_measurement(
            view, replace(claim, facts=ids, numbers=numbers, key=key, flag=flag, trend=claim.trend if key == SYSTOLIC else "")
        )
    return found


def _code(view: View, claim: Claim) -> str:
    """A LOINC code under which our laboratory table knows what was measured, for converting; found by code, else by name."""
    return view.record.analyte_code(claim.key, claim.facts)


def _agrees(number: SaidNumber, result: Result, loinc: str) -> bool | None:
    if not result.comparator:
        return compared(number, result.value, result.unit, loinc)
    if number.comparator[:1] == result.comparator[:1]:
        return compared(_plain(number), result.value, result.unit, loinc)
    return False


def _plain(number: SaidNumber) -> SaidNumber:
    from msgspec.structs import replace

    return replace(number, comparator="")


def _value(view: View, claim: Claim, number: SaidNumber, results: tuple[Result, ...]) -> tuple[Result | None, list[Finding]]:
    """The result a said number is, and what is wrong with it."""
    if view.cited is None and claim.key == SYSTOLIC and view.sentence.text[number.span.start - 1 : number.span.start] in ("/", "／"):
        lower = tuple(fact.id for fact in view.record.facts.values() if fact.key == DIASTOLIC)
        if any(_agrees(number, one, "") for one in view.record.results(lower)):
            return None, []
    loinc = _code(view, claim)
    times = [time for time in claim.times if time.kind in ("date", "ago", "until")]
    agreed = [(one, _agrees(number, one, loinc)) for one in results]
    same = [one for one, verdict in agreed if verdict]
    if same and not number.unit and view.cited is None and (foreign := foreign_unit(view.sentence.text, number.span.end, same[-1].unit)):
        return None, [
            finding(
                "unit", "This unit is not known", claim, foreign, f"{same[-1].value} {same[-1].unit}", (same[-1].fact,), unsupported=True
            )
        ]
    dated = [one for one in same if all(times_agree(time, one.time) for time in times)] if times else same
    if (
        dated
        and not times
        and view.cited is None
        and (first := _of_arrival(view, number, results))
        and not any(one in first for one in dated)
    ):
        shown = f"{first[0].value} {first[0].unit} ({first[0].time[:10]})"
        return None, [finding("date", "The value at admission was another", claim, number.span, shown, (first[0].fact,))]
    if dated:
        return _newest_if_needed(view, claim, number, dated, results, bool(times))
    target = _nearest(claim, times, results)
    shown = f"{target.comparator}{target.value} {target.unit} ({target.time[:10]})"
    if same:
        wrong = finding(
            "date", "The value belongs to another date", claim, times[0].span, f"{same[-1].value} on {same[-1].time[:10]}", (same[-1].fact,)
        )
        return None, [wrong]
    if number.unit and _same_digits(number, results) and number.unit != ucum_of(target.unit):
        return None, [finding("unit", "The unit is not the unit of the recorded value", claim, number.span, shown, (target.fact,))]
    if all(verdict is None for _, verdict in agreed):
        return None, [finding("unit", "The unit measures something else than the record does", claim, number.span, shown, (target.fact,))]
    return None, [finding("value", "The value is not the recorded one", claim, number.span, shown, (target.fact,))]


def _between(view: View, claim: Claim, limits: list[SaidNumber], results: tuple[Result, ...]) -> tuple[Result | None, list[Finding]]:
    """ "between 120 and 125": the value of that time must lie between; "ranged from" may mean the lowest and highest."""
    from msgspec.structs import replace

    low, high = sorted(limits, key=lambda one: number_of(one.value) or Decimal(0))
    target = _target(claim, results)
    code = _code(view, claim)
    if compared(replace(low, comparator=">="), target.value, target.unit, code) and compared(
        replace(high, comparator="<="), target.value, target.unit, code
    ):
        return target, []
    ends = [any(compared(one, result.value, result.unit, code) for result in results) for one in (low, high)]
    if all(ends):
        return None, []
    shown = f"{target.value} {target.unit} ({target.time[:10]})"
    return None, [finding("value", "The value does not lie between these", claim, limits[0].span, shown, (target.fact,))]


def _same_digits(number: SaidNumber, results: tuple[Result, ...]) -> bool:
    mine = number_of(number.value)
    return any(mine is not None and number_of(one.value) == mine for one in results)


def _nearest(claim: Claim, times: list, results: tuple[Result, ...]) -> Result:
    """The result to compare with: the one of the said date, else the newest."""
    for one in reversed(results):
        if times and all(times_agree(time, one.time) for time in times):
            return one
    return next((one for one in reversed(results) if one.newest), results[-1])


def _newest_if_needed(
    view: View, claim: Claim, number: SaidNumber, dated: list[Result], results: tuple[Result, ...], said_time: bool
) -> tuple[Result | None, list[Finding]]:
    chosen = next((one for one in reversed(dated) if one.newest), dated[-1])
    if number.role == "previous" or claim.moment == "older" or claim.part:
        return chosen, []
    if said_time and claim.moment != "newest":
        return chosen, []
    everything = results if view.cited is None else view.record.results(claim.facts)
    if said_time and view.cited is not None:
        everything = _of_the_stay(view, chosen, everything)
    newest = _newest_time(everything)
    if any(span_of(one.time)[1] >= newest or one.newest for one in dated if one.time) or not newest:
        return chosen, []
    latest = everything[-1]
    if view.cited is None and (_at_arrival(view, chosen) or (not claim.moment and _past(view, claim))):
        return chosen, []
    said_now = _NOW_AHEAD.search(view.sentence.text.lower(), max(0, number.span.start - 16), number.span.start) is not None
    if view.cited is None and not said_now and _told_too(view, claim, newest):
        return chosen, []
    if view.cited is None and claim.moment != "newest" and _of_its_day(view, claim, chosen):
        return chosen, []
    return None, [
        finding("stale", "A newer value exists", claim, number.span, f"{latest.value} {latest.unit} ({latest.time[:10]})", (latest.fact,))
    ]


def _told_too(view: View, claim: Claim, newest: str) -> bool:
    """True where the sentence tells the newest value of the same thing as well: "118 before the operation, now 97"."""
    code = _code(view, claim)
    latest = [one for one in view.record.results(claim.facts) if span_of(one.time)[1] >= newest]
    numbers = [number for other in view.sentence.claims if other.key == claim.key and other.kind == claim.kind for number in _values(other)]
    return any(_agrees(number, one, code) for number in numbers for one in latest)


def _of_its_day(view: View, claim: Claim, chosen: Result) -> bool:
    """True where the sentence dates something else in words that are those of the value: "confirmed in January (Hb 94)"."""
    if _NOW.search(view.sentence.text.lower()):
        return False
    return any(time.kind in ("date", "ago") and times_agree(time, chosen.time) for time in view.sentence.times)


_NOW_AHEAD = re.compile(r"\b(?:now|currently|today|latest|is)\b\W*$|(?:目前|现|今日|今天|最新|现为)[为是]?$")
_NOW = re.compile(r"\b(?:now|currently|today|at present|still|latest|remains)\b|目前|现|今|仍|最新")


def _of_the_stay(view: View, chosen: Result, everything: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results up to the end of the hospital stay that our own dated value was taken in: "last measured" closes a stay."""
    source = view.record.facts.get(chosen.fact)
    stay = view.record.stays.get(source.details.get("encounter", "")) if source is not None else None
    if stay is None or not stay.end:
        return everything
    return tuple(one for one in everything if one.time[:10] <= stay.end[:10])


_PAST = (
    " was once",
    "once ",
    "at that time",
    "formerly",
    "in the past",
    "最初",
    "当时",
    "曾",
    "initially",
    "previously",
    "at baseline",
    "at presentation",
    "入院时",
    "既往",
    "此前",
    "之前",
)


_ARRIVED = re.compile(r"\b(?:arrival|arrived|admission|admitted|presentation|presented|presenting)\b|入院|来院|就诊时|急诊|收住|住院")


def _at_arrival(view: View, chosen: Result) -> bool:
    """True when the sentence speaks of the beginning of a stay and the value is of that day or the next."""
    if not chosen.time or not _ARRIVED.search(view.sentence.text.lower()):
        return False
    starts = [fact.start[:10] for fact in view.record.facts.values() if fact.kind == "encounter" and len(fact.start) >= 10]
    return any(start <= chosen.time[:10] and days_between(start, chosen.time[:10]) <= 1 for start in starts if len(chosen.time) >= 10)


_ON_ARRIVAL = re.compile(r"(?:\b(?:at|on) (?:admission|presentation|arrival)\b|入院时|入院(?:那天|当天|当日|第一天)|来院时)[^\d]*$")


def _of_arrival(view: View, number: SaidNumber, results: tuple[Result, ...]) -> list[Result]:
    """The results of the first two days of the newest stay, where a number is said to be that of the admission."""
    ahead = view.sentence.text[: number.span.start].lower()
    if _ON_ARRIVAL.search(ahead) is None:
        return []
    stays = sorted(fact.start[:10] for fact in view.record.facts.values() if fact.kind == "encounter" and len(fact.start) >= 10)
    if not stays:
        return []
    return [one for one in results if len(one.time) >= 10 and 0 <= days_between(stays[-1], one.time[:10]) <= 1]


def _past(view: View, claim: Claim) -> bool:
    """True when the sentence says itself that it speaks of an earlier time."""
    text = view.sentence.text.lower()
    return any(word in text for word in _PAST)


def _newest_time(results: tuple[Result, ...]) -> str:
    return max((span_of(one.time)[0] for one in results if one.time), default="")


def _target(claim: Claim, results: tuple[Result, ...]) -> Result:
    times = [time for time in claim.times if time.kind in ("date", "ago")]
    return _nearest(claim, times, results)


def _only_dated(view: View, claim: Claim, results: tuple[Result, ...], facts: tuple[Fact, ...]) -> list[Finding]:
    """A date said without a value must be the date of some result."""
    for time in claim.times:
        if time.kind in ("since", "until", "future") or claim.trend:
            continue
        if not any(times_agree(time, one.time) for one in results):
            known = results[-1]
            return [finding("date", "No result of that date is recorded", claim, time.span, known.time[:10], (known.fact,))]
    return []


def _without_results(view: View, claim: Claim, facts: tuple[Fact, ...], coded: list[Fact]) -> list[Finding]:
    """Claims about facts that hold words, not numbers (a blood group, a smoking status, a missing result)."""
    if not facts:
        return []
    if answered := judge_answer(view, claim, facts):
        return answered
    for number in claim.numbers:
        if number.role in ("value", "previous", "") and not _number_known(view, number, facts):
            return [
                finding(
                    "value",
                    "The record holds no such number for this",
                    claim,
                    number.span,
                    facts[-1].text,
                    (facts[-1].id,),
                    unsupported=True,
                )
            ]
    for time in claim.times:
        dated = facts if view.cited is None else tuple([view.record.facts[one] for one in view.named])
        stamps = [stamp for fact in dated for stamp in view.record.sheet(fact.id).times]
        if time.kind in ("date", "ago") and stamps and not any(times_agree(time, stamp) for stamp in (*stamps, *_told(view, dated))):
            return [finding("date", "The record gives another date", claim, time.span, stamps[-1][:10], (facts[-1].id,))]
    return []


def _told(view: View, facts: tuple[Fact, ...]) -> list[str]:
    """Days that stand in the words of an answer: "Ex-smoker, stopped in 2010"."""
    said = [one for fact in facts for one in view.record.sheet(fact.id).said_times]
    return [one.first[: 4 if one.first[4:] == "-01-01" else 10] for one in said]


def _number_known(view: View, number: SaidNumber, facts: tuple[Fact, ...]) -> bool:
    for fact in facts:
        for one in view.record.sheet(fact.id).numbers:
            if number.value == one.value or compared(number, one.value, one.unit, ""):
                return True
    return False


def _reference(view: View, claim: Claim, number: SaidNumber, facts: tuple[Fact, ...]) -> list[Finding]:
    """A said reference limit must be one that the record or our table gives for this person."""
    limits = [(fact, fact.details.get(key, "")) for fact in facts for key in ("reference_low", "reference_high")]
    limits = [(fact, limit) for fact, limit in limits if limit]
    if not limits:
        return []
    from msgspec.structs import replace

    bare = replace(number, comparator="")
    for fact, limit in limits:
        unit = fact.value.unit or fact.value.shown_unit if not isinstance(fact.value, str) and fact.value is not None else ""
        if compared(bare, limit, unit, _code(view, claim)):
            return []
    return [finding("value", "The reference limit is not the recorded one", claim, number.span, limits[0][1], (limits[0][0].id,))]


# ---- judgement words -----------------------------------------------------------------------------------------------
