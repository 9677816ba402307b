"""How a table is judged: what is bad is told as bad, and the measures agree with outside ones."""

import numpy as np
import pytest
from made_up import DESIGN, people

from xinglin.models.synthesis.encoding import for_trees
from xinglin.models.synthesis.forest import area, told_apart
from xinglin.models.synthesis.judging import judged
from xinglin.models.synthesis.nearness import neighbourhood
from xinglin.models.synthesis.usefulness import usefulness


@pytest.fixture(scope="module")
def tables():
    """People learnt from, held out, and all of them."""
    everybody = people(450)
    return [{name: values[rows] for name, values in everybody.items()} for rows in (slice(0, 300), slice(300, 450), slice(None))]


def _judged(tables, made):
    fit, held, everybody = tables
    return judged(fit, held, made, DESIGN, neighbourhood(everybody, DESIGN))


def test_other_people_of_the_same_kind_pass_and_look_alike(tables):
    found = _judged(tables, people(300, seed=9))
    assert found.fidelity.told_apart[0] < 0.62 and abs(found.usefulness.difference[0]) < 0.08
    assert 0.4 < found.privacy.membership[0] < 0.6 and found.privacy.nearer_to_fit[1] < 0.5 < found.privacy.nearer_to_fit[2]


def test_real_people_with_a_little_noise_fail_privacy(tables):
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 300, 300)
    noisy = {name: values[rows].copy() for name, values in tables[0].items()}
    for name in ("age", "creatinine", "systolic", "diastolic", "started", "days"):
        noisy[name] = np.abs(np.round(noisy[name] + rng.normal(0, 0.05 * np.nanstd(noisy[name]), 300)))
    found = _judged(tables, noisy).privacy
    assert found.near_copies > 100 and found.membership[1] > 0.7 and found.closest < found.closest_held / 2 and not found.passes


def test_columns_drawn_on_their_own_are_told_apart_and_are_of_no_use(tables):
    rng = np.random.default_rng(0)
    lone = {name: rng.permutation(values) for name, values in tables[0].items()}
    found = _judged(tables, lone)
    assert found.fidelity.told_apart[1] > 0.6 and found.fidelity.correlation_worst > 0.4
    assert found.usefulness.difference[0] < -0.05 and max(one.apart for one in found.fidelity.columns) < 0.01


def test_the_area_and_its_limits_agree_with_an_outside_one():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(1)
    second, first = np.round(rng.normal(0.5, 1, 80), 1), np.round(rng.normal(0, 1, 120), 1)
    found, low, high = area(second, first)
    assert found == pytest.approx(metrics.roc_auc_score(np.repeat([1, 0], [80, 120]), np.concatenate([second, first])))
    assert low < found < high < low + 0.2


@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_the_forest_agrees_with_an_outside_one(shift):
    ensemble = pytest.importorskip("sklearn.ensemble")
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(2)
    a, b = rng.normal(0, 1, (300, 6)), rng.normal([shift] * 2 + [0] * 4, 1, (300, 6))
    model = ensemble.RandomForestClassifier(80, min_samples_leaf=3, oob_score=True, random_state=0).fit(
        np.vstack([a, b]), np.repeat([0, 1], 300)
    )
    assert told_apart(a, b)[0] == pytest.approx(roc_auc_score(np.repeat([0, 1], 300), model.oob_decision_function_[:, 1]), abs=0.05)


def test_a_yes_or_no_column_is_foretold_where_there_is_no_survival(tables):
    from msgspec.structs import replace

    design = replace(DESIGN, time="", event="")
    found = usefulness(tables[0], tables[1], people(300, seed=3), design, "died")
    assert found.measure == "AUC" and found.real > 0.6 and abs(found.difference[0]) < 0.06


def test_what_is_missing_is_shown_to_the_classifier(tables):
    assert for_trees(tables[0], DESIGN)[np.isnan(tables[0]["creatinine"])].min() == -1e9
