"""The lung cancer card keeps to its laws: no negative volume, ordered stages, cure by chance, and the slow solver's numbers."""

import numpy as np
import pytest

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator.course import ALLOWED
from xinglin.records.simulation import Regimen, SimulationRequest

REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}
STAGES = {"I": 0.03, "II": 0.065, "IIIA": 0.1, "IIIB": 0.3, "IV": 0.8}


def asked(regimen: str | Regimen, days: int = 720, **traits: float) -> SimulationRequest:
    chosen = REGIMENS[regimen] if isinstance(regimen, str) else regimen
    return SimulationRequest("nsclc", tuple(float(day) for day in range(0, days + 1, 30)), chosen, seed=3, traits=traits)


@pytest.mark.parametrize("regimen", ["sequential", "pembrolizumab", "docetaxel"])
def test_the_fast_answer_is_that_of_the_slow_solver(regimen: str) -> None:
    assert DISEASE.residual(asked(regimen, 120), 1).greatest <= ALLOWED


def test_no_volume_is_ever_negative_whatever_the_dose() -> None:
    request = asked("concurrent")
    block = DISEASE.run(request, DISEASE.draw(request, 0, 5000))
    assert np.nanmin(block.observed["volume"]) > 0 and np.nanmin(block.observed["resistant_share"]) >= 0
    assert np.nanmax(block.observed["resistant_share"]) <= 1


def test_stage_iv_is_larger_than_stage_ii() -> None:
    sizes = {stage: np.median(DISEASE.draw(asked("none", stage_rank=rank), 0, 4000)["start_diameter"]) for stage, rank in STAGES.items()}
    assert sizes["I"] < sizes["IIIB"] < sizes["IV"] and sizes["IV"] > 1.8 * sizes["II"]


def test_the_mix_of_stages_is_that_of_the_source() -> None:
    rank = DISEASE.draw(asked("none"), 0, 50_000)["stage_rank"]
    assert abs((rank > 0.44062).mean() - 12840 / 22954) < 0.01 and abs((rank < 0.06239).mean() - 1432 / 22954) < 0.005


def test_cure_comes_as_often_as_chance_leaves_no_cell() -> None:
    request = asked("radiotherapy", 60, rho=1e-4, alpha=0.33, start_diameter=20.0)  # 23.8 logs of 2.4e9 cells: about one cell is left
    block = DISEASE.run(request, DISEASE.draw(request, 0, 20_000))
    cells = 0.5235987756 * 2**3 * 5.8e8 * np.exp(-30 * (0.33 * 2 + 0.033 * 4) + 60 * 1e-4 * 8)
    least, most = np.exp(-cells * 1.1), np.exp(-cells * 0.9)
    assert least - 0.01 < np.isfinite(block.ends["cure"]).mean() < most + 0.01
    assert 0.05 < least < 0.95


def test_after_cure_nothing_grows_again() -> None:
    request = asked("radiotherapy", 720, alpha=0.6)
    block = DISEASE.run(request, DISEASE.draw(request, 0, 200))
    cured = np.isfinite(block.ends["cure"])
    assert cured.mean() > 0.5 and (np.diff(block.observed["volume"][cured], axis=1) <= 0).all()


def test_the_resistant_share_grows_under_drugs_and_not_without() -> None:
    request, untreated = asked("docetaxel", 120), asked("none", 120)
    traits = DISEASE.draw(request, 0, 500)
    share = DISEASE.run(request, traits).observed["resistant_share"]
    still = DISEASE.run(untreated, traits).observed["resistant_share"]
    alive = np.isfinite(share[:, 2])
    assert (share[alive, 2] >= share[alive, 0]).all() and np.nanmax(np.abs(still - still[:, :1])) == 0


def test_pembrolizumab_levels_are_those_of_two_compartments() -> None:
    request = asked("pembrolizumab", 120, weight=76.8, albumin=39.6, clearance=0.22, volume_central=3.48)
    level = DISEASE.run(request, DISEASE.draw(request, 0, 1)).observed["pembrolizumab_level"][0]
    k10, k12, k21 = 0.22 / 3.48, 0.795 / 3.48, 0.795 / 4.06
    decay, shape = np.linalg.eig(np.array([[-k10 - k12, k21], [k12, -k21]]))
    start = np.linalg.solve(shape, np.array([1.0, 0.0]))
    truth = [
        sum(200 / 3.48 * float((shape[0] * start * np.exp(decay * (t - 21 * k))).sum()) for k in range(35) if 21 * k <= t)
        for t in request.times
    ]
    np.testing.assert_allclose(level, truth, rtol=1e-5)


def test_every_number_has_a_source_and_what_was_not_opened_says_so() -> None:
    for row in DISEASE.card.parameters:
        assert row.unverified or DISEASE.card.sources[row.source].source_read
