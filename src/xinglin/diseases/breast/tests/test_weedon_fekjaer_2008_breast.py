"""Weedon-Fekjaer 2008 (doi:10.1186/bcr2092), abstract: how long tumours take from 10 to 20 mm. Nothing was tuned to it.

The growth numbers of the program the card follows very probably come from this paper: this shows a faithful rebuild,
not independent evidence.
"""

import numpy as np
import pytest

from xinglin.diseases.breast import DISEASE
from xinglin.records.simulation import SimulationRequest

PEOPLE = 100_000


@pytest.fixture(scope="module")
def years_to_double() -> np.ndarray:
    """Years from 10 to 20 mm of many people, by the card's law of growth (its course is held against this solution in `test_breast`)."""
    request = SimulationRequest("breast", (0.0,), seed=8)
    growth = DISEASE.draw(request, 0, PEOPLE)["growth_per_year"]
    return (np.log((128 / 10) ** 0.75 - 1) - np.log((128 / 20) ** 0.75 - 1)) / (0.25 * growth)


def test_the_mean_time_is_that_of_the_paper(years_to_double: np.ndarray) -> None:
    assert years_to_double.mean() == pytest.approx(1.7, abs=0.05)  # as many digits as the abstract gives


def test_about_a_twentieth_are_as_slow_as_the_paper_says(years_to_double: np.ndarray) -> None:
    assert 0.035 < (years_to_double > 6.3).mean() < 0.065


def test_fewer_are_as_fast_as_the_paper_says(years_to_double: np.ndarray) -> None:
    # the paper has 5 % below 1.2 months, the model about 2.8 %: a known weakness, watched here
    assert 0.02 < (years_to_double < 1.2 / 12).mean() < 0.05


def test_simulated_tumours_double_when_the_solution_says() -> None:
    growth = 2.0
    time = 365.25 * (np.log((128 / 10) ** 0.75 - 1) - np.log((128 / 20) ** 0.75 - 1)) / (0.25 * growth)
    request = SimulationRequest("breast", (0.0, float(time)), traits={"start_diameter": 10.0, "growth_per_year": growth})
    assert DISEASE.run(request, DISEASE.draw(request, 0, 1)).observed["diameter"][0, 1] == pytest.approx(20.0, rel=1e-5)
