"""PSA under abiraterone and under chemotherapy: the fast solver against the slow one, published numbers, and what can never be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.diseases.prostate import DISEASE
from xinglin.models.simulator import expressions
from xinglin.records.simulation import SimulationRequest

CHEMOTHERAPY = DISEASE.variants["chemotherapy"]
REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}
TIMES = tuple(float(day) for day in range(0, 1093, 84))
FIRST_MAN = {"psa_first": 3.5, "cells_first": 2210.67, "resistant_first": 52.35 / 2210.67}  # the first row of optimizedModelFits.mat
EVERY_THREE_WEEKS = tuple(float(day) for day in range(0, 736, 21))
MEDIAN_MAN = {"psa_first": 80.0, "growth": 0.05, "effect": 0.3, "escape": 140.0}


def asked(name: str, traits: dict[str, float] | None = None, seed: int = 5) -> SimulationRequest:
    return SimulationRequest("prostate", TIMES, REGIMENS[name], 1, seed, traits or {})


def under_chemotherapy(number: int, times: tuple[float, ...] = EVERY_THREE_WEEKS, **traits: float) -> SimulationRequest:
    return SimulationRequest("prostate:chemotherapy", times, CHEMOTHERAPY.card.regimens[number], 1, 5, traits)


@pytest.mark.parametrize("card", [DISEASE.card, CHEMOTHERAPY.card], ids=lambda card: card.name)
def test_the_cards_can_be_run_and_name_their_sources(card):
    expressions.check(card)
    assert all(card.sources[parameter.source].source_read for parameter in card.parameters)
    assert all(text["en"] and text["zh"] for text in (card.title, card.about, card.limits, *(p.meaning for p in card.parameters)))


@pytest.mark.parametrize("name", list(REGIMENS))
def test_fast_and_slow_solver_agree_under_abiraterone(name):
    assert DISEASE.residual(asked(name), 2).greatest <= 1e-5


@pytest.mark.parametrize("number", [0, 1])
def test_fast_and_slow_solver_agree_under_chemotherapy(number):
    assert CHEMOTHERAPY.residual(under_chemotherapy(number), 2).greatest <= 1e-5


def test_adaptive_treatment_delays_progression_in_the_first_man_of_the_adaptive_arm():
    ends = {}
    for name in ("continuous", "adaptive"):
        request = asked(name, FIRST_MAN)
        ends[name] = DISEASE.run(request, DISEASE.draw(request, 0, 1)).ends["progression"][0]
    assert np.isfinite(ends["continuous"])
    assert not ends["adaptive"] <= 1.1 * ends["continuous"]


def test_the_median_man_has_the_published_psa_and_survival_after_735_days():
    """Desmee 2015, high link, as worked out in nlmixr2lib: PSA 182.14 ng/mL, survival 0.2357."""
    request = under_chemotherapy(1, **MEDIAN_MAN)
    block = CHEMOTHERAPY.run(request, CHEMOTHERAPY.draw(request, 0, 4000))
    psa, survival = block.observed["psa_level"][:, -1], block.observed["survival"][:, -1]
    assert np.nanmedian(psa) == pytest.approx(182.14, rel=1e-3)
    assert np.nanmedian(survival) == pytest.approx(0.2357, abs=1e-3)
    assert np.isnan(block.ends["death"]).mean() == pytest.approx(0.2357, abs=0.02)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 3), name=st.sampled_from(["none", "continuous"]))
def test_no_count_of_cells_is_ever_negative(seed, name):
    request = asked(name, seed=seed)
    block = DISEASE.run(request, DISEASE.draw(request, 0, 200))
    assert block.observed["psa"].min() > 0
    assert block.observed["resistant_share"].min() >= 0
    assert block.observed["resistant_share"].max() <= 1
