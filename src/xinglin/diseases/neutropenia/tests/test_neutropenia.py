"""Neutrophils under docetaxel: the fast solver against the slow one, against what can be worked out by hand, and against published features."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from xinglin.diseases.neutropenia import DISEASE
from xinglin.diseases.neutropenia.card import CARD
from xinglin.models.simulator import expressions
from xinglin.models.simulator.population import with_derived
from xinglin.records.simulation import Dose, Regimen, SimulationRequest

REGIMENS = {regimen.name: regimen for regimen in CARD.regimens}
CYCLE = (0.0, 0.02, 1 / 24, 0.1, *(float(day) for day in range(1, 22)))
TYPICAL = {"sex_rank": 0.9, "ecog_rank": 0.9, "prior_rank": 0.9, "female": 0.0, "ecog": 0.0, "prior": 0.0, "area": 1.8, "aag": 1.34}
MIDDLE = {**TYPICAL, "baseline": 5.21965, "transit_time": 84.1791, "slope": 15.5711, "clearance": 35.7, "volume": 6.94}


def asked(name: str, times: tuple[float, ...] = CYCLE, **changes: object) -> SimulationRequest:
    return replace(SimulationRequest("neutropenia", times, REGIMENS[name], 1, 11), **changes)


def ran(request: SimulationRequest, count: int = 1):
    return DISEASE.run(request, DISEASE.draw(request, 0, count))


def test_the_card_can_be_run_and_names_its_sources():
    expressions.check(CARD)
    unread = {name for name, source in CARD.sources.items() if not source.source_read}
    assert all(parameter.unverified for parameter in CARD.parameters if parameter.source in unread)
    assert all(text["en"] and text["zh"] for text in (CARD.title, CARD.about, CARD.limits, *(p.meaning for p in CARD.parameters)))


def test_a_nadir_between_two_looks_breaks_the_limit_all_the_same():
    from xinglin.models.simulator.summary import outcomes_of

    shares = []
    for times in (CYCLE, (0.0, 21.0)):
        block = ran(asked("docetaxel-100", times), 200)
        shares.append([one.middle for one in outcomes_of("arm", block, CARD) if one.kind == "harm"])
    assert shares[0] == shares[1] and 0.2 < shares[0][0] < shares[0][1]


@pytest.mark.parametrize("name", list(REGIMENS))
def test_fast_and_slow_solver_agree(name):
    assert DISEASE.residual(asked(name), 3).greatest <= 1e-5


def test_without_treatment_nothing_changes():
    block = ran(asked("none"), 50)
    assert np.abs(block.observed["neutrophils"] / block.traits["baseline"][:, None] - 1).max() < 1e-6


def test_the_three_parts_of_the_drug_decay_at_the_roots_of_its_equation():
    people = with_derived(CARD, DISEASE.draw(asked("none"), 0, 200))
    for mode in ("quick", "middle", "slow"):
        rate = people[f"{mode}_rate"]
        terms = (rate**3, people["sum_rates"] * rate**2, people["pair_rates"] * rate, people["all_rates"])
        assert (np.abs(terms[0] - terms[1] + terms[2] - terms[3]) / sum(np.abs(term) for term in terms)).max() < 1e-12
    assert np.abs(people["quick_part"] + people["middle_part"] + people["slow_part"] - 1).max() < 1e-9


def test_what_is_given_over_clearance_is_the_exposure():
    """The area under the level after one infusion of 75 mg/m2 in 1.8 m2 is 135 mg / (35.7 L/h)."""
    times = tuple(np.unique(np.concatenate([np.linspace(0, 0.5, 401), np.linspace(0.5, 21, 401)])))
    level = ran(asked("docetaxel-75", times, traits=MIDDLE)).observed["docetaxel_level"][0]
    assert np.trapezoid(level, times) * 24 == pytest.approx(75 * 1.8 / 35.7, rel=2e-3)


@pytest.mark.parametrize(("female", "ecog", "prior", "expected"), [(0, 0, 0, 5.21965), (1, 1, 1, 5.21965 * 0.878549 * 1.130406 * 0.853163)])
def test_the_baseline_follows_its_covariates(female, ecog, prior, expected):
    """Netterberg 2017: (1 - 0.121451 female) (1 + 0.130406 ECOG) (1 - 0.146837 earlier treatment); at 2.54 g/L times 1 + 0.494618 * 1.2."""
    traits = {**TYPICAL, "female": float(female), "ecog": float(ecog), "prior": float(prior)}
    middle = np.median(DISEASE.draw(asked("none", traits=traits), 0, 20_000)["baseline"])
    assert middle == pytest.approx(expected, rel=0.01)
    high = np.median(DISEASE.draw(asked("none", traits={**traits, "aag": 2.54}), 0, 20_000)["baseline"])
    assert high == pytest.approx(expected * (1 + 0.494618 * 1.2), rel=0.01)


def test_the_lowest_count_comes_a_week_after_the_dose_and_the_count_is_back_in_three():
    """Netterberg 2017 and Ozawa 2007 as described in nlmixr2lib: lowest after 7 to 9 days, recovered by day 21."""
    times = tuple(float(day) for day in np.arange(0, 22, 0.25))
    count = ran(asked("docetaxel-100", times, traits=MIDDLE)).observed["neutrophils"][0]
    assert 7.0 <= times[int(count.argmin())] <= 9.0
    assert count.min() < 0.5
    assert count[-1] >= count[0]


def test_more_drug_means_a_lower_count():
    lowest = [ran(asked(name, traits=MIDDLE)).observed["neutrophils"].min() for name in ("docetaxel-60", "docetaxel-75", "docetaxel-100")]
    assert lowest[0] > lowest[1] > lowest[2]


@settings(max_examples=5, deadline=None)
@given(amount=st.sampled_from([0.0, 20.0, 60.0, 100.0]), seed=st.integers(0, 50), duration=st.sampled_from([1 / 24, 0.5]))
def test_nothing_is_ever_negative(amount, seed, duration):
    regimen = Regimen("of this test", doses=(Dose(0.0, "docetaxel", amount, duration),))
    request = SimulationRequest("neutropenia", CYCLE, regimen, 1, seed)
    block = ran(request, 16)
    assert all(np.isfinite(series).all() and series.min() >= 0 for series in block.observed.values())
    assert block.observed["neutrophils"].min() > 0
