"""Survival curves, tests and hazard ratios agree with lifelines, and with numbers worked out in papers."""

import warnings

import numpy as np
import pytest

from xinglin.models.survival import concordance, cox, kaplan_meier, log_rank
from xinglin.records.errors import InvalidInput

# Freireich 1963 (Blood 21:699), remission of leukaemia in weeks, as printed in textbooks: 6-MP, + censored; placebo
SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0), (20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]  # fmt: skip
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def leukaemia():
    times = np.array([t for t, _ in SIX_MP] + PLACEBO, float)
    happened = np.array([bool(d) for _, d in SIX_MP] + [True] * len(PLACEBO))
    return times, happened, np.array([0] * 21 + [1] * 21)


def drawn(seed, count=400, rounded=True):
    random = np.random.default_rng(seed)
    table = np.column_stack([random.integers(0, 2, count), random.normal(0, 1, count)]).astype(float)
    times = random.exponential(10 * np.exp(-0.7 * table[:, 0] - 0.3 * table[:, 1]))
    left = random.exponential(12, count)
    seen = times <= left
    found = np.minimum(times, left)
    return (np.ceil(found * 2) / 2 if rounded else found), seen, table


def test_freireich_1963_the_share_in_remission_is_that_of_the_textbook():
    times, happened, group = leukaemia()
    curve = kaplan_meier(times[group == 0], happened[group == 0])
    told = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {t: round(curve.at(t), 3) for t in told} == told
    assert curve.quantile() == 23
    assert kaplan_meier(times[group == 1], happened[group == 1]).quantile() == 8


def test_freireich_1963_the_hazard_ratio_is_that_of_the_textbook():
    times, happened, group = leukaemia()
    square, p = log_rank(times, happened, group)
    assert square == pytest.approx(16.79, abs=0.005) and p < 1e-4
    fit = cox(times, happened, group)
    assert fit.coefficients[0] == pytest.approx(1.572, abs=0.001)  # Efron's ties
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(0.412, abs=0.001)


@pytest.mark.parametrize("seed", range(4))
def test_everything_agrees_with_lifelines(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from lifelines import CoxPHFitter, KaplanMeierFitter
        from lifelines.statistics import multivariate_logrank_test
        from lifelines.utils import concordance_index, restricted_mean_survival_time

        times, happened, table = drawn(seed)
        theirs = KaplanMeierFitter().fit(times, happened)
        ours = kaplan_meier(times, happened)
        np.testing.assert_allclose(ours.share, theirs.survival_function_.iloc[1:, 0], atol=1e-12)
        limits = theirs.confidence_interval_.iloc[1:].to_numpy()
        inner = ours.share < 1
        np.testing.assert_allclose(np.column_stack([ours.low, ours.high])[inner], limits[inner], atol=1e-6)
        mean, variance = ours.mean_until(8.0)
        their_mean = restricted_mean_survival_time(theirs, t=8.0)
        assert mean == pytest.approx(their_mean, rel=1e-9) and variance > 0

        group = (table[:, 1] > 0.3).astype(int) + (table[:, 1] > -0.5)
        result = multivariate_logrank_test(times, group, happened)
        square, p = log_rank(times, happened, group)
        assert (square, p) == pytest.approx((result.test_statistic, result.p_value), rel=1e-8)

        frame = pd.DataFrame({"a": table[:, 0], "b": table[:, 1], "t": times, "d": happened})
        fitted = CoxPHFitter().fit(frame, "t", "d", fit_options={"precision": 1e-10})
        fit = cox(times, happened, table)
        np.testing.assert_allclose(fit.coefficients, fitted.params_, atol=1e-6)
        np.testing.assert_allclose(fit.covariance, fitted.variance_matrix_, atol=1e-6)
        assert fit.likelihood == pytest.approx(fitted.log_likelihood_, abs=1e-6)
        score = table @ fit.coefficients
        assert concordance(times, happened, score) == pytest.approx(concordance_index(times, -score, happened), abs=1e-12)


def test_the_variance_of_the_mean_time_is_that_seen_when_the_study_is_repeated():
    means, said = [], []
    for seed in range(300):
        times, happened, _ = drawn(1000 + seed, 120, rounded=False)
        mean, variance = kaplan_meier(times, happened).mean_until(6.0)
        means.append(mean)
        said.append(variance)
    assert np.mean(said) == pytest.approx(np.var(means), rel=0.25)


def test_a_group_without_any_end_has_no_hazard_ratio():
    times, happened = np.arange(1.0, 21), np.array([True] * 10 + [False] * 10)
    with pytest.raises(InvalidInput, match="XL-SURV-002"):
        cox(times, happened, np.array([1.0] * 10 + [0.0] * 10))


@pytest.mark.parametrize("times", [[], [1.0, np.nan], [-1.0, 2.0]])
def test_what_are_no_times_are_refused(times):
    with pytest.raises(InvalidInput, match="XL-SURV-001"):
        kaplan_meier(np.array(times), np.ones(len(times), bool))
