"""What a treatment does: found where it is known, with limits, kept as plain data, and refused where the groups cannot be compared."""

from importlib import import_module

import numpy as np
import pytest
from made_treated import design, people
from msgspec.structs import replace

from xinglin.models.causal.pseudo_values import pseudo_values
from xinglin.models.survival import kaplan_meier
from xinglin.records.errors import InvalidInput, Refused

LEARNERS = {name: import_module(f"xinglin.models.effect.{name}").MODEL for name in ("t_learner", "x_learner", "dr_learner")}


@pytest.mark.parametrize("name", LEARNERS)
def test_the_effect_is_found_where_the_plain_difference_is_misled(name):
    table, effect = people()
    treated = table["treated"] == 1
    assert table["y"][treated].mean() - table["y"][~treated].mean() > effect.mean() + 1, "the plain difference says far too much"
    fitted = LEARNERS[name].fit(table, design())
    told = fitted.effect(table)
    assert np.sqrt(np.mean((told[:, 0] - effect) ** 2)) < 0.35 * effect.std() + 0.15
    assert np.corrcoef(told[:, 0], effect)[0, 1] > 0.85
    middle, low, high = fitted.average()
    assert low < effect.mean() < high and low < middle < high and high - low < 0.5


@pytest.mark.parametrize("name", LEARNERS)
def test_a_kept_effect_answers_alike_and_is_the_same_again(name):
    table, _ = people(300)
    fitted = LEARNERS[name].fit(table, design(), seed=2)
    again = LEARNERS[name].load(fitted.save())
    np.testing.assert_array_equal(again.effect(table), fitted.effect(table))
    assert again.average() == fitted.average() and again.save() == fitted.save() == LEARNERS[name].fit(table, design(), seed=2).save()
    with pytest.raises(InvalidInput):
        LEARNERS[name].load(fitted.save()[:-40])


@pytest.mark.slow
def test_limits_of_the_doubly_robust_learner_hold_the_truth_about_as_often_as_they_say():
    held, averages = [], []
    for seed in range(12):
        table, effect = people(500, seed=seed)
        fitted = LEARNERS["dr_learner"].fit(table, design(), seed)
        told = fitted.effect(table)
        held.append(np.mean((told[:, 1] <= effect) & (effect <= told[:, 2])))
        averages.append(fitted.average()[1] <= effect.mean() <= fitted.average()[2])
    assert 0.9 <= np.mean(held) <= 0.995 and np.mean(averages) >= 0.75


def test_without_overlap_nothing_is_said():
    table, _ = people(400, overlap=0.1)
    with pytest.raises(Refused) as refused:
        LEARNERS["dr_learner"].fit(table, design())
    assert refused.value.code == "XL-EFFECT-005"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"treatment": ""}, "XL-EFFECT-001"),
        ({"treatment": "a", "features": ("b", "group")}, "XL-EFFECT-003"),
        ({"features": ("a", "treated")}, "XL-EFFECT-001"),
        ({"outcome": "treated"}, "XL-EFFECT-001"),
        ({"treated": "2"}, "XL-EFFECT-003"),
        ({"treated": "yes"}, "XL-EFFECT-003"),
    ],
)
def test_a_treatment_that_is_none_is_refused(change, code):
    with pytest.raises(InvalidInput) as refused:
        LEARNERS["t_learner"].fit(people(200)[0], replace(design(), **change))
    assert refused.value.code == code


def test_too_few_treated_and_a_time_nobody_reached_are_refused():
    table, _ = people(200)
    few = table | {"treated": (np.arange(200) < 20).astype(float)}
    cases = {"XL-EFFECT-004": (few, design()), "XL-EFFECT-002": (table, replace(design("survival"), horizons=(90.0,)))}
    for code, (rows, wanted) in cases.items():
        with pytest.raises(InvalidInput) as refused:
            LEARNERS["dr_learner"].fit(rows, wanted)
        assert refused.value.code == code


def test_pseudo_values_are_what_each_person_adds_to_the_kaplan_meier_estimate():
    table, _ = people(120)
    times, ended = np.round(table["years"], 1), table["ended"] == 1  # with ties
    for on, of in (("mean-time", lambda curve: curve.mean_until(4.0)[0]), ("free", lambda curve: curve.at(4.0))):
        whole, others = of(kaplan_meier(times, ended)), []
        for one in range(len(times)):
            rest = np.arange(len(times)) != one
            others.append(of(kaplan_meier(times[rest], ended[rest])))
        jackknife = len(times) * whole - (len(times) - 1) * np.array(others)
        ours = pseudo_values(times, ended, 4.0, on)
        assert ours.mean() == pytest.approx(whole, abs=1e-9)
        np.testing.assert_allclose(ours, jackknife, atol=0.06 if on == "mean-time" else 0.03)


def test_without_anybody_leaving_a_pseudo_value_is_the_time_itself():
    rng = np.random.default_rng(0)
    times = rng.exponential(3, 80)
    np.testing.assert_allclose(pseudo_values(times, np.ones(80, bool), 4.0), np.minimum(times, 4.0), atol=0.12)


def test_an_effect_on_survival_is_told_in_time():
    table, _ = people(900, seed=3)
    fitted = LEARNERS["dr_learner"].fit(table, design("survival"))
    rng = np.random.default_rng(1)
    a = rng.normal(size=200_000)
    treated, untreated = (np.minimum(rng.exponential(3 * np.exp(0.5 * a + 0.8 * t)), 4.0).mean() for t in (1, 0))
    middle, low, high = fitted.average()
    assert low < treated - untreated < high and abs(middle - (treated - untreated)) < 0.3
