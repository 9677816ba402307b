"""Geng, Paganetti, Grassberger 2017 (doi:10.1038/s41598-017-13646-z) and the trials beside it: nothing in the card was tuned to these numbers."""

import numpy as np
import pytest

from xinglin.diseases.nsclc import DISEASE
from xinglin.records.simulation import SimulationRequest

PEOPLE, MONTH = 8_000, 30.44
REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}


def survival(regimen: str, rank: float) -> np.ndarray:
    """Days to death of people of one stage, inf for alive after five years."""
    request = SimulationRequest(
        "nsclc", tuple(float(day) for day in range(0, 1827, 42)), REGIMENS[regimen], seed=1, traits={"stage_rank": rank}
    )
    death = DISEASE.run(request, DISEASE.draw(request, 0, PEOPLE)).ends["death"]
    return np.where(np.isnan(death), np.inf, death)


@pytest.fixture(scope="module")
def stage_iii() -> dict[str, np.ndarray]:
    return {name: survival(name, 0.3) for name in ("none", "radiotherapy", "sequential", "concurrent")}


def test_sequential_chemoradiation_has_the_median_of_rtog_9410(stage_iii: dict[str, np.ndarray]) -> None:
    # abstract of RTOG 9410, arm 1: median survival 14.6 months, five-year survival 10 % (7 to 15 %)
    assert abs(np.median(stage_iii["sequential"]) / MONTH - 14.6) < 2 and 0.07 <= np.isinf(stage_iii["sequential"]).mean() <= 0.15


def test_each_treatment_adds_to_the_one_before(stage_iii: dict[str, np.ndarray]) -> None:
    none, radiation, both = (np.median(stage_iii[name]) for name in ("none", "radiotherapy", "sequential"))
    assert none < radiation < both


def test_concurrent_treatment_gains_less_than_the_paper_says(stage_iii: dict[str, np.ndarray]) -> None:
    # the abstract predicts 6.2 points more after five years, the trial saw 4.5; this card gains less: a known weakness (the card's README), watched here
    gain = np.isinf(stage_iii["concurrent"]).mean() - np.isinf(stage_iii["sequential"]).mean()
    assert -0.01 < gain < 0.062


def test_docetaxel_and_pembrolizumab_lengthen_life_in_that_order() -> None:
    none, docetaxel, pembrolizumab = (np.median(survival(name, 0.8)) / MONTH for name in ("none", "docetaxel", "pembrolizumab"))
    assert 4 < none < 8 and none + 1 < docetaxel < 11 and 14 < pembrolizumab < 32
