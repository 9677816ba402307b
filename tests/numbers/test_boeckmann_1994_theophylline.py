"""Boeckmann, Sheiner and Beal's theophylline subjects: NONMEM 7.4's estimates (github.com/asancpt/nmw-nonmem), worked out from the published levels."""

from __future__ import annotations

import pytest
from benchmarks.map_bayes import real


def test_every_subject_has_the_parameters_nonmem_found() -> None:
    folder = real.data_folder()
    if folder is None:
        pytest.skip("shared data not present")
    for found, etas in real.theophylline(folder).values():
        assert real.percent_apart(found, etas) < 1e-3
        assert found.residuals.std() < 2.0
