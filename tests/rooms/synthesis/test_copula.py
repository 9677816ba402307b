"""The copula: what it keeps of a table, what it gives back, and that it holds nobody."""

import json

import numpy as np
import pytest
from made_up import DESIGN, people

from xinglin.models.survival import cox, kaplan_meier
from xinglin.models.table.copula import GENERATOR
from xinglin.models.table.copula.latent import correlated, truncated
from xinglin.models.table.copula.margins import margin_of
from xinglin.records.errors import InvalidInput
from xinglin.records.table import TableColumn, TableCondition, TableDesign


@pytest.fixture(scope="module")
def real():
    return people(600)


@pytest.fixture(scope="module")
def fitted(real):
    return GENERATOR.fit(real, DESIGN, 1)


def test_each_column_keeps_its_shape_its_digits_and_its_range(real, fitted):
    made = fitted.sample(4000, 0)
    for column in DESIGN.columns:
        a, b = real[column.name], made[column.name]
        known = b[~np.isnan(b)]
        assert np.nanmin(a) <= known.min() and known.max() <= np.nanmax(a)
        assert np.allclose(known, np.round(known, column.decimals), atol=1e-9)
        if column.kind != "category":
            shares = [np.searchsorted(np.sort(v[~np.isnan(v)]), np.unique(a[~np.isnan(a)]), "right") / np.sum(~np.isnan(v)) for v in (a, b)]
            assert np.abs(shares[0] - shares[1]).max() < 0.07, column.name
    assert np.allclose([(made["stage"] == n).mean() for n in range(3)], [(real["stage"] == n).mean() for n in range(3)], atol=0.03)


def test_gaps_stay_as_frequent_and_where_they_were(real, fitted):
    made = fitted.sample(6000, 0)
    for table, close in ((made, 0.04),):
        for stage in (0, 2):
            shares = [np.isnan(t["creatinine"][t["stage"] == stage]).mean() for t in (real, table)]
            assert abs(shares[0] - shares[1]) < close


def test_survival_and_its_hazard_ratios_carry_over(real, fitted):
    made = fitted.sample(6000, 3)
    for time in (300, 900, 1500):
        shares = [kaplan_meier(t["days"], t["died"] == 1).at(time) for t in (real, made)]
        assert abs(shares[0] - shares[1]) < 0.06
    slopes = [cox(t["days"], t["died"] == 1, np.column_stack([t["age"], t["stage"]])) for t in (real, made)]
    reach = 1.96 * np.sqrt(np.diag(slopes[0].covariance))
    assert np.all(np.abs(slopes[0].coefficients - slopes[1].coefficients) < reach)


def test_what_is_asked_for_by_construction_always_holds(fitted):
    asked = [
        TableCondition("sex", "=", 0.0),
        TableCondition("stage", "=", 2.0),
        TableCondition("age", ">=", 70.0),
        TableCondition("age", "<", 80.0),
    ]
    made = fitted.sample(300, 5, asked)
    assert set(made["sex"]) == {0.0} and set(made["stage"]) == {2.0}
    assert made["age"].min() >= 70 and made["age"].max() < 80


def test_what_nobody_was_like_is_refused(fitted):
    with pytest.raises(InvalidInput, match="XL-TABLE-013"):
        fitted.sample(10, 0, [TableCondition("age", ">", 200.0)])


def test_the_same_seed_gives_the_same_rows_and_a_kept_table_the_same_ones(fitted):
    kept = GENERATOR.load(fitted.save())
    first, again, other = fitted.sample(50, 9), kept.sample(50, 9), fitted.sample(50, 10)
    assert all(np.array_equal(first[name], again[name], equal_nan=True) for name in first)
    assert not np.array_equal(first["age"], other["age"])
    assert GENERATOR.fit(people(600), DESIGN, 1).save() == fitted.save()


def test_what_is_kept_is_plain_json_without_a_row_of_anybody(real, fitted):
    kept = json.loads(fitted.save())
    longest = max(len(part["margin"]["values"]) for part in kept["parts"] if part["margin"])
    assert longest <= 600 and set(kept) == {"name", "version", "design", "parts", "correlation", "survival"}
    with pytest.raises(InvalidInput, match="XL-TABLE-017"):
        GENERATOR.load(b"\x80\x04pickle")
    with pytest.raises(InvalidInput, match="XL-TABLE-017"):
        GENERATOR.load(fitted.save().replace(b'"version":"1"', b'"version":"0"'))


def test_a_level_of_fewer_than_three_people_is_never_made():
    table = people(300)
    table["stage"][:2] = 3.0
    design = TableDesign(
        (*DESIGN.columns[:2], TableColumn("stage", "category", levels=("I", "II", "III", "rare")), *DESIGN.columns[3:]), "days", "died"
    )
    assert 3.0 not in GENERATOR.fit(table, design).sample(3000, 0)["stage"]


def test_a_table_too_small_empty_or_without_ends_is_refused():
    with pytest.raises(InvalidInput, match="XL-TABLE-010"):
        GENERATOR.fit(people(10), DESIGN)
    gone = people(100)
    gone["creatinine"][:] = np.nan
    with pytest.raises(InvalidInput, match="XL-TABLE-011"):
        GENERATOR.fit(gone, DESIGN)
    alive = people(100)
    alive["died"][:] = 0
    with pytest.raises(InvalidInput, match="XL-TABLE-016"):
        GENERATOR.fit(alive, DESIGN)


@pytest.mark.parametrize("true", [-0.7, 0.0, 0.5, 0.9])
def test_the_correlation_behind_yes_or_no_and_steps_is_found(true):
    rng = np.random.default_rng(4)
    scores = rng.multivariate_normal([0, 0], [[1, true], [true, 1]], 3000)
    steps, yes = np.digitize(scores[:, 0], [-1, 0, 0.5, 1.5]).astype(float), (scores[:, 1] > 0.6).astype(float)
    ends = [margin_of(column, 0).stretch(column) for column in (steps, yes)]
    found, _ = correlated(np.column_stack([e[0] for e in ends]), np.column_stack([e[1] for e in ends]), np.zeros(2, bool), rng)
    assert abs(found[0, 1] - true) < 0.06


def test_draws_far_out_in_a_tail_stay_between_their_ends():
    rng = np.random.default_rng(0)
    low, high = np.full(1000, 6.0), np.full(1000, 6.5)
    for sign in (1, -1):
        drawn = truncated(np.zeros(1000), 1.0, *((low, high) if sign > 0 else (-high, -low)), rng)
        assert np.all((np.abs(drawn) >= 6.0) & (np.abs(drawn) <= 6.5)) and np.ptp(drawn) > 0.1
