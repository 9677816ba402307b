"""A course asked for at its two ends alone is the course that is asked for often: two walks that both run off do not agree."""

from __future__ import annotations

import numpy as np

from xinglin.diseases.prostate import DISEASE
from xinglin.records.simulation import SimulationRequest


def progressions(every_days: float) -> np.ndarray:
    regimen = next(one for one in DISEASE.card.regimens if one.name == "continuous")
    request = SimulationRequest("prostate", tuple(np.arange(0.0, 1827.0, every_days)), regimen, seed=1)
    return np.isfinite(DISEASE.run(request, DISEASE.draw(request, 0, 60)).ends["progression"])


def test_how_often_one_looks_does_not_change_what_happens() -> None:
    assert progressions(1826.0).tolist() == progressions(83.0).tolist()
