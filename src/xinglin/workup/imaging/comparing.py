"""Has a lesion grown between two scans, and how fast, or is the difference within what measuring it twice gives?

A word is said only when the change is larger than the published repeatability; where volume and diameter disagree, or one of
the outlines is not sure, the word is "cannot tell".
"""

from __future__ import annotations

from math import log
from typing import Literal

from msgspec import Struct

from xinglin.knowledge import guidelines
from xinglin.records.imaging import LesionMeasures

Word = Literal["stable", "growing", "shrinking", "cannot tell"]
NOT_SURE = (
    "whole voxels",
    "by force",
    "nearly as thick",
    "slice only",
    "slices only",
    "volume not sure",
)  # notes after which a volume is not compared


class Growth(Struct, frozen=True):
    """The change from an earlier to a later measurement of one lesion.

    volume_change_percent, diameter_change_mm (mean diameter), long_axis_change_mm: later minus earlier. days: between the scans.
    doubling_days: volume doubling time, only when the volume rose by more than its repeatability; doubling_range_days: the
    same with the later volume a repeatability smaller and larger. basis: what decided, in words.
    """

    word: Word
    days: int
    volume_change_percent: float
    diameter_change_mm: float
    long_axis_change_mm: float
    doubling_days: float | None = None
    doubling_range_days: tuple[float, float] | None = None
    basis: str = ""


def doubling_time_days(earlier_mm3: float, later_mm3: float, days: float) -> float | None:
    """Days in which the volume doubles at the rate seen: days x ln 2 / ln(later / earlier); negative when it halves.

    None when the volumes are equal or one is not positive. Exponential growth, Schwartz 1961 (from memory).

    >>> doubling_time_days(100, 200, 90)
    90.0
    """
    if earlier_mm3 <= 0 or later_mm3 <= 0 or earlier_mm3 == later_mm3:
        return None
    return days * log(2) / log(later_mm3 / earlier_mm3)


def compare(earlier: LesionMeasures, later: LesionMeasures, days: int, kind: str = "") -> Growth:
    """The change between two measurements `days` apart; `kind` of the nodule ("" where it is none).

    Repeatability: knowledge/guidelines (25 % of volume, 2 mm of mean diameter; subsolid 2.2 mm of mean diameter alone).
    """
    limits = guidelines.repeatability(kind) or guidelines.repeatability("")
    volume = 100 * (later.volume_mm3 / earlier.volume_mm3 - 1) if earlier.volume_mm3 > 0 else 0.0
    diameter = later.mean_diameter_mm - earlier.mean_diameter_mm
    by_volume = "volume" in limits and _sure(earlier) and _sure(later) and earlier.volume_mm3 > 0
    word, basis = _word(volume if by_volume else None, diameter, limits)
    if days <= 0:
        word, basis = "cannot tell", "the scans are not in order of time"
    if earlier.touches_border or later.touches_border:
        word, basis = "cannot tell", "the lesion reaches the edge of a scan"
    doubling, spread = (
        _doubling(earlier.volume_mm3, later.volume_mm3, days, limits.get("volume", 0.0))
        if word == "growing" and by_volume
        else (None, None)
    )
    long_axis = later.long_axis_mm - earlier.long_axis_mm
    return Growth(word, days, round(volume, 1), round(diameter, 2), round(long_axis, 2), doubling, spread, basis)


def _sure(measures: LesionMeasures) -> bool:
    return not any(sign in note for note in measures.notes for sign in NOT_SURE)


def _word(volume_percent: float | None, diameter_mm: float, limits: dict[str, float]) -> tuple[Word, str]:
    by_diameter = _direction(diameter_mm, limits["diameter"])
    told = f"mean diameter against {limits['diameter']:g} mm"
    if volume_percent is None:
        return by_diameter, told
    by_volume = _direction(volume_percent, limits["volume"])
    told = f"volume against {limits['volume']:g} %, {told}"
    if {by_volume, by_diameter} == {"growing", "shrinking"}:
        return "cannot tell", f"{told}: they disagree"
    if by_volume == "stable":
        return by_diameter, told
    if (by_volume == "growing" and diameter_mm < 0) or (by_volume == "shrinking" and diameter_mm > 0):
        return "cannot tell", f"{told}: they disagree"
    return by_volume, told


def _direction(change: float, limit: float) -> Word:
    return "growing" if change > limit else "shrinking" if change < -limit else "stable"


def _doubling(earlier: float, later: float, days: int, percent: float) -> tuple[float | None, tuple[float, float] | None]:
    middle = doubling_time_days(earlier, later, days)
    if middle is None or middle <= 0:
        return None, None
    slow = doubling_time_days(earlier, later / (1 + percent / 100), days)
    fast = doubling_time_days(earlier, later * (1 + percent / 100), days)
    if slow is None or fast is None or slow <= 0:
        return round(middle), None
    return round(middle), (round(fast), round(slow))
