"""A trial of virtual patients finds what is there, says how sure it is, and its true effect stands beside the estimate."""

import math

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.models.sample_simulations import CARD
from xinglin.models.simulator.course import CardDisease
from xinglin.models.trial import allocation, enrolled, power, run_trial
from xinglin.records.errors import InvalidInput, NotFound, UsageError
from xinglin.records.simulation import End, Regimen, Treatment, TrialDesign

# a tumour whose hazard of death is a known share of its volume, halved while the drug is given
GUARD = Treatment("guard", {"en": "guard", "zh": "保护"}, "1", "switch")
DEATH = End("death", {"en": "death", "zh": "死亡"}, hazard="0.01 * (1 - 0.5 * guard)", stops=True)
LARGE = End("large", {"en": "too large", "zh": "过大"}, condition="volume - 100")
NONE = Regimen("none")
ALWAYS = Regimen("always", doses=(replace(CARD.regimens[0].doses[0], treatment="guard", amount=1.0, duration=1e6),))
DISEASE = CardDisease(replace(CARD, name="trial_sample", treatments=(*CARD.treatments, GUARD), ends=(DEATH, LARGE)))
DESIGN = TrialDesign(disease="trial_sample", arms=(NONE, ALWAYS), patients=800, ends=("death",), follow=200.0, seed=5)


@pytest.fixture(scope="module")
def result():
    return run_trial(DISEASE, DESIGN)


def test_a_halved_hazard_is_found_as_a_hazard_ratio_of_one_half(result):
    (one,) = result.comparisons
    assert one.ratio_low < 0.5 < one.ratio_high
    assert one.p < 1e-6


def test_the_gain_in_mean_time_is_that_of_the_closed_form_and_the_true_one_lies_in_the_interval(result):
    (one,) = result.comparisons
    by_hand = (1 - math.exp(-0.005 * result.until)) / 0.005 - (1 - math.exp(-0.01 * result.until)) / 0.01
    assert one.true_gained == pytest.approx(by_hand, abs=5)
    assert one.gained_low < one.true_gained < one.gained_high


def test_everybody_is_accounted_for(result):
    assert sum(arm.randomised for arm in result.arms) == DESIGN.patients
    for arm in result.arms:
        assert arm.ends + arm.lost + arm.closed == arm.randomised
    assert abs(result.arms[0].randomised - result.arms[1].randomised) <= 2


def test_the_same_design_gives_the_same_trial_and_another_seed_another(result):
    assert run_trial(DISEASE, DESIGN) == result
    assert run_trial(DISEASE, replace(DESIGN, seed=6)).arms != result.arms


def test_arms_share_their_people_so_an_arm_that_does_nothing_changes_nothing():
    idle = replace(NONE, name="idle")
    result = run_trial(DISEASE, replace(DESIGN, arms=(NONE, idle), patients=200))
    assert result.comparisons[0].true_gained == 0.0


def test_without_an_effect_one_trial_in_twenty_finds_one():
    idle = replace(NONE, name="idle")
    low, share, high = power(DISEASE, replace(DESIGN, arms=(NONE, idle), patients=60), 200)
    assert low < 0.05 < high, share


def test_power_grows_with_the_number_of_people():
    small, large = (power(DISEASE, replace(DESIGN, patients=count), 40)[1] for count in (40, 400))
    assert small < large and large > 0.9


def test_who_may_enter_is_kept_and_counted():
    design = replace(DESIGN, patients=100, eligible=("volume - 25", "growth - 0.008"))
    people = enrolled(DISEASE, design)
    result = run_trial(DISEASE, design, truth=False)
    assert result.assessed - result.not_eligible == 100 and result.not_eligible > 50
    from xinglin.records.simulation import SimulationRequest

    traits = DISEASE.draw(SimulationRequest("trial_sample", (0.0,), NONE, people.assessed, design.seed), 0, people.assessed)
    assert np.all(traits["start"][people.numbers] > 25) and np.all(traits["growth"][people.numbers] > 0.008)


def test_drop_outs_and_closing_end_observation_not_life():
    result = run_trial(DISEASE, replace(DESIGN, dropout=0.01, accrual=100.0, closes=50.0))
    lost = sum(arm.lost for arm in result.arms)
    assert lost > 50
    assert result.until <= 150
    assert result.comparisons[0].ratio_low < 0.5 < result.comparisons[0].ratio_high


def test_the_ratio_of_the_arms_is_kept():
    arms = np.bincount(allocation(replace(DESIGN, patients=300, ratio=(2, 1))))
    assert arms.tolist() == [200, 100]


def test_what_cannot_be_a_trial_is_refused():
    with pytest.raises(UsageError, match="XL-TRIAL-001"):
        run_trial(DISEASE, replace(DESIGN, arms=(NONE,)))
    with pytest.raises(NotFound, match="XL-TRIAL-002"):
        run_trial(DISEASE, replace(DESIGN, ends=("cure",)))
    with pytest.raises(InvalidInput, match="XL-TRIAL-003"):
        run_trial(DISEASE, replace(DESIGN, patients=10, eligible=("growth - 0.0499",)))


def test_a_trial_tells_the_ends_that_a_simulation_with_many_looks_tells():
    import numpy as np

    from xinglin.diseases.prostate import DISEASE
    from xinglin.records.simulation import SimulationRequest

    arms = tuple(one for one in DISEASE.card.regimens if one.name in ("continuous", "none"))
    result = run_trial(DISEASE, TrialDesign(disease="prostate", arms=arms, patients=80, ends=("progression",), follow=1826.0))
    asked = SimulationRequest("prostate", tuple(np.linspace(0, 1826, 300)), next(one for one in arms if one.name == "continuous"), 80)
    came = DISEASE.run(asked, DISEASE.draw(asked, 0, 80)).ends["progression"]
    told = next(arm for arm in result.arms if arm.arm == "continuous")
    assert np.isfinite(came).all() and told.ends == told.randomised
    assert result.residual is not None and result.residual.greatest <= result.residual.allowed


def test_a_trial_whose_fast_solver_is_off_is_refused(monkeypatch):
    from xinglin.diseases.prostate import DISEASE
    from xinglin.records.errors import Refused
    from xinglin.records.simulation import Residual

    design = TrialDesign(disease="prostate", arms=DISEASE.card.regimens[:2], patients=40, ends=("progression",), follow=100.0)
    monkeypatch.setattr(type(DISEASE), "residual", lambda self, request, patients=3: Residual(float("nan"), 3, 1.0))
    with pytest.raises(Refused, match="XL-TRIAL-004"):
        run_trial(DISEASE, design)
