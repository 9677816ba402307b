"""Bauer, CPT Pharmacometrics Syst Pharmacol 2019;8:525, tutorial part 2: levels below the limit by method M3, NONMEM's Laplace estimates and variances."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.map_bayes import real


def test_estimates_and_variances_are_those_of_nonmem() -> None:
    people = real.below_the_limit()
    assert sum(any(reading.below for reading in found.measured) for found, _, _ in people) >= 6
    for found, etas, covariance in people:
        assert list(found.etas.values()) == pytest.approx(etas, abs=2e-5)
        assert np.abs(found.covariance - covariance).max() < 1e-3 * np.abs(covariance).max()
