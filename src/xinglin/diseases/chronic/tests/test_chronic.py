"""The chronic model: its two solvers agree, its people look like published populations, its treatments do what the trials found."""

import numpy as np
import pytest

from xinglin.diseases.chronic import DISEASE
from xinglin.diseases.chronic.physiology import creatinine_of, egfr_of
from xinglin.models.simulator import expressions
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen, Rule, SimulationRequest

REGIMENS = {regimen.name: regimen for regimen in DISEASE.card.regimens}


def asked(regimen: Regimen | str = "usual", years: float = 10, seed: int = 1, **more) -> SimulationRequest:
    chosen = REGIMENS[regimen] if isinstance(regimen, str) else regimen
    times = more.pop("times", tuple(float(t) for t in np.arange(0, years + 0.01, 1)))
    return SimulationRequest("chronic", times, chosen, seed=seed, **more)


@pytest.fixture(scope="module")
def people():
    request = asked("none", 10)
    return DISEASE.run(request, DISEASE.draw(request, 0, 20_000))


def test_the_card_contradicts_nothing_and_names_a_source_for_every_number():
    expressions.parsed(DISEASE.card.derived[0].expression)
    assert {p.source for p in DISEASE.card.parameters} <= set(DISEASE.card.sources)
    unread = [
        p.name
        for p in DISEASE.card.parameters
        if not p.unverified and p.source != "project" and not DISEASE.card.sources[p.source].source_read
    ]
    assert unread == []


@pytest.mark.parametrize("regimen", ["none", "usual", "statin"])
def test_the_fast_solver_agrees_with_plain_arithmetic(regimen):
    assert DISEASE.residual(asked(regimen, times=(0.0, 0.3, 1.0, 7.77, 25.0)), 12).greatest < 1e-6


def test_a_rule_that_stops_agrees_with_plain_arithmetic_too():
    rule = Rule("statin", "ldl", "0.8 * first", "100", 0.5, 1.0)
    assert DISEASE.residual(asked(Regimen("on and off", rules=(rule,)), 5), 12).greatest < 1e-6


def test_a_person_is_the_same_in_every_block_and_in_every_arm():
    request = asked("none")
    whole = DISEASE.run(request, DISEASE.draw(request, 0, 50))
    part = DISEASE.run(request, DISEASE.draw(request, 30, 20), 30)
    for name, series in whole.observed.items():
        assert np.array_equal(series[30:], part.observed[name], equal_nan=True)
    assert np.array_equal(whole.ends["death"][30:], part.ends["death"], equal_nan=True)


def test_when_one_looks_does_not_change_what_happens():
    often, seldom = (asked("statin", times=tuple(np.linspace(0, 12, n))) for n in (50, 3))
    a, b = (DISEASE.run(request, DISEASE.draw(request, 0, 300)) for request in (often, seldom))
    for name in a.ends:
        assert np.allclose(a.ends[name], b.ends[name], equal_nan=True)


def test_hba1c_follows_mean_glucose_as_in_adag_and_creatinine_is_egfr_turned_round(people):
    glucose, hba1c = people.observed["mean_glucose"][:, 0], people.observed["hba1c"][:, 0]
    assert 0.80 <= np.corrcoef(glucose, hba1c)[0, 1] <= 0.95
    slope = np.polyfit(hba1c, glucose, 1)[0]
    assert 20 < slope < 30  # ADAG 28.7, thinned by scatter
    age, woman = np.array([30.0, 70.0, 55.0]), np.array([True, False, False])
    gfr = np.array([120.0, 40.0, 90.0])
    assert np.allclose(egfr_of(creatinine_of(gfr, age, woman), age, woman), gfr)


@pytest.mark.parametrize(("low", "high", "published"), [(40, 60, 0.164), (60, 75, 0.300)])
def test_diabetes_is_as_common_as_in_nhanes_2017_2020(people, low, high, published):
    age = people.traits["age"]
    group = (age >= low) & (age < high)
    assert abs(np.mean(people.ends["diabetes"][group] == 0) - published) < 0.04


@pytest.mark.parametrize(("what", "above", "men", "women"), [("triglycerides", 150, 0.287, 0.215), ("hdl", 40, 0.711, 0.894)])
def test_lipids_of_men_and_women_pass_limits_as_often_as_in_nhanes_2009_2012(people, what, above, men, women):
    woman, value = people.traits["woman"] > 0, people.observed[what][:, 0]
    assert abs((value[~woman] >= above).mean() - men) < 0.025
    assert abs((value[woman] >= above).mean() - women) < 0.025


def test_people_of_60_without_illness_die_at_the_rate_of_the_emerging_risk_factors_collaboration():
    request = asked("none", 1, traits={"age": 59.5})
    block = DISEASE.run(request, DISEASE.draw(request, 0, 60_000))
    healthy = ~np.isfinite(block.ends["diabetes"])
    assert abs(np.isfinite(block.ends["death"][healthy]).mean() - 0.0068) < 0.0015


def test_women_have_lower_pressure_when_young_and_higher_when_old_as_in_monica(people):
    age, woman, sbp = people.traits["age"], people.traits["woman"] > 0, people.observed["sbp"][:, 0]
    for low, high, men, women in ((30, 35, 115.5, 105.7), (45, 55, 121.6, 119.5), (55, 65, 127.3, 128.9)):
        group = (age >= low) & (age < high)
        assert abs(sbp[group & ~woman].mean() - men) < 2.5
        assert abs(sbp[group & woman].mean() - women) < 3.0


def test_heavier_people_have_more_sugar_and_less_hdl(people):
    bmi = people.observed["bmi"][:, 0]
    assert 0.10 < np.corrcoef(bmi, people.observed["fasting_glucose"][:, 0])[0, 1] < 0.35
    assert np.corrcoef(bmi, people.observed["hdl"][:, 0])[0, 1] < -0.15


def test_the_ten_year_risk_that_comes_out_is_the_risk_that_went_in(people):
    from xinglin.diseases.chronic.prevent import ten_year_risk

    v, o = people.traits, {name: series[:, 0].astype(float) for name, series in people.observed.items()}
    group = (v["age"] >= 40) & (v["age"] < 65)
    risk = ten_year_risk(
        "ascvd", woman=v["woman"] > 0, age=v["age"], cholesterol=o["total_cholesterol"], hdl=o["hdl"], sbp=o["sbp"], bmi=o["bmi"],
        gfr=o["egfr"], diabetes=people.ends["diabetes"] == 0, smoker=v["smoker"] > 0,
    )  # fmt: skip
    alive = np.isfinite(people.ends["ascvd"][group]).mean()
    assert 0.8 < alive / risk[group].mean() < 1.2  # death competes, diabetes begins, values move


def test_treatments_lower_what_the_trials_say():
    base = asked("none", 2, traits={"sugar": 2.0, "pressure": 2.0})
    people = DISEASE.draw(base, 0, 400)
    none = DISEASE.run(base, people)
    for name, observable, fall in (("statin", "ldl", 1.08 / 0.02586), ("metformin", "hba1c", 1.12), ("antihypertensive", "sbp", 9.1)):
        request = asked(name, 2, traits=base.traits)
        treated = DISEASE.run(request, people)
        found = np.nanmean(none.observed[observable][:, 1] - treated.observed[observable][:, 1])
        assert abs(found - fall) < (2.5 if observable == "sbp" else 0.08 * fall)


def test_nothing_is_ever_negative_and_nobody_is_seen_after_death(people):
    dead = np.isfinite(people.ends["death"])
    assert dead.any()
    gone = people.times[None, :] > np.where(dead, people.ends["death"], np.inf)[:, None]
    for series in people.observed.values():
        assert np.isnan(series[gone]).all()
        assert (series[~gone] >= 0).all()


def test_a_request_for_another_disease_or_an_unknown_drug_is_refused():
    with pytest.raises(InvalidInput, match="XL-SIM-025"):
        DISEASE.run(SimulationRequest("nsclc", (0.0, 1.0)), {})
    request = asked(Regimen("not in the card", doses=(Dose(0.0, "aspirin", 1.0, 1.0),)))
    with pytest.raises(InvalidInput):
        DISEASE.run(request, DISEASE.draw(request, 0, 2))
