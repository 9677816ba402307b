"""Table, image, gene and simulation in one model: a kind that is missing whole costs what it told, and the interval says so."""

import numpy as np
import pytest
from made_people import part
from made_sources import FEATURES, GROUPS, design, people

from xinglin.models.foretelling.sources import hidden, lacking, ways_to_lack
from xinglin.models.foretelling.trained import outcome_models, trained_of
from xinglin.models.scoring import absolute_error, calibration_error
from xinglin.records.errors import UsageError
from xinglin.training.outcomes import trained

WAYS = ways_to_lack(design())


@pytest.fixture(scope="module")
def made():
    return trained(people(), design(), name="shrinks", model="fusion")[0]


@pytest.fixture(scope="module")
def new():
    return people(600, seed=99)


def told(made, rows):
    found = [one for (one,) in made.predictions(rows)]
    return [one for one in found if not one.declined], len(found)


def test_every_way_to_lack_some_kinds_is_known_and_never_all():
    assert len(WAYS) == 14 and ("gene",) in WAYS and ("gene", "image", "simulation") in WAYS
    assert ways_to_lack(design(groups={})) == ()
    rows = hidden(people(5), design(), ("gene", "image"))
    rows["nodule_mm"][0] = 8.0
    assert lacking(rows, design()) == [("gene",)] + [("gene", "image")] * 4
    assert lacking({name: np.full(1, np.nan) for name in FEATURES}, design()) == [()]


@pytest.mark.parametrize("kinds", WAYS, ids="+".join)
def test_whatever_is_missing_the_interval_holds_nine_of_ten_and_no_more_is_said_than_is_known(made, new, kinds):
    whole, _ = told(made, new)
    some, of = told(made, hidden(new, design(), kinds))
    assert len(some) > 0.97 * of and all(one.without == kinds for one in some)
    truth = np.array([new["shrinks"][row] for row, (one,) in enumerate(made.predictions(hidden(new, design(), kinds))) if not one.declined])
    low, value, high = (np.array([getattr(one, name) for one in some]) for name in ("low", "value", "high"))
    assert 0.85 <= np.mean((low <= truth) & (truth <= high)) <= 0.95
    wide = np.mean(high - low)
    assert wide > (1.5 if "gene" in kinds else 1.02) * np.mean([one.high - one.low for one in whole])
    assert absolute_error(value, truth) < 1.02 * absolute_error(np.full(len(truth), np.median(people()["shrinks"])), truth)


def test_limits_learnt_of_people_with_all_sources_would_not_hold_without_the_gene(made, new):
    rows = hidden(new, design(), ("gene",))
    low, high = made.conduct.limits().bands.around(made.value(rows))
    assert np.mean((low <= new["shrinks"]) & (new["shrinks"] <= high)) < 0.7


def test_without_a_kind_it_is_about_as_near_as_a_model_that_never_knew_it(made, new):
    for kind in ("gene", "image", "simulation", "table"):
        others = tuple(name for name in FEATURES if GROUPS.get(name, "table") != kind)
        never = outcome_models()["boosted_trees"].fit(people(), design(features=others, groups={}))
        ours = absolute_error(made.value(hidden(new, design(), (kind,))), new["shrinks"])
        assert ours < 1.12 * absolute_error(never.predict(new), new["shrinks"])


def test_without_any_source_nothing_is_said(made):
    ((one,),) = made.predictions({name: np.full(1, np.nan) for name in FEATURES})
    assert one.declined.startswith("too much is missing") and one.value is None


def test_the_card_says_how_good_it_is_without_each_kind(made):
    scores = {one.name: one for one in made.card.scores}
    whole = scores["mean absolute error"]
    for kind in ("gene", "image", "simulation", "table"):
        assert scores[f"mean absolute error without {kind}"].value > whole.value
        assert 0.86 < scores[f"share within the 90% interval without {kind}"].value < 0.94
    assert scores["mean absolute error without gene"].low > whole.high
    assert any("with the same kinds hidden" in one for one in made.card.notes)


def test_baseline_and_contributions_are_the_prediction_whatever_is_missing_and_it_is_kept(made, new):
    rows = part(new, slice(0, 6))
    rows = rows | {"egfr_gene": np.where(np.arange(6) < 3, np.nan, rows["egfr_gene"])}
    again = trained_of(made.files())
    assert again.predictions(rows) == made.predictions(rows) and again.conduct.without == made.conduct.without
    assert [one.without for (one,) in made.predictions(rows)] == [("gene",)] * 3 + [()] * 3
    for (one,), score in zip(made.predictions(rows), made.fitted.score(rows), strict=True):
        assert one.baseline + sum(moved.effect for moved in one.contributions) == pytest.approx(score)


def test_a_chance_is_calibrated_without_the_gene_as_with_it_and_contributions_add_up():
    new = people(1500, seed=77)
    made, _ = trained(people(), design("yes-no"), name="responds", model="fusion")
    for kinds in ((), ("gene",), ("gene", "simulation")):
        rows = hidden(new, design(), kinds)
        assert calibration_error(made.value(rows), new["responds"]) < 0.08
        one = made.predictions(part(rows, slice(0, 1)))[0][0]
        total = one.baseline + sum(moved.effect for moved in one.contributions)
        assert one.value == pytest.approx(1 / (1 + np.exp(-total))) and one.low <= one.value <= one.high and one.without == kinds


def test_survival_has_limits_of_its_own_where_a_kind_is_missing(new):
    made, _ = trained(people(), design("survival"), name="died", model="cox")
    assert len(made.conduct.without) == 14
    ((whole,),) = made.predictions(part(new, slice(0, 1)))
    ((some,),) = made.predictions(part(hidden(new, design(), ("gene",)), slice(0, 1)))
    assert some.without == ("gene",) and some.low <= some.value <= some.high and (some.low, some.high) != (whole.low, whole.high)


def test_a_kind_that_few_lacked_makes_nobody_unlike_the_others():
    table = people(400, seed=5)
    table["egfr_gene"] = np.where(np.arange(400) < 6, np.nan, table["egfr_gene"])
    made, _ = trained(table, design(features=("age", "nodule_mm", "egfr_gene")), name="shrinks", model="linear")
    some, of = told(made, hidden(people(100, seed=6), design(), ("gene",)))
    assert len(some) > 0.95 * of


def test_too_many_kinds_are_refused():
    many = {name: f"kind-{n}" for n, name in enumerate(FEATURES)}
    with pytest.raises(UsageError) as refused:
        trained(people(200), design(groups=many), name="shrinks", model="fusion")
    assert refused.value.code == "XL-OUTCOME-015"
