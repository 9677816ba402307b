"""Turns what was found about one thing in a sentence into claims: one per value said of it, and one for everything else."""

from __future__ import annotations

import itertools
import re

from msgspec.structs import replace

from xinglin.models.reader.attaching import PlacedNumber
from xinglin.models.reader.numbers import FoundNumber
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.scanning import Mention
from xinglin.models.reader.subjects import DIASTOLIC, PRESSURE, SYSTOLIC, Subject
from xinglin.models.reader.text_forms import fold
from xinglin.models.reader.times import FoundTime
from xinglin.records.reading import Claim, SaidNumber, SaidTime, Span


def said_number(text: str, one: PlacedNumber, role: str) -> SaidNumber:
    """The number as it goes into a claim."""
    number: FoundNumber = one.number
    span = Span(number.start, number.end, text[number.start : number.end])
    return SaidNumber(span, number.value, number.unit, number.shown_unit, number.comparator, number.approximate, role)


def said_time(text: str, time: FoundTime) -> SaidTime:
    """The time as it goes into a claim."""
    return SaidTime(Span(time.start, time.end, text[time.start : time.end]), time.kind, time.first, time.last)


_BY_CONTEXT = ("measurement", "problem", "medicine", "procedure", "immunization", "imaging", "report", "device", "plan", "gene", "encounter", "document", "gap", "allergy", "family", "drug_class",
               "allergen", "social")  # fmt: skip


def _chosen(mention: Mention) -> tuple[str, tuple[Subject, ...]]:
    """The kind a mention is about in its context, and the subjects of that kind."""
    groups: dict[str, list[Subject]] = {}
    for subject in mention.subjects:
        groups.setdefault(subject.kind, []).append(subject)
    if mention.whose == "family" and mention.kinds & {"problem", "family"}:
        return "family", tuple(groups.get("family", ())) or tuple(subject._replace(facts=()) for subject in mention.subjects[:1])
    if mention.allergy and not mention.kinds & {"measurement"}:
        return "allergy", tuple(groups.get("allergy", ())) or tuple(subject._replace(facts=()) for subject in mention.subjects[:1])
    if mention.kinds == {"allergy"} and (mention.status in ("current", "stopped", "planned") or mention.frequency or mention.route):
        return "medicine", tuple(subject._replace(facts=()) for subject in mention.subjects[:1])
    for kind in _BY_CONTEXT:
        if kind in groups:
            extra = tuple(s for other in _RELATED.get(kind, ()) for s in groups.get(other, ()))
            return kind, (*groups[kind], *extra)
    return mention.subjects[0].kind, mention.subjects


_RELATED = {"measurement": ("gap", "report"), "problem": ("encounter", "report", "plan", "measurement", "procedure", "device"), "procedure": ("imaging", "report", "plan", "encounter", "problem"), "imaging": ("report", "procedure"),
            "medicine": ("plan",), "report": ("imaging", "document"), "immunization": ()}  # fmt: skip


def claims_of(text: str, mine: list[PlacedNumber], mention: Mention, times: list[FoundTime]) -> list[Claim]:
    """The claims of one mention: one per value said of it, and one for everything else."""
    kind, subjects = _chosen(mention)
    facts = subjects[0].facts if len(subjects) == 1 else tuple(dict.fromkeys(fact for subject in subjects for fact in subject.facts))
    values = [one for one in mine if one.role in ("", "previous")] if kind == "measurement" else []
    if len(values) > 1:
        _settle_groups(values, any(subject.key in (SYSTOLIC, DIASTOLIC, PRESSURE) for subject in subjects))
        values = [one for one in values if one.role in ("", "previous")]
    rest = tuple([said_number(text, one, one.role or _plain_role(kind, one)) for one in mine if one not in values])
    flag_span = Span(mention.flag_start, mention.flag_end, text[mention.flag_start : mention.flag_end]) if mention.flag_start >= 0 else None
    whole = Claim(
        kind=kind,
        subject=Span(mention.start, mention.end, text[mention.start : mention.end]),
        key=subjects[0].key if subjects else "",
        facts=facts,
        numbers=rest,
        times=tuple([said_time(text, times[index]) for index in dict.fromkeys(mention.times)]),
        negated=mention.negated,
        certainty="uncertain" if mention.doubted else "certain",
        side=mention.side or None,  # type: ignore[arg-type]
        experiencer=mention.whose,
        relation=mention.relation,
        flag=mention.flag,
        flag_span=flag_span,
        trend=mention.trend,
        moment=mention.moment,
        status=mention.status,
        route=mention.route,
        frequency=mention.frequency,
    )
    if not values:
        return [whole]
    return _one_per_value(text, whole, values, times)


def _plain_role(kind: str, one: PlacedNumber) -> str:
    return {"medicine": "dose", "drug_class": "dose", "immunization": "dose", "allergy": "dose"}.get(kind, "value")


_SIDES = ("left", "right", "左", "右")
_VALUE_SIDE = re.compile(r"\b(?P<en>left|right)\b|(?P<zh>[左右])")


def _side_of_value(text: str, values: list[PlacedNumber], group: list[PlacedNumber]) -> str:
    """The side said of one of several values: "24 on the left and 17 on the right", 右眼24，左眼17."""
    folded = fold(text)
    if not holds(folded, _SIDES) or _VALUE_SIDE.search(folded) is None:
        return ""
    start, end = group[0].number.start, group[-1].number.end
    before = max((one.number.end for one in values if one.number.end <= start), default=0)
    behind = min((one.number.start for one in values if one.number.start >= end), default=len(text))
    after = _VALUE_SIDE.search(folded, end, min(behind, end + 16))
    ahead = list(_VALUE_SIDE.finditer(folded, max(before, start - 12), start))
    chosen = (
        ahead[-1]
        if ahead
        and (folded[before:start].find("(") < 0)
        and not (after and folded[end : after.start()].strip() in ("on the", "in the", "(", "for the"))
        else after
    )
    if chosen is None:
        return ""
    return chosen["en"] or {"左": "left", "右": "right"}[chosen["zh"]]


_TO = frozenset(("-", "~", "–", "—", "to", "至", "到", "and", "与", "和"))


def _settle_groups(values: list[PlacedNumber], pressure: bool) -> None:
    """Numbers that belong together: "120/80" is a pair only for blood pressure, else "26/30"; "3-5" is a range."""
    for first, second in itertools.pairwise(values):
        if first.number.group < 0 or first.number.group != second.number.group:
            continue
        if second.number.joint == "/" and not pressure:
            second.role = "label"
        elif second.number.joint in _TO and not first.role:
            first.role = second.role = "range"
        elif second.number.joint == "/" and first.number.comparator and not second.number.comparator:
            second.number = second.number._replace(comparator=first.number.comparator)


def _one_per_value(text: str, whole: Claim, values: list[PlacedNumber], times: list[FoundTime]) -> list[Claim]:
    claims: list[Claim] = []
    current = next((one for one in values if one.role == ""), None)
    groups: dict[int, list[PlacedNumber]] = {}
    for place, one in enumerate(values):
        groups.setdefault(one.number.group if one.number.group >= 0 else -1 - place, []).append(one)
    for group in groups.values():
        own = tuple([said_time(text, times[index]) for index in dict.fromkeys([index for one in group for index in one.times])])
        numbers = tuple([said_number(text, one, "previous" if one.role == "previous" else "value") for one in group])
        side = _side_of_value(text, values, group)
        if side:
            whole = replace(whole, side=side)  # type: ignore[arg-type]
        if current is not None and current in group:
            claims.append(replace(whole, numbers=(*numbers, *whole.numbers), times=own or whole.times))
        else:
            older = "older" if numbers[0].role == "previous" else whole.moment if current is None else ""
            claims.append(
                replace(
                    whole,
                    numbers=numbers,
                    times=own,
                    flag="" if current is not None else whole.flag,
                    trend="" if current is not None else whole.trend,
                    moment=older,
                    part=True,
                )
            )
    if current is None:
        claims[-1] = replace(claims[-1], numbers=(*claims[-1].numbers, *whole.numbers), part=False)
    return claims
