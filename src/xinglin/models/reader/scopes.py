"""How far each context word reaches: negation and doubt along a list, family until the patient is named again, and so on.

Forward words act up to the end of their clause or a word that ends a scope; backward words act on the list before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from xinglin.models.reader.reaches import GAP_LIST, backward, before_of, behind_of, forward, near
from xinglin.models.reader.result_scopes import HEADER, flag, newest, older, trend
from xinglin.models.reader.scanning import ContextHit, Mention


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


Effect = Callable[[str, list[Mention], list[ContextHit], int, str, str], None]


def _not(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    if where == "after":
        if any(role.what == "not" and role.where == "before" for role in hit.roles) and near(hit, mentions, folded) is not None:
            return
        for mention in backward(folded, mentions, hit):
            mention.negated = True
        return
    following = hits[index + 1] if index + 1 < len(hits) else None
    if following is not None and following.start - hit.end <= 12 and "," not in folded[hit.end : following.start]:
        for role in following.roles:
            if role.what == "flag":
                following.roles = tuple(one._replace(value=f"not {one.value}") if one.what == "flag" else one for one in following.roles)
                return
            if role.what == "status" and role.value in ("current", "active") and role.where != "before":
                for mention in forward(folded, mentions, hits, index + 1) or backward(folded, mentions, hit):
                    mention.negated = True
                following.roles = tuple(one for one in following.roles if one.what != "status")
                return
            if role.what == "allergy":
                return _not_allergic(folded, mentions, hits, index, following)
    if following is not None and following.start - hit.end <= 2 and any(role.what == "route" for role in following.roles):
        before = [mention for mention in before_of(mentions, hit.start) if mention.kinds & {"medicine", "drug_class"}]
        for mention in before[-1:]:
            mention.negated = True
        return
    kin = (
        following is not None
        and following.start - hit.end <= 18
        and any(role.what == "whose" and role.value != "patient" for role in following.roles)
    )
    ended_by = () if kin else ("end", "whose")
    reached = forward(folded, mentions, hits, index, ended_by)
    if not reached and _verbal(folded, hit) and not _behind_in_clause(mentions, hit):
        reached = backward(folded, mentions, hit)
    for mention in reached:
        mention.negated = not (mention.kinds & _LOOKED_WITH and _SEEN_BY.search(folded, hit.end, mention.start)) or mention.negated


_LOOKED_WITH = frozenset(("imaging", "report", "procedure", "encounter", "device"))
_SEEN_BY = re.compile(r"\w\s+(?:on|by|at|in|from|via|per|during|after|since)\s+(?:the |his |her |an? )?$")  # "no effusion on echo"
_VERBAL = re.compile(r"(?:^|\s)(?:not|never|never been|n't|isn't|wasn't|hasn't|aren't|doesn't)$|^(?:is|was|are|were) not$|^(?:未|没有|不)$")


def _verbal(folded: str, hit: ContextHit) -> bool:
    """True for a "not" or "never" that may speak of what stands before it ("kidney stones have never been found")."""
    return _VERBAL.search(folded[hit.start : hit.end]) is not None


def _behind_in_clause(mentions: list[Mention], hit: ContextHit) -> bool:
    return any(mention.start >= hit.end and mention.clause == hit.clause for mention in mentions)


def _not_allergic(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, allergy: ContextHit) -> None:
    for mention in forward(folded, mentions, hits, index) or [
        m for m in backward(folded, mentions, hits[index]) if m.start > 0 and folded[m.start - 1] == "对"
    ]:
        mention.negated = True
    between = before_of(behind_of(mentions, hits[index].end), allergy.start)
    for mention in between:
        mention.negated = True


def _doubt(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    reached = backward(folded, mentions, hits[index]) if where == "after" else forward(folded, mentions, hits, index)
    if _CONCLUDES.fullmatch(folded, hits[index].start, hits[index].end) and any(
        mention.end <= hits[index].start and mention.kinds & {"imaging", "report", "measurement"} for mention in mentions
    ):
        return  # "CT ..., 考虑肺炎": what an examination suggests is what was concluded from it
    for mention in reached:
        mention.doubted = True
        if where == "after" and (
            "not" in folded[hits[index].start : hits[index].end] or "不" in folded[hits[index].start : hits[index].end]
        ):
            mention.negated = False


_CONCLUDES = re.compile(r"考虑|考虑为|suggestive of|suggests|apparent")
_INFORMANT = re.compile(r"\s*(?:reports?|reported|says|states?|stated|gives|brought|accompanied|noted|confirms|诉|代诉|陪|述|提供|否认)")
_LIVES = re.compile(r"(?:lives with(?: his| her)?|accompanied by(?: his| her)?|brought in by(?: his| her)?|由|与|同)\s*$")
_IN_RELATIVE = re.compile(
    r"(?:\bin|\bof|\bfor|\bby)\s+(?:his|her|the|an?|their|one|both|one of (?:his|her)|another)?\s*(?:maternal|paternal|younger|older|elder|half)?[ -]*$|(?:见于|其)\s*$"
)
_WHEN_SHE = re.compile(r"\b(?:when|since|after|before|because|as)\s+$")  # "her mother was 47 when she ..."
_IN_BRACKET = re.compile(r"\((?:his|her|a|one|maternal|paternal|older|elder|younger|half)?(?: \w+)? ?$")
_FAMILY_BEHIND = re.compile(r"家族史|in (?:the|his|her) family|runs in")


def _whose(folded: str, mentions: list[Mention], hits: list[ContextHit]) -> None:
    """Mentions behind a relative are the relative's, until the patient is named again or a new sentence begins."""
    relatives = [(hit, role.value) for hit in hits for role in hit.roles if role.what == "whose"]
    if not any(value != "patient" for _, value in relatives):
        return
    relatives.sort(key=lambda pair: pair[0].start)
    relatives = [
        pair
        for place, pair in enumerate(relatives)
        if not (pair[1] == "patient" and place and relatives[place - 1][1] != "patient" and _WHEN_SHE.search(folded, 0, pair[0].start))
    ]
    for place, (hit, value) in enumerate(relatives):
        ahead = folded[max(0, hit.start - 24) : hit.start]
        if value == "patient" or _INFORMANT.match(folded, hit.end) or _LIVES.search(ahead):
            continue
        if folded[max(0, hit.start - 1) : hit.start] == "(" or _IN_BRACKET.search(folded, 0, hit.start):
            closest = before_of(mentions, hit.start)[-1:]
            if closest:
                closest[0].whose, closest[0].relation = "family", value
                continue
        stop = next((other.start for other, kin in relatives[place + 1 :] if kin == "patient" and other.start > hit.end), len(folded))
        if (_IN_RELATIVE.search(ahead) or _FAMILY_BEHIND.match(folded, hit.start)) and before_of(mentions, hit.start):
            for mention in before_of(mentions, hit.start):
                if mention.clause == hit.clause and mention.whose == "patient":
                    mention.whose, mention.relation = "family", value
            if folded[hit.end : hit.end + 1] not in (",", ":"):
                following = [
                    m
                    for m in behind_of(mentions, hit.end)
                    if m.clause == hit.clause and m.start < stop and GAP_LIST.fullmatch(folded[hit.end : m.start])
                ]
                for mention in following:
                    mention.whose, mention.relation = "family", value
            continue
        sentence_end = _sentence_end(folded, hit.end)
        for mention in behind_of(mentions, hit.end):
            if mention.start >= min(stop, sentence_end):
                break
            mention.whose = "family"
            mention.relation = value if value != "family" or not mention.relation else mention.relation


def _sentence_end(folded: str, position: int) -> int:
    found = re.compile(r"[。!?\n]|\.\s").search(folded, position)
    return found.start() if found else len(folded)


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
    if value == "active" and where == "before":
        _still_taken(folded, mentions, hits, index)
    if where == "header" and HEADER.match(folded, hit.end) is None:
        return
    if where == "before":
        targets = [mention for mention in forward(folded, mentions, hits, index) if mention.kinds & kinds]
    elif where == "after":
        targets = [mention for mention in backward(folded, mentions, hit) if mention.kinds & kinds]
    else:
        targets = _near_targets(folded, mentions, hits, index, kinds)
    for mention in targets:
        if (
            not mention.status
            or (mention.status == "history" and value in ("resolved", "active"))
            or (mention.status == "current" and value == "stopped")
        ):
            mention.status = value


def _still_taken(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int) -> None:
    """ "Still", 仍在 said of a medicine: it is taken."""
    for mention in forward(folded, mentions, hits, index, ()):
        if mention.kinds & {"medicine"} and not mention.status:
            mention.status = "current"


def _near_targets(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, kinds: frozenset[str]) -> list[Mention]:
    hit = hits[index]
    if HEADER.match(folded, hit.end):
        return [mention for mention in behind_of(mentions, hit.end) if mention.kinds & kinds]
    right = [mention for mention in mentions if mention.kinds & kinds]
    behind = near(hit, right, folded, 4)
    previous = [mention for mention in right if mention.end <= hit.start and mention.clause == hit.clause]
    gap = folded[previous[-1].end : hit.start] if previous else ""
    if behind is not None and (not previous or re.search(r"[,;，；]|\band\b", gap)):
        return [behind, *_rest_of_list(folded, right, behind)]
    if previous:
        return backward(folded, right, hit) or [previous[-1]]
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
        if (
            mention.clause != first.clause
            or len(gap) > 60
            or re.search(
                r"\b(?:was|were|but|stopped|discontinued|has|had|is|on|now|to|started|begun|for|by|with)\b|停|改|换|加用|现|予", gap
            )
        ):
            break
        found.append(mention)
        edge = mention
    return found


_PREPOSITION = re.compile(r"\b(?:of|in|on|at|from|to|and|with|is|was|for|over|near|by)\b")


_JOINED = re.compile(
    r"(?:left|right|[lr])\W*(?:and|&|/|,|\+|as well as)?\W*(?:the |on the |in the )*(?:left|right|[lr])$|左侧?[、,，和及与/]?右|右侧?[、,，和及与/]?左|both"
)
_BOTH_THINGS = re.compile(
    r"both (?:once|twice|three|daily|weekly|monthly|nightly|are|were|is|been|have|had|taken|given|low|high|raised|normal|stopped|started|stable|below|above|within|at night|in the (?:morning|evening)|medicines|drugs|tablets|results|values|his|her|parents)\b"
)


def _side(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    hit = hits[index]
    if value == "bilateral" and _BOTH_THINGS.match(folded, hit.start):
        return
    sided = [
        mention
        for mention in mentions
        if mention.kinds & {"problem", "procedure", "imaging", "report", "family", "device", "plan", "encounter"}
    ]
    behind = next((mention for mention in sided if mention.start >= hit.end and mention.clause == hit.clause), None)
    previous = [mention for mention in sided if mention.end <= hit.start and mention.clause == hit.clause]
    inside = next((mention for mention in mentions if mention.start <= hit.start and hit.end <= mention.end), None)
    if inside is not None:
        inside.side = inside.side or value
        return
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
        if _JOINED.search(folded, max(0, hit.start - 16), hit.end):
            target.side = "bilateral"
    else:
        target.side = target.side or value
    for mention in _rest_of_list(folded, sided, target) if close and value == "bilateral" else []:
        if any(target.end <= other.start < mention.start and any(role.what == "side" for role in other.roles) for other in hits):
            break  # it has a side of its own
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
    ahead = [mention for mention in backward(folded, mentions, hit) if mention.kinds & kinds]
    follows = re.match(r"\s*(?:to|of|:|is|are|include|includes|记录|为|于)", folded[hit.end :]) or folded[hit.start : hit.end].endswith(
        ("to", "of")
    )
    behind = (
        [mention for mention in behind_of(mentions, hit.end) if mention.clause == hit.clause and mention.kinds & kinds]
        if follows or not ahead
        else []
    )
    for mention in behind or ahead:
        if mention.kinds & kinds and (mention.kinds & {"allergy", "medicine", "drug_class", "allergen"} or follows):
            mention.allergy = True


def _tolerates(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """ "Tolerates penicillin" denies an allergy to it."""
    for mention in forward(folded, mentions, hits, index) or backward(folded, mentions, hits[index]):
        if "allergy" in mention.kinds:
            mention.allergy = mention.negated = True


def _cannot(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """ "Cannot take sulfasalazine" speaks of the recorded allergy to it."""
    for mention in forward(folded, mentions, hits, index) or backward(folded, mentions, hits[index]):
        mention.allergy = mention.allergy or "allergy" in mention.kinds


_DONE = frozenset({"immunization", "procedure", "imaging", "report", "medicine", "drug_class", "device", "encounter"})


def _refused(folded: str, mentions: list[Mention], hits: list[ContextHit], index: int, value: str, where: str) -> None:
    """ "Refused", "declined", "not given", 未接种 deny that something was done."""
    done = [mention for mention in mentions if mention.kinds & _DONE and "measurement" not in mention.kinds]
    if not done:
        return
    for mention in backward(folded, done, hits[index]) or forward(folded, done, hits, index):
        mention.negated = True


_EFFECTS: dict[str, Effect] = {
    "refused": _refused,
    "tolerates": _tolerates,
    "cannot": _cannot,
    "not": _not, "doubt": _doubt, "flag": flag, "trend": trend, "newest": newest, "older": older, "status": _status, "side": _side, "route": _route,
    "allergy": _allergy,
}  # fmt: skip
