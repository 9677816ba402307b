"""How far each context word reaches: negation and doubt along a list, family until the patient is named again, and so on.

Forward words act up to the end of their clause or a word that ends a scope; backward words act on the list before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from xinglin.models.reader.scanning import ContextHit, Mention

_GAP_LIST = re.compile(
    r"[\s,、/()\[\]'\"-]*(?:and|or|nor|both|及|和|与|或|、|以及|either|the|a|an|any|other|his|her|of|significant|known|new|his own|her own|prior|previous|等|之|的)*[\s,、/()-]*"
)
_BREAK_ZH = re.compile(r"[，,]")
_POSITIVE_ZH = re.compile(r"[，,]\s*(?:有|伴|可见|出现|患|示|为|查|给予|予|服|今|现|于|既往有|曾|目前|诉|长期)")


def apply_context(folded: str, mentions: list[Mention], hits: list[ContextHit]) -> None:
    """Write what the context words say into the mentions."""
    if not mentions:
        return
    _whose(folded, mentions, hits)
    for index, hit in enumerate(hits):
        for role in hit.roles:
            effect = _EFFECTS.get(role.what)
            if effect is not None:
                effect(folded, mentions, hits, index, role.value, role.where)


def _behind(mentions: list[Mention], position: int) -> list[Mention]:
    return [mention for mention in mentions if mention.start >= position]


def _before(mentions: list[Mention], position: int) -> list[Mention]:
    return [mention for mention in mentions if mention.end <= position]


def _ends(hits: list[ContextHit], start: int, stop: int, ended_by: Iterable[str]) -> int:
    """Where a scope from `start` ends, at most `stop`."""
    for hit in hits:
        if hit.start >= start and hit.start < stop and any(role.what in ended_by for role in hit.roles):
            return hit.start
    return stop


def _forward(
    folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, ended_by: tuple[str, ...] = ("end",)
) -> list[Mention]:
    """Mentions that a forward word reaches: in its clause, before a word that ends it, along one list."""
    hit = hits[index]
    reached: list[Mention] = []
    stop = _ends(hits, hit.end, len(folded), ended_by)
    last = hit.end
    for mention in _behind(mentions, hit.end):
        if mention.clause != hit.clause or mention.start > stop:
            break
        gap = folded[last : mention.start]
        if reached and not _continues(gap, mention):
            break
        if not reached and ":" in gap and gap.strip() != ":":
            break  # "recorded without a status: asthma"
        if not reached and (len(gap) > 60 or _BREAK_ZH.search(gap)):
            break
        reached.append(mention)
        last = mention.end
    return reached


def _continues(gap: str, mention: Mention) -> bool:
    """True when a list goes on across this gap."""
    if _POSITIVE_ZH.search(gap):
        return False
    if "measurement" in mention.kinds and mention.values and _BREAK_ZH.search(gap):
        return False
    if any("\u4e00" <= sign <= "\u9fff" for sign in gap):
        return (
            _GAP_LIST.fullmatch(gap) is not None
            or re.fullmatch(r"[^，,]{0,6}(?:、|及|和|或|与)[^，,]{0,4}|[^，,]{0,4}(?:史|病史|等)?[、，,]?(?:无|否认)?", gap) is not None
        )
    return len(gap.split()) <= 6


def _backward(folded: str, mentions: list[Mention], hit: ContextHit) -> list[Mention]:
    """Mentions that a backward word reaches: the list that ends right before it."""
    reached: list[Mention] = []
    edge = hit.start
    for mention in reversed(_before(mentions, hit.start)):
        if mention.clause != hit.clause:
            break
        gap = folded[mention.end : edge]
        if reached:
            if _GAP_LIST.fullmatch(gap) is None:
                break
        elif len(gap) > 45 or _BREAK_ZH.search(gap.rstrip(" ,，")) is not None:
            break
        reached.append(mention)
        edge = mention.start
    return reached


Effect = Callable[[str, list[Mention], list[ContextHit], int, str, str], None]


def _not(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    if where == "after":
        if any(role.what == "not" and role.where == "before" for role in hit.roles) and near(hit, mentions, folded) is not None:
            return
        for mention in _backward(folded, mentions, hit):
            mention.negated = True
        return
    following = hits[index + 1] if index + 1 < len(hits) else None
    if following is not None and following.start - hit.end <= 12 and "," not in folded[hit.end : following.start]:
        for role in following.roles:
            if role.what == "flag":
                following.roles = tuple(one._replace(value=f"not {one.value}") if one.what == "flag" else one for one in following.roles)
                return
            if role.what == "status" and role.value in ("current", "active") and role.where != "before":
                for mention in _forward(folded, mentions, hits, index + 1) or _backward(folded, mentions, hit):
                    mention.negated = True
                following.roles = tuple(one for one in following.roles if one.what != "status")
                return
            if role.what == "allergy":
                return _not_allergic(folded, mentions, hits, index, following)
    if following is not None and following.start - hit.end <= 2 and any(role.what == "route" for role in following.roles):
        before = [mention for mention in _before(mentions, hit.start) if mention.kinds & {"medicine", "drug_class"}]
        for mention in before[-1:]:
            mention.negated = True
        return
    kin = (
        following is not None
        and following.start - hit.end <= 18
        and any(role.what == "whose" and role.value != "patient" for role in following.roles)
    )
    ended_by = () if kin else ("end", "whose")
    reached = _forward(folded, mentions, hits, index, ended_by)
    if not reached and _verbal(folded, hit) and not _behind_in_clause(mentions, hit):
        reached = _backward(folded, mentions, hit)
    for mention in reached:
        mention.negated = True


_VERBAL = re.compile(r"(?:^|\s)(?:not|never|never been|n't|isn't|wasn't|hasn't|aren't|doesn't)$|^(?:is|was|are|were) not$|^(?:未|没有|不)$")


def _verbal(folded: str, hit: ContextHit) -> bool:
    """True for a "not" or "never" that may speak of what stands before it ("kidney stones have never been found")."""
    return _VERBAL.search(folded[hit.start : hit.end]) is not None


def _behind_in_clause(mentions: list[Mention], hit: ContextHit) -> bool:
    return any(mention.start >= hit.end and mention.clause == hit.clause for mention in mentions)


def _not_allergic(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, allergy: ContextHit) -> None:
    for mention in _forward(folded, mentions, hits, index) or [
        m for m in _backward(folded, mentions, hits[index]) if m.start > 0 and folded[m.start - 1] == "对"
    ]:
        mention.negated = True
    between = _before(_behind(mentions, hits[index].end), allergy.start)
    for mention in between:
        mention.negated = True


def _doubt(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    reached = _backward(folded, mentions, hits[index]) if where == "after" else _forward(folded, mentions, hits, index)
    for mention in reached:
        mention.doubted = True
        if where == "after" and (
            "not" in folded[hits[index].start : hits[index].end] or "不" in folded[hits[index].start : hits[index].end]
        ):
            mention.negated = False


_INFORMANT = re.compile(r"\s*(?:reports?|reported|says|states?|stated|gives|brought|accompanied|noted|confirms|诉|代诉|陪|述|提供|否认)")
_LIVES = re.compile(r"(?:lives with(?: his| her)?|accompanied by(?: his| her)?|brought in by(?: his| her)?|由|与|同)\s*$")
_IN_RELATIVE = re.compile(
    r"(?:\bin|\bof|\bfor|\bby)\s+(?:his|her|the|a|their|one|both)?\s*(?:maternal|paternal|younger|older|elder)?\s*$|(?:见于|其)\s*$"
)
_FAMILY_BEHIND = re.compile(r"家族史|in (?:the|his|her) family|runs in")


def _whose(folded: str, mentions: list[Mention], hits: list[ContextHit]) -> None:
    """Mentions behind a relative are the relative's, until the patient is named again or a new sentence begins."""
    relatives = [(hit, role.value) for hit in hits for role in hit.roles if role.what == "whose"]
    if not any(value != "patient" for _, value in relatives):
        return
    relatives.sort(key=lambda pair: pair[0].start)
    for place, (hit, value) in enumerate(relatives):
        ahead = folded[max(0, hit.start - 24) : hit.start]
        if value == "patient" or _INFORMANT.match(folded, hit.end) or _LIVES.search(ahead):
            continue
        stop = next((other.start for other, kin in relatives[place + 1 :] if kin == "patient" and other.start > hit.end), len(folded))
        if (_IN_RELATIVE.search(ahead) or _FAMILY_BEHIND.match(folded, hit.start)) and _before(mentions, hit.start):
            for mention in _before(mentions, hit.start):
                if mention.clause == hit.clause and mention.whose == "patient":
                    mention.whose, mention.relation = "family", value
            if folded[hit.end : hit.end + 1] not in (",", ":"):
                following = [
                    m
                    for m in _behind(mentions, hit.end)
                    if m.clause == hit.clause and m.start < stop and _GAP_LIST.fullmatch(folded[hit.end : m.start])
                ]
                for mention in following:
                    mention.whose, mention.relation = "family", value
            continue
        sentence_end = _sentence_end(folded, hit.end)
        for mention in _behind(mentions, hit.end):
            if mention.start >= min(stop, sentence_end):
                break
            mention.whose = "family"
            mention.relation = value if value != "family" or not mention.relation else mention.relation


def _sentence_end(folded: str, position: int) -> int:
    found = re.compile(r"[。!?\n]|\.\s").search(folded, position)
    return found.start() if found else len(folded)


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


def _previous(hit: ContextHit, mentions: list[Mention], kinds: frozenset[str]) -> Mention | None:
    before = [mention for mention in mentions if mention.end <= hit.start and (not kinds or mention.kinds & kinds)]
    return before[-1] if before else None


_MEASURED = frozenset({"measurement", "gap"})
_HEADER = re.compile(r"\s*(?:\([^)]*\)\s*)?[:：]")
_ALL = re.compile(r"\b(?:both|all|are|were)\b|均|都|皆|全部|各项")


def _measured_target(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int) -> list[Mention]:
    """The measurements a judgement or trend word speaks of."""
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    if not measured:
        return []
    if _HEADER.match(folded, hit.end) and not _same_clause_before(hit, measured):
        following = next(
            (other.start for other in hits[index + 1 :] if _HEADER.match(folded, other.end) and any(r.what == "flag" for r in other.roles)),
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
        if mention.values or _GAP_LIST.fullmatch(folded[mention.end : edge.start]) is None:
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
        if _GAP_LIST.fullmatch(folded[edge.end : mention.start]) is None or mention.flag:
            break
        found.append(mention)
        edge = mention
    return found


def _flag(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    if value.endswith("?") and _compares(folded, mentions, hit):
        return _trend(folded, mentions, hits, index, "rising" if "high" in value else "falling", where)
    for mention in _measured_target(folded, mentions, hits, index):
        if mention.flag and not (value.startswith("critical") and mention.flag in ("high", "low")):
            if mention.flag == "critical" and value in ("low", "high"):
                mention.flag = f"critical-{value}"
            continue
        mention.flag = f"critical-{mention.flag}" if value == "critical" and mention.flag in ("high", "low") else value
        mention.flag_start, mention.flag_end = hit.start, hit.end


_COMPARES_AHEAD = re.compile(
    r"(?:较|比|自|来|以来|逐渐|持续|进行性|since|than|over|gradually|steadily|progressively|has|have|further|continues to)[^,，;；。]{0,40}$"
)
_COMPARES_BEHIND = re.compile(r"\s*(?:约?\s?\d|since|than|from|compared|over|in the last|to \d|by \d|from \d|了|至|到|趋势)")


def _compares(folded: str, mentions: list[Mention], hit: ContextHit) -> bool:
    """True when "increased" or 升高 speaks of a change over time, not of a level."""
    begin = max([max(0, hit.start - 48), *(mention.end for mention in mentions if mention.end <= hit.start)])
    return bool(_COMPARES_AHEAD.search(folded, begin, hit.start) or _COMPARES_BEHIND.match(folded, hit.end))


def _trend(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
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


_NUMBER_SOON = re.compile(r"[^,;，；。a-z]{0,3}(?:[a-z]+ ){0,3}[^,;，；。a-z]{0,3}\d")


def _newest(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    target = near(hit, measured, folded, 4)
    if target is None:
        target = _same_clause_before(hit, measured) or next((mention for mention in measured if mention.clause == hit.clause), None)
    for mention in [target] if target is not None else []:
        for one in [mention, *_list_after(folded, measured, mention)]:
            one.moment = one.moment or "newest"


def _older(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    measured = [mention for mention in mentions if mention.kinds & _MEASURED]
    target = near(hit, measured, folded, 2)
    if target is not None and not target.moment:
        target.moment = "older"


_STATUS_KINDS = {
    "active": frozenset({"problem", "allergy"}),
    "resolved": frozenset({"problem", "allergy"}),
    "history": frozenset({"problem", "procedure"}),
    "current": frozenset({"medicine", "drug_class", "allergy"}),
    "stopped": frozenset({"medicine", "drug_class"}),
    "planned": frozenset({"medicine", "drug_class", "procedure", "imaging", "measurement", "immunization"}),
}


def _status(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    kinds = _STATUS_KINDS[value]
    if where == "header" and _HEADER.match(folded, hit.end) is None:
        return
    if where == "before":
        targets = [mention for mention in _forward(folded, mentions, hits, index) if mention.kinds & kinds]
    elif where == "after":
        targets = [mention for mention in _backward(folded, mentions, hit) if mention.kinds & kinds]
    else:
        targets = _near_targets(folded, mentions, hits, index, kinds)
    for mention in targets:
        if (
            not mention.status
            or (mention.status == "history" and value in ("resolved", "active"))
            or (mention.status == "current" and value == "stopped")
        ):
            mention.status = value


def _near_targets(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, kinds: frozenset[str]) -> list[Mention]:
    hit = hits[index]
    if _HEADER.match(folded, hit.end):
        return [mention for mention in _behind(mentions, hit.end) if mention.kinds & kinds]
    right = [mention for mention in mentions if mention.kinds & kinds]
    behind = near(hit, right, folded, 4)
    previous = [mention for mention in right if mention.end <= hit.start and mention.clause == hit.clause]
    gap = folded[previous[-1].end : hit.start] if previous else ""
    if behind is not None and (not previous or re.search(r"[,;，；]|\band\b", gap)):
        return [behind, *_rest_of_list(folded, right, behind)]
    if previous:
        return _backward(folded, right, hit) or [previous[-1]]
    if behind is not None:
        return [behind, *_rest_of_list(folded, right, behind)]
    same = [mention for mention in right if mention.clause == hit.clause]
    return same[:1]


def _rest_of_list(folded: str, right: list[Mention], first: Mention) -> list[Mention]:
    found, edge = [], first
    for mention in right:
        if mention.start < first.end:
            continue
        gap = folded[edge.end : mention.start]
        if mention.clause != first.clause or len(gap) > 60 or re.search(r"\b(?:was|were|but|stopped|discontinued|has|had|is)\b|停", gap):
            break
        found.append(mention)
        edge = mention
    return found


_PREPOSITION = re.compile(r"\b(?:of|in|on|at|from|to|and|with|is|was|for|over|near|by)\b")


def _side(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    sided = [
        mention
        for mention in mentions
        if mention.kinds & {"problem", "procedure", "imaging", "report", "family", "device", "plan", "encounter"}
    ]
    behind = next((mention for mention in sided if mention.start >= hit.end and mention.clause == hit.clause), None)
    previous = [mention for mention in sided if mention.end <= hit.start and mention.clause == hit.clause]
    gap = folded[hit.end : behind.start] if behind is not None else ""
    close = (
        behind is not None
        and len(gap.split()) <= 4
        and len(gap) <= 30
        and not re.search(r"[,;，；、]", gap)
        and not _PREPOSITION.search(gap)
    )
    target = behind if close else previous[-1] if previous else behind
    if target is None:
        return
    if target.side and target.side != value and {target.side, value} == {"left", "right"}:
        target.side = "bilateral"
    else:
        target.side = target.side or value
    for mention in _rest_of_list(folded, sided, target) if close and value == "bilateral" else []:
        mention.side = mention.side or value


def _route(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    medicines = [mention for mention in mentions if mention.kinds & {"medicine", "drug_class", "immunization"}]
    behind = near(hit, medicines, folded, 2)
    previous = [mention for mention in medicines if mention.end <= hit.start]
    target = (
        previous[-1] if previous and (behind is None or not re.search(r"[,;，；、]\s*$", folded[previous[-1].end : hit.start])) else behind
    )
    if target is not None and not target.route:
        target.route = value


def _allergy(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    kinds = {"medicine", "allergy", "drug_class", "allergen", "problem", "immunization"}
    ahead = [mention for mention in _backward(folded, mentions, hit) if mention.kinds & kinds]
    follows = re.match(r"\s*(?:to|of|:|is|are|include|includes|记录|为|于)", folded[hit.end :]) or folded[hit.start : hit.end].endswith(
        ("to", "of")
    )
    behind = (
        [mention for mention in _behind(mentions, hit.end) if mention.clause == hit.clause and mention.kinds & kinds]
        if follows or not ahead
        else []
    )
    for mention in behind or ahead:
        if mention.kinds & kinds and (mention.kinds & {"allergy", "medicine", "drug_class", "allergen"} or follows):
            mention.allergy = True


def _tolerates(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """ "Tolerates penicillin" denies an allergy to it."""
    for mention in _forward(folded, mentions, hits, index) or _backward(folded, mentions, hits[index]):
        if "allergy" in mention.kinds:
            mention.allergy = mention.negated = True


_EFFECTS: dict[str, Effect] = {
    "tolerates": _tolerates,
    "not": _not, "doubt": _doubt, "flag": _flag, "trend": _trend, "newest": _newest, "older": _older, "status": _status, "side": _side, "route": _route,
    "allergy": _allergy,
}  # fmt: skip
