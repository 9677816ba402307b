"""Judges what a text says about who the patient is: a name, number, sex, age or birth date of somebody else."""

from __future__ import annotations

import re

from xinglin.models.reader.agreement import number_of, times_agree
from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.text_forms import fold
from xinglin.records.chart import Identity
from xinglin.records.moments import age_years
from xinglin.records.quantity import Quantity
from xinglin.records.reading import Claim


def judge_person(view: View, claim: Claim) -> list[Finding]:
    """One claim about the person; nothing can be wrong where the record does not know."""
    judge = {"sex": _sex, "pronoun": _sex, "age": _age, "born": _born, "name": _name, "maybe": _name, "number": _number}.get(claim.key)
    return judge(view, claim) if judge is not None else []


def _known_sex(view: View) -> str:
    for fact in view.record.people:
        said = fact.details.get("sex") or (fact.value if isinstance(fact.value, str) else "")
        if said in ("male", "female"):
            return said
    chart = view.case.chart
    return chart.person.sex if chart is not None and chart.person.sex in ("male", "female") else ""


def _sex(view: View, claim: Claim) -> list[Finding]:
    known = _known_sex(view)
    if not known or not claim.flag or claim.flag == known:
        return []
    return [finding("wrong_person", "The sex is not that of this person", claim, None, known)]


def _ages(view: View) -> dict[str, str]:
    for fact in view.record.people:
        found = {
            unit: fact.details[key] for key, unit in (("age_years", "a"), ("age_months", "mo"), ("age_days", "d")) if key in fact.details
        }
        if found:
            return found
        if isinstance(fact.value, Quantity) and fact.value.unit in ("a", "mo", "d"):
            return {fact.value.unit: fact.value.value}
        born = fact.details.get("birth_date", "")
        years = age_years(born, view.as_of) if len(born) == 10 and view.as_of else None
        if years is not None:
            return {"a": str(years)}
    return {}


def _age(view: View, claim: Claim) -> list[Finding]:
    number, known = claim.numbers[0], _ages(view)
    mine, theirs = number_of(number.value), number_of(known.get(number.unit or "a", ""))
    if mine is None or not known:
        return []
    if theirs is not None and (mine == theirs or (number.approximate and abs(mine - theirs) <= max(1, theirs / 20))):
        return []
    if theirs is None and number.unit in ("mo", "d", "wk") and "a" in known and known["a"] not in ("0", "1"):
        return [finding("wrong_person", "The age is not that of this person", claim, number.span, f"{known['a']} a")]
    if theirs is None and number.unit not in known and "a" not in known and mine > 2:
        return [finding("wrong_person", "The age is not that of this person", claim, number.span, next(iter(known.values())))]
    return [finding("wrong_person", "The age is not that of this person", claim, number.span, str(theirs))] if theirs is not None else []


def _born(view: View, claim: Claim) -> list[Finding]:
    born = view.case.chart.person.born if view.case.chart is not None else ""
    if not born or not claim.times or times_agree(claim.times[0], born):
        return []
    return [finding("wrong_person", "The date of birth is not that of this person", claim, claim.times[0].span, born)]


def _identity(view: View) -> Identity | None:
    return view.case.chart.identity if view.case.chart is not None else None


_PARTS = re.compile(r"[a-zà-ɏ'’]+|[\u3400-\u9fff]+")
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "jr", "sr", "ii", "iii"])


def _name(view: View, claim: Claim) -> list[Finding]:
    """Another name than this person's. One shared part (family or given name) is enough to be the same person."""
    known = _identity(view)
    if known is None or not known.names:
        return []
    said = set(_PARTS.findall(fold(claim.subject.text))) - _TITLES
    own = [set(_PARTS.findall(fold(name))) - _TITLES for name in known.names]
    if not said or any(said & parts for parts in own):
        others = said - set().union(*own) if own else set()
        if not others or len(said) == 1 or any(said <= parts or len(said & parts) >= len(said) - 1 >= 1 for parts in own):
            return _title_sex(view, claim)
    for part in said:
        if "\u3400" <= part[0] <= "\u9fff" and any(
            name[:1] == part[:1] and (len(part) == 1 or part[1:] in ("某", "某某", "x")) for name in known.names
        ):
            return _title_sex(view, claim)
    return [finding("wrong_person", "The name is not that of this person", claim)]


def _title_sex(view: View, claim: Claim) -> list[Finding]:
    known = _known_sex(view)
    if claim.flag and known and claim.flag != known:
        return [finding("wrong_person", "The form of address is not for this person's sex", claim, None, known)]
    return []


def _number(view: View, claim: Claim) -> list[Finding]:
    known = _identity(view)
    if known is None or not known.identifiers:
        return []
    said = fold(claim.subject.text).replace("-", "").replace(" ", "")
    if any(said == fold(value).replace("-", "").replace(" ", "") for _, value in known.identifiers):
        return []
    return [finding("wrong_person", "The number is not one of this person's", claim)]
