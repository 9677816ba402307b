"""Compartment models: the exact kernel against the slow solver, against formulas of the textbooks, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinglin.models.compartments.plan import courses, plan_of, repeated
from xinglin.models.compartments.reference import reference_course
from xinglin.models.compartments.structure import Route, Structure, natural_states
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen

ROUTES = {
    "bolus": Route("bolus"),
    "infusion": Route("infusion"),
    "oral": Route("oral", "share", "lag"),
    "slow_oral": Route("slow_oral", duration="length"),
    "zero_order": Route("zero_order", duration="length"),
}
PERSON = {"cl": 4.0, "v1": 30.0, "q2": 5.0, "v2": 60.0, "q3": 2.0, "v3": 140.0, "ka": 0.9, "share": 0.7, "lag": 0.35, "length": 2.5}
DOSES = (
    Dose(0.0, "oral", 100.0), Dose(3.0, "bolus", 50.0), Dose(4.2, "infusion", 80.0, 1.5), Dose(5.0, "slow_oral", 60.0),
    Dose(7.0, "zero_order", 40.0), Dose(12.0, "oral", 100.0), Dose(24.0, "infusion", 100.0, 24.0),
)  # fmt: skip
TIMES = [0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 4.5, 6.0, 7.0, 8.0, 9.0, 12.0, 13.0, 20.0, 24.0, 30.0, 48.0, 60.0, 72.0]


def people(person: dict[str, float]) -> dict[str, np.ndarray]:
    return {name: np.array([value]) for name, value in person.items()}


def worst(structure: Structure, person: dict[str, float], doses, times) -> float:
    plan = plan_of(structure, Regimen("given", doses=tuple(doses)))
    fast = courses(structure, people(person), plan, times)
    level, area = reference_course(structure, person, plan, list(times))
    seen = level > 1e-9 * level.max()
    return max(
        float(np.max(np.abs(fast.concentration[0] - level)[seen] / level[seen])),
        float(np.max(np.abs(fast.exposure[0] - area)[seen] / np.maximum(area[seen], 1e-12 * area.max()))),
    )


@pytest.mark.parametrize("compartments", [1, 2, 3])
def test_the_kernel_agrees_with_the_slow_solver_on_every_route(compartments: int) -> None:
    assert worst(Structure(compartments, ROUTES), PERSON, DOSES, TIMES) < 1e-8


@pytest.mark.parametrize("compartments", [1, 2, 3])
def test_absorption_as_fast_as_elimination_is_no_special_case(compartments: int) -> None:
    for nearly in (0.0, 1e-12, 1e-6, 1e-3):
        person = PERSON | {"ka": PERSON["cl"] / PERSON["v1"] * (1 + nearly)}
        assert worst(Structure(compartments, ROUTES), person, DOSES[:4], TIMES[:16]) < 1e-8


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3), st.lists(st.floats(-1.5, 1.5), min_size=7, max_size=7))
def test_any_person_is_solved_exactly(compartments: int, moved: list[float]) -> None:
    names = ("cl", "v1", "q2", "v2", "q3", "v3", "ka")
    person = PERSON | {name: PERSON[name] * float(np.exp(step)) for name, step in zip(names, moved, strict=True)}
    assert worst(Structure(compartments, ROUTES), person, DOSES[:4], TIMES[:16]) < 1e-8


@settings(max_examples=30, deadline=None)
@given(st.floats(0.1, 20), st.floats(1, 200), st.floats(0.05, 5), st.floats(1, 1000))
def test_the_level_is_never_negative_and_the_whole_area_is_dose_by_clearance(cl: float, v1: float, ka: float, dose: float) -> None:
    structure = Structure(1, {"oral": Route("oral")})
    end = 60.0 * max(v1 / cl, 1 / ka)
    found = courses(
        structure,
        people({"cl": cl, "v1": v1, "ka": ka}),
        plan_of(structure, Regimen("one", doses=(Dose(0.0, "oral", dose),))),
        np.linspace(0, end, 50),
    )
    assert (found.concentration >= 0).all()
    assert found.exposure[0, -1] == pytest.approx(dose / cl, rel=1e-9)


def test_two_doses_are_the_sum_of_each() -> None:
    structure = Structure(2, ROUTES)
    first, second = (DOSES[0],), (DOSES[2],)
    both = courses(structure, people(PERSON), plan_of(structure, Regimen("both", doses=first + second)), TIMES).concentration
    each = [
        courses(structure, people(PERSON), plan_of(structure, Regimen("one", doses=doses)), TIMES).concentration
        for doses in (first, second)
    ]
    assert both == pytest.approx(each[0] + each[1], rel=1e-12)


def test_bateman_gives_the_time_and_height_of_the_peak() -> None:
    """Bateman (1910): tmax = ln(ka / k) / (ka - k), Cmax = F D / V (ka / k) ** (k / (k - ka))."""
    structure, ka, k, v1 = Structure(1, {"oral": Route("oral")}), 1.2, 0.15, 20.0
    top = np.log(ka / k) / (ka - k)
    found = courses(
        structure,
        people({"cl": k * v1, "v1": v1, "ka": ka}),
        plan_of(structure, Regimen("one", doses=(Dose(0.0, "oral", 100.0),))),
        [top - 0.01, top, top + 0.01],
    )
    level = found.concentration[0]
    assert level[1] == pytest.approx(100.0 / v1 * (ka / k) ** (k / (k - ka)), rel=1e-12)
    assert level[1] > level[0] and level[1] > level[2]


def test_an_infusion_approaches_rate_by_clearance() -> None:
    structure = Structure(3, ROUTES)
    plan = plan_of(structure, Regimen("long", doses=(Dose(0.0, "infusion", 100_000.0, 10_000.0),)))
    assert courses(structure, people(PERSON), plan, [9_999.0]).concentration[0, 0] == pytest.approx(10.0 / PERSON["cl"], rel=1e-9)


def test_repeated_boluses_pile_up_by_the_ratio_of_the_textbook() -> None:
    """Rowland and Tozer: accumulation 1 / (1 - exp(-k tau)); the average at steady state is dose / (CL tau)."""
    structure, cl, v1, every = Structure(1, {"bolus": Route("bolus")}), 5.0, 40.0, 8.0
    plan = plan_of(structure, Regimen("many", doses=repeated("bolus", 100.0, every, 60)))
    found = courses(structure, people({"cl": cl, "v1": v1}), plan, [0.0, 58 * every, 59 * every])
    pile = 1.0 / (1.0 - np.exp(-cl / v1 * every))
    assert found.concentration[0, 2] / found.concentration[0, 0] == pytest.approx(pile, rel=1e-12)
    assert (found.exposure[0, 2] - found.exposure[0, 1]) / every == pytest.approx(100.0 / (cl * every), rel=1e-12)


@pytest.mark.parametrize("compartments", [1, 2, 3])
@pytest.mark.parametrize(
    ("treatment", "duration"), [("bolus", 0.0), ("infusion", 2.0), ("oral", 0.0), ("slow_oral", 0.0), ("zero_order", 0.0)]
)
def test_a_steady_state_is_what_very_many_doses_lead_to(compartments: int, treatment: str, duration: float) -> None:
    structure, many = Structure(compartments, ROUTES), 600
    times = np.array([0.0, 0.1, 0.3, 0.35, 0.4, 1.0, 2.0, 3.0, 5.0, 7.99, 8.0, 8.2, 9.0, 15.0, 17.0, 24.0, 30.0])
    long = plan_of(structure, Regimen("long", doses=repeated(treatment, 100.0, 8.0, many + 3, duration=duration)))
    steady = plan_of(structure, Regimen("steady", doses=repeated(treatment, 100.0, 8.0, 3, duration=duration)), steady_every=8.0)
    slow, fast = courses(structure, people(PERSON), long, times + 8.0 * many), courses(structure, people(PERSON), steady, times)
    assert fast.concentration == pytest.approx(slow.concentration, rel=1e-8)
    assert fast.exposure[:, -1] - fast.exposure[:, 0] == pytest.approx(slow.exposure[:, -1] - slow.exposure[:, 0], rel=1e-8)


def test_saturable_elimination_follows_lambert() -> None:
    """Schnell and Mendoza (J Theor Biol 1997;187:207): C = Km W(C0 / Km exp((C0 - vmax t / V) / Km)) after a bolus."""
    from scipy.special import lambertw

    structure, vmax, km, v1, start = Structure(1, {"bolus": Route("bolus")}, linear=False, saturable=True), 20.0, 4.0, 30.0, 25.0
    times = np.linspace(0.0, 60.0, 13)
    plan = plan_of(structure, Regimen("one", doses=(Dose(0.0, "bolus", start * v1),)))
    found = courses(structure, people({"vmax": vmax, "km": km, "v1": v1}), plan, times)
    exact = km * np.real(lambertw(start / km * np.exp((start - vmax / v1 * times) / km)))
    assert found.concentration[0] == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("compartments", [1, 2, 3])
def test_saturable_elimination_agrees_with_the_slow_solver(compartments: int) -> None:
    structure = Structure(compartments, {"oral": Route("oral", lag="lag"), "infusion": Route("infusion")}, saturable=True)
    person = PERSON | {"vmax": 20.0, "km": 3.0}
    doses = (*repeated("oral", 300.0, 12.0, 4), Dose(30.0, "infusion", 100.0, 2.0))
    assert worst(structure, person, doses, np.linspace(0.0, 72.0, 20)) < 1e-7


def test_the_equations_a_card_tells_are_those_that_are_solved() -> None:
    names = [state.name for state in natural_states(Structure(3, ROUTES, saturable=True))]
    assert names == ["depot", "central", "second", "third", "exposure"]
    rate = natural_states(Structure(2, {"bolus": Route("bolus")}))[0].rate
    assert rate == "- cl / v1 * central - q2 / v1 * central + q2 / v2 * second"


def test_people_side_by_side_do_not_touch_each_other() -> None:
    structure = Structure(2, ROUTES)
    plan = plan_of(structure, Regimen("given", doses=DOSES))
    group = {name: np.array([value, 1.3 * value, 0.8 * value]) for name, value in PERSON.items()}
    alone = [
        courses(structure, {name: values[i : i + 1] for name, values in group.items()}, plan, TIMES).concentration[0] for i in range(3)
    ]
    assert (courses(structure, group, plan, TIMES).concentration == np.array(alone)).all()


@pytest.mark.parametrize(
    ("code", "regimen", "every", "changed"),
    [
        ("XL-DOSE-002", Regimen("x", doses=(Dose(0.0, "nasal", 1.0),)), 0.0, {}),
        ("XL-DOSE-003", Regimen("x", doses=(Dose(0.0, "infusion", 1.0),)), 0.0, {}),
        ("XL-DOSE-003", Regimen("x", doses=(Dose(0.0, "bolus", -1.0),)), 0.0, {}),
        ("XL-DOSE-003", Regimen("x", doses=(Dose(0.0, "bolus", 1.0),)), -1.0, {}),
        ("XL-DOSE-004", Regimen("x", doses=(Dose(0.0, "infusion", 1.0, 9.0),)), 8.0, {}),
        ("XL-DOSE-005", Regimen("x", doses=(Dose(0.0, "bolus", 1.0),)), 0.0, {"v1": 0.0}),
        ("XL-DOSE-005", Regimen("x", doses=(Dose(0.0, "bolus", 1.0),)), 0.0, {"cl": float("nan")}),
    ],
)
def test_what_cannot_be_is_refused_with_its_code(code: str, regimen: Regimen, every: float, changed: dict[str, float]) -> None:
    structure = Structure(1, ROUTES)
    with pytest.raises(InvalidInput) as caught:
        courses(structure, people(PERSON | changed), plan_of(structure, regimen, every), [0.0, 1.0])
    assert caught.value.code == code


def test_a_shape_without_elimination_and_a_parameter_that_is_missing_are_refused() -> None:
    with pytest.raises(InvalidInput, match="one to three"):
        Structure(4, ROUTES)
    structure = Structure(1, {"bolus": Route("bolus")})
    with pytest.raises(InvalidInput) as caught:
        courses(structure, {"v1": np.ones(1)}, plan_of(structure, Regimen("x", doses=(Dose(0.0, "bolus", 1.0),))), [0.0])
    assert caught.value.code == "XL-DOSE-005" and "cl" in caught.value.what
    saturable = Structure(1, {"bolus": Route("bolus")}, linear=False, saturable=True)
    with pytest.raises(InvalidInput) as caught:
        plan_of(saturable, Regimen("x", doses=(Dose(0.0, "bolus", 1.0),)), 8.0)
    assert caught.value.code == "XL-DOSE-004"
