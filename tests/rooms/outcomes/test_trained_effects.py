"""A learnt effect with a card: judged on people it had not seen, kept, brought into use by a gate, silent where it must be."""

import numpy as np
import pytest
from made_people import part
from made_treated import design, people
from msgspec.structs import replace

from xinglin.models.causal.fitted import OneForAll
from xinglin.models.causal.parts import treated_of
from xinglin.models.foretelling.effects import effect_of
from xinglin.models.kept import digest_of
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.store import Store
from xinglin.training.comparing import Comparison
from xinglin.training.effects import effect_against_no_model, effects_compared, trained_effect
from xinglin.training.judging_effects import GAIN, STATED, first_gain, group_error, slope
from xinglin.training.registry import Registry


@pytest.fixture(scope="module")
def made():
    return trained_effect(people(700, seed=3)[0], design(), name="drug", seed=1)[0]


def replace_fitted(trained, fitted):
    return type(trained)(trained.card, fitted, trained.conduct)


def score(trained, name):
    return next(one for one in trained.card.scores if one.name.startswith(name))


def test_the_card_tells_the_mean_effect_the_confounded_difference_and_how_well_differences_are_told(made):
    truth = people(700, seed=3)[1].mean()
    mean, plain = score(made, "mean effect"), score(made, "plain difference")
    assert mean.low < truth < mean.high and plain.low > truth + 1, "the plain difference says far too much"
    assert score(made, GAIN).high < 0 and score(made, "gain of the largest").low > 0
    assert score(made, "slope").low < 1 < score(made, "slope").high
    assert made.card.keeps == "effect" and made.card.design.treatment == "treated" and made.card.trained_rows == 700
    assert any(one.startswith("overlap: ") for one in made.card.notes) and "not clinically validated" in made.card.not_for


def test_an_effect_is_told_of_a_person_with_limits_and_as_what_it_adds(made):
    ((one,), (other,)) = made.predictions({"a": np.array([0.0, 0.0]), "b": np.array([-0.8, 0.8]), "group": np.array([0.0, 1.0])})
    assert one.treatment == "treated" and one.outcome == "y" and one.level == 0.95 and not one.contributions
    assert one.low < 0.2 < one.high and other.low < 2.3 < other.high and one.high < other.low


def test_of_people_who_were_nearly_always_treated_of_the_unlike_and_the_unknown_nothing_is_said():
    table, _ = people(600, seed=5, overlap=0.6)
    made, _ = trained_effect(table, design(), name="drug")
    rows = {"a": np.array([2.2, -2.2, 0.0, 9.0, 0.0]), "b": np.zeros(5), "group": np.array([0, 0, 0, 0, -1.0])}
    told = [one for (one,) in made.predictions(rows)]
    assert "nearly always treated" in told[0].declined and "nearly always not treated" in told[1].declined
    assert not told[2].declined and "beyond what the model learnt from: a" in told[3].declined and "group" in told[4].declined
    assert all(one.value is None and one.low is None for one in told if one.declined)


def test_a_kept_effect_answers_as_before_and_the_same_table_gives_the_same_hash(made, tmp_path):
    row = part(people(10, seed=8)[0], slice(0, 4))
    assert effect_of(made.files()).predictions(row) == made.predictions(row)
    again, _ = trained_effect(people(700, seed=3)[0], design(), name="drug", seed=1)
    assert again.card.digest == made.card.digest == digest_of(made.files())
    with Store.open(tmp_path / "house") as store:
        registry = Registry(store)
        registry.keep(made, "dr.li")
        assert registry.load("drug:challenger").predictions(row) == made.predictions(row)
        comparison = effect_against_no_model(made)
        assert comparison.difference[2] < 0 and registry.promote("drug", "dr.wang", comparison).champion == made.card.digest
    damaged = made.files() | {"conduct.json": b"{}"}
    with pytest.raises(InvalidInput) as refused:
        effect_of(damaged)
    assert refused.value.code == "XL-OUTCOME-010"


def test_two_effects_are_compared_on_people_neither_has_learnt_from(made):
    blind, _ = trained_effect(people(300, seed=4)[0], design(), name="drug", model="mean_effect")
    new, _ = people(600, seed=9)
    better, worse = effects_compared(made, blind, new), effects_compared(blind, made, new)
    assert (
        better.difference[2] < 0 and worse.worse and worse.difference == pytest.approx([-better.difference[n] for n in (0, 2, 1)], abs=0.05)
    )
    with pytest.raises(Refused) as refused:
        effects_compared(made, blind, people(300, seed=4)[0])
    assert refused.value.code == "XL-MODEL-011"
    other = OneForAll("mean_effect", "1", design("survival"), (0.0, -1.0, 1.0))
    with pytest.raises(UsageError) as refused:
        effects_compared(made, replace_fitted(blind, other), new)
    assert refused.value.code == "XL-MODEL-010"


def test_where_all_are_helped_alike_one_mean_for_all_is_no_worse_than_no_model_and_has_honest_limits():
    table, _ = people(500, seed=6)
    rng = np.random.default_rng(0)
    table["y"] = 2 * table["a"] + 1.5 * table["treated"] + rng.normal(0, 0.7, 500)
    mean, _ = trained_effect(table, design(), name="drug", model="mean_effect")
    comparison = effect_against_no_model(mean)
    assert comparison.difference == (0, 0, 0) and not comparison.worse and score(mean, "slope").value == 0
    ((one,), (other,)) = mean.predictions(part(table, slice(0, 2)))
    assert (one.low, one.value, one.high) == (other.low, other.value, other.high) and one.low < 1.5 < one.high
    fine, _ = trained_effect(table, design(), name="drug")
    assert abs(score(fine, GAIN).value) < 0.05 * score(fine, STATED).value, "what is told apart by chance costs little"


def test_rows_that_do_not_say_who_was_treated_are_counted_out_and_a_word_can_mean_treated():
    table, _ = people(400, seed=2)
    unknown = table | {"treated": np.where(np.arange(400) < 30, np.nan, table["treated"])}
    made, _ = trained_effect(unknown, design(), name="drug", model="mean_effect")
    assert made.card.trained_rows == 370 and any(one.startswith("30 rows") for one in made.card.notes)
    assert (treated_of(table, replace(design(), treated="0")) == ~treated_of(table, design())).all()
    words = replace(design(), treatment="group", treated="x", features=("a", "b"))
    assert (treated_of(table, words) == (table["group"] == 0)).all()


def test_an_effect_on_survival_is_counted_until_one_time_within_both_groups():
    table, _ = people(500, seed=3)
    whole = replace(design("survival"), horizons=())
    made, _ = trained_effect(table, whole, name="drug", model="mean_effect")
    (limit,) = made.design.horizons
    last = min(table["years"][table["treated"] == arm].max() for arm in (0, 1))
    assert 0 < limit <= last and made.predictions(part(table, slice(0, 1)))[0][0].outcome == f"mean time free of ended until {limit:g}"
    with pytest.raises(UsageError) as refused:
        trained_effect(table, replace(whole, horizons=(2.0, 4.0)), name="drug")
    assert refused.value.code == "XL-EFFECT-007"


def test_no_effect_on_a_chance_or_a_time_is_larger_than_it_can_be(made):
    row = part(people(5, seed=8)[0], slice(0, 1))
    for wanted, most in ((design("survival"), 4.0), (replace(design("survival"), effect_on="free"), 1.0)):
        ((one,),) = replace_fitted(made, OneForAll("mean_effect", "1", wanted, (0.5, -9.0, 9.0))).predictions(row)
        assert (one.low, one.value, one.high) == (-most, 0.5, most)


@pytest.mark.parametrize(
    ("treated", "code"),
    [
        (np.ones(300), "XL-EFFECT-006"),
        (np.zeros(300), "XL-EFFECT-006"),
        (np.arange(300) % 3.0, "XL-EFFECT-003"),
        ((np.arange(300) < 45).astype(float), "XL-EFFECT-004"),
        (None, "XL-EFFECT-005"),
    ],
)
def test_one_group_only_three_groups_too_few_and_no_overlap_are_refused(treated, code):
    table, _ = people(300)
    table["treated"] = (table["a"] > 0).astype(float) if treated is None else treated
    with pytest.raises((InvalidInput, Refused)) as refused:
        trained_effect(table, design(), name="drug")
    assert refused.value.code == code


def test_slope_gain_and_error_of_groups_are_what_they_say():
    rng = np.random.default_rng(0)
    effect = rng.normal(1, 1, 4000)
    seen = effect + rng.normal(0, 3, 4000)
    assert slope(effect - 1, seen) == pytest.approx(1, abs=0.15) and slope(2 * (effect - 1), seen) == pytest.approx(0.5, abs=0.08)
    assert slope(np.zeros(4000), seen) == first_gain(np.zeros(4000), seen) == 0
    assert first_gain(effect, effect) > first_gain(effect, seen) - 0.2 > 0.6 and first_gain(-effect, seen) < -0.6
    by_hand = [np.mean([4.0]), np.mean([4.0, 2.0]), np.mean([4.0, 2.0, 0.0])]
    assert first_gain(np.array([1.0, 3.0, 2.0]), np.array([0.0, 4.0, 2.0])) == pytest.approx(np.mean(by_hand) - 2)
    assert group_error(effect, effect, seen) < 0.15 < group_error(effect + 0.5, effect, seen)


def test_no_score_of_held_out_people_no_use(made):
    bare = type(made)(replace(made.card, scores=()), made.fitted, made.conduct)
    with pytest.raises(Refused) as refused:
        effect_against_no_model(bare)
    assert refused.value.code == "XL-MODEL-009"
    assert isinstance(effect_against_no_model(made), Comparison)
