"""Comparing FHIR times, which may be a year, a month, a day or an instant.

All functions take FHIR date, dateTime or instant text. A partial date stands for its whole span.
"""

from __future__ import annotations

from datetime import date, datetime, timezone
from functools import lru_cache


@lru_cache(maxsize=65536)
def first_instant(when: str) -> datetime:
    """The first instant of `when`, in UTC. A time without a zone is taken as UTC. Raises ValueError."""
    if len(when) == 4:
        return datetime(int(when), 1, 1, tzinfo=timezone.utc)
    if len(when) == 7:
        return datetime(int(when[:4]), int(when[5:7]), 1, tzinfo=timezone.utc)
    moment = datetime.fromisoformat(when)
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment.astimezone(timezone.utc)


def sort_key(when: str) -> tuple[bool, datetime]:
    """Order for times, empty ones first."""
    return (bool(when), first_instant(when) if when else datetime.min.replace(tzinfo=timezone.utc))


def day(when: str) -> str:
    """The calendar day as the record wrote it (its own time zone): "2019-03-04", or a shorter date."""
    return when[:10]


def days_between(earlier: str, later: str) -> int:
    """Whole days from the first instant of `earlier` to that of `later`."""
    return (first_instant(later[:10]) - first_instant(earlier[:10])).days


def age_years(born: str, at: str) -> int | None:
    """Completed years of life on the day `at`; None when unknown, negative or birth is given less exactly than needed."""
    if not born or not at:
        return None
    first = first_instant(born[:10]).date()
    then: date = first_instant(at[:10]).date()
    years = then.year - first.year - ((then.month, then.day) < (first.month, first.day))
    return years if years >= 0 else None
