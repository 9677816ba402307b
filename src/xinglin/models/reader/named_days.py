"""Days that go by a name: today, last Friday, 上周五, next week, last summer, "on the 27th".

Each is resolved to the days it can mean against the day of writing.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from xinglin.models.reader.spoken_spans import MONTH, MONTHS, back, days_of, month_of, newest, part


def named_day(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """The days of "today", "next week", 年初."""
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
    if word in ("a week today", "next week", "下周", "下星期", "a week tomorrow"):
        first, last = {"a week today": (6, 8), "a week tomorrow": (7, 9)}.get(word, (7 - today.weekday(), 13 - today.weekday()))
        return today + timedelta(days=first), today + timedelta(days=last)
    if word in ("next month", "下月", "下个月"):
        return month_of(today, -1)
    if word in ("a fortnight ago", "fortnight ago"):
        return today - timedelta(days=18), today - timedelta(days=11)
    if word in ("the week before last", "上上周"):
        return monday - timedelta(days=14), monday - timedelta(days=8)
    if word in ("the month before last", "上上月", "上上个月"):
        return month_of(today, 2)
    if word in ("年初", "今年初"):
        return date(today.year, 1, 1), date(today.year, 3, 31)
    if word in ("年底", "去年底", "去年年底"):
        return date(today.year - 1, 10, 1), date(today.year - 1, 12, 31)
    if word == "月初":
        return today.replace(day=1), today.replace(day=10)
    if word == "a year ago today":
        return back(1, "year", today)
    if word in ("last month", "上月", "上个月"):
        return month_of(today, 1)
    if word in ("this month", "本月", "这月", "这个月"):
        return month_of(today, 0)
    return days_of(today.year - _WORD_YEARS[word])


_MONTH_SAID = re.compile(rf"\b(?P<mon>{MONTH})\b")


def day_of_month(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """A day without a month ("on the 27th") is of the month last spoken of, else the newest such day."""
    if today is None:
        return None
    said = [found["mon"].rstrip(".") for found in _MONTH_SAID.finditer(match.string, 0, match.start())]
    day = part(match, "d")
    if said:
        return newest(MONTHS[said[-1]], day, today)
    span = days_of(today.year, today.month, day)
    if span is None or span[0] > today:
        span = days_of(*((today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)), day)
    return span


_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "winter": (12, 14)}


def season(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """A season with a month to spare on both sides, for people do not count seasons by the calendar; northern hemisphere."""
    how = match["how"] or ""
    if not match["y"] and (today is None or how not in ("last", "this", "in the", "in", "early", "late", "during the")):
        return None
    first, last = _SEASONS[match["season"]]
    assert today is not None or match["y"]
    year = int(match["y"]) if match["y"] else today.year  # type: ignore[union-attr]
    begins = date(year, first, 1) if not match["y"] or match["season"] != "winter" else date(year - 1, 12, 1)
    if not match["y"] and today is not None and (begins > today or (how == "last" and _ends(year, last) >= today)):
        year -= 1
        begins = date(year, first, 1)
    ends = _ends(year, last) if not (match["y"] and match["season"] == "winter") else date(year + 1, 2, 28)
    return begins - timedelta(days=21), ends + timedelta(days=21)


def _ends(year: int, month: int) -> date:
    year, month = (year + 1, month - 12) if month > 12 else (year, month)
    return date(year, month, calendar.monthrange(year, month)[1])


_DAYS_OF_WEEK = (
    {name: place for place, names in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun")) for name in (names,)}
    | {sign: place for place, sign in enumerate("一二三四五六日")}
    | {"天": 6}
)


def weekday(match: re.Match[str], today: date | None) -> tuple[date, date] | None:
    """The day meant by "last Friday", "on Monday", 上周五; both the newest such day and the one of the week before count for "last"."""
    if today is None:
        return None
    wanted = _DAYS_OF_WEEK[match["wd"][:3] if match["wd"].isascii() else match["wd"]]
    how = match["how"] or ""
    monday = today - timedelta(days=today.weekday())
    if how.startswith("上上"):
        day = monday + timedelta(days=wanted - 14)
    elif how.startswith("上"):
        day = monday + timedelta(days=wanted - 7)
    elif how.startswith(("下", "next", "by")):
        day = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
        return day, day + timedelta(days=7)
    else:
        day = today - timedelta(days=(today.weekday() - wanted) % 7)
        if how == "last":
            newest = day if day < today else day - timedelta(days=7)
            return min(newest, monday + timedelta(days=wanted - 7)), newest
        if how.startswith(("本", "这")) or not how:
            day = monday + timedelta(days=wanted)
            if day > today and not how:
                day -= timedelta(days=7)
    return day, day


_WORD_DAYS = {"this morning": 0, "this afternoon": 0, "overnight": 0, "last night": 1, "今早": 0, "今晚": 0, "大前天": 3, "today": 0, "yesterday": 1, "tomorrow": -1, "the day before yesterday": 2, "今日": 0, "今天": 0, "今晨": 0, "昨日": 1, "昨天": 1, "昨晚": 1,
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
