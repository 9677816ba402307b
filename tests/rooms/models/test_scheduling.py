"""A schedule that is found keeps its limits, is judged on people it was not found on, and is never told without what it is held against."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from xinglin.models.sample_simulations import CARD
from xinglin.models.scheduling import optimise
from xinglin.models.scheduling.judging import value_of
from xinglin.models.scheduling.space import Space
from xinglin.models.simulator.course import CardDisease
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.simulation import Choice, Dose, Goal, Harm, Regimen, Rule, SimulationRequest, Treatment

DISEASE = CardDisease(CARD)
NONE = Regimen("none")
BURDEN = Goal(kind="burden", of="volume")
WEEKLY = Choice(treatment="drug", times=tuple(14.0 * n for n in range(6)))


def people(disease=DISEASE, count=400):
    return disease.draw(SimulationRequest(disease.card.name, (0.0,), seed=3), 0, count)


def by_name(found):
    return {one.name: one for one in found.options}


@pytest.fixture(scope="module")
def found():
    return optimise(DISEASE, people(), [WEEKLY], BURDEN, seed=1, evaluations=150)


def test_beside_what_is_found_stand_no_treatment_standard_care_chance_a_learned_policy_and_the_bound(found):
    kinds = {one.kind for one in found.options}
    assert kinds == {"none", "standard", "random", "learned", "cma", "receding", "oracle"}


def test_where_more_is_always_better_all_that_may_be_given_is_given(found):
    """Each dose takes dose / 400 of the logarithm: 800 mg in all is the most, so the burden falls by 2 whatever the schedule."""
    options = by_name(found)
    assert options["cma"].given["drug"] == pytest.approx(800, rel=1e-3)
    assert options["none"].middle - options["cma"].middle == pytest.approx(2.0, abs=2e-3)
    assert found.best in ("cma", "learned", "receding") and options["standard"].regret == pytest.approx(1.5, abs=2e-3)


def test_nobody_is_both_searched_on_and_judged_by(found):
    assert found.searched + found.judged == 400
    assert found.evaluations <= 150


def test_the_same_seed_finds_the_same(found):
    again = optimise(DISEASE, people(), [WEEKLY], BURDEN, seed=1, evaluations=150)
    assert again == found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1, 2), min_size=8, max_size=8), st.floats(0, 30), st.booleans())
def test_whatever_is_wished_every_practical_limit_is_kept(wished, gap, stepped):
    choice = Choice(
        treatment="drug",
        times=tuple(7.0 * n for n in range(1, 9)),
        least=20,
        least_gap=gap,
        most_total=500,
        levels=(50.0, 150.0) if stepped else (),
    )
    space = Space(CARD, [choice], Regimen("before", doses=(Dose(0, "drug", 100),)), 5.0, 90.0)
    amounts = space.amounts(np.array(wished))
    times = [0.0, *(slot.time for slot, amount in zip(space.slots, amounts, strict=True) if amount > 0)]
    assert np.all(amounts >= 0) and amounts.max() <= 200 and 100 + amounts.sum() <= 500 + 1e-9
    assert np.all(np.diff(times) >= max(gap, 14) - 1e-9)
    assert set(amounts) <= {0.0, 50.0, 150.0} if stepped else all(a == 0 or a >= 20 for a in amounts)


def toxic_card():
    """A drug that shrinks the tumour and, in people more or less sensitive, brings a count down that recovers in a week."""
    count = replace(CARD.states[0], name="count", unit="1", start="5", rate="(5 - count) / 7")
    sensitive = replace(CARD.parameters[0], name="sensitive", value=1.0, unit="1", spread=0.5, low=0.2, high=5)
    seen = replace(CARD.observables[0], name="count", expression="count", unit="1")
    drug = Treatment(
        "drug", {"en": "drug", "zh": "药物"}, "mg", "dose",
        {"volume": "volume * exp(-dose / 400)", "count": "count * exp(-sensitive * dose / 100)"}, 200, 800, 7,
    )  # fmt: skip
    low = Harm("low_count", {"en": "low count", "zh": "计数低"}, "count", "least", 1.5, "below")
    return replace(
        CARD, name="toxic", parameters=(*CARD.parameters, sensitive), states=(*CARD.states, count), observables=(*CARD.observables, seen),
        treatments=(drug,), regimens=(replace(CARD.regimens[0], doses=(Dose(0, "drug", 200), Dose(21, "drug", 200))),), harms=(low,),
    )  # fmt: skip


def test_a_limit_on_harm_is_kept_where_standard_care_breaks_it_and_a_reading_of_the_person_buys_more():
    disease = CardDisease(toxic_card())
    found = optimise(
        disease, people(disease, 700), [replace(WEEKLY, times=(0.0, 14.0, 28.0, 42.0))], BURDEN, limits={"low_count": 0.1}, watched="count",
        until=60, seed=2, evaluations=300,
    )  # fmt: skip
    options = by_name(found)
    assert options["standard"].harms["low_count"] > 0.3 and not options["standard"].feasible
    assert options["cma"].harms["low_count"] <= 0.13
    assert options["cma"].middle < options["none"].middle
    # 100 mg each time breaks the limit in P(sensitive > ln(5 / 1.5) = 1.2) = 0.36 of people, so the best flat dose lies well below it
    assert 30 < max(dose.amount for dose in options["cma"].regimen.doses) < 75
    assert options["oracle"].middle <= min(one.middle for one in found.options if one.feasible) + 0.2
    assert found.best != "standard"


def test_a_twin_in_the_midst_of_treatment_is_planned_for_from_now_on():
    before = Regimen("so far", doses=(Dose(0, "drug", 150), Dose(21, "drug", 150)))
    choice = Choice(treatment="drug", times=(42.0, 56.0, 70.0))
    found = optimise(
        DISEASE, people(), [choice], BURDEN, before=before, now=40.0, until=120.0, known=True, method="cma", seed=1, evaluations=60
    )
    assert by_name(found)["cma"].given["drug"] == pytest.approx(500, rel=1e-3)
    given = by_name(found)["standard"].regimen.doses
    assert [dose.time for dose in given] == [0, 21, 40, 61]


def test_a_rule_of_the_card_is_judged_beside():
    pause = Treatment("pill", {"en": "pill", "zh": "药片"}, "1", "switch", most_each=1)
    growing = replace(CARD.states[0], rate="growth * volume * (1 - 2 * pill)")
    rule = Regimen("adaptive", {"en": "adaptive", "zh": "适应性"}, rules=(Rule("pill", "volume", "0.5 * first", "first", 7.0),))
    card = replace(CARD, name="paused", states=(growing,), treatments=(pause,), regimens=(rule,))
    disease = CardDisease(card)
    found = optimise(disease, people(disease, 200), [Choice(treatment="pill", times=(0.0, 60.0, 120.0))], BURDEN, seed=1, evaluations=40)
    options = by_name(found)
    assert options["adaptive"].kind == "rule" and options["adaptive"].middle < options["none"].middle
    assert [dose.duration for dose in options["cma"].regimen.doses] == [60, 60, 60]  # on until the next decision
    assert options["cma"].middle < options["adaptive"].middle


def test_the_worst_share_counts_where_it_is_asked_for():
    losses = np.arange(10.0)
    assert value_of(losses, 1.0) == pytest.approx(4.5)
    assert value_of(losses, 0.2) == pytest.approx(8.5)
    assert value_of(losses, 0.15) == pytest.approx((9 * 0.1 + 8 * 0.05) / 0.15)
    assert value_of(losses, 0.5, np.r_[np.full(5, 0.2), np.zeros(5)]) == pytest.approx((4 * 0.2 + 3 * 0.2 + 2 * 0.1) / 0.5)


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(InvalidInput, match="XL-SCHED-001"):
        optimise(DISEASE, people(), [Choice(treatment="surgery", times=(0.0,))], BURDEN)
    with pytest.raises(InvalidInput, match="XL-SCHED-001"):
        optimise(DISEASE, people(), [replace(WEEKLY, times=(14.0, 0.0))], BURDEN)
    with pytest.raises(InvalidInput, match="XL-SCHED-002"):
        optimise(DISEASE, people(), [WEEKLY], Goal(kind="time", of="death"))
    with pytest.raises(InvalidInput, match="XL-SCHED-003"):
        optimise(DISEASE, people(count=50), [WEEKLY], BURDEN)
    with pytest.raises(UsageError, match="XL-SCHED-004"):
        optimise(DISEASE, people(), [WEEKLY], BURDEN, limits={"nausea": 0.1})
