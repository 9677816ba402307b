"""Type 1 diabetes runs: the fast solver against the slow one, against what can be worked out by hand, and within its promises."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from xinglin.diseases.diabetes import DISEASE, sensor
from xinglin.diseases.diabetes.card import CARD, SENSOR_SPREAD
from xinglin.diseases.diabetes.population_numbers import MIDDLES
from xinglin.diseases.diabetes.published_rows import traits_of_rows
from xinglin.models.simulator import expressions
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen, Rule, SimulationRequest

REGIMENS = {regimen.name: regimen for regimen in CARD.regimens}
DAY = tuple(float(minute) for minute in range(0, 1441, 15))
EXACT = {"bolus_step": 0.0, "basal_step": 0.0, "sensor_error": 0.0}


def asked(name: str = "basal-bolus", times: tuple[float, ...] = DAY, **changes: object) -> SimulationRequest:
    return replace(SimulationRequest("diabetes", times, REGIMENS[name], 1, 7), **changes)


def given_by(*doses: Dose) -> Regimen:
    return Regimen("of this test", doses=doses)


def ran(request: SimulationRequest, count: int = 1, first: int = 0):
    return DISEASE.run(request, DISEASE.draw(request, first, count), first)


def test_the_card_can_be_run_and_names_its_sources():
    expressions.check(CARD)
    assert all(parameter.source in CARD.sources and CARD.sources[parameter.source].source_read for parameter in CARD.parameters)
    assert all(text["en"] and text["zh"] for text in (CARD.title, CARD.about, CARD.limits, *(p.meaning for p in CARD.parameters)))


def test_looking_at_the_card_does_not_load_the_compiler():
    code = "import sys; from xinglin.diseases.diabetes import DISEASE; assert DISEASE.card.name == 'diabetes'; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["basal-bolus", "no-insulin", "hybrid-closed-loop"])
def test_fast_and_slow_solver_agree(name):
    found = DISEASE.residual(asked(name, tuple(float(minute) for minute in range(0, 751, 10))), 1)
    assert found.greatest <= 1e-5 == found.allowed


def test_on_the_own_basal_rate_nothing_changes():
    block = ran(asked("fasting", traits=EXACT), 20)
    assert np.abs(block.observed["plasma_glucose"] / block.traits["gb"][:, None] - 1).max() < 1e-5
    assert np.abs(block.observed["plasma_insulin"] / block.traits["ib"][:, None] - 1).max() < 1e-5


def test_twice_the_basal_rate_doubles_insulin_in_the_end():
    # insulin kinetics are linear: the new steady state is the old one times the rate
    block = ran(SimulationRequest("diabetes", (0.0, 4320.0), given_by(Dose(0, "own_basal", 2.0)), 1, 3, EXACT), 20)
    assert block.observed["plasma_insulin"][:, 1] == pytest.approx(2 * block.traits["ib"], rel=1e-4)


def test_insulin_given_counts_boluses_rates_and_infusions():
    regimen = given_by(Dose(0, "basal", 1.0), Dose(60, "bolus", 2.0), Dose(120, "insulin_infusion", 3.0, 30))
    block = ran(SimulationRequest("diabetes", (0.0, 60.0, 120.0, 180.0), regimen, 1, 3))
    assert block.observed["insulin_given"][0] == pytest.approx([0, 3, 4, 8])


def test_a_pump_gives_whole_steps():
    block = ran(SimulationRequest("diabetes", (0.0, 600.0), given_by(Dose(0, "basal", 0.52), Dose(5, "bolus", 1.03)), 1, 3))
    assert block.observed["insulin_given"][0, 1] == pytest.approx(10 * 0.5 + 1.05)


def test_people_do_not_depend_on_the_block_they_run_in():
    whole = ran(asked(measured=True), 40)
    for first, count in ((0, 1), (1, 17), (18, 22)):
        part = ran(asked(measured=True), count, first)
        for name, series in part.observed.items():
            assert series.tobytes() == whole.observed[name][first : first + count].tobytes()
        assert part.ends["hypoglycaemia_level_2"].tobytes() == whole.ends["hypoglycaemia_level_2"][first : first + count].tobytes()


def test_looking_more_often_changes_no_course():
    often = ran(asked(times=tuple(float(minute) for minute in range(0, 1441, 5))), 5).observed["plasma_glucose"]
    assert np.array_equal(often[:, ::3], ran(asked(), 5).observed["plasma_glucose"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 700), st.sampled_from(["bolus", "meal"]), st.floats(0, 30)), max_size=8), st.integers(0, 500))
def test_nothing_falls_below_zero_whatever_is_given(acts, seed):
    regimen = given_by(Dose(0, "basal", 10.0), *(Dose(time, name, amount) for time, name, amount in acts))
    block = ran(SimulationRequest("diabetes", DAY, regimen, 4, seed), 4)
    for series in block.observed.values():
        assert np.isfinite(series).all() and (series >= 0).all()


def test_regimens_are_as_good_as_one_expects():
    glucose = {name: ran(asked(name), 200).observed["plasma_glucose"] for name in REGIMENS}
    mean = {name: float(series.mean()) for name, series in glucose.items()}
    in_range = {name: float(((series >= 70) & (series <= 180)).mean()) for name, series in glucose.items()}
    assert mean["no-insulin"] > mean["basal-only"] > mean["basal-bolus"]
    assert in_range["basal-bolus"] > 0.8 and in_range["closed-loop"] > in_range["basal-only"] + 0.2
    assert in_range["hybrid-closed-loop"] > in_range["closed-loop"]
    assert (glucose["no-insulin"][:, -1] > 250).mean() > 0.9


def test_more_carbohydrate_means_more_glucose_and_more_insulin_less():
    meal, basal = Dose(60, "meal", 50.0), Dose(0, "own_basal", 1.0)
    base, more, covered = (
        ran(SimulationRequest("diabetes", (0.0, 240.0), given_by(basal, *doses), 1, 5, EXACT), 30).observed["plasma_glucose"][:, 1]
        for doses in ((meal,), (Dose(60, "meal", 80.0),), (meal, Dose(60, "bolus", 4.0)))
    )
    assert (more > base).all() and (covered < base).all()


def test_ends_are_the_first_minute_below_the_limit():
    times = tuple(float(minute) for minute in range(721))
    block = ran(SimulationRequest("diabetes", times, given_by(Dose(0, "own_basal", 1.0), Dose(30, "bolus", 10.0)), 1, 5, EXACT), 20)
    for glucose, end in zip(block.observed["plasma_glucose"], block.ends["hypoglycaemia_level_2"], strict=True):
        below = np.flatnonzero(glucose < 54)
        assert np.isnan(end) if not len(below) else end == below[0]
    assert np.isfinite(block.ends["hypoglycaemia_level_2"]).any()


def test_the_sensor_lags_errs_as_published_and_is_the_same_in_every_arm():
    traits = DISEASE.draw(asked(), 0, 1500)
    errors = sensor.errors(7, 0, 1440, traits)
    assert errors.std() == pytest.approx(SENSOR_SPREAD, rel=0.05)
    late = errors[:, 30::3]
    assert np.corrcoef(late[:, :-1].ravel(), late[:, 1:].ravel())[0, 1] == pytest.approx(0.7, abs=0.05)
    one, other = (ran(asked(name, measured=True), 10) for name in ("fasting", "no-insulin"))
    at_start = [block.observed["sensor_glucose"][:, 0] - block.traits["gb"] for block in (one, other)]
    assert np.allclose(*at_start, atol=1e-4) and np.abs(at_start[0]).max() > 1


def test_a_course_is_the_same_whether_it_is_measured_or_not():
    plain, measured = ran(asked("closed-loop"), 8), ran(asked("closed-loop", measured=True), 8)
    assert np.array_equal(plain.observed["insulin_given"], measured.observed["insulin_given"])
    assert not np.array_equal(plain.observed["plasma_glucose"], measured.observed["plasma_glucose"])


def test_people_are_drawn_around_the_estimated_middles():
    traits = DISEASE.draw(asked(), 0, 3000)
    child, adult = traits["age"] < 13, traits["age"] >= 20
    assert np.median(traits["weight"][child]) == pytest.approx(MIDDLES["weight"][0], rel=0.05)
    assert np.median(traits["weight"][adult]) == pytest.approx(MIDDLES["weight"][2], rel=0.05)
    assert np.log(traits["kp3"]).std() == pytest.approx(MIDDLES["kp3"][3], rel=0.15)
    assert np.median(traits["carbohydrate_ratio"][child]) > np.median(traits["carbohydrate_ratio"][adult])


def test_both_units_of_glucose_are_told():
    seen = ran(asked(), 3).observed
    assert seen["plasma_glucose"] / seen["plasma_glucose_molar"] == pytest.approx(18.0156)


@pytest.mark.parametrize(
    ("regimen", "times", "code"),
    [
        (given_by(Dose(0.5, "meal", 10.0)), DAY, "XL-GLU-001"),
        (given_by(), (0.0, 7.5), "XL-GLU-001"),
        (Regimen("ruled", rules=(Rule("own_basal", "plasma_glucose", "70", "100", 5.0),)), DAY, "XL-GLU-002"),
        (given_by(Dose(0, "bolus", 100.0)), DAY, "XL-GLU-003"),
        (given_by(), (0.0, 1e6), "XL-GLU-004"),
        (given_by(Dose(0, "prayer", 1.0)), DAY, "XL-SIM-021"),
    ],
)
def test_what_cannot_be_served_is_refused(regimen, times, code):
    with pytest.raises(InvalidInput) as refused:
        ran(SimulationRequest("diabetes", times, regimen))
    assert refused.value.code == code


def test_another_disease_is_refused():
    with pytest.raises(InvalidInput) as refused:
        DISEASE.run(replace(asked(), disease="gout"), DISEASE.draw(asked(), 0, 1))
    assert refused.value.code == "XL-SIM-025"


INVENTED = {
    "Name": "somebody#001", "BW": "70", "Gb": "140", "Ib": "100", "EGPb": "2.5", "Vg": "1.85", "Vi": "0.05", "kabs": "0.15", "kmax": "0.04",
    "kmin": "0.008", "b": "0.8", "d": "0.15", "Vmx": "0.05", "Km0": "230", "k1": "0.06", "k2": "0.11", "p2u": "0.037", "m1": "0.19", "m2": "0.27",
    "ki": "0.0085", "kp2": "0.0046", "kp3": "0.0099", "kd": "0.016", "ksc": "0.087", "ka1": "0.0036", "ka2": "0.0166", "Fsnc": "1", "f": "0.9",
    "ke1": "0.0005", "ke2": "339", "HEb": "0.6",
}  # fmt: skip


def test_a_row_of_a_users_table_can_be_run():
    traits = traits_of_rows([INVENTED], {"somebody#001": {"Age": "40", "CR": "11", "CF": "25"}})
    block = DISEASE.run(asked(), traits)
    assert block.observed["plasma_glucose"][0, 0] == pytest.approx(140)
    assert traits["carbohydrate_ratio"][0] == 11 and set(traits) == {parameter.name for parameter in CARD.parameters}


@pytest.mark.parametrize(("change", "code"), [({"BW": ""}, "XL-GLU-011"), ({"BW": "-70"}, "XL-GLU-011"), ({"BW": None}, "XL-GLU-010")])
def test_a_faulty_row_is_refused_without_telling_its_values(change, code):
    row = {name: value for name, value in (INVENTED | change).items() if value is not None}
    with pytest.raises(InvalidInput) as refused:
        traits_of_rows([row])
    assert refused.value.code == code and "70" not in str(refused.value)


def test_a_time_told_in_days_with_six_decimals_is_its_minute() -> None:
    from xinglin.diseases.diabetes.schedule import _whole

    assert [_whole(days * 1440, "times") for days in (0.003472, 0.006944, 0.010417)] == [5, 10, 15]
    with pytest.raises(InvalidInput, match="XL-GLU-001"):
        _whole(5.1, "times")
