"""The next size of a lesion, by what lesions of other people did next after a course like it so far.

No law of growth: the change to come has the distribution of the changes that others showed, those most weighted whose last change,
size, unrest, number of readings and time to wait were alike. Analogue forecasting after Lorenz 1969 (doi:10.1175/1520-0469(1969)26<636:APARBN>2.0.CO;2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Course = tuple[Sequence[float] | NDArray[np.float64], Sequence[float] | NDArray[np.float64]]

WIDTH = 1.5  # of the kernel, in standard deviations of each feature; chosen in benchmarks/lesion_forecast on readings before the last
_ADDED = 5.0  # mm: changes are of ln(size + this), so that a millimetre counts alike in small lesions
_UNREST = 0.02  # added to the mean change so far before its logarithm: less than can be measured
_FEWEST = 20  # changes of others


@dataclass(frozen=True)
class Forecast:
    """Median and 90 % interval of the next reading, in the unit of the sizes; how many changes of others it rests on (effective number)."""

    middle: float
    low: float
    high: float
    alike: float


class Others:
    """What other people's lesions did after each of their readings from the second on.

    `courses`: days (increasing) and diameters (mm, from 0 on) of each lesion. `last_alone`: only what each showed at its last reading, where
    that is what is to be forecast (people are read for the last time when something has happened). Raises InvalidInput XL-SIM-070 for
    numbers that cannot be, or fewer than twenty changes.
    """

    def __init__(self, courses: Sequence[Course], *, last_alone: bool = False) -> None:
        features, changes = [], []
        for days, sizes in (_seen(*course) for course in courses):
            for place in range(max(2, len(days) - 1) if last_alone else 2, len(days)):
                features.append(_features(days[:place], sizes[:place], days[place]))
                changes.append(np.log(sizes[place] + _ADDED) - np.log(sizes[place - 1] + _ADDED))
        if len(changes) < _FEWEST:
            raise InvalidInput(
                "XL-SIM-070", "too few courses to compare with", where="courses", fix="give more lesions with three readings or more"
            )
        table, self._changes = np.array(features), np.array(changes)
        self._middle, self._spread = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
        self._table = (table - self._middle) / self._spread

    def forecast(self, days: Sequence[float] | NDArray[np.float64], sizes: Sequence[float] | NDArray[np.float64], when: float) -> Forecast:
        """The reading at day `when` of a lesion with these readings (two or more). Raises InvalidInput XL-SIM-070."""
        seen_days, seen = _seen(days, sizes)
        if len(seen) < 2 or not when >= seen_days[-1]:
            raise InvalidInput(
                "XL-SIM-070",
                "there is nothing to forecast from",
                where="readings",
                fix="two readings or more, and a day not before the last",
            )
        here = (_features(seen_days, seen, when) - self._middle) / self._spread
        far = ((self._table - here) ** 2).sum(axis=1) / WIDTH**2
        weights = np.exp(-0.5 * (far - far.min()))
        order = np.argsort(self._changes, kind="stable")
        reached = np.cumsum(weights[order])
        places = np.minimum(np.searchsorted(reached, np.array([0.05, 0.5, 0.95]) * reached[-1]), len(order) - 1)
        grown = (seen[-1] + _ADDED) * np.exp(self._changes[order[places]]) - _ADDED
        low, middle, high = (max(float(size), 0.0) for size in grown)
        return Forecast(middle, low, high, float(weights.sum() ** 2 / (weights**2).sum()))


def _seen(
    days: Sequence[float] | NDArray[np.float64], sizes: Sequence[float] | NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    times, diameters = np.asarray(days, float), np.asarray(sizes, float)
    good = times.shape == diameters.shape and times.ndim == 1 and bool(np.isfinite(times).all() and np.isfinite(diameters).all())
    if not good or bool((np.diff(times) < 0).any()) or bool((diameters < 0).any()):
        raise InvalidInput("XL-SIM-070", "the readings of a lesion cannot be", where="readings", fix="days in order, diameters from 0 on")
    return times, diameters


def _features(days: NDArray[np.float64], sizes: NDArray[np.float64], when: float) -> NDArray[np.float64]:
    """Time to wait, size, last change, unrest so far, number of readings, whether it is no longer seen."""
    logs = np.log(sizes + _ADDED)
    changes = np.diff(logs)
    wait = np.log(max(when - days[-1], 1.0))
    return np.array([wait, logs[-1], changes[-1], np.log(np.mean(np.abs(changes)) + _UNREST), np.log(len(sizes)), float(sizes[-1] < 2.0)])
