"""How a measured value moved: one Fact per analyte with at least two dated values, with the numbers behind the word.

Rule: the newest value against the one before it. Within the noise margin (see `noise_margin`) it is "stable"; beyond
it "rising" or "falling". When the last two steps both pass the margin in opposite directions and cancel each other to
within the margin, it is "variable".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from msgspec import Struct

from xinglin.knowledge.labs import Analyte
from xinglin.knowledge.rounding import shown
from xinglin.records import Evidence, Fact, Quantity
from xinglin.records.chart import Measurement
from xinglin.records.moments import day, sort_key
from xinglin.workup.analytes import converted, noise_margin
from xinglin.workup.evidence import at
from xinglin.workup.labs import Result
from xinglin.workup.naming import first

_NOT_FOLLOWED = {"survey", "social-history", "survey-vital", "procedure"}


class _Value(Struct, frozen=True, gc=False):
    number: Decimal
    text: str
    when: str
    source: str
    path: str


class _Margin(NamedTuple):
    percent: Decimal
    evidence: Evidence


def trend_facts(results: Iterable[Result]) -> list[Fact]:
    """One Fact per analyte measured at two moments or more, in the order in which analytes first appear."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        one = result.one
        if one.quantity is None or one.quantity.comparator or not one.when or one.category in _NOT_FOLLOWED or result.impossible:
            continue
        groups.setdefault(result.analyte.key if result.analyte else result.key, []).append(result)
    return [fact for group in groups.values() if len(group) > 1 and (fact := _fact(group)) is not None]


def _fact(group: list[Result]) -> Fact | None:
    group.sort(key=lambda result: sort_key(result.one.when))
    last_one = group[-1]  # of two at one moment the later in the chart, as in `labs`
    newest, key, names, analyte = last_one.one, last_one.key, last_one.names, last_one.analyte
    values = _series(group, newest, analyte)
    if len(values) < 2:
        return None
    margin = _Margin(*noise_margin(key.removeprefix("loinc:")))
    flag = _direction(values, margin.percent)
    last, before = values[-1], values[-2]
    lowest, highest = min(values, key=lambda v: v.number), max(values, key=lambda v: v.number)
    assert newest.quantity is not None
    then, now = _seen(before, newest, key), _seen(last, newest, key)
    details = {
        "previous_value": before.text, "previous_date": day(before.when), "change": _signed(now - then),
        "change_percent": _percent(then, now), "first_value": values[0].text, "first_date": day(values[0].when),
        "lowest_value": lowest.text, "lowest_date": day(lowest.when), "highest_value": highest.text, "highest_date": day(highest.when),
        "count": str(len(values)), "margin_percent": str(margin.percent), "analyte": analyte.key if analyte else "",
    }  # fmt: skip
    marks = dict.fromkeys(at(v.source, v.path) for v in (last, before, values[0], lowest, highest))
    unit = newest.quantity.shown_unit or newest.quantity.unit
    return Fact(
        id=f"trend.{key.removeprefix('loinc:')}",
        kind="trend",
        concept=newest.concept,
        text=f"{first(names)} {flag}: {before.text} {unit} on {day(before.when)} to {last.text} {unit} on {day(last.when)}",
        evidence=(*marks, margin.evidence),
        key=key,
        names=names,
        value=newest.quantity,
        time=newest.when,
        start=values[0].when,
        end=newest.when,
        flag=flag,
        latest=True,
        importance=1 if flag in {"stable", ""} else 2,
        details={k: v for k, v in details.items() if v},
    )


def _series(group: list[Result], newest: Measurement, analyte: Analyte | None) -> list[_Value]:
    """The values in the newest one's unit, one per moment, in the order given; values in units we cannot convert are left out."""
    assert newest.quantity is not None
    unit = newest.quantity.unit or newest.quantity.shown_unit
    values: dict[str, _Value] = {}
    for result in group:
        one = result.one
        assert one.quantity is not None
        text = converted(one.quantity, unit, analyte)
        if text is None:
            continue
        try:
            number = Decimal(text)
        except InvalidOperation:
            continue
        path = f"{one.path}.valueQuantity" if one.path else "valueQuantity"
        values[one.when] = _Value(number, text, one.when, one.source, path)
    return list(values.values())


def _direction(values: Sequence[_Value], margin_percent: Decimal) -> str:
    step = _step(values[-2].number, values[-1].number, margin_percent)
    if len(values) > 2:
        before = _step(values[-3].number, values[-2].number, margin_percent)
        if step and before and step != before and not _step(values[-3].number, values[-1].number, margin_percent):
            return "variable"
    return {1: "rising", -1: "falling", 0: "stable"}[step]


def _step(before: Decimal, after: Decimal, margin_percent: Decimal) -> int:
    change = after - before
    if change == 0 or abs(change) * 100 <= abs(before) * margin_percent:
        return 0
    return 1 if change > 0 else -1


def _seen(one: _Value, newest: Measurement, key: str) -> Decimal:
    """The number as a reader sees it, so that change and percent can be checked on the page."""
    unit = newest.quantity.unit or newest.quantity.shown_unit if newest.quantity else ""
    return shown(Quantity(one.text, unit), key.removeprefix("loinc:")).number


def _signed(change: Decimal) -> str:
    return f"{change:+f}" if change else "0"


def _percent(before: Decimal, after: Decimal) -> str:
    if before <= 0:
        return ""
    share = ((after - before) * 100 / before).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return f"{share:+f}" if share else "0"
