"""Where mathematics knows the answer, both solvers give it."""

import cards
import numpy as np
import pytest

from xinglin.models.simulator import streams
from xinglin.models.simulator.course import ALLOWED, CardDisease
from xinglin.records.simulation import CourseBlock, Dose, Regimen, SimulationRequest

REGIMEN = Regimen(
    "all",
    doses=(
        Dose(0.0, "bolus", 3.0), Dose(2.0, "drip", 6.0, 3.0), Dose(4.0, "drip", 2.0, 4.0), Dose(1.0, "meal", 5.0), Dose(3.0, "brake", 0.4, 4.0),
        *(Dose(float(day), "beam", 2.0) for day in range(10)),
    ),
)  # fmt: skip
REQUEST = cards.asked(cards.CLOSED_FORMS, until=40.0, step=0.5, regimen=REGIMEN, seed=5)
TIMES = np.array(REQUEST.times)


@pytest.fixture(scope="module", params=["fast", "slow"])
def block(request: pytest.FixtureRequest, closed_forms: CardDisease) -> CourseBlock:
    people = closed_forms.draw(REQUEST, 0, 40 if request.param == "fast" else 2)
    return (closed_forms.run if request.param == "fast" else closed_forms.reference)(REQUEST, people)


def column(block: CourseBlock, name: str) -> np.ndarray:
    return block.traits[name][:, None]


def agree(block: CourseBlock, name: str, truth: np.ndarray) -> None:
    np.testing.assert_allclose(block.observed[name], np.broadcast_to(truth, block.observed[name].shape), rtol=1e-5, atol=1e-6)


def test_a_tumour_grows_as_gompertz_says(block: CourseBlock) -> None:
    start, capacity = column(block, "start"), column(block, "capacity")
    agree(block, "gompertz", capacity * (start / capacity) ** np.exp(-column(block, "rho") * TIMES))


def test_growth_without_a_limit_is_exponential(block: CourseBlock) -> None:
    agree(block, "exponential", column(block, "start") * np.exp(column(block, "growth") * TIMES))


def test_each_fraction_leaves_what_the_linear_quadratic_law_leaves(block: CourseBlock) -> None:
    agree(block, "still", np.exp(-(0.3 * 2 + 0.03 * 4) * np.minimum(np.floor(TIMES) + 1, 10)))


def test_a_drug_decays_and_its_infusions_add_up(block: CourseBlock) -> None:
    loss = column(block, "loss")

    def infused(rate: float, start: float, stop: float) -> np.ndarray:
        during = rate / loss * (1 - np.exp(-loss * (np.clip(TIMES, start, stop) - start)))
        return during * np.exp(-loss * np.maximum(TIMES - stop, 0))

    agree(block, "blood", 3 * np.exp(-loss * TIMES) + infused(2.0, 2.0, 5.0) + infused(0.5, 4.0, 8.0))


def test_what_is_swallowed_follows_bateman(block: CourseBlock) -> None:
    loss, since = column(block, "loss"), np.maximum(TIMES - 1, 0)
    agree(block, "taken", 5 * 1.9 / (1.9 - loss) * (np.exp(-loss * since) - np.exp(-1.9 * since)))


def test_a_switch_acts_while_it_is_on(block: CourseBlock) -> None:
    agree(block, "held", np.exp(-0.4 * np.clip(TIMES - 3, 0, 4)))


def test_a_rate_may_depend_on_time(block: CourseBlock) -> None:
    agree(block, "clock", 1 - np.exp(-TIMES))


def test_an_end_happens_when_its_condition_first_holds(block: CourseBlock) -> None:
    truth = np.maximum(np.log(20 / block.traits["start"]) / block.traits["growth"], 0)
    np.testing.assert_allclose(block.ends["crossing"], np.where(truth <= 40, truth, np.nan), rtol=1e-4)


def test_an_end_happens_when_its_hazard_has_added_up(block: CourseBlock) -> None:
    for name, inverse in (("flat_hazard", lambda x: x / 0.03), ("rising_hazard", lambda x: np.log1p(0.05 * x / 0.03) / 0.05)):
        truth = inverse(-np.log(streams.uniforms(5, f"end/{name}", 0, block.patients)[0]))
        np.testing.assert_allclose(block.ends[name], np.where(truth <= 40, truth, np.nan), rtol=1e-4)


@pytest.mark.parametrize("times", [(0.0, 100.0), (0.0, 1.0, 100.0), tuple(float(day) for day in range(0, 101, 5))])
def test_ends_come_when_they_come_however_seldom_one_looks(closed_forms: CardDisease, times: tuple[float, ...]) -> None:
    request = SimulationRequest("closed_forms", times, seed=7)
    traits = closed_forms.draw(request, 0, 1000)
    ends = closed_forms.run(request, traits).ends
    added = {name: -np.log(streams.uniforms(7, f"end/{name}", 0, 1000)[0]) for name in ("flat_hazard", "rising_hazard")}
    truth = {
        "crossing": np.maximum(np.log(20 / traits["start"]) / traits["growth"], 0),
        "gompertz_crossing": np.log(np.log(1000 / traits["start"]) / np.log(50)) / traits["rho"],
        "flat_hazard": added["flat_hazard"] / 0.03, "rising_hazard": np.log1p(0.05 * added["rising_hazard"] / 0.03) / 0.05,
    }  # fmt: skip
    for name, when in truth.items():
        when = np.maximum(when, 0)
        np.testing.assert_allclose(ends[name], np.where(when <= 100, when, np.nan), rtol=1e-4, err_msg=name)
    assert closed_forms.residual(request).greatest <= ALLOWED


def test_an_end_may_be_told_as_a_time(block: CourseBlock) -> None:
    assert (block.ends["told"] == 12.5).all()


def test_drugs_that_are_only_washed_out_are_solved_exactly(closed_forms: CardDisease) -> None:
    assert {"blood", "gut"} <= set(closed_forms.kernel.form.modes) and "gompertz" in closed_forms.kernel.form.rates
