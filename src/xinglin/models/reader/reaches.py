"""How far a context word reaches in a sentence: forward along a list, backward to the list before it, to the thing right behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xinglin.models.reader.scanning import ContextHit, Mention

GAP_LIST = re.compile(
    r"[\s,、/()\[\]'\"-]*(?:and|or|nor|both|及|和|与|或|、|以及|either|the|a|an|any|other|his|her|of|significant|known|new|his own|her own|prior|previous|等|之|的)*[\s,、/()-]*"
)
BREAK_ZH = re.compile(r"[，,]")
_POSITIVE_ZH = re.compile(r"[，,]\s*(?:有|伴|可见|出现|患|示|为|查|给予|予|服|今|现|于|既往有|曾|目前|诉|长期)")


def behind_of(mentions: list[Mention], position: int) -> list[Mention]:
    """Mentions that begin at or behind a place."""
    return [mention for mention in mentions if mention.start >= position]


def before_of(mentions: list[Mention], position: int) -> list[Mention]:
    """Mentions that end at or before a place."""
    return [mention for mention in mentions if mention.end <= position]


def _ends(hits: list[ContextHit], start: int, stop: int, ended_by: Iterable[str]) -> int:
    """Where a scope from `start` ends, at most `stop`."""
    for hit in hits:
        if hit.start >= start and hit.start < stop and any(role.what in ended_by for role in hit.roles):
            return hit.start
    return stop


def forward(
    folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, ended_by: tuple[str, ...] = ("end",)
) -> list[Mention]:
    """Mentions that a forward word reaches: in its clause, before a word that ends it, along one list."""
    hit = hits[index]
    reached: list[Mention] = []
    stop = _ends(hits, hit.end, len(folded), ended_by)
    last = hit.end
    for mention in behind_of(mentions, hit.end):
        if mention.clause != hit.clause or mention.start > stop:
            break
        gap = folded[last : mention.start]
        if reached and not _continues(gap, mention):
            break
        if not reached and ":" in gap and gap.strip() != ":":
            break  # "recorded without a status: asthma"
        if not reached and (len(gap) > 60 or BREAK_ZH.search(gap)):
            break
        reached.append(mention)
        last = mention.end
    return reached


def _continues(gap: str, mention: Mention) -> bool:
    """True when a list goes on across this gap."""
    if _POSITIVE_ZH.search(gap):
        return False
    if "measurement" in mention.kinds and mention.values and BREAK_ZH.search(gap):
        return False
    if any("\u4e00" <= sign <= "\u9fff" for sign in gap):
        return (
            GAP_LIST.fullmatch(gap) is not None
            or re.fullmatch(r"[^，,]{0,6}(?:、|及|和|或|与)[^，,]{0,4}|[^，,]{0,4}(?:史|病史|等)?[、，,]?(?:无|否认)?", gap) is not None
        )
    return len(gap.split()) <= 6


def backward(folded: str, mentions: list[Mention], hit: ContextHit) -> list[Mention]:
    """Mentions that a backward word reaches: the list that ends right before it."""
    reached: list[Mention] = []
    edge = hit.start
    for mention in reversed(before_of(mentions, hit.start)):
        if mention.clause != hit.clause:
            break
        gap = folded[mention.end : edge]
        if reached:
            if GAP_LIST.fullmatch(gap) is None:
                break
        elif len(gap) > 45 or BREAK_ZH.search(gap.rstrip(" ,，")) is not None:
            break
        reached.append(mention)
        edge = mention.start
    return reached


def near(hit: ContextHit, mentions: list[Mention], folded: str, reach: int = 3) -> Mention | None:
    """The mention right behind a context word, with at most `reach` plain words between."""
    for mention in mentions:
        if mention.start >= hit.end:
            gap = folded[hit.end : mention.start]
            if (
                any(sign in gap for sign in ",;:()、，；：.")
                or len(gap.split()) > reach
                or len(gap) > 24
                or any(sign.isdigit() for sign in gap)
            ):
                return None
            if re.search(r"\b(?:and|or|with|of|in|on|for|to|by)\b", gap) and not gap.strip().startswith(("of", "in", "to")):
                return None
            return mention
    return None
