"""Which value or thing each time of a sentence dates: the one it hangs on, those behind a leading time, or none when it only compares."""

from __future__ import annotations

import re

from xinglin.models.reader.attaching import PlacedNumber
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.scanning import Mention
from xinglin.models.reader.times import FoundTime

_LEADING_BREAK = re.compile(r"[;。]|\. ")


def place_times(folded: str, times: list[FoundTime], placed: list[PlacedNumber], mentions: list[Mention]) -> None:
    """Give each time to the numbers and mentions it dates."""
    if not times or not mentions:
        return
    items = _items(placed, mentions)
    if not items:
        return
    leading = times[0].start < items[0][0]
    for index, time in enumerate(times):
        if time.kind == "future" or _only_compared(folded, time, placed):
            continue
        targets = _dated(folded, index, times, items, leading, mentions, placed)
        for kind, place in targets:
            if kind == "number":
                placed[place].times = (*placed[place].times, index)
            else:
                mentions[place].times.append(index)


_COMPARING = (
    "than",
    "it was",
    "compar",
    "versus",
    "vs",
    "relative",
    "较",
    "比",
    "与",
    "ris",
    "fall",
    "increas",
    "decreas",
    "worsen",
    "improv",
)
_COMPARED_AHEAD = re.compile(
    r"(?:\bthan(?: it was)?|\bwhat it was|\bas it was|compared (?:with|to)|versus|\bvs\.?|relative to|较|比|与|相较于?)\s*+(?:in|on|that of|those of|the)?\s*+$|(?:ris|fall|increas|decreas|worsen|improv)\w*\s*$"
)
_COMPARED_WITH = re.compile(r"(?:than|since|from) (?:in )?")


_ITS_VALUE = re.compile(r"[\s(:,]*(?:的|为|是|时的?|was|at|of|it was|value)?[\s:]*")


def _only_compared(folded: str, time: FoundTime, placed: list[PlacedNumber]) -> bool:
    """True for the time of a comparison that gives no value: "worse than in May", "rising since May", 较五月恶化."""
    if any(
        (one.role == "previous" and 0 <= one.number.start - time.end <= 8 and _ITS_VALUE.fullmatch(folded, time.end, one.number.start))
        or (one.role == "previous" and 0 <= time.start - one.number.end <= 8)
        for one in placed
    ):
        return False
    ahead = folded[max(0, time.start - 24) : time.start]
    if holds(ahead, _COMPARING) and _COMPARED_AHEAD.search(ahead):
        return True
    return (
        _COMPARED_WITH.match(folded, time.start) is not None
        and time.kind == "since"
        and re.search(r"(?:ris|rose|fall|fell|drop|increas|decreas|worse|better|improv|stable|unchanged)\w*\s*$", ahead) is not None
    )


Item = tuple[int, int, str, int, int]


def _items(placed: list[PlacedNumber], mentions: list[Mention]) -> list[Item]:
    """Numbers that are values, and mentions without values, in reading order: (start, end, kind, place)."""
    valued = {
        one.mention
        for one in placed
        if one.mention != -1 and one.role in ("", "previous") and (one.mention == -2 or "measurement" in mentions[one.mention].kinds)
    }
    items: list[Item] = [
        (one.number.start, one.number.end, "number", place, one.clause)
        for place, one in enumerate(placed)
        if one.role in ("", "previous") and one.mention in valued
    ]
    items += [
        (mention.start, mention.end, "mention", place, mention.clause) for place, mention in enumerate(mentions) if place not in valued
    ]
    return sorted(items)


def _dated(
    folded: str, index: int, times: list[FoundTime], items: list[Item], leading: bool, mentions: list[Mention], placed: list[PlacedNumber]
) -> list[tuple[str, int]]:
    time = times[index]
    earlier = times[index - 1].end if index else 0
    later = times[index + 1].start if index + 1 < len(times) else len(folded) + 1
    back = [item for item in items if item[1] <= time.start and item[0] >= earlier]
    ahead = [item for item in items if item[0] >= time.end and item[0] < later]
    if ahead and ahead[0][2] == "number" and _OF_THE_NEXT.fullmatch(folded, time.end, ahead[0][0]):
        return [_key(ahead[0]), *_partner_behind(ahead, placed)]
    if back and ahead and ahead[0][4] != back[-1][4] and _HEADS_CLAUSE.search(folded, 0, time.start) and time.kind != "ago":
        return [_key(item) for item in ahead if item[4] == ahead[0][4]]
    if time.start > 0 and folded[time.start - 1] == "(" and back:
        return [_key(back[-1]), *_partner(back, placed)]
    if index == 0 and leading and ahead:
        return [_key(item) for item in ahead]
    if leading and ahead and not _hangs_on(folded, back, time):
        return [_key(item) for item in ahead]
    if not back and index and not ahead:
        back = [item for item in items if item[1] <= time.start][-1:]
    if not back:
        return [_key(item) for item in ahead]
    return _back_targets(folded, back, time, placed)


_HANGING = frozenset(("", "on", "in", "(", "at", "from", "dated", "in the", ":", "于", "@", "since", "as of", "measured on", "taken on", "recorded on", "back in", "/"))  # fmt: skip


# "较去年11月的7.1%": the time is that of the value right behind it alone.
_OF_THE_NEXT = re.compile(r"\s*(?:的|时的|那天是|那天|当天)\s*(?:约|为|是)?\s*")
_HEADS_CLAUSE = re.compile(r"[;；。]\s*(?:于|在|自|从|and|then|and then|on|in|from|since)?\s*$|[,，]\s*(?:于|自|从|and then|then)?\s*$")


def _partner_behind(ahead: list[Item], placed: list[PlacedNumber]) -> list[tuple[str, int]]:
    """The other numbers of the group a time stands before."""
    group = placed[ahead[0][3]].number.group
    return [_key(item) for item in ahead[1:] if item[2] == "number" and group >= 0 and placed[item[3]].number.group == group]


def _hangs_on(folded: str, back: list[Item], time: FoundTime) -> bool:
    """True when the time stands right behind a value: "110 on 4 March", "110 (May)", "110 in May", "5月的"."""
    if not back:
        return False
    gap = folded[back[-1][1] : time.start].strip()
    return gap in _HANGING


def _key(item: Item) -> tuple[str, int]:
    return item[2], item[3]


def _partner(back: list[Item], placed: list[PlacedNumber]) -> list[tuple[str, int]]:
    """The other numbers of the same group (120 of "120/80")."""
    if back[-1][2] != "number":
        return []
    group = placed[back[-1][3]].number.group
    return [_key(item) for item in back[:-1] if item[2] == "number" and group >= 0 and placed[item[3]].number.group == group]


def _back_targets(folded: str, back: list[Item], time: FoundTime, placed: list[PlacedNumber]) -> list[tuple[str, int]]:
    last = back[-1]
    if last[2] == "number" and placed[last[3]].role == "previous":
        return [_key(last), *_partner(back, placed)]
    targets = [_key(last), *_partner(back, placed)]
    for item in reversed(back[:-1]):
        between = folded[item[1] : last[0]]
        if (
            item[4] != last[4]
            or item[2] != last[2]
            or _LEADING_BREAK.search(between)
            or _OWN_YEAR.search(between)
            or (time.kind in ("since", "until") and item[2] == "mention")
            or (item[2] == "number" and placed[item[3]].role == "previous")
        ):
            break
        if _key(item) not in targets:
            targets.append(_key(item))
        last = item
    return targets


_OWN_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
