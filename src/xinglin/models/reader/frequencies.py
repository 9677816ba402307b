"""How often a medicine is taken, as people write it: bid, q8h, twice a day, every other day, 每日两次, 每8小时一次, 睡前.

Every way of saying one rhythm becomes one text, "times/hours": twice a day and q12h are both "2/24".
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from xinglin.models.reader.numbers import chinese_value, english_value
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.text_forms import fold


class FoundFrequency(NamedTuple):
    """`rhythm` is "times/hours" (per day where it fits a day), or "as needed"."""

    start: int
    end: int
    rhythm: str


_HOURS = {"hour": 1, "hr": 1, "h": 1, "hourly": 1, "小时": 1, "day": 24, "d": 24, "daily": 24, "日": 24, "天": 24, "晚": 24, "早": 24, "week": 168, "wk": 168, "weekly": 168, "周": 168,
          "星期": 168, "month": 720, "mo": 720, "monthly": 720, "月": 720, "year": 8760, "yearly": 8760, "年": 8760, "min": Decimal(1) / 60, "minute": Decimal(1) / 60, "night": 24, "morning": 24, "evening": 24,
          "分钟": Decimal(1) / 60}  # fmt: skip
_WORDS = {
    "bid": "2/24", "b.i.d": "2/24", "b.i.d.": "2/24", "bd": "2/24", "b.d": "2/24", "b.d.": "2/24", "t.d.s": "3/24", "t.d.s.": "3/24", "q.d.s": "4/24", "q.d.s.": "4/24", "o.d": "1/24", "o.d.": "1/24", "o.n": "1/24", "o.n.": "1/24", "o.m": "1/24", "o.m.": "1/24", "tid": "3/24", "t.i.d": "3/24", "t.i.d.": "3/24", "tds": "3/24", "qid": "4/24", "q.i.d": "4/24", "q.i.d.": "4/24", "qds": "4/24",
    "qd": "1/24", "q.d": "1/24", "q.d.": "1/24", "od": "1/24", "daily": "1/24", "once daily": "1/24", "nightly": "1/24", "every night": "1/24", "qhs": "1/24", "hs": "1/24", "qn": "1/24", "qam": "1/24", "qpm": "1/24",
    "at bedtime": "1/24", "at night": "1/24", "every morning": "1/24", "every evening": "1/24", "in the morning": "1/24", "each morning": "1/24", "mane": "1/24", "nocte": "1/24", "om": "1/24", "on nocte": "1/24",
    "every other day": "1/48", "on alternate days": "1/48", "alternate days": "1/48", "qod": "1/48", "weekly": "1/168", "once weekly": "1/168", "qw": "1/168", "biw": "2/168", "tiw": "3/168", "monthly": "1/720", "once monthly": "1/720",
    "once": "once", "twice": "", "fortnightly": "1/336", "biweekly": "1/336", "hourly": "1/1", "yearly": "1/8760",
    "每晚": "1/24", "每晚一次": "1/24", "睡前": "1/24", "每晨": "1/24", "晨起": "1/24", "早晨": "1/24", "每早": "1/24", "隔日": "1/48", "隔日一次": "1/48", "隔天": "1/48", "隔天一次": "1/48", "早晚各一次": "2/24",
    "早晚各": "2/24", "每周": "1/168", "每月": "1/720", "每日": "1/24", "每天": "1/24", "一日": "1/24",
    "as needed": "as needed", "prn": "as needed", "p.r.n": "as needed", "p.r.n.": "as needed", "when required": "as needed", "if needed": "as needed", "必要时": "as needed", "按需": "as needed", "需要时": "as needed",
}  # fmt: skip
_N = r"(?:\d+(?:\.\d+)?|once|twice|thrice|one|two|three|four|five|six|seven|eight|nine|ten|twelve|an?)"
_CN = r"(?:\d+|[一二两三四五六七八九十]+)"
_UNIT = r"(?:hours?|hrs?|h|days?|d|weeks?|wks?|months?|mo|years?|minutes?|min|nights?|mornings?|evenings?)"
_CUNIT = r"(?:小时|分钟|天|日|晚|早|周|星期|月|年)"
_PATTERN = re.compile(
    rf"(?P<times>{_N})(?:\s+times?)?\s*(?:a|per|each|every|/(?!\s*min)|in an?|x)\s*(?P<every>\d+)?\s*(?P<per>(?!min|mo\b){_UNIT})\b"
    rf"|(?P<times2>{_N})\s+(?:times?\s+)?(?P<per2>daily|weekly|monthly|nightly|hourly|yearly)\b"
    rf"|\bx(?P<times5>\d)\s?/\s?(?P<per5>day|week|d)\b"
    rf"|\bevery\s+(?:(?P<every2>\d+(?:\.\d+)?|two|three|four|five|six|eight|ten|twelve|second)(?:st|nd|rd|th)?(?:\s?(?:-|to)\s?\d+)?[\s-]+)?(?P<per3>{_UNIT})\b"
    rf"|\bq\.?\s?(?P<every3>\d+)\s?(?P<per6>h|hr|hrs|hours|d|days|w|wk|weeks|min)\b\.?"
    rf"|每\s*(?:隔)?(?P<every4>{_CN})?\s*个?(?P<per4>{_CUNIT})(?:服用?|口服|给药|使用)?(?:(?P<times3>{_CN})\s*次)"
    rf"|每\s*(?P<every5>{_CN})\s*个?(?P<per7>{_CUNIT})"
    rf"|(?P<times4>{_CN})\s*次\s*/\s*(?P<every6>{_CN})?\s*(?P<per8>{_CUNIT}|d|day|w)"
    rf"|一?(?P<per9>日|天)\s*(?P<times6>{_CN})\s*次"
    r"|(?<![a-z.])(?:" + "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True) if word.isascii()) + r")(?![a-z])"
    r"|" + "|".join(sorted((word for word in _WORDS if not word.isascii()), key=len, reverse=True))
)  # fmt: skip
# What every rhythm holds; most sentences have nothing of it. Each way begins with a letter, so that places are passed over quickly.
_QUICK = re.compile(
    rf"(?:a|in an|per|each|every|/|x)\s*\d*\s*{_UNIT}\b|daily|weekly|monthly|nightly|hourly|yearly|x\d|every|q\.?\s?\d|每|次|"
    + "|".join(rf"{word[0]}(?<![a-z.]{word[0]}){re.escape(word[1:])}(?![a-z])" for word in _WORDS if word.isascii())
    + "|" + "|".join(word for word in _WORDS if not word.isascii())
)  # fmt: skip
# And before that is asked, plain pieces one of which stands in all of these; of the short words, and the units h and d, whole ones.
_STEMS = ("daily", "week", "month", "year", "hour", "hr", "day", "night", "morning", "evening", "every", "q", "once", "twice", "need", "i.d", "o.d", "b.d", "t.d.s", "q.d.s", "o.n", "o.m", "r.n", "prn",
          "bedtime", "mane", "nocte", "alternate", "required", "biw", "tiw", "wk", "in an", "每", "次", "睡前", "晨", "隔", "早晚", "一日", "必要时", "按需", "需要时")  # fmt: skip
_SHORT = re.compile(
    r"o(?<![a-z.]o)[dm](?![a-z])|h(?:(?<![a-z.]h)s(?![a-z])|(?<=[axrhy/\s\dn]h)\b)|d(?<=[axrhy/\s\dn]d)\b|b(?<![a-z.]b)i?d(?![a-z])|t(?<![a-z.]t)(?:id|ds)(?![a-z])"
)
_TIMES = {"once": "1", "twice": "2", "thrice": "3", "a": "1", "an": "1", "second": "2"}


def _count(words: str | None) -> Decimal:
    if not words:
        return Decimal(1)
    text = _TIMES.get(words, words)
    try:
        return Decimal(text)
    except InvalidOperation:
        value = english_value(text) if text.isascii() else chinese_value(text)
        return Decimal(value or "1")


def _rhythm(match: re.Match[str]) -> str:
    groups = match.groupdict()
    per = next((groups[key] for key in groups if key.startswith("per") and groups[key]), "")
    if not per:
        return _WORDS[match.group()]
    times = _count(next((groups[key] for key in groups if key.startswith("times") and groups[key]), None))
    every = _count(next((groups[key] for key in groups if key.startswith("every") and groups[key]), None))
    if every == 0 or times == 0:
        return ""
    unit = _HOURS.get(per) or _HOURS.get(per.rstrip("s")) or {"w": 168, "nightly": 24, "hrs": 1}.get(per, 0)
    return normal(times, every * unit) if unit else ""


def normal(times: Decimal, hours: Decimal) -> str:
    """One text for one rhythm: per day where a day holds a whole number of them, else once per so many hours."""
    if hours <= 0 or times <= 0:
        return ""
    per_day = times * 24 / hours
    if per_day >= 1 and abs(per_day - round(per_day)) < Decimal("0.01"):
        return f"{round(per_day)}/24"
    if hours % 168 == 0 and hours != 168 and times == 1:
        return f"1/{int(hours)}"
    gap = hours / times
    whole = gap == gap.to_integral_value()
    return f"1/{int(gap)}" if whole else f"{times.normalize():f}/{hours.normalize():f}"


def find_frequencies(folded: str) -> list[FoundFrequency]:
    """All rhythms of a folded sentence in order."""
    if not ((holds(folded, _STEMS) or _SHORT.search(folded)) and _QUICK.search(folded)):
        return []
    found = [FoundFrequency(match.start(), match.end(), _rhythm(match)) for match in _PATTERN.finditer(folded)]
    return [one for one in found if one.rhythm]


_CODED = re.compile(r"(\d+(?:\.\d+)?)/(\d+(?:\.\d+)?)/(h|d|wk|mo|min)$")


@lru_cache(maxsize=4096)
def rhythm_of(text: str) -> str:
    """The rhythm a fact's words mean ("BID", "twice daily", "2 per 1 d", "Q6H"), "" when they cannot be read."""
    coded = _CODED.match(text.strip())
    if coded:
        return normal(Decimal(coded[1]), Decimal(coded[2]) * _HOURS[coded[3]])
    folded = fold(text).replace(" per ", " times per ") if "times" not in text.lower() else fold(text)
    found = [one for one in find_frequencies(folded) if one.rhythm not in ("as needed", "once")]
    return found[0].rhythm if found else ""
