"""Intervals hold what they say, chances mean what they say, and the unfamiliar is met with silence."""

import numpy as np
import pytest
from made_people import design, part, people

from xinglin.models import conformal
from xinglin.models.foretelling.calibration import Line, Shares, Steps
from xinglin.models.foretelling.familiarity import Familiarity
from xinglin.models.foretelling.trained import trained_of
from xinglin.models.scoring import calibration_error
from xinglin.training.outcomes import trained


def noisy(count, seed):
    """A prediction, and what came: the error grows with the prediction and leans upwards."""
    rng = np.random.default_rng(seed)
    predicted = rng.uniform(1, 10, count)
    return predicted, predicted + 0.3 * predicted * (rng.exponential(1, count) - 0.7)


def test_split_intervals_hold_nine_tenths_of_new_people():
    held = []
    for seed in range(60):
        predicted, actual = noisy(1000, seed)
        low, high = conformal.split(predicted[:500], actual[:500], predicted[500:])
        held.append(conformal.share_held(low, high, actual[500:]))
    assert 0.895 <= np.mean(held) <= 0.91


def test_intervals_by_groups_hold_nine_tenths_in_every_group_where_one_width_does_not():
    groups, plain = [], []
    for seed in range(40):
        predicted, actual = noisy(2000, seed)
        bands = conformal.Bands.learnt(predicted[:1000], actual[:1000])
        large = predicted[1000:] > 8
        for found, limits in (
            (groups, bands.around(predicted[1000:])),
            (plain, conformal.split(predicted[:1000], actual[:1000], predicted[1000:])),
        ):
            inside = (actual[1000:] >= limits[0]) & (actual[1000:] <= limits[1])
            found.append((inside[large].mean(), inside[~large].mean()))
    assert all(0.88 <= share <= 0.93 for share in np.mean(groups, axis=0))
    assert np.mean(plain, axis=0)[0] < 0.85


def test_cv_plus_holds_nine_tenths_of_new_people():
    held = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x, fold = rng.normal(size=(200, 3)), np.arange(100) % 5
        y = x @ [1, 2, 0] + rng.normal(size=200)
        models = [np.linalg.lstsq(x[:100][fold != one], y[:100][fold != one], rcond=None)[0] for one in range(5)]
        residuals = np.abs(y[:100] - np.array([x[n] @ models[fold[n]] for n in range(100)]))
        low, high = conformal.cross_validated(np.array([x[100:] @ one for one in models]), residuals, fold)
        held.append(conformal.share_held(low, high, y[100:]))
    assert 0.88 <= np.mean(held) <= 0.93


def test_too_few_people_give_no_limits_rather_than_wrong_ones():
    low, high = conformal.Bands.learnt(np.arange(8.0), np.arange(8.0) + 1).around(np.array([3.0]))
    assert low[0] == -np.inf and high[0] == np.inf


@pytest.mark.parametrize("way", [Line, Steps])
def test_calibration_mends_chances_that_say_too_much(way):
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1, 4000)
    happened = (rng.random(4000) < 1 / (1 + np.exp(-truth))).astype(float)
    bold = 3 * truth + 1
    before = calibration_error(1 / (1 + np.exp(-bold[2000:])), happened[2000:])
    after = calibration_error(way.learnt(bold[:2000], happened[:2000]).chance(bold[2000:]), happened[2000:])
    assert before > 0.12 and after < 0.04


def test_isotonic_steps_are_those_of_scikit_learn():
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.default_rng(2)
    score = np.round(rng.normal(size=300), 1)
    happened = (rng.random(300) < 1 / (1 + np.exp(-score))).astype(float)
    peer = IsotonicRegression().fit(score, happened)
    np.testing.assert_allclose(Steps.learnt(score, happened).chance(score), peer.predict(score), atol=1e-12)


def test_limits_of_a_chance_are_those_of_people_with_like_chances():
    rng = np.random.default_rng(1)
    chance = rng.random(3000)
    happened = (rng.random(3000) < chance).astype(float)
    low, high = Shares.learnt(chance, happened).around(np.array([0.05, 0.5, 0.95]))
    assert np.all(low <= [0.05, 0.5, 0.95]) and np.all(high >= [0.05, 0.5, 0.95]) and np.all(high - low < 0.15)


def test_what_lies_beyond_the_range_is_told_and_further_out_nothing_is_foretold():
    table = people(400)
    familiar = Familiarity.learnt(table, design())
    high = familiar.ranges["age"][1]
    row = {
        "age": np.array([high + 1, high + 40, 60.0, 60.0]),
        "sex": np.array([0, 0, -1, 0.0]),
        "bmi": np.full(4, 26.0),
        "gene": np.ones(4),
    }
    told = familiar.judged(row)
    assert told[0].outside == ("age",) and not told[0].declined
    assert "age" in told[1].declined and "sex" in told[2].declined and told[3].declined == ""


def test_a_range_is_no_single_persons_value():
    table = people(400)
    table["bmi"][7] = 71.3
    assert Familiarity.learnt(table, design()).ranges["bmi"][1] < 71.3


def test_an_unusual_combination_of_usual_values_is_unfamiliar():
    rng = np.random.default_rng(0)
    table = people(600, missing=False)
    table["bmi"] = table["age"] / 3 + rng.normal(0, 0.3, 600)
    familiar = Familiarity.learnt(table, design())
    young, old = np.quantile(table["age"], [0.05, 0.95])
    row = {"age": np.array([young, young]), "sex": np.zeros(2), "bmi": np.array([young / 3, old / 3]), "gene": np.ones(2)}
    told = familiar.judged(row)
    assert told[0].declined == "" and "combination" in told[1].declined


@pytest.mark.parametrize("kind", ["number", "yes-no", "survival"])
def test_a_trained_model_says_of_itself_how_good_it_is_and_of_a_person_what_moved_it(kind):
    table = people(400)
    made, _ = trained(table, design(kind, actionable=("bmi",)), name="made", model="cox" if kind == "survival" else "linear")
    stated, none = made.card.scores[0], made.card.scores[1]
    assert none.name == f"{stated.name} of no model" and stated.value < none.value and stated.low < stated.value < stated.high
    row = part(table, slice(3, 4)) | {"bmi": np.array([25.0]), "gene": np.array([np.nan])}
    told = made.predictions(row, changes=True)[0]
    assert len(told) == (2 if kind == "survival" else 1)
    for one in told:
        assert one.model == f"made@{made.card.digest[:12]}" and one.missing == ("gene",) and one.low <= one.value <= one.high
        assert {part.feature for part in one.contributions} == {"age", "sex", "bmi", "gene"}
        assert {change.feature for change in one.changes} <= {"bmi"}
    if kind == "yes-no":
        score = told[0].baseline + sum(part.effect for part in told[0].contributions)
        assert told[0].value == pytest.approx(1 / (1 + np.exp(-score)), abs=1e-12)
    again = trained_of(made.files())
    assert again.card.digest == made.card.digest and again.predictions(row, changes=True) == made.predictions(row, changes=True)


def test_the_card_keeps_no_row_and_tells_how_many_rows_taught_nothing():
    table = people(200)
    table["dose"][:7] = np.nan
    made, _ = trained(table, design(), name="made", model="linear")
    assert made.card.trained_rows == 193 and any("7 rows" in note for note in made.card.notes)
    assert any("missing values" in note for note in made.card.notes)


def test_what_would_change_it_reaches_the_wish_with_what_can_be_changed_alone():
    table = people(400)
    made, _ = trained(table, design(actionable=("bmi",)), name="made", model="linear")
    row = {"age": np.array([50.0]), "sex": np.array([0.0]), "bmi": np.array([26.0]), "gene": np.array([1.0])}
    now = made.predictions(row)[0][0].value
    (change,) = made.predictions(row, changes=True, at_least=now + 2)[0][0].changes
    assert change.feature == "bmi" and float(change.then) > 26 and change.predicted >= now + 2
    nearer = made.value(row | {"bmi": np.array([float(change.then) - 1.5])})[0]
    assert nearer < now + 2, "it is the nearest step that reaches it"
    assert made.predictions(row, changes=True, at_least=now + 500)[0][0].changes == ()
