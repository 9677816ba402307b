"""Judges several values of one thing said in a row: "198 -> 224 -> 251", "28, 52 and now 97", 92→101→113g/L.

Such a row tells a course: every value must be a recorded one, they must follow each other in time, and the last is the newest.
"""

from __future__ import annotations

import itertools
import re

from xinglin.models.reader.agreement import compared, number_of, span_of, times_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.record_index import Result
from xinglin.models.reader.subjects import DIASTOLIC, PRESSURE, SYSTOLIC
from xinglin.models.reader.text_forms import fold
from xinglin.records.reading import Claim, SaidNumber

_ARROW = re.compile(r"→|->|=>|➔|⇒|>")
_GAP = re.compile(
    r"\W*(?:(?:and|then|now|to|by|on|in|at|has|have|had|since|picked|gone|come|came|went|risen|rose|fell|fallen|dropped|climbed|recovered|back|up|down|a|bit|"
    r"little|slightly|again|is|was|currently|latest|most|recently|today|finally|until|the|last)\b\W*)*"
    r"|[\s,、→>=-]*(?:再|又|后|然后|随后|现|现为|升|降|回升|回落|上升|下降|进一步|至|到|为|目前|今|已|复查|最近|一次|以及|和|又|时|[\s,、→>=-])*"
)
_ORDERED = re.compile(r"→|->|=>|➔|⇒|\bthen\b|\bnow\b|\bsince\b|再|随后|现|目前")
_PRESSURES = (SYSTOLIC, DIASTOLIC, PRESSURE)
_DROPPED = frozenset(("stale", "date", "value", "unit", "trend"))


def judge_series(view: View, found: list[Finding]) -> list[Finding]:
    """The findings of a pasted sentence, where a row of values is judged as a row."""
    rows: dict[str, list[tuple[SaidNumber, Claim]]] = {}
    for claim in view.sentence.claims:
        if claim.kind == "measurement" and claim.key not in _PRESSURES:
            rows.setdefault(claim.key, []).extend((number, claim) for number in values_of(claim))
    folded = ""
    for row in rows.values():
        if len(row) < 2:
            continue
        folded = folded or fold(view.sentence.text)
        row.sort(key=lambda pair: pair[0].span.start)
        found = _row(view, folded, [claim for _, claim in row], [number for number, _ in row], found)
    return found


def values_of(claim: Claim) -> list[SaidNumber]:
    """The values a claim says, without limits and differences."""
    return [number for number in claim.numbers if number.role in ("value", "previous", "range", "")]


def _row(view: View, folded: str, claims: list[Claim], numbers: list[SaidNumber], found: list[Finding]) -> list[Finding]:
    gaps = [folded[one.span.end : two.span.start] for one, two in itertools.pairwise(numbers)]
    if not all(_GAP.fullmatch(_without_times(view, folded, one.span.end, two.span.start)) for one, two in itertools.pairwise(numbers)):
        return found
    if len(numbers) < 3 and not any(_ARROW.search(gap) for gap in gaps):
        return found
    results = tuple(one for one in view.record.results(claims[0].facts) if one.time and number_of(one.value) is not None)
    if len(results) < 2:
        return found
    code = view.record.analyte_code(claims[0].key, claims[0].facts)
    fits = [[place for place, one in enumerate(results) if compared(number, one.value, one.unit, code)] for number in numbers]
    if not all(fits):
        return found
    start, end = numbers[0].span.start, numbers[-1].span.end
    times = [time for time in view.sentence.times if time.kind in ("date", "ago", "until") and start <= time.span.start < end]
    inner = {(one.span.start, one.span.end) for one in (*numbers, *times)} | {(c.subject.start, c.subject.end) for c in claims}
    kept = [one for one in found if one.code not in _DROPPED or (one.start, one.end) not in inner]
    for place, number in enumerate(numbers):
        until = numbers[place + 1].span.start if place + 1 < len(numbers) else end
        for time in times:
            if number.span.end <= time.span.start < until:
                fits[place] = [one for one in fits[place] if times_agree(time, results[one].time)]
    last = _in_order(fits)
    if last is None and not any(_ORDERED.search(gap) for gap in gaps) and not any(claim.trend for claim in claims):
        last = len(results) - 1 if _in_order(fits[::-1]) is not None else None  # a list told from the newest backwards
    if last is None:
        return [*kept, finding("trend", "These values were not recorded in this order", claims[0], numbers[0].span, _told(results))]
    return kept + _course(claims, numbers, results, results[last])


def _without_times(view: View, folded: str, start: int, end: int) -> str:
    gap = folded[start:end]
    for time in view.sentence.times:
        if start <= time.span.start and time.span.end <= end:
            gap = gap.replace(folded[time.span.start : time.span.end], " ")
    return gap


def _in_order(fits: list[list[int]]) -> int | None:
    """The place of the last result when results can be picked in the order of time, None when they cannot."""
    at = -1
    for places in fits:
        later = [place for place in places if place > at]
        if not later:
            return None
        at = later[0] if places is not fits[-1] else later[-1]
    return at


def _course(claims: list[Claim], numbers: list[SaidNumber], results: tuple[Result, ...], last: Result) -> list[Finding]:
    newest = max(span_of(one.time)[0] for one in results)
    if span_of(last.time)[1] < newest and not last.newest:
        return [finding("stale", "A newer value exists", claims[-1], numbers[-1].span, _told(results[-1:]), (results[-1].fact,))]
    ends = number_of(numbers[-2].value), number_of(numbers[-1].value)
    said = next((claim for claim in claims if claim.trend in ("rising", "falling")), None)
    first = number_of(numbers[0].value)
    if said is None or ends[0] is None or ends[1] is None or first is None:
        return []
    steps = {(ends[1] > ends[0]) - (ends[1] < ends[0]), (ends[1] > first) - (ends[1] < first)}
    if (1 if said.trend == "rising" else -1) in steps:
        return []
    return [finding("trend", "The trend word is not what the numbers say", said, said.flag_span, _told(results))]


def _told(results: tuple[Result, ...]) -> str:
    return ", ".join(f"{one.value} ({one.time[:10]})" for one in results[-6:])
