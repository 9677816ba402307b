"""How much and how often, against the limits of the label: too much at once, too much in a day, too soon again.

Where several rows fit (other illnesses, other limits) and the indication is not known, the widest limit counts: what may be right
for some illness is asked about mildly, what is right for none is said gravely.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from xinglin.knowledge.drugs.rows import DoseLimit
from xinglin.knowledge.drugs.tables import table
from xinglin.models.medication_safety.amounts import daily, doses_a_day, interval_h, single
from xinglin.models.medication_safety.forms import forms_of
from xinglin.models.medication_safety.saying import said
from xinglin.records.medication import Circumstances, Concern, MedicineUse

_FAR = 2.0  # twice the limit is never a small matter
_ROUNDING = 1.02  # labels round: 999 mg against 1 g is no overdose
_PERIODS = {"d": 24.0, "wk": 168.0, "mo": 730.5}


def dose_concerns(who: Circumstances, use: MedicineUse) -> Iterator[Concern]:
    """Single dose, daily dose and rhythm; at most one concern of each."""
    rows = _rows(who, use)
    if not rows:
        return
    several = _of_the_illness(rows, use)
    for told in (_single(who, use, several), _daily(who, use, several), _rhythm(use, several)):
        if told is not None:
            yield told


def _of_the_illness(rows: list[DoseLimit], use: MedicineUse) -> list[DoseLimit]:
    """The limits for what it is given for; where another illness is named, those that hold for all; where none is, every limit."""
    specific = [row for row in rows if row.indication and _is_for(row, use)]
    return specific or ([row for row in rows if not row.indication] if use.conditions else []) or rows


def times_the_limit(who: Circumstances, use: MedicineUse) -> float:
    """How many times the greatest single or daily dose an order is; 0 where no limit is known or the dose cannot be compared."""
    rows = _rows(who, use)
    rows = _of_the_illness(rows, use)
    found = [0.0]
    for limit, amount in (("maximum_single", single), ("maximum_daily", daily)):
        row = _widest([one for one in rows if one.indication == ""] or rows, limit)
        value = amount(use, _unit(row), who) if row is not None else None
        if row is not None and value is not None and getattr(row, limit):
            found.append(value / getattr(row, limit))
    return max(found)


def share_of_usual(who: Circumstances, use: MedicineUse) -> float | None:
    """The single dose as a share of the usual one, the middle of its range; None where either is not known."""
    rows = [row for row in _rows(who, use) if row.usual_single_low and row.usual_single_high]
    row = max(rows, key=lambda one: one.usual_single_high or 0, default=None)
    amount = single(use, _unit(row), who) if row is not None else None
    return None if row is None or amount is None else 2 * amount / ((row.usual_single_low or 0) + (row.usual_single_high or 0))


def _rows(who: Circumstances, use: MedicineUse) -> list[DoseLimit]:
    """The limits for this person and route; none for a depot of what is also given daily: weeks in one dose have no limit here."""
    if "depot" in forms_of(use.name):
        return []
    child = who.age_years is not None and who.age_years < 18
    population = "child" if child else "elderly" if who.age_years is not None and who.age_years >= 65 else "adult"
    known = [row for row in _index().get(use.key, ()) if not use.route or row.route == use.route]
    found = [row for row in known if row.population == population]
    return found or [row for row in known if row.population == "adult"]  # more than a grown person may have is too much for a child as well


@lru_cache(maxsize=1)
def _index() -> dict[str, list[DoseLimit]]:
    found: dict[str, list[DoseLimit]] = {}
    for row in table("doses"):
        found.setdefault(row.medicine, []).append(row)
    return found


def _is_for(row: DoseLimit, use: MedicineUse) -> bool:
    wanted = row.indication.casefold().replace("-", " ")
    said_words = use.indication.casefold().replace("-", " ")
    return row.indication in use.conditions or (bool(said_words) and (wanted in said_words or said_words in wanted))


def _widest(several: Sequence[DoseLimit], limit: str) -> DoseLimit | None:
    """The row with the widest limit, None when a row leaves it open."""
    with_limit = [row for row in several if getattr(row, limit) is not None]
    if not with_limit or (len(with_limit) < len(several) and all(row.indication for row in several)):
        return None
    return max(with_limit, key=lambda row: getattr(row, limit))


_SINGLE = ("a single dose of {0} {2} is above the limit of {1} {2}", "单次剂量{0} {2}超过上限{1} {2}")
_DAILY = ("{0} {2} a day is above the limit of {1} {2} a day", "每日{0} {2}超过每日上限{1} {2}")


def _single(who: Circumstances, use: MedicineUse, several: Sequence[DoseLimit]) -> Concern | None:
    return _above(who, use, several, ("single", "maximum_single", "cap_single"), single, _SINGLE)


def _daily(who: Circumstances, use: MedicineUse, several: Sequence[DoseLimit]) -> Concern | None:
    if use.as_needed and use.times is None:
        return None
    return _above(who, use, several, ("daily", "maximum_daily", "cap_daily"), daily, _DAILY)


def _above(
    who: Circumstances, use: MedicineUse, several: Sequence[DoseLimit], names: tuple[str, str, str],
    amount_of: Callable[[MedicineUse, str, Circumstances], float | None], words: tuple[str, str],
) -> Concern | None:  # fmt: skip
    """The limit by weight or as it stands, and the cap that holds for every weight: the first of them that is passed."""
    what, limit_name, cap_name = names
    for name in (limit_name, cap_name):
        row = _widest(several, name)
        limit = getattr(row, name) if row is not None else None
        if row is None or limit is None:
            continue
        unit = _unit(row) if name == limit_name else row.unit
        amount = amount_of(use, unit, who)
        if amount is not None and amount > limit * _ROUNDING:
            return _beyond(use, row, what, (amount, limit, unit), words)
    return None


def _rhythm(use: MedicineUse, several: Sequence[DoseLimit]) -> Concern | None:
    per_period = [row for row in several if row.maximum_per_period]
    if per_period and len(per_period) == len(several) and (told := _too_many(use, per_period[0])):
        return told
    intervals = [row for row in several if row.minimum_interval_h is not None]
    between = interval_h(use)
    if not intervals or len(intervals) < len(several) or between is None:
        return None
    row = min(intervals, key=lambda one: one.minimum_interval_h or 0)
    least = row.minimum_interval_h or 0
    if between >= least * 0.95:
        return None
    words = ("given every {0} h, the least interval is {1} h", "每{0}小时一次，最短间隔为{1}小时")
    return _beyond(use, row, "interval", (between, least, "h"), words)


def _too_many(use: MedicineUse, row: DoseLimit) -> Concern | None:
    times, period = row.maximum_per_period or ("", "")
    a_day = doses_a_day(use)
    if a_day is None or use.period_h is None or period not in _PERIODS:
        return None
    allowed = float(times) * 24 / _PERIODS[period]
    if a_day <= allowed * _ROUNDING:
        return None
    per_period, words = (
        a_day * _PERIODS[period] / 24,
        (f"{{0}} times per {_EN[period]}, at most {{1}}", f"每{_ZH[period]}{{0}}次，最多{{1}}次"),
    )
    return _beyond(use, row, "rhythm", (per_period, float(times), ""), words)


_EN = {"d": "day", "wk": "week", "mo": "month"}
_ZH = {"d": "日", "wk": "周", "mo": "月"}


def _unit(row: DoseLimit) -> str:
    return row.unit if row.per == "dose" else f"{row.unit}/{row.per}"


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _beyond(use: MedicineUse, row: DoseLimit, what: str, numbers: tuple[float, float, str], words: tuple[str, str]) -> Concern:
    amount, limit, unit = numbers
    en, zh = (one.format(_number(amount), _number(limit), unit) for one in words)
    severity = (
        "major" if row.severity_beyond in {"moderate", "minor"} and what != "interval" and amount >= _FAR * limit else row.severity_beyond
    )
    return said(
        "dose", severity, use, row, en, zh, other=what, pointer=f"doses/{row.medicine}/{row.route}/{row.population}/{row.indication}",
        advice=("check dose, unit and rhythm", "请核对剂量、单位和频次"),
    )  # fmt: skip
