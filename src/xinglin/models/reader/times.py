"""Dates and times as people say them, exact and relative, resolved to days against the day of writing.

"2019-03-04", "4 March 2019", "03/2019", "2019年3月4日", "3 days ago", "last May", 三天前, 上月, 去年五月, since, latest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from xinglin.models.reader.named_days import day_of_month, named_day, season, weekday
from xinglin.models.reader.numbers import chinese_value, english_value
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.spoken_spans import MONTH, MONTHS, UNIT_DAYS, back, days_of, newest, part
from xinglin.models.reader.units import unit_at


class FoundTime(NamedTuple):
    """`kind`: date, since, until, ago, future; `first`/`last` are days, inclusive; `exact` False for relative times."""

    start: int
    end: int
    kind: str
    first: str
    last: str
    exact: bool = True


_CN = "零〇一二三四五六七八九十两"
_COUNT = rf"(?P<count>\d+(?:\.\d+)?|[a-z]+(?:-[a-z]+)?|[{_CN}百半]+)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("day_range", rf"(?<![\d.])(?P<d>3[01]|[12]\d|0?[1-9])\s?[-–]\s?(?P<e>3[01]|[12]\d|0?[1-9])\s+(?P<mon>{MONTH})(?:\s+(?P<y>(?:1[89]|2[01])\d\d))?(?![a-z])"),
    ("iso", r"(?<![\d.])(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"),
    ("iso", rf"(?P<y>(?:1[89]\d|2[01]\d|22[01])\d|[{_CN}]{{4}})\s*年\s*(?P<m>1[0-2]|0?[1-9]|[{_CN}]{{1,2}})\s*月(?:份)?\s*(?:(?P<d>3[01]|[12]\d|0?[1-9]|[{_CN}]{{1,3}})\s*[日号])?"),
    ("year_cn", rf"(?P<y>(?:1[89]\d|2[01]\d|22[01])\d|[{_CN}]{{4}})\s*年(?:[初底末间]|(?!龄))"),
    ("words", rf"\b(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<mon>{MONTH})[\s,-]+(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("words", rf"\b(?P<mon>{MONTH})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("words", rf"\b(?P<mon>{MONTH})[\s,]+(?:of\s+)?(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("us", r"(?<![\d./])(?P<a>3[01]|[12]\d|0?[1-9])[/.](?P<b>3[01]|[12]\d|0?[1-9])[/.](?P<y>(?:1[89]\d|2[01]\d|22[01])\d)(?!\d)"),
    ("month_year", r"(?<![\d./])(?P<m>1[0-2]|0?[1-9])/(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)(?!\d)"),
    ("iso", r"(?<![\d.-])(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)[-/](?P<m>1[0-2]|0[1-9])(?![\d-])"),
    ("last_month_named", rf"\b(?:last|this past|past|this)\s+(?P<mon>{MONTH})\b"),
    ("day_month", rf"\b(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<mon>{MONTH})(?![a-z])"),
    ("day_month", rf"\b(?P<mon>{MONTH})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|\.\d)(?!\s*(?:mg|g|%))"),
    ("month", rf"\b(?:in|since|from|of|during|until|by|early|late|mid)[\s-]+(?P<mon>{MONTH})(?![a-z])"),
    ("year_month_cn", rf"(?P<word>去年|前年|今年|本年)\s*(?:的)?(?P<m>1[0-2]|[1-9]|[{_CN}]{{1,2}})\s*月(?:份)?(?:(?P<d>3[01]|[12]\d|0?[1-9]|[{_CN}]{{1,3}})[日号])?"),
    ("ago", rf"(?:(?:about|approximately|around|some|nearly|over|more than|almost)\s+)?\b{_COUNT}[\s-]+(?P<unit>day|week|month|year|hour)s?\s+(?:ago|earlier|before|previously|back|prior)\b"),
    ("ago", rf"(?:约|大约|近|余)?{_COUNT}\s*(?:余|多)?\s*个?(?P<unit>天|日|周|星期|礼拜|月|年|小时)(?P<half>半)?(?:余|多)?(?:之前|以前|前)(?!后)"),
    ("future", rf"\bin\s+{_COUNT}\s+(?P<unit>day|week|month|year|hour)s?\b(?!\s+of)"),
    ("future", rf"{_COUNT}\s*个?(?P<unit>天|日|周|星期|礼拜|月|年|小时)(?:之后|以后|后)"),
    ("word", r"\b(?P<word>today|yesterday|tomorrow|the day before yesterday|last week|last month|last year|this week|this month|this year|earlier this year|the year before last)\b"),
    ("word", r"(?P<word>今日|今天|今晨|昨日|昨天|昨晚|前天|明天|上周|上星期|上个?月|本周|本月|这个?月|去年|前年|今年|本年)"),
    ("month_cn", r"(?<![\d年.])(?P<m>1[0-2]|0?[1-9])月(?:份)?(?P<d>3[01]|[12]\d|0?[1-9])[日号]"),
    ("day_cn", r"(?<=[,，、;；。])(?P<d>3[01]|[12]\d|0?[1-9])[日号](?=出院|入院|转|行|手术|复查|复诊|起)"),
    ("month_cn", rf"(?<![\d年.一-龥])(?:于|在|自|从)?(?P<m>1[0-2]|0?[1-9]|[{_CN}]{{1,2}})月(?:份)?(?P<d>3[01]|[12]\d|0?[1-9]|[{_CN}]{{1,3}})[日号]"),
    ("month_cn", rf"(?:(?<=于)|(?<=在)|(?<=自)|(?<=从)|(?<=较)|(?<=比)|(?<=与)|(?<=^)|(?<=，)|(?<=,)|(?<=\())(?P<m>1[0-2]|0?[1-9]|[{_CN}]{{1,2}})月(?:份)?(?![\d前后])"),
    ("year", r"(?:\b(?:in|since|from|of|onset|during|until|by|year|before|after|around|circa|early|late|mid|dated|to|through)[\s:,(-]+|(?<=\()|(?<=- )|(?<=– ))(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b(?![-/.]\d)(?!\s*(?:mg|ml|kcal|g\b|units|/))"),
    ("year", r"(?:(?:ed|dx|surgery|operation|repair|ment|ectomy|plasty|stents?|pci|cabg|tkr|thr|icd)\s+)(?P<y>(?:19[4-9]\d|20[0-4]\d))(?=\s*[,;.)]|\s*$|\s+and\b)"),
    ("day_en", r"\bon the (?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)\b(?! (?:of|centile|percentile|day|week|floor))"),
    ("season", r"\b(?P<how>last|this|the (?:following|next|previous)|in the|in|early|late|during the)?\s*(?:the )?(?P<season>spring|summer|autumn|winter)(?: of)?(?:\s+(?P<y>(?:19|20)\d\d))?\b"),
    ("weekday", r"\b(?P<how>last|this|on|this past|past|since|from|next|by)\s+(?P<wd>mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?\b"),
    ("weekday", r"(?P<how>上上|上个?|本|这个?|下个?)?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天])(?![次周个片粒年月支])"),
    ("word", r"\b(?P<word>a week today|a week tomorrow|next week|next month|a fortnight ago|fortnight ago|the week before last|the month before last|a year ago today|overnight|this morning|this afternoon|last night)\b"),
    ("word", r"(?P<word>大前天|下周|下星期|下个?月|今早|今晚|上上周|上上个?月|年初|年底|去年底|去年年底|今年初|月初)"),
    ("year", r"(?:自|于|从|在|至)\s*(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)(?=[年起，,。;；\s)]|$)"),
)  # fmt: skip
_QUICK_WORDS = (
    "年",
    "月",
    "日",
    "天",
    "周",
    "星期",
    "礼拜",
    "小时",
    "last",
    "this",
    "before",
    "ago",
    "back",
    "prior",
    "earlier",
    "previously",
    "today",
    "yesterday",
    "morning",
    "fortnight",
    "overnight",
    "next ",
    "on the ",
    "spring",
    "summer",
    "autumn",
    "winter",
)
_RARE = re.compile(
    r"j(?<=\bj)(?:an|un|ul)|f(?<=\bf)eb|m(?<=\bm)a[ry]|a(?<=\ba)(?:pr|ug)|s(?<=\bs)ep|o(?<=\bo)ct|n(?<=\bn)ov|d(?<=\bd)ec|(?:mon|tues|wednes|thurs|fri|satur|sun)day|in \w+ (?:day|week|month|year)"
)
# What a sentence must hold before a pattern is worth trying, in the order of _PATTERNS: Y a year, M a month's name, A "ago" and the like,
# W a day word, I "in", / a slash or full stop; Chinese characters stand for themselves.
_NEEDS = (
    "M",
    "Y",
    "年",
    "年",
    "YM",
    "YM",
    "YM",
    "Y/",
    "Y/",
    "Y",
    "MW",
    "M",
    "M",
    "M",
    "年月",
    "A",
    "前",
    "I",
    "后",
    "W",
    "C",
    "月",
    "C",
    "月",
    "月",
    "Y",
    "Y",
    "N",
    "N",
    "N",
    "C",
    "W",
    "C",
    "Y",
)
_COMPILED = tuple((kind, needs, re.compile(pattern)) for (kind, pattern), needs in zip(_PATTERNS, _NEEDS, strict=True))
_YEAR = re.compile(r"(?:1[89]\d|2[01]\d|22[01])\d")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGO = ("ago", "earlier", "before", "previously", "back", "prior")
_DAY_WORDS = (
    "today",
    "week",
    "next",
    "fortnight",
    "overnight",
    "morning",
    "month",
    "night",
    "yesterday",
    "tomorrow",
    "last",
    "this",
    "earlier",
    "past",
    "the day",
    "the year",
)
_NAMED = ("spring", "summer", "autumn", "winter", "day", "on the ")
_SIGNS: dict[str, Callable[[str], object]] = {
    "年": lambda folded: "年" in folded, "月": lambda folded: "月" in folded, "前": lambda folded: "前" in folded, "后": lambda folded: "后" in folded,
    "C": lambda folded: not folded.isascii(), "Y": _YEAR.search, "M": lambda folded: holds(folded, _MONTH_NAMES), "A": lambda folded: holds(folded, _AGO),
    "N": lambda folded: holds(folded, _NAMED), "W": lambda folded: holds(folded, _DAY_WORDS), "I": lambda folded: "in " in folded, "/": lambda folded: "/" in folded or "." in folded,
}  # fmt: skip


def _present(folded: str, among: Iterable[str] = _SIGNS) -> str:
    """The letters of `_NEEDS` that a sentence fulfils."""
    return "".join([sign for sign in among if _SIGNS[sign](folded)])


_SINCE = re.compile(
    r"(?:since|onset|starting|started|started on|began|beginning|from|first noted|自|始于|起始于|起病于|从)[\s:]*(?:about|around|early|late|on|in)?\s*$"
)
_SINCE_AFTER = re.compile(r"\s*(?:起|以来|开始|至今|onwards?|to date)")
_UNTIL = re.compile(
    r"(?:until|till|through|ended|ended on|ended in|stopped on|stopped in|resolved on|resolved in|up to|至|到|直到|止于|结束于)\s*$"
)


@lru_cache(maxsize=1024)
def _worth_trying(present: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((kind, needs, pattern) for kind, needs, pattern in _COMPILED if all(sign in present for sign in needs))


def find_times(folded: str, as_of: str = "") -> list[FoundTime]:
    """All times of a folded sentence in order; relative ones only where `as_of` (a day) is given."""
    if not (_YEAR.search(folded) or holds(folded, _QUICK_WORDS) or _RARE.search(folded)):
        return []
    today = _day(as_of)
    found: list[FoundTime] = []
    covered = bytearray(len(folded))
    rest, present = folded, _present(folded)
    for kind, needs, pattern in _worth_trying(present):
        if found and not all([sign in present for sign in needs]):
            continue
        before = len(found)
        for match in pattern.finditer(folded):
            start, end = match.span()
            if start == end or covered.find(1, start, end) >= 0:
                continue
            span = _MEANING[kind](match, today)
            if span is None:
                continue
            covered[start:end] = b"\x01" * (end - start)
            rest = rest[:start] + " " * (end - start) + rest[end:]
            found.append(_placed(folded, match, kind, span))
        if len(found) > before:  # what a pattern needs must stand outside the times found already, for they are not read twice
            present = _present(rest, present)
    return sorted(found)


_SAME_DAY = frozenset(("", ",", "to the day", "的"))


def said_once(folded: str, found: list[FoundTime]) -> list[FoundTime]:
    """Without the "this month" of "three years ago this month", which only says the first more closely."""
    if len(found) < 2:
        return found
    kept: list[FoundTime] = []
    for time in found:
        if kept and kept[-1].kind == "ago" and not time.exact and folded[kept[-1].end : time.start].strip() in _SAME_DAY:
            continue
        kept.append(time)
    return kept


def _placed(folded: str, match: re.Match[str], kind: str, span: tuple[date, date]) -> FoundTime:
    start, end = match.span()
    coming = match.group().startswith(("next", "by ", "下", "a week t"))
    said = "ago" if kind == "ago" else "future" if kind == "future" or coming else "date"
    if (
        _SINCE_AFTER.match(folded, end)
        or _SINCE.search(folded, max(0, start - 24), start)
        or match.group().startswith(("since", "onset", "from", "自", "从"))
    ):
        said = "since"
    elif _UNTIL.search(folded, max(0, start - 16), start) or match.group().startswith("until"):
        said = "until"
    exact = kind in ("iso", "words", "us", "month_year", "year", "year_cn", "day_month", "day_range", "year_month_cn", "month_cn", "day_cn")
    return FoundTime(start, end, said, span[0].isoformat(), span[1].isoformat(), exact)


@lru_cache(maxsize=64)
def _day(as_of: str) -> date | None:
    try:
        return date.fromisoformat(as_of[:10])
    except ValueError:
        return None


def _iso(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return days_of(part(match, "y"), part(match, "m"), part(match, "d"))


def _words(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return days_of(part(match, "y"), MONTHS[match["mon"].rstrip(".")], part(match, "d"))


def _us(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    first, second = int(match["a"]), int(match["b"])
    return days_of(int(match["y"]), first, second) if first <= 12 else days_of(int(match["y"]), second, first)


def _year(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    if unit_at(match.string, match.end())[2]:
        return None  # from 2046 pg/mL
    return days_of(part(match, "y"))


def _last_named(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return newest(MONTHS[match["mon"].rstrip(".")], 0, today, match.group().startswith("this"))


def _day_month(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return newest(MONTHS[match["mon"].rstrip(".")], part(match, "d"), today)


def _month_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return newest(part(match, "m"), part(match, "d"), today)


_MONTH_AHEAD = re.compile(r"(\d{1,2})月(?:份)?\d{1,2}[日号]")


def _day_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """A day without a month ("11日出院") is of the month last spoken of, else the newest such day."""
    ahead = _MONTH_AHEAD.findall(match.string, 0, match.start())
    month = int(ahead[-1]) if ahead else today.month if today else 0
    return newest(month, part(match, "d"), today) if 1 <= month <= 12 else None


def _day_range(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """ "2-5 April": from the first day to the last."""
    month, first, last = MONTHS[match["mon"].rstrip(".")], part(match, "d"), part(match, "e")
    ends = days_of(part(match, "y"), month, last) if match["y"] else newest(month, last, today)
    begins = days_of(ends[1].year, month, first) if ends is not None else None
    return (begins[0], ends[1]) if begins is not None and ends is not None and begins[0] <= ends[1] else None


_YEARS_BACK = {"去年": 1, "前年": 2, "今年": 0, "本年": 0}


def _year_month_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return days_of(today.year - _YEARS_BACK[match["word"]], part(match, "m"), part(match, "d")) if today else None


def _count(words: str) -> float | None:
    if words in ("a", "an", "one"):
        return 1
    if words in ("couple", "few", "several", "数", "some"):
        return None
    if words == "半":
        return 0.5
    try:
        return float(words)
    except ValueError:
        value = english_value(words) if words.isascii() else chinese_value(words)
        return float(value) if value else None


def _ago(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    count = _count(match["count"])
    if today is None or count is None or count * UNIT_DAYS[match["unit"]] > 50000:
        return None
    if match.groupdict().get("half"):
        count += 0.5
    return back(count, match["unit"], today)


def _future(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    count = _count(match["count"])
    if today is None or count is None or count * UNIT_DAYS[match["unit"]] > 50000:
        return None
    length = UNIT_DAYS[match["unit"]]
    return today + timedelta(days=round(count * length * 0.9)), today + timedelta(days=round(count * length * 1.1))


_MEANING: dict[str, Callable[[re.Match[str], date | None], tuple[date, date] | None]] = {
    "iso": _iso, "year_cn": _year, "words": _words, "us": _us, "month_year": _iso, "last_month_named": _last_named, "day_month": _day_month,
    "month": lambda match, today: newest(MONTHS[match["mon"].rstrip(".")], 0, today), "year_month_cn": _year_month_cn, "ago": _ago,
    "future": _future, "word": named_day, "month_cn": _month_cn, "year": _year,
    "day_cn": _day_cn, "day_range": _day_range, "season": season, "day_en": day_of_month, "weekday": weekday,
}  # fmt: skip
