"""Slopes of courses are those of the reference solver, by differences: of parameters, of amounts of doses, of their moments."""

from __future__ import annotations

from collections.abc import Mapping

import cards
import numpy as np
import pytest
from msgspec.structs import replace

import xinglin as xl
from xinglin.models.simulator import arms, reference
from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.torch_plan import moved_doses
from xinglin.models.simulator.torch_slopes import differentiable, sensitivities
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen, SimulationRequest
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease

torch = pytest.importorskip("torch", reason="torch is an extra that is not installed")

SHELF = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)
TREATED = {
    "nsclc": ("sequential", 120.0),
    "breast": ("chemotherapy", 120.0),
    "prostate": ("continuous", 120.0),
    "neutropenia": ("docetaxel-75", 5.0),
}
EVERYTHING = Regimen(
    "everything",
    doses=(
        Dose(0.0, "bolus", 5.0),
        Dose(2.0, "meal", 3.0),
        Dose(3.0, "drip", 6.0, 4.0),
        Dose(5.5, "beam", 2.0),
        Dose(4.0, "brake", 0.5, 5.0),
    ),
)


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def courses(disease: CardDisease, request: SimulationRequest, people: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """By the reference solver, followed beyond every end."""
    never = {end.name: np.full(request.patients, np.inf) for end in disease.card.ends if end.hazard}
    return reference.solve(disease.card, request, people, never)[0]


def far_off(found: np.ndarray, true: np.ndarray, values: np.ndarray, unit: float) -> float:
    """Greatest difference of slopes, relative to the greatest slope, or to one that would move the course by a thousandth per `unit`."""
    seen = ~np.isnan(found)
    size = max(float(np.abs(true[seen]).max(initial=0.0)), 1e-3 * float(np.abs(values).max()) / unit, 1e-300)
    return float(np.abs(found - true)[seen].max(initial=0.0)) / size


def asked(disease: CardDisease, regimen: Regimen, last: float) -> SimulationRequest:
    (request,) = arms.requests(disease.card, [regimen], np.linspace(0, last, 5), patients=1, seed=11)
    return request


@pytest.mark.parametrize("name", list(TREATED))
def test_slopes_of_a_disease_by_parameters_and_doses(name: str) -> None:
    disease, (word, last) = SHELF[name], TREATED[name]
    assert isinstance(disease, CardDisease)
    request = asked(disease, next(one for one in disease.card.regimens if one.name == word), last)
    see_slopes(disease, request, last)


def test_slopes_by_infusions_switches_jumps_and_what_decays_exactly(closed_forms: CardDisease) -> None:
    see_slopes(closed_forms, asked(closed_forms, EVERYTHING, 10.0), 10.0)


def see_slopes(disease: CardDisease, request: SimulationRequest, last: float) -> None:
    people = disease.draw(request, 0, 1)
    found, true = sensitivities(disease, request, people, doses=True), courses(disease, request, people)
    first = next(iter(found.by_parameter.values()))
    assert len(first) >= 2
    for parameter in list(first)[:: max(1, len(first) // 4)]:
        unit = float(np.abs(people[parameter]).mean())
        more, less = (courses(disease, request, {**people, parameter: people[parameter] + sign * 1e-4 * unit}) for sign in (1, -1))
        for observable, by in found.by_parameter.items():
            by_differences = (more[observable] - less[observable]) / (2e-4 * unit)
            assert far_off(by[parameter], by_differences, true[observable], unit) <= 1e-3, (observable, parameter)
    doses = request.regimen.doses
    for dose in {0, len(doses) // 2}:
        if doses[dose].time > last:
            continue
        unit = doses[dose].amount or 1.0
        more, less = (courses(disease, given(request, dose, sign * 1e-4 * unit, 0.0), people) for sign in (1, -1))
        for observable, by in found.by_amount.items():
            by_differences = (more[observable] - less[observable]) / (2e-4 * unit)
            assert far_off(by[dose], by_differences, true[observable], unit) <= 1e-3, (observable, "amount", dose)
        later, latest = (courses(disease, given(request, dose, 0.0, shift), people) for shift in (1e-3, 2e-3))
        for observable, by in found.by_moment.items():
            at_once = np.isclose(found.times, doses[dose].time)
            assert np.isnan(by[dose][:, at_once]).all()
            by_differences = (-3 * true[observable] + 4 * later[observable] - latest[observable]) / 2e-3
            assert far_off(by[dose], by_differences, true[observable], last) <= 1e-2, (observable, "moment", dose)


def given(request: SimulationRequest, dose: int, more: float, later: float) -> SimulationRequest:
    doses = request.regimen.doses
    amounts = [row.amount + more * (number == dose) for number, row in enumerate(doses)]
    moments = [row.time + later * (number == dose) for number, row in enumerate(doses)]
    return replace(request, regimen=moved_doses(request.regimen, amounts, moments))


def test_backward_slopes_are_the_forward_ones(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, until=60.0, step=20.0, regimen=cards.COURSE, patients=3)
    people = tumour.draw(request, 0, 3)
    forward = sensitivities(tumour, request, people, ("volume",))
    given = {name: torch.tensor(column, requires_grad=True) for name, column in people.items()}
    volume = differentiable(tumour, request, given)["volume"]
    np.testing.assert_allclose(volume.detach().numpy(), tumour.run(request, people).observed["volume"], rtol=1e-6)
    volume[:, -1].sum().backward()
    for name, by in forward.by_parameter["volume"].items():
        slope = given[name].grad
        np.testing.assert_allclose(0.0 if slope is None else slope.numpy(), by[:, -1], rtol=1e-9, atol=1e-12)


def test_what_nobody_observes_has_no_slope(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, until=100.0, step=10.0, patients=40)
    people = tumour.draw(request, 0, 40)
    found, block = sensitivities(tumour, request, people), tumour.run(request, people)
    gone = np.isnan(block.observed["volume"])
    for by in found.by_parameter["volume"].values():
        assert np.array_equal(np.isnan(by), gone)


def test_only_what_is_asked_for_is_told_and_names_must_be_the_cards(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, patients=2)
    people = tumour.draw(request, 0, 2)
    found = sensitivities(tumour, request, people, ("volume",), ("rho",))
    assert list(found.by_parameter) == ["volume"] and list(found.by_parameter["volume"]) == ["rho"] and not len(found.by_amount["volume"])
    for words in ({"observables": ("height",)}, {"parameters": ("height",)}):
        with pytest.raises(InvalidInput, match="XL-SIM-063"):
            sensitivities(tumour, request, people, **words)


def test_the_doors_of_python_give_the_same(tmp_path) -> None:
    words = {"days": 90, "every_days": 30, "regimen": "radiotherapy", "seed": 5, "home": tmp_path}
    block, theirs = xl.simulate("nsclc", 20, **words), xl.simulate("nsclc", 20, engine="torch", **words)
    np.testing.assert_allclose(theirs.observed["volume"], block.observed["volume"], rtol=2e-5)
    found = xl.sensitivities("nsclc", 20, observables=("volume",), doses=True, **words)
    assert np.array_equal(found.observed["volume"], block.observed["volume"], equal_nan=True)
    assert np.nanmax(found.by_amount["volume"][0][:, -1]) < 0, "more radiation leaves less tumour"
