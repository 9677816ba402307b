"""Days, months and years as stretches of days: what a spoken year, month, day or distance can mean.

Every stretch is a pair of days, both included.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import lru_cache

from xinglin.models.reader.numbers import chinese_value

MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
MONTHS = (
    {name.lower(): number for name, number in MONTHS.items()} | {name.lower()[:3]: number for name, number in MONTHS.items()} | {"sept": 9}
)
MONTH = "(?:may|(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?)"
UNIT_DAYS = {
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


def whole_number(words: str | None) -> int:
    """A spoken or written whole number; 0 for none."""
    if words is None:
        return 0
    if words.isascii():
        return int(words)
    return int(chinese_value(words) or 0)


@lru_cache(maxsize=4096)
def days_of(year: int, month: int = 0, day: int = 0) -> tuple[date, date] | None:
    """The first and last day of a year, of a month of it, or the one day; None where there is no such day."""
    try:
        if not month:
            return date(year, 1, 1), date(year, 12, 31)
        if not day:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None


def part(match: re.Match[str], name: str) -> int:
    """The number in a group of a match; 0 where the pattern has no such group."""
    return whole_number(match[name]) if name in match.re.groupindex else 0


def newest(month: int, day: int, today: date | None, this_one: bool = True) -> tuple[date, date] | None:
    """The most recent such month (or day of a month) that is not after today."""
    if today is None:
        return None
    span = days_of(today.year, month, day)
    if span is None or span[0] > today or (not this_one and month == today.month):
        span = days_of(today.year - 1, month, day)
    return span


def back(count: float, unit: str, today: date) -> tuple[date, date]:
    """The days a spoken distance can mean: people round, and count begun or finished units."""
    length = UNIT_DAYS[unit]
    slack = {1: 0 if count < 10 else 1, 7: max(3, count * length * 0.08), 0: 0}.get(int(length), length * 0.5)
    extra = length * 0.95 if length > 7 else slack
    if count % 1:
        slack = extra = length * 0.17
    if length == 0:
        return today - timedelta(days=max(1, round(count / 24))), today
    return today - timedelta(days=round(count * length + extra)), today - timedelta(days=round(max(0, count * length - slack)))


def month_of(today: date, back: int) -> tuple[date, date] | None:
    """The month so many months before this one."""
    months = today.year * 12 + today.month - 1 - back
    return days_of(months // 12, months % 12 + 1)
