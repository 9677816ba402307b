"""Constraints, conditions, and rows drawn again."""

import numpy as np
import pytest
from made_up import DESIGN, people
from msgspec.structs import replace

from xinglin.models.synthesis.asking import condition_of
from xinglin.models.synthesis.drawing import draw
from xinglin.models.synthesis.nearness import neighbourhood
from xinglin.models.synthesis.rules import broken, rewritten, rule_of
from xinglin.models.table.copula import GENERATOR
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.records.table import TableColumn, TableDesign

RULES = ("diastolic < systolic", "systolic = diastolic + pulse_pressure", "30 <= age <= 92", "sex, stage together")


@pytest.fixture(scope="module")
def real():
    return people(300)


def test_every_rule_holds_in_every_row_and_the_gaps_are_built_in(real):
    design = replace(DESIGN, rules=tuple(rule_of(text, DESIGN) for text in RULES))
    made_of = rewritten(real, design)
    drawn = draw(GENERATOR.fit(made_of.table, made_of.design), made_of, 500, 0)
    assert len(drawn.table["age"]) == 500 and drawn.table.keys() == real.keys()
    for rule in design.rules:
        assert not broken(rule, drawn.table, real).any()
    assert drawn.drawn < 1000


def test_a_rewritten_table_comes_back_as_it_was(real):
    design = replace(DESIGN, rules=tuple(rule_of(text, DESIGN) for text in RULES))
    made_of = rewritten(real, design)
    back = made_of.back(made_of.table)
    assert all(np.allclose(back[name], real[name], equal_nan=True) for name in real)


def test_only_combinations_that_occur_are_made(real):
    table = dict(real)
    table["stage"] = np.where((table["sex"] == 0) & (table["stage"] == 2), 0.0, table["stage"])
    design = replace(DESIGN, rules=(rule_of("sex, stage together", DESIGN),))
    made_of = rewritten(table, design)
    made = draw(GENERATOR.fit(made_of.table, made_of.design), made_of, 1000, 0).table
    assert not np.any((made["sex"] == 0) & (made["stage"] == 2)) and np.any(made["stage"] == 2)


def test_a_rule_that_the_real_table_breaks_is_refused_with_how_many_rows(real):
    with pytest.raises(InvalidInput, match="XL-TABLE-021") as told:
        rewritten(real, replace(DESIGN, rules=(rule_of("systolic <= diastolic", DESIGN),)))
    assert told.value.why == "in 300 of 300 rows"


@pytest.mark.parametrize(
    "text", ["", "age", "age <", "age <= sex", "age = systolic", "nobody <= age", "age together", "1 < 2", "sex <= 3", "age < 5 < systolic"]
)
def test_a_constraint_that_says_nothing_clear_is_refused(text):
    with pytest.raises(UsageError, match="XL-TABLE-02"):
        rule_of(text, DESIGN)


def test_the_other_way_round_is_the_same_rule():
    assert rule_of("systolic > diastolic", DESIGN) == rule_of("diastolic < systolic", DESIGN)
    assert rule_of("92 >= age >= 30", DESIGN) == rule_of("30 <= age <= 92", DESIGN)
    assert rule_of("started >= 2014-01-01", DESIGN).low == 16071


def test_conditions_hold_also_on_survival_and_on_what_is_reckoned(real):
    design = replace(DESIGN, rules=(rule_of("diastolic < systolic", DESIGN),))
    made_of = rewritten(real, design)
    asked = [condition_of(text, design) for text in ("died=1", "systolic>=140", "sex=f")]
    drawn = draw(GENERATOR.fit(made_of.table, made_of.design), made_of, 60, 0, conditions=asked)
    assert set(drawn.table["died"]) == {1.0} and drawn.table["systolic"].min() >= 140 and set(drawn.table["sex"]) == {0.0}
    assert drawn.not_as_asked > 0


@pytest.mark.parametrize("text", ["age", "sex>f", "sex=x", "age=old", "nobody=1", "started=soon"])
def test_a_condition_that_cannot_be_is_refused(text):
    with pytest.raises(UsageError, match="XL-TABLE-02"):
        condition_of(text, DESIGN)


def test_near_copies_are_drawn_again_and_counted(real):
    made_of, hood = rewritten(real, DESIGN), neighbourhood(real, DESIGN)
    fitted = GENERATOR.fit(made_of.table, made_of.design)
    plain, careful = draw(fitted, made_of, 1500, 0), draw(fitted, made_of, 1500, 0, away_from=hood)
    assert hood.near_copies(plain.table).sum() > 0
    assert careful.near_copies > 0 and not hood.near_copies(careful.table).any()


def test_every_real_person_is_a_near_copy_and_a_combination_of_many_is_none(real):
    assert neighbourhood(real, DESIGN).near_copies(real).all()
    coarse = TableDesign((TableColumn("a", "category", levels=("x", "y")), TableColumn("b", "category", levels=("x", "y"))))
    table = {"a": np.array([0.0] * 30 + [1.0] * 31), "b": np.array([0.0] * 30 + [1.0] * 30 + [0.0])}
    near = neighbourhood(table, coarse).near_copies({"a": np.array([0.0, 1.0]), "b": np.array([0.0, 0.0])})
    assert near.tolist() == [False, True]


def test_what_cannot_be_had_ends_with_a_refusal_that_counts(real):
    class Copier:
        design = DESIGN

        def sample(self, count, seed, conditions=()):
            rows = np.random.default_rng(seed).integers(0, 300, count)
            return {name: values[rows] for name, values in real.items()}

    with pytest.raises(Refused, match="XL-TABLE-030") as told:
        draw(Copier(), rewritten(real, DESIGN), 100, 0, away_from=neighbourhood(real, DESIGN))
    assert told.value.exit_code == 5 and "too near a real person" in told.value.why
