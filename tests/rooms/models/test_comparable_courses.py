"""A lesion's next reading by what comparable lesions of others did: right for made-up populations, and refused where it cannot be said."""

from __future__ import annotations

import numpy as np
import pytest

from xinglin.models.comparable_courses import Others
from xinglin.records.errors import InvalidInput

CHANCE = np.random.default_rng(4)
Course = tuple[np.ndarray, np.ndarray]


def walkers(count: int, readings: int = 6, spread: float = 0.1) -> list[Course]:
    """Lesions whose logarithm (of size + 5 mm) wanders without memory."""
    days = np.arange(readings) * 42.0
    found = []
    for _ in range(count):
        logs = np.log(CHANCE.uniform(20, 60) + 5) + np.concatenate([[0.0], np.cumsum(spread * CHANCE.standard_normal(readings - 1))])
        found.append((days, np.maximum(np.exp(logs) - 5, 0.0)))
    return found


def two_kinds(count: int) -> list[Course]:
    """Half stay as they are to the millimetre, half grow by a fifth each time."""
    days = np.arange(5) * 42.0
    still = [(days, np.full(5, float(size))) for size in range(20, 20 + count)]
    growing = [(days, size * 1.2 ** np.arange(5)) for size in range(20, 20 + count)]
    return [*still, *growing]


def test_the_interval_holds_nine_in_ten_of_other_people_alike() -> None:
    others = Others(walkers(300))
    held = []
    for days, sizes in walkers(400):
        found = others.forecast(days[:-1], sizes[:-1], days[-1])
        held.append(found.low <= sizes[-1] <= found.high)
    assert 0.85 < np.mean(held) < 0.95


def test_what_stayed_stays_and_what_grew_grows() -> None:
    others = Others(two_kinds(40))
    still = others.forecast([0, 42, 84], [33, 33, 33], 126)
    growing = others.forecast([0, 42, 84], [25, 30, 36], 126)
    assert still.low == still.middle == 33  # to the millimetre
    assert growing.middle == pytest.approx(43.2, rel=0.02) and growing.high == pytest.approx(43.2, rel=0.02) and growing.alike > 10


def test_what_is_forecast_depends_on_others_alone_and_not_on_their_order() -> None:
    courses = walkers(60)
    one, other = Others(courses), Others(courses[::-1])
    asked = ([0.0, 30.0, 70.0], [30.0, 34.0, 31.0], 120.0)
    assert one.forecast(*asked).middle == pytest.approx(other.forecast(*asked).middle, rel=1e-9)


def test_last_readings_alone_can_be_compared_with_last_readings() -> None:
    days = np.arange(5) * 42.0
    courses = [(days, np.array([size, size, size, size, 2.0 * size])) for size in np.arange(20.0, 60.0)]
    asked = ([0, 42, 84, 126], [30, 30, 30, 30], 168)
    assert Others(courses, last_alone=True).forecast(*asked).middle == pytest.approx(60, rel=0.1)
    assert Others(courses).forecast([0, 42], [30, 30], 84).middle == pytest.approx(30, rel=1e-9)


def test_no_size_is_below_nothing() -> None:
    days = np.arange(4) * 42.0
    others = Others([(days, np.array([size, size / 2, size / 8, 0.0])) for size in np.linspace(4, 40, 40)])
    found = others.forecast([0, 42, 84], [6, 3, 0.5], 126)
    assert 0 <= found.low <= found.middle <= found.high


@pytest.mark.parametrize(
    ("days", "sizes", "when"),
    [([0.0], [30.0], 42.0), ([0.0, 42.0], [30.0, -1.0], 84.0), ([42.0, 0.0], [30.0, 31.0], 84.0), ([0.0, 42.0], [30.0, np.nan], 84.0), ([0.0, 42.0], [30.0, 31.0], 20.0)],
)  # fmt: skip
def test_what_cannot_be_is_refused(days: list[float], sizes: list[float], when: float) -> None:
    others = Others(walkers(30))
    with pytest.raises(InvalidInput, match="XL-SIM-070"):
        others.forecast(days, sizes, when)


def test_too_few_others_are_refused() -> None:
    with pytest.raises(InvalidInput, match="XL-SIM-070"):
        Others(walkers(4))
