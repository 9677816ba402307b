"""Judgement, trend and moment words ("high", "rose", "latest") and the measurements they speak of."""

from __future__ import annotations

import re

from xinglin.models.reader.reaches import GAP_LIST, near
from xinglin.models.reader.scanning import ContextHit, Mention

_MEASURED = frozenset({"measurement", "gap"})
HEADER = re.compile(r"\s*(?:\([^)]*\)\s*)?[:：]")
_ALL = re.compile(r"\b(?:both|all|are|were)\b|均|都|皆|全部|各项")


def _measured_target(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int) -> list[Mention]:
    """The measurements a judgement or trend word speaks of."""
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    if not measured:
        return []
    if HEADER.match(folded, hit.end) and not _same_clause_before(hit, measured):
        following = next(
            (other.start for other in hits[index + 1 :] if HEADER.match(folded, other.end) and any(r.what == "flag" for r in other.roles)),
            len(folded),
        )
        return [mention for mention in measured if hit.end <= mention.start < following]
    behind = near(hit, measured, folded)
    ahead = _same_clause_before(hit, measured)
    if behind is not None and (
        ahead is None or folded[hit.end : behind.start].strip() in ("", "in", "of", "in the") or ahead.clause != hit.clause
    ):
        gap = folded[ahead.end : hit.start] if ahead is not None else ""
        if ahead is None or re.search(r"[,;，；]|\band\b|\bwith\b|、|和|及", gap) or not gap.strip():
            return [behind, *_list_after(folded, measured, behind)] if re.search(r"^\s*$", folded[hit.end : behind.start]) else [behind]
    if ahead is not None:
        if _ALL.search(folded[ahead.end : hit.start]):
            return [mention for mention in measured if mention.end <= hit.start and mention.clause == hit.clause]
        return [ahead, *_list_before(folded, measured, ahead)]
    if behind is not None:
        return [behind]
    same = [mention for mention in measured if mention.clause == hit.clause]
    if same:
        return same[:1]
    earlier = [mention for mention in measured if mention.end <= hit.start]
    return earlier[-1:]


def _same_clause_before(hit: ContextHit, measured: list[Mention]) -> Mention | None:
    before = [mention for mention in measured if mention.end <= hit.start and mention.clause == hit.clause]
    return before[-1] if before else None


def _list_before(folded: str, measured: list[Mention], last: Mention) -> list[Mention]:
    """Measurements listed without values right before `last` ("Hb and MCV are low")."""
    if last.values:
        return []
    found: list[Mention] = []
    edge = last
    for mention in reversed([m for m in measured if m.end <= last.start and m.clause == last.clause]):
        if mention.values or GAP_LIST.fullmatch(folded[mention.end : edge.start]) is None:
            break
        found.append(mention)
        edge = mention
    return found


def _list_after(folded: str, measured: list[Mention], first: Mention) -> list[Mention]:
    found: list[Mention] = []
    edge = first
    if first.values:
        return []
    for mention in [m for m in measured if m.start >= first.end and m.clause == first.clause]:
        if GAP_LIST.fullmatch(folded[edge.end : mention.start]) is None or mention.flag:
            break
        found.append(mention)
        edge = mention
    return found


def flag(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """Write a judgement word into the measurements it speaks of."""
    hit = hits[index]
    if value == "normal" and _A_RANGE.match(folded, hit.end):
        return  # "(normal 133-146)" tells the limits
    if _TENS.match(folded, hit.end):
        return  # "in the low 140s"
    if value.endswith("?") and _compares(folded, mentions, hit):
        return trend(folded, mentions, hits, index, "rising" if "high" in value else "falling", where)
    for mention in _measured_target(folded, mentions, hits, index):
        if mention.flag and not (value.startswith("critical") and mention.flag in ("high", "low")):
            if mention.flag == "critical" and value in ("low", "high"):
                mention.flag = f"critical-{value}"
            continue
        mention.flag = f"critical-{mention.flag}" if value == "critical" and mention.flag in ("high", "low") else value
        mention.flag_start, mention.flag_end = hit.start, hit.end


_A_RANGE = re.compile(r"\s*(?:range|values?|值|范围|参考值)?\s*[:：]?\s*(?:[<>≤≥]\s*\d|\d+(?:\.\d+)?\s*(?:-|~|–|to|至))")
_TENS = re.compile(r"[ -]\d+0'?s\b")
_COMPARES_AHEAD = re.compile(
    r"(?:较|比|自|来|以来|逐渐|持续|进行性|since|than|over|gradually|steadily|progressively|has|have|further|continues to)[^,，;；。]{0,40}$"
)
_COMPARES_BEHIND = re.compile(r"\s*(?:约?\s?\d|since|than|from|compared|over|in the last|to \d|by \d|from \d|了|至|到|趋势)")


def _compares(folded: str, mentions: list[Mention], hit: ContextHit) -> bool:
    """True when "increased" or 升高 speaks of a change over time, not of a level."""
    begin = max([max(0, hit.start - 48), *(mention.end for mention in mentions if mention.end <= hit.start)])
    return bool(_COMPARES_AHEAD.search(folded, begin, hit.start) or _COMPARES_BEHIND.match(folded, hit.end))


def trend(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """Write a word of change into the measurements it speaks of."""
    hit = hits[index]
    if value in ("worse", "better") and re.search(r"\bboth\b|\ball\b|均|都", folded[max(0, hit.start - 8) : hit.start]):
        targets = [mention for mention in mentions if mention.kinds & _MEASURED and mention.end <= hit.start]
    else:
        targets = _measured_target(folded, mentions, hits, index)
    for mention in targets:
        if not mention.trend:
            mention.trend = value
            if mention.flag_start < 0:
                mention.flag_start, mention.flag_end = hit.start, hit.end


def newest(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """Mark the measurement that is said to be the latest."""
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    target = near(hit, measured, folded, 4)
    if target is None:
        target = _same_clause_before(hit, measured) or next((mention for mention in measured if mention.clause == hit.clause), None)
    for mention in [target] if target is not None else []:
        for one in [mention, *_list_after(folded, measured, mention)]:
            one.moment = one.moment or "newest"


def older(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """Mark the measurement that is said to be an earlier one."""
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    target = near(hit, measured, folded, 2)
    if target is not None and not target.moment:
        target.moment = "older"
