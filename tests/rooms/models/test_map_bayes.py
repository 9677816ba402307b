"""Estimates from drug levels and dose options: intervals that hold, limits that bind, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from xinglin.diseases.pharmacokinetics import DRUGS
from xinglin.models.compartments.plan import courses, plan_of, repeated
from xinglin.models.map_bayes.dosing import DoseLimits, Target, dose_for, forecast, measures
from xinglin.models.map_bayes.estimating import estimate, eta_shrinkage
from xinglin.models.map_bayes.prior import population
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Measurement, Posterior, Regimen, SimulationRequest

VANCOMYCIN = DRUGS["vancomycin"].drug
TRAITS = {"weight": 70.0, "creatinine_clearance": 80.0, "dialysis": 0.0}
REGIMEN = Regimen("two a day", doses=repeated("infusion", 1000.0, 12.0, 4, duration=1.0))
LEVELS = (Measurement(13.5, "concentration", 24.0), Measurement(35.9, "concentration", 9.0))


@pytest.fixture(scope="module")
def fit():
    return estimate(VANCOMYCIN, REGIMEN, LEVELS, TRAITS)


def test_an_estimate_says_what_it_found_and_how_surely(fit) -> None:
    clearance = fit.parameters["cl"]
    assert clearance.low < clearance.middle < clearance.high and clearance.unit == "L/h"
    assert 0 < clearance.shrunk < 1 and fit.spreads["cl"] < fit.omegas["cl"]
    assert np.abs(fit.residuals).max() < 1.5 and len(fit.predicted) == 2
    assert fit.effective > 400 and len(fit.draws["cl"]) == 1000
    assert "not a prescription" in fit.label["en"] and "不是处方" in fit.label["zh"]


def test_no_other_person_explains_the_levels_better(fit) -> None:
    from xinglin.models.map_bayes.estimating import _question

    asked = _question(VANCOMYCIN, REGIMEN, LEVELS, TRAITS, 0.0)
    best = np.linalg.solve(asked.root, list(fit.etas.values()))
    around = best + np.random.default_rng(3).normal(0, [[0.01]] * 500 + [[0.5]] * 500, (1000, len(best)))
    assert (asked.objective(around) >= fit.objective - 1e-9).all()


def test_the_same_levels_give_the_same_bytes(fit) -> None:
    again = estimate(VANCOMYCIN, REGIMEN, LEVELS, TRAITS)
    assert again.parameters == fit.parameters and again.etas == fit.etas
    assert all((again.draws[name] == values).all() for name, values in fit.draws.items())


def test_levels_far_above_the_typical_mean_a_low_clearance(fit) -> None:
    high = estimate(VANCOMYCIN, REGIMEN, [Measurement(35.9, "concentration", 30.0)], TRAITS)
    assert high.parameters["cl"].middle < 0.7 * fit.parameters["cl"].middle


def test_a_known_clearance_is_not_estimated() -> None:
    fixed = estimate(VANCOMYCIN, REGIMEN, LEVELS, TRAITS | {"cl": 3.0})
    assert "cl" not in fixed.etas and fixed.parameters["cl"].middle == 3.0


def test_a_level_below_the_limit_says_less_than_a_number_but_more_than_none() -> None:
    seen = estimate(VANCOMYCIN, REGIMEN, [Measurement(60.0, "concentration", 4.0)], TRAITS)
    below = estimate(VANCOMYCIN, REGIMEN, [Measurement(60.0, "concentration", 5.0, below=True)], TRAITS)
    assert below.parameters["cl"].middle > VANCOMYCIN.people(TRAITS, {})["cl"][0]
    assert seen.spreads["cl"] < below.spreads["cl"] <= below.omegas["cl"]


def test_a_steady_state_may_be_told_without_its_doses() -> None:
    long = Regimen("long", doses=repeated("infusion", 1000.0, 12.0, 80, duration=1.0))
    short = Regimen("short", doses=repeated("infusion", 1000.0, 12.0, 1, duration=1.0))
    told = estimate(VANCOMYCIN, short, [Measurement(11.5, "concentration", 12.0)], TRAITS, steady_every=12.0)
    given = estimate(VANCOMYCIN, long, [Measurement(79 * 12.0 + 11.5, "concentration", 12.0)], TRAITS)
    assert told.parameters["cl"].middle == pytest.approx(given.parameters["cl"].middle, rel=1e-5)


def test_intervals_of_ninety_percent_hold_the_truth_nine_times_in_ten() -> None:
    drug, disease, held, etas = DRUGS["busulfan"].drug, DRUGS["busulfan"], [], []
    traits = {"weight": 70.0, "female": 0.0}
    regimen = Regimen("one", doses=(Dose(0.0, "infusion", 208.0, 3.0),))
    request = SimulationRequest(disease.name, (3.5, 6.0, 12.0), regimen, 300, seed=11, traits=traits, measured=True)
    people = disease.draw(request, 0, 300)
    seen = disease.run(request, people).observed["concentration"]
    for number in range(300):
        levels = [Measurement(at, "concentration", float(level)) for at, level in zip(request.times, seen[number], strict=True)]
        found = estimate(drug, regimen, levels, traits, draws=400)
        etas.append(found)
        held += [found.parameters[name].low <= people[name][number] <= found.parameters[name].high for name in ("cl", "v1")]
    assert 0.86 <= np.mean(held) <= 0.94
    shrinkage = eta_shrinkage(etas)
    assert -0.1 < shrinkage["cl"] < 0.2 and shrinkage["cl"] < shrinkage["v1"] < 0.5


def test_the_posterior_can_be_handed_on_as_a_record(fit) -> None:
    told = fit.posterior()
    assert isinstance(told, Posterior) and told.method == "importance" and told.disease == "pharmacokinetics:vancomycin"
    assert told.measured == LEVELS and len(told.estimates) == len(fit.parameters)


def test_a_twin_fitted_by_sampling_alone_is_the_same_person(fit) -> None:
    from xinglin.models.twin.fitting import fitted

    twin = fitted(DRUGS["vancomycin"], LEVELS, REGIMEN, traits=TRAITS, seed=3)
    for name in ("cl", "v1", "v2"):
        assert np.quantile(fit.draws[name], [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(twin.draws[name], [0.1, 0.5, 0.9]), rel=0.12)


def test_levels_that_no_likely_person_has_are_noted(fit) -> None:
    wrong = [Measurement(13.5, "concentration", 9.0), Measurement(35.9, "concentration", 60.0)]
    told = estimate(VANCOMYCIN, REGIMEN, wrong, TRAITS)
    assert told.fit < 0.01 < fit.fit < 0.99
    assert any("no likely person" in note for note in told.notes) and not fit.notes


def test_a_dose_for_an_exposure_is_exposure_times_clearance(fit) -> None:
    options = dose_for(fit, Target("auc24", 400.0, 600.0), duration=1.0)
    for option in options.options:
        assert option.reached["auc24"].middle == pytest.approx(500.0, rel=1e-6)
        assert option.amount == pytest.approx(500.0 * fit.parameters["cl"].middle * option.every / 24.0, rel=1e-6)
        assert option.reached["auc24"].low < 500.0 < option.reached["auc24"].high and 0 < option.chance < 1
    chances = [round(option.chance, 3) for option in options.options]
    assert chances == sorted(chances, reverse=True) and "not a prescription" in options.label["en"]


@pytest.mark.parametrize("measure", ["trough", "peak", "average"])
def test_the_option_when_simulated_reaches_what_it_says(fit, measure) -> None:
    option = dose_for(fit, Target(measure, 10.0, 20.0), intervals=(12.0,), duration=2.0).options[0]
    times = np.linspace(39 * 12.0, 40 * 12.0, 4001)
    person = {name: np.array([one.middle]) for name, one in fit.parameters.items()}
    found = courses(VANCOMYCIN.structure, person, plan_of(VANCOMYCIN.structure, option.regimen(40)), times)
    level = found.concentration[0]
    seen = {"trough": level[-1], "peak": level.max(), "average": (found.exposure[0, -1] - found.exposure[0, 0]) / 12.0}[measure]
    assert seen == pytest.approx(15.0, rel=2e-3) and option.reached[measure].middle == pytest.approx(15.0, rel=1e-6)


def test_limits_bind_and_say_so(fit) -> None:
    held = dose_for(
        fit, Target("auc24", 400.0, 600.0), intervals=(24.0,), duration=1.0, limits=DoseLimits(most_each=750.0, step=250.0)
    ).options[0]
    assert held.amount == 750.0 and "held down" in held.notes[0]
    a_day = dose_for(
        fit, Target("auc24", 400.0, 600.0), intervals=(6.0,), duration=1.0, limits=DoseLimits(most_a_day=1100.0, step=50.0)
    ).options[0]
    assert a_day.amount == 250.0
    raised = dose_for(fit, Target("auc24", 10.0, 20.0), intervals=(24.0,), duration=1.0, limits=DoseLimits(least_each=500.0)).options[0]
    assert raised.amount == 500.0 and "raised" in raised.notes[0]
    steep = dose_for(fit, Target("auc24", 400.0, 600.0), intervals=(24.0,), duration=1.0, limits=DoseLimits(peak=20.0)).options[0]
    assert steep.over > 0.5 and "limit of peak" in steep.notes[0]
    rounded = dose_for(fit, Target("auc24", 400.0, 600.0), intervals=(12.0,), duration=1.0, limits=DoseLimits(step=250.0)).options[0]
    assert rounded.amount % 250.0 == 0.0


def test_before_any_level_the_population_stands_in(fit) -> None:
    before = population(VANCOMYCIN, TRAITS)
    assert before.notes == ("no level yet",) and before.parameters["cl"].shrunk == 0.0
    target = Target("auc24", 400.0, 600.0)
    assert (
        dose_for(before, target, intervals=(12.0,), duration=1.0).options[0].chance
        < dose_for(fit, target, intervals=(12.0,), duration=1.0).options[0].chance
    )


def test_a_forecast_surrounds_the_likely_course(fit) -> None:
    told = forecast(fit, REGIMEN, [13.5, 35.9, 50.0])
    assert told["middle"][:2] == pytest.approx(fit.predicted)
    assert (told["low"] < told["middle"]).all() and (told["middle"] < told["high"]).all()


def test_phenytoin_saturates_so_that_a_little_more_is_much_more() -> None:
    """At steady state dose rate = vmax C / (km + C): C = km R / (vmax - R)."""
    drug, traits = DRUGS["phenytoin"].drug, {"weight": 60.0, "child": 0.0, "other_antiepileptic": 0.0}
    typical = drug.people(traits, {})
    for daily in (250.0, 300.0):
        found = measures(drug, typical, "oral", daily / 24, 1.0)
        rate = daily / 24.0
        assert found["average"][0] == pytest.approx(2.41 * rate / (325 / 24 - rate), rel=2e-3)
    assert np.isnan(measures(drug, typical, "oral", 350.0 / 2, 12.0)["average"][0])


def test_a_saturable_dose_reaches_its_target_and_warns_of_people_who_never_settle() -> None:
    drug, traits = DRUGS["phenytoin"].drug, {"weight": 60.0, "child": 0.0, "other_antiepileptic": 0.0}
    fit = estimate(
        drug, Regimen("r", doses=repeated("oral", 150.0, 12.0, 40)), [Measurement(470.0, "concentration", 12.0)], traits, draws=200
    )
    option = dose_for(fit, Target("trough", 10.0, 20.0), intervals=(12.0,)).options[0]
    assert option.reached["trough"].middle == pytest.approx(15.0, rel=5e-3)
    high = dose_for(fit, Target("trough", 30.0, 60.0), intervals=(12.0,)).options[0]
    assert high.over > 0.1 and any("never settles" in note for note in high.notes)


@pytest.mark.parametrize(
    ("code", "levels", "traits"),
    [
        ("XL-DOSE-010", LEVELS, {"weight": 70.0}),
        ("XL-DOSE-013", (), TRAITS),
        ("XL-DOSE-013", LEVELS, TRAITS | {"cl": 3.0, "v1": 50.0, "v2": 40.0}),
        ("XL-DOSE-014", (Measurement(1.0, "concentration", float("nan")),), TRAITS),
    ],
)
def test_what_cannot_be_estimated_is_refused_and_no_value_is_told(code: str, levels, traits) -> None:
    with pytest.raises(InvalidInput) as caught:
        estimate(VANCOMYCIN, REGIMEN, levels, traits)
    assert caught.value.code == code and "70" not in str(caught.value)


def test_a_target_that_cannot_be_is_refused(fit) -> None:
    for target, intervals in (
        (Target("trough", 20.0, 10.0), (12.0,)),
        (Target("trough", 10.0, 20.0), (0.5,)),
        (Target("trough", 10.0, 20.0), ()),
    ):
        with pytest.raises(InvalidInput) as caught:
            dose_for(fit, target, intervals=intervals, duration=1.0)
        assert caught.value.code == "XL-DOSE-020"
