"""A twin is the posterior: where it can be worked out by hand it is that, and what data cannot tell is said."""

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.models.sample_simulations import CARD
from xinglin.models.simulator.course import CardDisease
from xinglin.models.twin import fitted, sampling
from xinglin.records.errors import InvalidInput, Refused
from xinglin.records.simulation import CardSource, DiseaseCard, Measurement, Observable, Parameter, Regimen, State

NONE = Regimen("none")
HERE = CardSource("ours", source_read="this file")


def straight_line(prior_sd=2.0, error=0.5):
    """A level that rises by a slope each day: linear, with normal errors, so the posterior is known."""
    return CardDisease(
        DiseaseCard(
            "line", "1", {"en": "line", "zh": "直线"}, {"en": "a", "zh": "a"}, {"en": "a", "zh": "a"}, "d", 10.0,
            (
                Parameter("start", 20.0, "1", {"en": "start", "zh": "起点"}, "ours", "normal", prior_sd),
                Parameter("slope", 1.0, "1", {"en": "slope", "zh": "斜率"}, "ours", "normal", 0.5),
            ),
            (State("level", "1", "start", "slope", {"en": "level", "zh": "水平"}),),
            (Observable("level", {"en": "level", "zh": "水平"}, "level", "1", additive=error),), {"ours": HERE},
        )
    )  # fmt: skip


def test_a_straight_line_with_normal_errors_gives_the_posterior_worked_out_by_hand():
    times, values, error = np.array([0.0, 2.0, 5.0]), np.array([18.5, 21.9, 27.0]), 0.5
    design = np.column_stack([np.ones(3), times])
    precision = design.T @ design / error**2 + np.diag([1 / 2.0**2, 1 / 0.5**2])
    covariance = np.linalg.inv(precision)
    mean = covariance @ (design.T @ values / error**2 + np.array([20.0 / 4, 1.0 / 0.25]))
    twin = fitted(straight_line(), [Measurement(t, "level", v) for t, v in zip(times, values, strict=True)], NONE, seed=4, draws=8000)
    found = np.column_stack([twin.draws["start"], twin.draws["slope"]])
    np.testing.assert_allclose(found.mean(axis=0), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(found.T), covariance, rtol=0.12, atol=0.002)
    assert twin.effective >= 1000 and 0.02 < twin.fit < 0.98


def test_chains_from_the_prior_come_to_the_same_posterior():
    def likelihood(points):
        return -0.5 * ((points[:, 0] - 1.0) / 0.3) ** 2

    sample = sampling.tempered(likelihood, 3, sampling.Draws(1), count=2000)
    kept = 0.09 / 1.09  # variance of the first score given the reading
    assert sample.scores[:, 0].mean() == pytest.approx(1 / 1.09, abs=0.03)
    assert sample.scores[:, 0].var() == pytest.approx(kept, rel=0.12)
    assert sample.scores[:, 1:].var() == pytest.approx(1.0, rel=0.1)
    assert sample.effective > 1500


def test_two_humps_keep_their_shares():
    def likelihood(points):
        apart = [-0.5 * ((points[:, 0] - at) / 0.1) ** 2 for at in (-1.0, 1.0)]
        return np.logaddexp(apart[0] + np.log(0.3), apart[1] + np.log(0.7))

    sample = sampling.importance(likelihood, 2, sampling.Draws(2), wanted=1000, count=3000, most=60_000)
    right = sample.weights[sample.scores[:, 0] > 0].sum()
    assert right == pytest.approx(0.7, abs=0.04)


def test_the_same_readings_give_the_same_twin():
    disease, readings = CardDisease(CARD), [Measurement(0, "volume", 21.0), Measurement(60, "volume", 40.0)]
    one, two = (fitted(disease, readings, NONE, seed=9) for _ in range(2))
    assert all(np.array_equal(one.draws[name], two.draws[name]) for name in one.draws)
    assert one.estimates == two.estimates


def test_readings_make_the_growth_rate_narrower_and_none_leave_it_alone():
    disease = CardDisease(CARD)
    few = fitted(disease, [Measurement(0, "volume", 21.0)], NONE)
    more = fitted(disease, [Measurement(t, "volume", 20 * np.exp(0.012 * t)) for t in (0, 60, 120, 180)], NONE)
    shrunk = [{one.name: one.shrunk for one in twin.estimates} for twin in (few, more)]
    assert shrunk[0]["growth"] < 0.1 < 0.6 < shrunk[1]["growth"]
    (growth,) = (one for one in more.estimates if one.name == "growth")
    assert growth.low < 0.012 < growth.high


def test_below_the_limit_of_the_instrument_is_used_as_what_it_says():
    card = replace(CARD, observables=(replace(CARD.observables[0], low_limit=10.0),))
    twin = fitted(CardDisease(card), [Measurement(0, "volume", 10.0, below=True)], NONE)
    assert np.quantile(twin.draws["start"], 0.9) < 13


def test_known_traits_are_kept():
    twin = fitted(CardDisease(CARD), [Measurement(60, "volume", 40.0)], NONE, traits={"start": 20.0})
    assert set(twin.draws["start"]) == {20.0}
    assert [one.name for one in twin.estimates] == ["growth"]


def test_readings_that_contradict_the_model_are_told_by_the_fit():
    falling = [Measurement(t, "volume", v) for t, v in ((0, 40.0), (60, 10.0), (120, 40.0), (180, 10.0))]
    assert fitted(CardDisease(CARD), falling, NONE).fit < 0.01


def test_what_cannot_be_fitted_is_refused():
    disease = CardDisease(CARD)
    with pytest.raises(Refused, match="XL-TWIN-003"):
        fitted(disease, [], NONE)
    for bad in (Measurement(0, "glucose", 5.0), Measurement(-1, "volume", 5.0), Measurement(0, "volume", float("nan"))):
        with pytest.raises(InvalidInput, match="XL-TWIN-001"):
            fitted(disease, [bad], NONE)


@pytest.mark.parametrize(("value", "limit"), [(0.0, float("-inf")), (-5.0, float("-inf")), (0.0, 0.0)])
def test_a_reading_not_above_nought_is_refused_where_the_error_is_told_of_its_logarithm(value, limit):
    logarithmic = replace(CARD, observables=(replace(CARD.observables[0], proportional=0.0, logarithmic=0.1, low_limit=limit),))
    for below in (False, True):
        with pytest.raises(InvalidInput, match="XL-TWIN-001"):
            fitted(CardDisease(logarithmic), [Measurement(0.0, "volume", 20.0), Measurement(9.0, "volume", value, below=below)], NONE)
    small = fitted(
        CardDisease(logarithmic), [Measurement(0.0, "volume", 20.0), Measurement(9.0, "volume", 30.0, below=True)], NONE, draws=50
    )
    assert small.effective > 100
