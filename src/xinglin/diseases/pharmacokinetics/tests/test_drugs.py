"""Every drug's card: it can be run, its own equations agree with the exact kernel, and it says what its paper says of the typical person."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from xinglin.diseases.pharmacokinetics import DISEASE, DRUGS
from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.expressions import check
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen, SimulationRequest

EVERY = list(DRUGS)


def request_of(name: str, **changed) -> SimulationRequest:
    disease = DRUGS[name]
    word, route = next(iter(disease.drug.structure.routes.items()))
    doses = (Dose(0.0, word, 100.0, 0.5 if route.takes_time else 0.0), Dose(8.0, word, 50.0, 0.5 if route.takes_time else 0.0))
    asked = {
        "disease": disease.name,
        "times": (0.0, 0.25, 0.5, 1.0, 3.0, 8.0, 9.0, 20.0),
        "regimen": Regimen("two", doses=doses),
        "patients": 4,
        "seed": 5,
    }
    return SimulationRequest(**(asked | changed))


@pytest.mark.parametrize("name", EVERY)
def test_the_card_can_be_run_and_names_its_sources(name: str) -> None:
    card = DRUGS[name].card
    check(card)
    assert card.name == f"pharmacokinetics:{name}"
    for row in card.parameters:
        assert row.unverified or (card.sources[row.source].source_read and row.locator), row.name
        assert row.meaning["en"] and row.meaning["zh"]
    assert set(DRUGS[name].drug.covariates) <= {row.name for row in card.parameters}
    assert "not a prescription" in card.limits["en"] and "不是处方" in card.limits["zh"]


@pytest.mark.parametrize("name", EVERY)
def test_the_exact_course_agrees_with_the_slow_solver(name: str) -> None:
    assert DRUGS[name].residual(request_of(name), 3).greatest < 1e-8


@pytest.mark.parametrize("name", EVERY)
def test_levels_looked_at_only_weeks_after_the_dose_are_held_against_its_peak(name: str) -> None:
    assert DRUGS[name].residual(request_of(name, times=(0.0, 240.0, 700.0)), 3).greatest < 1e-6


@pytest.mark.parametrize("name", ["vancomycin", "busulfan", "theophylline"])
def test_a_level_that_an_assay_could_read_is_still_held_to_itself(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disease, asked = DRUGS[name], request_of(name, times=(0.0, 12.0, 24.0))
    exact = type(disease)._exact
    monkeypatch.setattr(type(disease), "_exact", lambda *known: {word: rows * 1.001 for word, rows in exact(*known).items()})
    assert disease.residual(asked, 3).greatest > 5e-4


@pytest.mark.parametrize(
    "name", [name for name, one in DRUGS.items() if not any(route.lag for route in one.drug.structure.routes.values())]
)
def test_the_equations_told_by_the_card_give_the_same_course(name: str) -> None:
    disease, asked = DRUGS[name], request_of(name)
    people = disease.draw(asked, 0, 2)
    exact, told = disease.run(asked, people), CardDisease(disease.card).reference(asked, people)
    for word in exact.observed:
        assert exact.observed[word] == pytest.approx(told.observed[word], rel=2e-6, abs=1e-6 * float(exact.observed[word].max()))


def test_the_shelf_sees_one_item_and_the_others_by_name() -> None:
    assert DISEASE.name == "pharmacokinetics" and DISEASE.variants["vancomycin"].card.parameters == DISEASE.card.parameters
    assert {"vancomycin", "tobramycin", "warfarin", "theophylline", "phenobarbital", "busulfan"} <= set(DISEASE.variants)


def test_a_person_does_not_depend_on_the_block() -> None:
    disease, asked = DRUGS["tobramycin"], request_of("tobramycin", patients=30, measured=True)
    whole = disease.run(asked, disease.draw(asked, 0, 30))
    part = disease.run(asked, disease.draw(asked, 20, 10), first=20)
    assert (whole.observed["concentration"][20:] == part.observed["concentration"]).all()
    assert (whole.traits["cl"][20:] == part.traits["cl"]).all()


def test_a_measured_level_carries_the_error_of_the_card() -> None:
    disease = DRUGS["busulfan"]
    asked = request_of("busulfan", patients=4000, measured=True, traits={"weight": 65.0, "female": 1.0, "cl": 7.6, "v1": 29.1})
    people = disease.draw(asked, 0, 4000)
    seen = disease.run(asked, people).observed["concentration"][:, 3]
    assert np.std(seen) / np.mean(seen) == pytest.approx(0.063, rel=0.05)


def test_opening_the_cards_does_not_compile_anything() -> None:
    words = "import sys, xinglin.diseases.pharmacokinetics; sys.exit('numba' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


def test_a_request_for_another_drug_or_an_unknown_route_is_refused() -> None:
    disease = DRUGS["warfarin"]
    for changed, code in (
        ({"disease": "pharmacokinetics:busulfan"}, "XL-SIM-025"),
        ({"regimen": Regimen("x", doses=(Dose(0.0, "bolus", 1.0),))}, "XL-SIM-021"),
    ):
        asked = request_of("warfarin", **changed)
        with pytest.raises(InvalidInput) as caught:
            disease.run(asked, disease.draw(request_of("warfarin"), 0, 1))
        assert caught.value.code == code


TYPICAL = [
    # drug, traits, parameter, value, where the paper says so
    ("vancomycin", {"weight": 70.0, "creatinine_clearance": 120.0, "dialysis": 0.0}, "cl", 4.5),
    ("vancomycin", {"weight": 70.0, "creatinine_clearance": 120.0, "dialysis": 1.0}, "v1", 29.2),
    ("vancomycin", {"weight": 70.0, "creatinine_clearance": 400.0, "dialysis": 0.0}, "cl", 4.5 * (150 / 120) ** 0.8),
    ("tobramycin", {"creatinine_clearance": 94.0, "height": 172.0}, "cl", 3.83),
    ("tobramycin_cystic_fibrosis", {"weight": 70.0}, "q2", 0.39),
    ("amikacin", {"creatinine_clearance": 55.5}, "cl", 2.19),
    ("busulfan", {"weight": 65.0, "female": 0.0}, "v1", 32.2),
    ("theophylline_infusion", {"weight": 1.0, "arterial_co2": 42.5, "liver_trouble": 0.0}, "cl", 0.0614),
    ("theophylline_infusion", {"weight": 1.0, "arterial_co2": 42.5, "liver_trouble": 0.0}, "v1", 0.485),
    ("theophylline", {"weight": 70.0}, "v1", 35.7),
    ("propofol", {"weight": 70.0, "age": 41.0}, "cl", 2.34),
    ("phenobarbital_term", {"weight": 2.7, "birth_weight": 2.59, "age": 4.5}, "cl", 0.00909),
    ("gentamicin", {}, "cl", 2.3),
    ("meropenem", {"creatinine_clearance": 100.0, "kidney_replacement": 0.0}, "cl", 11.34),
    ("meropenem", {"creatinine_clearance": 100.0, "kidney_replacement": 1.0}, "cl", 5.1),
    ("digoxin", {"weight": 62.9, "creatinine": 126.8, "spironolactone": 1.0}, "cl", 5.9 * 0.588),
    ("tacrolimus", {"daily_dose": 1.0, "days_after": 1.0}, "cl", 11.2),
    ("methotrexate", {"surface": 1.73, "creatinine": 29.0}, "q2", 0.602),
    ("phenytoin", {"weight": 60.0, "child": 1.0, "other_antiepileptic": 1.0}, "km", 2.41 * 0.752 * 1.32),
]


@pytest.mark.parametrize(("name", "traits", "parameter", "value"), TYPICAL)
def test_the_typical_person_is_the_papers(name: str, traits: dict[str, float], parameter: str, value: float) -> None:
    assert DRUGS[name].drug.people(traits, {})[parameter][0] == pytest.approx(value, rel=2e-3)


def test_choe_2012_finds_the_exposure_of_once_daily_busulfan() -> None:
    """Choe et al. 2012: median AUC after 3.2 mg/kg once a day 26.18 mg h/L; their typical 65 kg gives dose / clearance = 27.4."""
    disease = DRUGS["busulfan"]
    asked = SimulationRequest(
        disease.name, (0.0, 24.0), Regimen("one", doses=(Dose(0.0, "infusion", 208.0, 3.0),)), 2000, seed=1, traits={"weight": 65.0}
    )
    area = disease.run(asked, disease.draw(asked, 0, 2000)).observed["exposure"][:, 1]
    assert np.median(area) == pytest.approx(26.18, rel=0.06)


def test_a_card_without_a_measurement_error_is_not_fitted() -> None:
    from xinglin.models.map_bayes.estimating import estimate
    from xinglin.records.simulation import Measurement

    regimen = Regimen("one", doses=(Dose(0.0, "infusion", 3725.0, 24.0),))
    with pytest.raises(InvalidInput) as caught:
        estimate(DRUGS["methotrexate"].drug, regimen, [Measurement(24.0, "concentration", 20.0)], {"surface": 0.745, "creatinine": 29.0})
    assert caught.value.code == "XL-DOSE-012"


def test_every_drug_is_in_the_readme() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in text for name in DRUGS)


def test_half_of_the_drawn_people_clear_faster_than_the_typical() -> None:
    disease = DRUGS["vancomycin"]
    asked = request_of("vancomycin", patients=20_000, traits={"weight": 70.0, "creatinine_clearance": 120.0})
    cl = disease.draw(asked, 0, 20_000)["cl"]
    assert np.median(cl) == pytest.approx(4.5, rel=0.01)
    assert np.std(cl) / np.mean(cl) == pytest.approx(0.398, rel=0.03)
