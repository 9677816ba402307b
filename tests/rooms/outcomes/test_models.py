"""Every outcome model: it learns what is there, explains itself exactly, keeps as plain data, and is the same again."""

import json

import numpy as np
import pytest
from made_people import design, part, people

from xinglin.models.foretelling.trained import outcome_models
from xinglin.models.scoring import absolute_error, area
from xinglin.models.survival.forecasts import concordance_of
from xinglin.models.tabular.columns import outcome_of, values_of
from xinglin.models.trees.explaining import slowly
from xinglin.records.errors import InvalidInput

GROUPS = {"age": "table", "sex": "table", "bmi": "table", "gene": "gene"}
PAIRS = [(name, kind) for name in outcome_models().names() for kind in outcome_models()[name].outcomes]


def asked(kind):
    return design(kind, groups=GROUPS)


@pytest.fixture(scope="module")
def learnt():
    table = people(300)
    return table, {(name, kind): outcome_models()[name].fit(table, asked(kind), seed=3) for name, kind in PAIRS}


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_baseline_and_contributions_are_the_score_to_rounding(learnt, pair):
    table, models = learnt
    baseline, moved = models[pair].explain(table)
    assert moved.shape == (300, 4)
    np.testing.assert_allclose(baseline + moved.sum(axis=1), models[pair].score(table), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_what_was_kept_answers_alike_and_the_same_seed_gives_the_same_bytes(learnt, pair):
    table, models = learnt
    kept = models[pair].save()
    again = outcome_models()[pair[0]].load(kept)
    np.testing.assert_array_equal(again.predict(table), models[pair].predict(table))
    assert again.save() == kept and json.loads(kept)["name"] == pair[0]
    assert outcome_models()[pair[0]].fit(table, asked(pair[1]), seed=3).save() == kept


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_it_foretells_people_it_has_not_seen_better_than_no_model(learnt, pair):
    new, fitted = people(300, seed=9), learnt[1][pair]
    if pair[1] == "number":
        assert absolute_error(fitted.predict(new), new["dose"]) < 0.65 * absolute_error(np.median(new["dose"]), new["dose"])
    elif pair[1] == "yes-no":
        assert area(fitted.predict(new), new["bled"]) > 0.72
    else:
        assert concordance_of(new["days"], new["died"] == 1, fitted.score(new)) > 0.65
        assert np.all(np.diff(fitted.predict(new), axis=1) <= 0), "fewer are free of it the later one looks"


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_missing_feature_is_answered_and_a_feature_left_out_counts_as_missing(learnt, pair):
    row = part(people(300), slice(0, 5)) | {"bmi": np.full(5, np.nan)}
    without = {name: values for name, values in row.items() if name != "bmi"}
    told = learnt[1][pair].predict(row)
    assert np.all(np.isfinite(told))
    np.testing.assert_array_equal(told, learnt[1][pair].predict(without))


@pytest.mark.parametrize("name", outcome_models().names())
def test_what_is_no_kept_model_is_refused(name):
    for data in (b"", b"{}", b'{"name": "other", "version": "1", "plain": {}, "arrays": {}}', b"\x80\x04K\x01."):
        with pytest.raises(InvalidInput, match=r"kept model|another model"):
            outcome_models()[name].load(data)


@pytest.mark.parametrize("kind", ["number", "yes-no"])
def test_contributions_of_trees_are_the_shapley_values_of_the_definition(learnt, kind):
    table, models = learnt
    fitted = models["boosted_trees", kind]
    rows = values_of(table, fitted.design.inputs)
    assert np.isnan(rows[:12]).any(), "rows with missing values are among them"
    for row in rows[:12]:
        moved = fitted.explain({name: np.array([value]) for name, value in zip(fitted.design.features, row, strict=True)})[1][0]
        np.testing.assert_allclose(moved, slowly(fitted.trees, row, 4), atol=1e-10)


def test_our_trees_answer_as_those_of_scikit_learn(monkeypatch):
    from xinglin.models.trees import boosting

    kept, plain = [], boosting._model
    monkeypatch.setattr(boosting, "_model", lambda *given: kept.append(plain(*given)) or kept[-1])
    table, columns = people(300), design().inputs
    values = values_of(table, columns)
    grown = boosting.boosted(values, columns, table["dose"], yes_no=False, seed=0)
    shown, _, _ = boosting._shown(values, columns)
    np.testing.assert_allclose(grown.start + grown.trees.answer(values), kept[-1].predict(shown), rtol=1e-12)


def test_a_level_nobody_had_goes_the_way_of_what_is_missing():
    table = people(300)
    asked_for = design()
    table["gene"] = np.where(table["gene"] == 0, np.nan, table["gene"])
    fitted = outcome_models()["boosted_trees"].fit(table, asked_for)
    row = {name: values[:1].copy() for name, values in part(table, slice(0, 1)).items()}
    told = [fitted.predict(row | {"gene": np.array([value])})[0] for value in (0.0, np.nan)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"features": ("age", "height")}, "XL-OUTCOME-003"), ({"features": ("age", "dose")}, "XL-OUTCOME-004"), ({"features": ()}, "XL-OUTCOME-003"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_teach_is_refused(change, code):
    with pytest.raises(InvalidInput) as refused:
        outcome_models()["linear"].fit(people(100), design(**change))
    assert refused.value.code == code


def test_too_few_rows_too_few_of_a_kind_and_a_missing_outcome_are_refused():
    linear, table = outcome_models()["linear"], people(100)
    cases = {
        "XL-OUTCOME-005": (part(table, slice(0, 30)), design()),
        "XL-OUTCOME-006": (table | {"dose": np.where(np.arange(100) == 3, np.nan, table["dose"])}, design()),
        "XL-OUTCOME-007": (table | {"bled": np.zeros(100)}, design("yes-no")),
        "XL-OUTCOME-002": (table, design("survival")),
        "XL-OUTCOME-008": (
            table | dict.fromkeys(("age", "bmi"), np.full(100, 1.0)) | {"sex": np.zeros(100), "gene": np.zeros(100)},
            design(),
        ),
    }
    for code, (rows, wanted) in cases.items():
        with pytest.raises(InvalidInput) as refused:
            linear.fit(rows, wanted)
        assert refused.value.code == code


def test_the_weights_of_the_sum_are_those_of_scikit_learns_elastic_net():
    from sklearn.linear_model import ElasticNet

    from xinglin.models.penalised.families import Gaussian
    from xinglin.models.penalised.fitting import fitted

    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6))
    y = x @ [1, 0.5, 0, 0, -1, 0] + rng.normal(size=200)
    ours = fitted(Gaussian(x, y), 6, 0.1, 0.5)
    peer = ElasticNet(alpha=0.1, l1_ratio=0.5, tol=1e-10, max_iter=100_000).fit(x, y)
    np.testing.assert_allclose(ours, [peer.intercept_, *peer.coef_], atol=1e-6)


def test_the_log_hazards_of_cox_are_those_of_lifelines():
    import pandas as pd
    from lifelines import CoxPHFitter

    from xinglin.models.penalised.families import Cox
    from xinglin.models.penalised.fitting import fitted

    table = people(250, missing=False)
    x = np.column_stack([(table["age"] - 60) / 17, table["sex"]])
    ours = fitted(Cox(x, table["days"], table["died"] == 1), 2, 0.0, 0.0)
    frame = pd.DataFrame({"a": x[:, 0], "s": x[:, 1], "T": np.ceil(table["days"] / 30), "E": table["died"]})
    peer = CoxPHFitter().fit(frame, "T", "E").params_.to_numpy()
    tied = fitted(Cox(x, np.ceil(table["days"] / 30), table["died"] == 1), 2, 0.0, 0.0)
    np.testing.assert_allclose(tied, peer, atol=1e-4)
    assert not np.allclose(ours, tied)


def test_the_scale_of_a_long_tailed_number_is_bent_and_the_contributions_say_so():
    table = people(400)
    table["dose"] = np.exp(table["dose"] / 12)
    fitted = outcome_models()["linear"].fit(table, design())
    assert fitted.scale == "logarithm of the number" and np.all(fitted.predict(table) > 0)
    assert outcome_of(table, design()).min() > 0


def test_breslow_baseline_and_concordance_are_those_of_lifelines():
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    from xinglin.models.survival import concordance
    from xinglin.models.survival.forecasts import breslow, step_at

    table = people(200, missing=False)
    ended, score = table["died"] == 1, (table["age"] - 60) / 15
    frame = pd.DataFrame({"s": score, "T": table["days"], "E": table["died"]})
    peer = CoxPHFitter(baseline_estimation_method="breslow").fit(frame, "T", "E")
    own = breslow(table["days"], ended, peer.params_.to_numpy()[0] * (score - score.mean()))
    asked = np.array([100.0, 400.0, 900.0])
    theirs = peer.baseline_cumulative_hazard_["baseline cumulative hazard"]
    np.testing.assert_allclose(step_at(*own, asked), [theirs[theirs.index <= one].iloc[-1] for one in asked], rtol=1e-9)
    found = concordance_of(table["days"], ended, score)
    assert found == pytest.approx(concordance(table["days"], ended, score), abs=1e-12)
    assert found == pytest.approx(concordance_index(table["days"], -score, ended), abs=2e-3)


def test_the_brier_score_weighs_people_who_left_by_the_chance_to_have_stayed():
    from xinglin.models.survival.forecasts import brier_scores, staying

    times, ended = np.array([1.0, 2.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False, True])
    share = staying(times, ended)[1]
    np.testing.assert_allclose(share, [1, 2 / 3, 1 / 3, 1 / 3])
    free = np.full((5, 1), 0.4)
    by_hand = (0.4**2 / 1 + 0.4**2 / (2 / 3) + 2 * 0.6**2 / (2 / 3)) / 5
    np.testing.assert_allclose(brier_scores(times, ended, free, np.array([2.5])), by_hand)


def test_a_forest_on_noise_foretells_no_better_than_chance():
    table = people(300)
    order = np.random.default_rng(0).permutation(300)
    noise = table | {"days": table["days"][order], "died": table["died"][order]}
    fitted = outcome_models()["survival_forest"].fit(noise, asked("survival"))
    new = people(300, seed=9)
    assert 0.4 < concordance_of(new["days"], new["died"] == 1, fitted.score(new)) < 0.6


def test_fusion_without_its_genes_does_better_than_trees_that_never_practised_it():
    rng = np.random.default_rng(4)
    table = people(600, missing=False)
    table["bmi"] = table["gene"] * 4 + rng.normal(0, 2, 600)  # tells of the gene, and is drowned by it where the gene is known
    table["dose"] = 10 * table["gene"] + rng.normal(0, 2, 600)
    wanted, learn, ask = asked("number"), part(table, slice(0, 400)), part(table, slice(400, 600))
    without = ask | {"gene": np.full(200, np.nan)}
    errors = {
        name: absolute_error(outcome_models()[name].fit(learn, wanted).predict(without), ask["dose"])
        for name in ("fusion", "boosted_trees")
    }
    assert errors["fusion"] < 0.7 * errors["boosted_trees"]
    whole = absolute_error(outcome_models()["fusion"].fit(learn, wanted).predict(ask), ask["dose"])
    assert whole < errors["fusion"], "with its genes it does better still"
