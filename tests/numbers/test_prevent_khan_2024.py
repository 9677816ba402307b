"""PREVENT base equations (Khan 2024, doi:10.1161/CIRCULATIONAHA.123.067626) against the worked example of the R package preventr (README)."""

import numpy as np
import pytest

from xinglin.diseases.chronic.prevent import ten_year_risk

EXAMPLE = {
    "woman": np.array([True]), "age": np.array([50.0]), "cholesterol": np.array([200.0]), "hdl": np.array([45.0]), "sbp": np.array([160.0]),
    "bmi": np.array([35.0]), "gfr": np.array([90.0]), "diabetes": np.array([True]), "smoker": np.array([False]), "treated": 1.0,
}  # fmt: skip


@pytest.mark.parametrize(("outcome", "published"), [("ascvd", 0.092), ("heart_failure", 0.081)])
def test_a_woman_of_50_has_the_published_risk(outcome, published):
    assert round(float(ten_year_risk(outcome, **EXAMPLE)[0]), 3) == published


def test_beyond_the_range_of_the_equations_the_nearest_value_inside_is_used():
    older = EXAMPLE | {"age": np.array([90.0])}
    assert ten_year_risk("ascvd", **older) == ten_year_risk("ascvd", **EXAMPLE | {"age": np.array([79.0])})
