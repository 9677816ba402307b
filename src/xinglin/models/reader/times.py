"""Dates and times as people say them, exact and relative, resolved to days against the day of writing.

"2019-03-04", "4 March 2019", "03/2019", "2019年3月4日", "3 days ago", "last May", 三天前, 上月, 去年五月, since, latest.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from xinglin.models.reader.numbers import chinese_value, english_value
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.units import unit_at


class FoundTime(NamedTuple):
    """`kind`: date, since, until, ago, future; `first`/`last` are days, inclusive; `exact` False for relative times."""

    start: int
    end: int
    kind: str
    first: str
    last: str
    exact: bool = True


_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
_MONTHS = (
    {name.lower(): number for name, number in _MONTHS.items()}
    | {name.lower()[:3]: number for name, number in _MONTHS.items()}
    | {"sept": 9}
)
_MONTH = "(?:may|(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?)"
_CN = "零〇一二三四五六七八九十两"
_COUNT = rf"(?P<count>\d+(?:\.\d+)?|[a-z]+(?:-[a-z]+)?|[{_CN}百半]+)"
_UNIT_DAYS = {
    "day": 1,
    "week": 7,
    "month": 30.44,
    "year": 365.25,
    "天": 1,
    "日": 1,
    "周": 7,
    "星期": 7,
    "礼拜": 7,
    "月": 30.44,
    "年": 365.25,
    "hour": 0,
    "小时": 0,
}

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("day_range", rf"(?<![\d.])(?P<d>3[01]|[12]\d|0?[1-9])\s?[-–]\s?(?P<e>3[01]|[12]\d|0?[1-9])\s+(?P<mon>{_MONTH})(?:\s+(?P<y>(?:1[89]|2[01])\d\d))?(?![a-z])"),
    ("iso", r"(?<![\d.])(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?"),
    ("iso", rf"(?P<y>(?:1[89]\d|2[01]\d|22[01])\d|[{_CN}]{{4}})\s*年\s*(?P<m>1[0-2]|0?[1-9]|[{_CN}]{{1,2}})\s*月(?:份)?\s*(?:(?P<d>3[01]|[12]\d|0?[1-9]|[{_CN}]{{1,3}})\s*[日号])?"),
    ("year_cn", rf"(?P<y>(?:1[89]\d|2[01]\d|22[01])\d|[{_CN}]{{4}})\s*年(?:[初底末间]|(?!龄))"),
    ("words", rf"\b(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\s+of)?[\s-]+(?P<mon>{_MONTH})[\s,-]+(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("words", rf"\b(?P<mon>{_MONTH})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,?\s+(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("words", rf"\b(?P<mon>{_MONTH})[\s,]+(?:of\s+)?(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)\b"),
    ("us", r"(?<![\d./])(?P<a>3[01]|[12]\d|0?[1-9])[/.](?P<b>3[01]|[12]\d|0?[1-9])[/.](?P<y>(?:1[89]\d|2[01]\d|22[01])\d)(?!\d)"),
    ("month_year", r"(?<![\d./])(?P<m>1[0-2]|0?[1-9])/(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)(?!\d)"),
    ("iso", r"(?<![\d.-])(?P<y>(?:1[89]\d|2[01]\d|22[01])\d)[-/](?P<m>1[0-2]|0[1-9])(?![\d-])"),
    ("last_month_named", rf"\b(?:last|this past|past|this)\s+(?P<mon>{_MONTH})\b"),
    ("day_month", rf"\b(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<mon>{_MONTH})(?![a-z])"),
    ("day_month", rf"\b(?P<mon>{_MONTH})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|\.\d)(?!\s*(?:mg|g|%))"),
    ("month", rf"\b(?:in|since|from|of|during|until|by|early|late|mid)[\s-]+(?P<mon>{_MONTH})(?![a-z])"),
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
)
_RARE = re.compile(
    r"j(?<=\bj)(?:an|un|ul)|f(?<=\bf)eb|m(?<=\bm)a[ry]|a(?<=\ba)(?:pr|ug)|s(?<=\bs)ep|o(?<=\bo)ct|n(?<=\bn)ov|d(?<=\bd)ec|in \w+ (?:day|week|month|year)"
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
)
_COMPILED = tuple((kind, needs, re.compile(pattern)) for (kind, pattern), needs in zip(_PATTERNS, _NEEDS, strict=True))
_YEAR = re.compile(r"(?:1[89]\d|2[01]\d|22[01])\d")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGO = ("ago", "earlier", "before", "previously", "back", "prior")
_DAY_WORDS = ("today", "yesterday", "tomorrow", "last", "this", "earlier", "past", "the day", "the year")
_SIGNS: dict[str, Callable[[str], object]] = {
    "年": lambda folded: "年" in folded, "月": lambda folded: "月" in folded, "前": lambda folded: "前" in folded, "后": lambda folded: "后" in folded,
    "C": lambda folded: not folded.isascii(), "Y": _YEAR.search, "M": lambda folded: holds(folded, _MONTH_NAMES), "A": lambda folded: holds(folded, _AGO),
    "W": lambda folded: holds(folded, _DAY_WORDS), "I": lambda folded: "in " in folded, "/": lambda folded: "/" in folded or "." in folded,
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


def _placed(folded: str, match: re.Match[str], kind: str, span: tuple[date, date]) -> FoundTime:
    start, end = match.span()
    said = "ago" if kind == "ago" else "future" if kind == "future" else "date"
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


def _number(words: str | None) -> int:
    if words is None:
        return 0
    if words.isascii():
        return int(words)
    return int(chinese_value(words) or 0)


@lru_cache(maxsize=4096)
def _span(year: int, month: int = 0, day: int = 0) -> tuple[date, date] | None:
    try:
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        if not day:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def _part(match: re.Match[str], name: str) -> int:
    return _number(match[name]) if name in match.re.groupindex else 0


def _iso(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _span(_part(match, "y"), _part(match, "m"), _part(match, "d"))


def _words(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _span(_part(match, "y"), _MONTHS[match["mon"].rstrip(".")], _part(match, "d"))


def _us(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    first, second = int(match["a"]), int(match["b"])
    return _span(int(match["y"]), first, second) if first <= 12 else _span(int(match["y"]), second, first)


def _year(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    if unit_at(match.string, match.end())[2]:
        return None  # from 2046 pg/mL
    return _span(_part(match, "y"))


def _newest(month: int, day: int, today: date | None, this_one: bool = True) -> tuple[date, date] | None:
    """The most recent such month (or day of a month) that is not after today."""
    if today is None:
        return None
    span = _span(today.year, month, day)
    if span is None or span[0] > today or (not this_one and month == today.month):
        span = _span(today.year - 1, month, day)
    return span


def _last_named(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _newest(_MONTHS[match["mon"].rstrip(".")], 0, today, match.group().startswith("this"))


def _day_month(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _newest(_MONTHS[match["mon"].rstrip(".")], _part(match, "d"), today)


def _month_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _newest(_part(match, "m"), _part(match, "d"), today)


_MONTH_AHEAD = re.compile(r"(\d{1,2})月(?:份)?\d{1,2}[日号]")


def _day_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """A day without a month ("11日出院") is of the month last spoken of, else the newest such day."""
    ahead = _MONTH_AHEAD.findall(match.string, 0, match.start())
    month = int(ahead[-1]) if ahead else today.month if today else 0
    return _newest(month, _part(match, "d"), today) if 1 <= month <= 12 else None


def _day_range(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """ "2-5 April": from the first day to the last."""
    month, first, last = _MONTHS[match["mon"].rstrip(".")], _part(match, "d"), _part(match, "e")
    ends = _span(_part(match, "y"), month, last) if match["y"] else _newest(month, last, today)
    begins = _span(ends[1].year, month, first) if ends is not None else None
    return (begins[0], ends[1]) if begins is not None and ends is not None and begins[0] <= ends[1] else None


_YEARS_BACK = {"去年": 1, "前年": 2, "今年": 0, "本年": 0}


def _year_month_cn(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    return _span(today.year - _YEARS_BACK[match["word"]], _part(match, "m"), _part(match, "d")) if today else None


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


def _back(count: float, unit: str, today: date) -> tuple[date, date]:
    """The days a spoken distance can mean: people round, and count begun or finished units."""
    length = _UNIT_DAYS[unit]
    slack = {1: 0, 7: 3, 0: 0}.get(int(length), length * 0.5)
    extra = length * 0.95 if length > 7 else slack
    if count % 1:
        slack = extra = length * 0.17
    if length == 0:
        return today - timedelta(days=max(1, round(count / 24))), today
    return today - timedelta(days=round(count * length + extra)), today - timedelta(days=round(max(0, count * length - slack)))


def _ago(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    count = _count(match["count"])
    if today is None or count is None or count * _UNIT_DAYS[match["unit"]] > 50000:
        return None
    if match.groupdict().get("half"):
        count += 0.5
    return _back(count, match["unit"], today)


def _future(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    count = _count(match["count"])
    if today is None or count is None or count * _UNIT_DAYS[match["unit"]] > 50000:
        return None
    length = _UNIT_DAYS[match["unit"]]
    return today + timedelta(days=round(count * length * 0.9)), today + timedelta(days=round(count * length * 1.1))


def _month_of(today: date, back: int) -> tuple[date, date] | None:
    months = today.year * 12 + today.month - 1 - back
    return _span(months // 12, months % 12 + 1)


def _word(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    if today is None:
        return None
    word = match["word"]
    monday = today - timedelta(days=today.weekday())
    if word in _WORD_DAYS:
        day = today - timedelta(days=_WORD_DAYS[word])
        return day, day
    if word in ("last week", "上周", "上星期"):
        return monday - timedelta(days=7), monday - timedelta(days=1)
    if word in ("this week", "本周"):
        return monday, monday + timedelta(days=6)
    if word in ("last month", "上月", "上个月"):
        return _month_of(today, 1)
    if word in ("this month", "本月", "这月", "这个月"):
        return _month_of(today, 0)
    return _span(today.year - _WORD_YEARS[word])


_WORD_DAYS = {"today": 0, "yesterday": 1, "tomorrow": -1, "the day before yesterday": 2, "今日": 0, "今天": 0, "今晨": 0, "昨日": 1, "昨天": 1, "昨晚": 1,
              "前天": 2, "明天": -1}  # fmt: skip
_WORD_YEARS = {
    "last year": 1,
    "this year": 0,
    "earlier this year": 0,
    "the year before last": 2,
    "去年": 1,
    "前年": 2,
    "今年": 0,
    "本年": 0,
}
_MEANING: dict[str, Callable[[re.Match[str], date | None], tuple[date, date] | None]] = {
    "iso": _iso, "year_cn": _year, "words": _words, "us": _us, "month_year": _iso, "last_month_named": _last_named, "day_month": _day_month,
    "month": lambda match, today: _newest(_MONTHS[match["mon"].rstrip(".")], 0, today), "year_month_cn": _year_month_cn, "ago": _ago,
    "future": _future, "word": _word, "month_cn": _month_cn, "year": _year,
    "day_cn": _day_cn, "day_range": _day_range,
}  # fmt: skip
