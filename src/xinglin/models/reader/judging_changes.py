"""Judges what is said about a result beyond its value: high or low, rising or falling, by how much."""

from __future__ import annotations

import itertools
from decimal import Decimal

from xinglin.models.reader.agreement import compared, number_of, times_agree, values_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.record_index import Result
from xinglin.models.reader.units import converted, ucum_of
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim, SaidNumber


def judge_flag(view: View, claim: Claim, target: Result | None, facts: tuple[Fact, ...]) -> list[Finding]:
    """A judgement word (high, low, normal, critical) against the flag of the result, or its printed limits."""
    said = claim.flag
    if not said or claim.flag_span is None:
        return []
    fact = view.record.facts.get(target.fact) if target is not None else None
    known = (target.flag if target is not None else "") or (flag_from_range(fact) if fact is not None else "")
    if not known and target is not None:
        same = (one for one in view.record.results(claim.facts) if one.flag and one.time[:10] == target.time[:10])
        code = view.record.analyte_code(claim.key, claim.facts)
        unit = ucum_of(target.unit) if target.unit else ""
        twin = next(
            (
                one
                for one in same
                if values_agree(target.value, one.value, unit, one.unit, code, False)
                or values_agree(one.value, target.value, ucum_of(one.unit) if one.unit else "", target.unit, code, False)
            ),
            None,
        )
        known = twin.flag if twin is not None else ""
    if said.endswith("?"):
        return _soft_flag(view, claim, known, facts)
    if not known:
        if view.cited is None:
            return []
        return [
            finding(
                "flag",
                "The record judges nothing about this value",
                claim,
                claim.flag_span,
                "",
                (fact.id,) if fact else (),
                unsupported=True,
            )
        ]
    if _flag_fits(said, known):
        return []
    return [finding("flag", "The judgement is not that of the record", claim, claim.flag_span, known, (fact.id,) if fact else ())]


def _flag_fits(said: str, known: str) -> bool:
    if said.startswith("not "):
        return not _flag_fits(said[4:].rstrip("?"), known)
    if said == "abnormal":
        return known != "normal"
    if said == "critical":
        return known.startswith("critical")
    if said.startswith("critical-"):
        return known == said
    if said == "normal":
        return known == "normal"
    return known == said or known == f"critical-{said}" or (known == "abnormal" and said in ("high", "low"))


def flag_from_range(fact: Fact) -> str:
    """The flag that the printed limits give, where the record has no flag of its own."""
    if fact.value is None or isinstance(fact.value, str):
        return ""
    value, low, high = (
        number_of(fact.value.value),
        number_of(fact.details.get("reference_low", "")),
        number_of(fact.details.get("reference_high", "")),
    )
    if value is None or fact.value.comparator or (low is None and high is None):
        return ""
    if low is not None and value < low:
        return "low"
    return "high" if high is not None and value > high else "normal"


def _soft_flag(view: View, claim: Claim, known: str, facts: tuple[Fact, ...]) -> list[Finding]:
    """ "raised", 升高: true when the value is high, or when it rose."""
    side = "high" if claim.flag.startswith(("high", "not high")) else "low"
    trend = _direction(view, claim)
    fits = _flag_fits(side, known) or trend == {"high": 1, "low": -1}[side]
    negated = claim.flag.startswith("not ")
    if (fits and not negated) or (negated and not _flag_fits(side, known)) or (not known and trend is None):
        return []
    assert claim.flag_span is not None
    code = "flag" if known else "trend"
    return [finding(code, "The judgement is not that of the record", claim, claim.flag_span, known, tuple(f.id for f in facts[:1]))]


# ---- trend words and arithmetic ------------------------------------------------------------------------------------
STEADY_SHARE = Decimal("0.10")


def _steps(view: View, claim: Claim) -> list[Result]:
    """All dated values of the subject, oldest first."""
    return [one for one in view.record.results(claim.facts) if one.time and number_of(one.value) is not None]


def _direction(view: View, claim: Claim) -> int | None:
    """1 rising, -1 falling, 0 unchanged between the last two values; None when there is only one."""
    pair = _last_pair(view, claim)
    if pair is None:
        return None
    before, after = pair
    return (after > before) - (after < before)


def _last_pair(view: View, claim: Claim) -> tuple[Decimal, Decimal] | None:
    """The two values a trend word compares: those said in the sentence, else the last two recorded."""
    said = _said_pair(view, claim)
    if said is not None:
        return said
    steps = _steps(view, claim)
    days: dict[str, Result] = {}
    for one in steps:
        days[one.time] = one
    last = list(days.values())[-2:]
    if len(last) < 2:
        return None
    before = (
        converted(last[0].value, ucum_of(last[0].unit), ucum_of(last[1].unit), view.record.analyte_code(claim.key, claim.facts))
        if last[0].unit and last[1].unit
        else number_of(last[0].value)
    )
    after = number_of(last[1].value)
    return None if before is None or after is None else (before, after)


def _said_pair(view: View, claim: Claim) -> tuple[Decimal, Decimal] | None:
    """(previous, current) as said in this sentence about the same subject."""
    current = next((number for number in claim.numbers if number.role in ("value", "")), None)
    others = [
        number
        for other in view.sentence.claims
        if other.key == claim.key and other.kind == claim.kind
        for number in other.numbers
        if number.role == "previous" or (other.part and number is not current)
    ]
    if current is None or not others:
        return None
    before, after = number_of(others[0].value), number_of(current.value)
    if before is None or after is None or (others[0].unit and current.unit and others[0].unit != current.unit):
        return None
    return before, after


def _told_pairs(view: View, claim: Claim) -> list[tuple[Decimal, Decimal]]:
    """The steps of a pasted sentence that tells several recorded values of one thing, in the order of the record's dates.

    "Dropped from 118 to 89 and has picked up to 97" has a step down and a step up, and one from the first to the last.
    """
    if view.cited is not None:
        return []
    code = view.record.analyte_code(claim.key, claim.facts)
    steps = _steps(view, claim)
    told: dict[int, Decimal] = {}
    for other in view.sentence.claims:
        if other.key != claim.key or other.kind != claim.kind:
            continue
        for number in other.numbers:
            if number.role not in ("value", "previous", ""):
                continue
            fits = [place for place, one in enumerate(steps) if compared(number, one.value, one.unit, code)]
            dated = [place for place in fits if all(times_agree(time, steps[place].time) for time in other.times)] or fits
            value = number_of(steps[dated[-1]].value) if dated else None
            if value is not None:
                told[dated[-1]] = value
    values = [told[place] for place in sorted(told)]
    if len(values) < 2:
        return []
    before = [(value, told[place]) for place in sorted(told)[:1] if place and (value := number_of(steps[place - 1].value)) is not None]
    return [*before, *itertools.pairwise(values), (values[0], values[-1])]


_LEVELS = {"rising": ("high",), "falling": ("low",), "worse": ("high", "low"), "better": ("normal",)}


def _says_level(view: View, claim: Claim, said: str) -> bool:
    """True for "down at 21" of a single low value: such a word also tells a level."""
    flag = next((one.flag for one in reversed(view.record.results(claim.facts)) if one.flag), "")
    return any(one in flag for one in _LEVELS.get(said, ()))


def judge_trend(view: View, claim: Claim, matched: Result | None, facts: tuple[Fact, ...]) -> list[Finding]:
    """A word of change against the two values of the sentence, else the last two of the record."""
    said = claim.trend
    if not said:
        return []
    trend = next(
        (view.record.facts[one] for one in claim.facts if one in view.record.facts and view.record.facts[one].kind == "trend"), None
    )
    span = claim.flag_span or claim.subject
    if (
        view.cited is not None
        and trend is not None
        and trend.id in view.cited
        and trend.flag
        and said in ("rising", "falling", "stable", "variable")
    ):
        if said == trend.flag:
            return []
        return [finding("trend", "The trend word is not what the numbers say", claim, span, trend.flag, (trend.id,))]
    pair = _last_pair(view, claim)
    if pair is None:
        if trend is None and view.cited is None and _says_level(view, claim, said):
            return []
        if trend is None:
            return [
                finding(
                    "trend",
                    "Only one value is known, so nothing can be said about a trend",
                    claim,
                    span,
                    "",
                    claim.facts[:1],
                    unsupported=True,
                )
            ]
        return (
            []
            if _word_fits(said, trend.flag)
            else [finding("trend", "The trend word is not what the numbers say", claim, span, trend.flag, (trend.id,))]
        )
    if any(_fits_numbers(view, claim, said, one, trend) for one in (_told_pairs(view, claim) or [pair])):
        return []
    known = trend.flag if trend is not None and trend.flag else f"{pair[0]} → {pair[1]}"
    return [finding("trend", "The trend word is not what the numbers say", claim, span, known, claim.facts[:1])]


def _word_fits(said: str, flag: str) -> bool:
    return said == flag or flag == "variable" or said in ("worse", "better")


def _fits_numbers(view: View, claim: Claim, said: str, pair: tuple[Decimal, Decimal], trend: Fact | None) -> bool:
    before, after = pair
    steady = abs(after - before) <= abs(before) * STEADY_SHARE
    if said == "stable":
        return steady or (trend is not None and trend.flag == "stable")
    if said == "variable":
        return trend is None or trend.flag == "variable" or len(_steps(view, claim)) > 2
    if said == "rising":
        return after > before
    if said == "falling":
        return after < before
    return _worse_fits(claim, said, before, after, view)


def _worse_fits(claim: Claim, said: str, before: Decimal, after: Decimal, view: View) -> bool:
    """Worse is away from the reference range, or in the direction our table calls bad."""
    from xinglin.knowledge.labs import analyte

    known = analyte(view.record.analyte_code(claim.key, claim.facts))
    bad = known.worse if known is not None else "both"
    if after == before:
        return False
    if bad == "both":
        flag = next((one.flag for one in reversed(view.record.results(claim.facts)) if one.flag), "")
        bad = "high" if "high" in flag else "low" if "low" in flag else ""
        if not bad:
            return True
    worse = after > before if bad == "high" else after < before
    return worse if said == "worse" else not worse


def judge_change(view: View, claim: Claim, matched: Result | None, facts: tuple[Fact, ...]) -> list[Finding]:
    """A said change ("by 10 %", "下降12 g/L") must follow from the two values."""
    said = [number for number in claim.numbers if number.role == "difference"]
    if not said:
        return []
    pair = _last_pair(view, claim)
    trend = next(
        (view.record.facts[one] for one in claim.facts if one in view.record.facts and view.record.facts[one].kind == "trend"), None
    )
    if pair is None:
        number = said[0]
        return [
            finding(
                "arithmetic",
                "Only one value is known, so there is no change to state",
                claim,
                number.span,
                "",
                claim.facts[:1],
                unsupported=True,
            )
        ]
    found: list[Finding] = []
    for number in said:
        if not _change_fits(number, pair, trend, view, claim):
            change = pair[1] - pair[0]
            known = f"{change:+f}" + (f" ({change * 100 / pair[0]:+.1f}%)" if pair[0] else "")
            found.append(
                finding("arithmetic", "The change does not follow from the two values", claim, number.span, known, claim.facts[:1])
            )
    return found


def _change_fits(number: SaidNumber, pair: tuple[Decimal, Decimal], trend: Fact | None, view: View, claim: Claim) -> bool:
    mine = number_of(number.value)
    if mine is None:
        return True
    half = Decimal("0.51").scaleb(-len(number.value.partition(".")[2]))
    absolute = abs(pair[1] - pair[0])
    percent = absolute * 100 / abs(pair[0]) if pair[0] else None
    unit = next((one.unit for one in reversed(view.record.results(claim.facts))), "")
    same_unit = not number.unit or unit.startswith(f"{number.unit}/") or ucum_of(unit) == number.unit or number.unit == "{score}"
    slack = half + (abs(mine) * Decimal("0.05") if number.approximate else 0)
    if number.unit == "%" and percent is not None and abs(percent - mine) <= slack:
        return True
    if same_unit and abs(absolute - mine) <= slack:
        return True
    if not same_unit and number.unit != "%":
        turned = converted(str(absolute), ucum_of(unit), number.unit, view.record.analyte_code(claim.key, claim.facts))
        return turned is not None and abs(turned - mine) <= slack + abs(mine) * Decimal("0.01")
    recorded = number_of(trend.details.get("change_percent", "").lstrip("+-")) if trend is not None else None
    return number.unit == "%" and recorded is not None and abs(recorded - mine) <= slack and _said_pair(view, claim) is None
