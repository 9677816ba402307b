"""Judges a value told by its limit: "more than three times the upper limit of normal", 未超过5.3的上限, "high potassium".

The limit itself is no value of the patient's; the newest recorded value is held against it.
"""

from __future__ import annotations

import re
from decimal import Decimal

from xinglin.models.reader.agreement import number_of, times_agree
from xinglin.models.reader.findings import Finding, View
from xinglin.models.reader.numbers import chinese_value, english_value
from xinglin.models.reader.text_forms import fold
from xinglin.records.fact import Fact
from xinglin.records.quantity import Quantity
from xinglin.records.reading import Claim

_N = r"(?P<n>\d+(?:\.\d+)?|[a-z]+|[一二两三四五六七八九十半]+)"
_MANIFOLD = re.compile(
    r"(?P<not>not |no )?(?P<how>more than|greater than|over|above|at least|less than|under|below|about|around|nearly|almost|[<>])?\s*"
    rf"(?:{_N}\s?(?:x|×|times|fold)|(?P<twice>twice|double|triple))?\s*(?:the )?(?:(?P<lim>upper|lower) limit|(?P<uln>uln|lln))"
    r"|(?P<not_zh>未|不|没有?)?(?P<how_zh>超过|高于|大于|达到?|约为?|接近|不足|低于|不到|为|是)?了?(?:正常|参考)?(?:值|范围)?的?(?P<lim_zh>[上下])限值?的?\s*"
    r"(?P<n_zh>\d+(?:\.\d+)?|[一二两三四五六七八九十半]+)\s*[余多]?倍"
)
_AGAINST = re.compile(
    r"(?P<not>not |no )?\b(?P<how>above|over|exceed(?:s|ed|ing)?|below|under)\s+(?:the |its |a )?(?:(?:upper|lower) )?(?:reference )?(?:limit|cut-?off)(?: of normal)?,? (?:of|at) (?P<n>\d+(?:\.\d+)?)"
    r"|(?P<not_zh>未|没有?|不)?(?P<how_zh>超过|超出|高于|大于|低于|小于)了?\s*(?P<n_zh>\d+(?:\.\d+)?)\s*[a-z/%µμ]*\s*的?(?:正常|参考)?值?[上下]限"
)
_LESS = ("less than", "under", "below", "<", "不足", "低于", "小于", "不到")
_MORE = (
    "more than",
    "greater than",
    "over",
    "above",
    "at least",
    ">",
    "超过",
    "超出",
    "高于",
    "大于",
    "exceed",
    "exceeds",
    "exceeded",
    "exceeding",
)
_TAKEN = frozenset(("value", "stale", "unit", "date", "arithmetic", "flag", "negation", "trend"))


def judge_limits(view: View, folded: str, found: list[Finding]) -> list[Finding]:
    """The findings of a pasted sentence, where a value told by its limit is judged by the newest value."""
    if "limit" not in folded and "限" not in folded and "uln" not in folded and "lln" not in folded:
        return found
    for pattern in (_MANIFOLD, _AGAINST):
        for match in pattern.finditer(folded):
            claim = _measured(view, match.start())
            if claim is None:
                continue
            judged = _judge(view, claim, match, manifold=pattern is _MANIFOLD)
            if judged is None:
                continue
            start, end = match.span()
            found = [one for one in found if one.code not in _TAKEN or not (start <= one.start < end)] + judged
    return found


def _measured(view: View, before: int) -> Claim | None:
    claims = [one for one in view.sentence.claims if one.kind == "measurement" and one.facts and one.subject.start <= before]
    return max(claims, key=lambda one: one.subject.start) if claims else None


def _newest(view: View, claim: Claim) -> tuple[Fact, Decimal] | None:
    facts = [view.record.facts[one] for one in claim.facts if one in view.record.facts]
    facts = [fact for fact in facts if fact.kind == "measurement" and isinstance(fact.value, Quantity) and not fact.value.comparator]
    times = [time for time in claim.times if time.kind in ("date", "ago")]
    facts = [fact for fact in facts if all(times_agree(time, fact.time) for time in times)]
    if not facts:
        return None
    fact = max(facts, key=lambda one: (one.time, one.latest))
    value = number_of(fact.value.value) if isinstance(fact.value, Quantity) else None
    return None if value is None else (fact, value)


def _judge(view: View, claim: Claim, match: re.Match[str], *, manifold: bool) -> list[Finding] | None:
    newest = _newest(view, claim)
    said = match.groupdict()
    count = _count(said) or (Decimal(1) if manifold and said["how"] in (*_LESS, *_MORE) else None)
    if newest is None or count is None:
        return None
    fact, value = newest
    low, high = number_of(fact.details.get("reference_low", "")), number_of(fact.details.get("reference_high", ""))
    how, denied = said.get("how") or said.get("how_zh") or "", bool(said.get("not") or said.get("not_zh"))
    if not manifold:
        if (low is not None or high is not None) and count not in (low, high):
            return [_wrong(view, match, fact, "The reference limit is not the recorded one", f"{low or ''}-{high or ''}")]
        holds = value < count if how in _LESS else value > count
    else:
        limit = low if said.get("lim") == "lower" or said.get("lim_zh") == "下" or said.get("uln") == "lln" else high
        if not limit:
            return [_wrong(view, match, fact, "The record gives no such limit", "", unsupported=True)]
        share = value / limit
        holds = share < count if how in _LESS else share > count if how in _MORE else abs(share - count) <= count * Decimal("0.15")
    return [] if holds != denied else [_wrong(view, match, fact, "The value does not stand so to its limit", fact.text)]


def _count(said: dict[str, str | None]) -> Decimal | None:
    words = said.get("n") or said.get("n_zh") or {"twice": "2", "double": "2", "triple": "3"}.get(said.get("twice") or "", "")
    return number_of(words) or number_of(
        (english_value(words) if words.isascii() and words else chinese_value(words) if words else "") or ""
    )


def _wrong(view: View, match: re.Match[str], fact: Fact, text: str, known: str, *, unsupported: bool = False) -> Finding:
    start, end = match.span()
    verdict = "unsupported" if unsupported else "contradicted"
    return Finding("value", verdict, text, "", view.sentence.text[start:end], known, (fact.id,), start, end)


_NAMED_EN = re.compile(r"(?P<side>high|raised|elevated|low) (?P<what>[a-z ]+)")
_NAMED_ZH = re.compile(r"(?P<side>高|低)(?P<what>钾|钠|钙|镁|磷|氯)血症|(?P<what_b>血[钾钠钙镁磷糖])(?P<side_b>高|低|升高|降低)")
_BY_KEY = {
    "term:hyperkalemia": ("potassium", "high"), "term:hypokalemia": ("potassium", "low"), "term:hypernatremia": ("sodium", "high"),
    "term:hyponatremia": ("sodium", "low"), "term:hypercalcemia": ("calcium", "high"), "term:hypocalcemia": ("calcium", "low"),
    "term:hyperglycemia": ("glucose", "high"), "term:hypoglycemia": ("glucose", "low"),
}  # fmt: skip


def named_by_result(view: View, claim: Claim) -> bool:
    """Whether an illness that is only the name of a result ("high potassium", 高钾血症) stands in the record as such a result."""
    said = fold(claim.subject.text)
    english, chinese = _NAMED_EN.fullmatch(said), _NAMED_ZH.fullmatch(said)
    if claim.key in _BY_KEY:
        what, side = _BY_KEY[claim.key]
    elif english is not None:
        what, side = english["what"].strip(), "low" if english["side"] == "low" else "high"
    elif chinese is not None:
        what = chinese["what"] or chinese["what_b"]
        side = "low" if (chinese["side"] or chinese["side_b"]) in ("低", "降低") else "high"
    else:
        return False
    return not claim.negated and any(
        fact.kind == "measurement" and side in fact.flag and any(fold(name) == what for names in fact.names.values() for name in names)
        for fact in view.record.facts.values()
    )
