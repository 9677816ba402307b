"""People come from the card's distributions, each the same person whoever asks."""

import cards
import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.models.simulator import population, streams
from xinglin.models.simulator.course import CardDisease
from xinglin.records.errors import InvalidInput

REQUEST = cards.asked(cards.TUMOUR, seed=11)
MANY = 40_000


@pytest.fixture(scope="module")
def people() -> dict[str, np.ndarray]:
    return population.draw(cards.TUMOUR, REQUEST, 0, MANY)


def test_random_words_are_those_of_philox() -> None:
    # known answers of the Random123 distribution for philox4x32-10: counter and key all zero, and all ones
    low, high = streams._philox(np.zeros(1, np.uint64), 0, 0, 0)
    assert [int(low[0]) & 0xFFFFFFFF, int(low[0]) >> 32, int(high[0]) & 0xFFFFFFFF, int(high[0]) >> 32] == [
        0x6627E8D5,
        0xE169C58D,
        0xBC57AC4C,
        0x9B00DBD8,
    ]
    ones = np.full(1, 0xFFFFFFFFFFFFFFFF, np.uint64)
    low, high = streams._philox(ones, 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    assert [int(low[0]) & 0xFFFFFFFF, int(low[0]) >> 32, int(high[0]) & 0xFFFFFFFF, int(high[0]) >> 32] == [
        0x408F276D,
        0x41C83B0E,
        0xA20BC7C6,
        0x6D5451FD,
    ]


def test_numbers_are_uniform_normal_and_independent_by_name_and_index() -> None:
    uniform = streams.uniforms(1, "a", 0, MANY, 3)
    assert uniform.shape == (3, MANY) and uniform.min() > 0 and uniform.max() < 1
    assert (
        abs(uniform.mean() - 0.5) < 0.005
        and np.abs(np.corrcoef(np.vstack([uniform, streams.uniforms(1, "b", 0, MANY)])) - np.eye(4)).max() < 0.02
    )
    normal = streams.normals(1, "a", 0, MANY)[0]
    assert abs(normal.mean()) < 0.02 and abs(normal.std() - 1) < 0.02


def test_machine_code_and_numpy_make_the_same_numbers() -> None:
    numbers = np.arange(123, 123 + MANY, dtype=np.uint64) * np.uint64(977)
    for index in (0, 1, 5):
        np.testing.assert_array_equal(
            streams.uniforms_at(3, "x", numbers, index), streams.slow_uniforms(numbers, index, *streams._key(3, "x"))
        )


def test_a_person_is_the_same_in_any_block(people: dict[str, np.ndarray]) -> None:
    for first, count in ((12_345, 1), (12_000, 500), (0, 7)):
        alone = population.draw(cards.TUMOUR, REQUEST, first, count)
        for name, column in people.items():
            assert alone[name].tobytes() == column[first : first + count].tobytes()


def test_a_new_parameter_changes_no_other_number(people: dict[str, np.ndarray]) -> None:
    more = replace(cards.TUMOUR, parameters=(cards.number("news", 1.0, distribution="normal", spread=1.0), *cards.TUMOUR.parameters))
    found = population.draw(more, REQUEST, 0, 100)
    assert all(found[name].tobytes() == people[name][:100].tobytes() for name in people)


def test_distributions_have_their_middle_spread_and_range(people: dict[str, np.ndarray]) -> None:
    assert abs(np.median(people["kill"]) / 0.1 - 1) < 0.01 and abs(np.log(people["kill"]).std() - 0.3) < 0.01
    assert abs(np.median(people["share"]) - 0.05) < 0.002 and people["alpha"].min() >= 0.02 and people["weight"].min() >= 40
    assert abs(people["weight"].mean() - 70) < 0.3 and (people["capacity"] == 14137).all()
    assert abs(np.median(people["loss"] / (0.5 * (people["weight"] / 70) ** -0.25)) - 1) < 0.01


def test_correlated_parameters_are_correlated(people: dict[str, np.ndarray]) -> None:
    found = np.corrcoef([np.log(people["rho"]), people["alpha"], np.log(people["start"])])
    assert abs(found[0, 1] - 0.6) < 0.02 and abs(found[1, 2] + 0.3) < 0.02 and abs(found[0, 2]) < 0.02


def test_a_fixed_trait_moves_those_that_go_with_it() -> None:
    mean = {rho: population.draw(cards.TUMOUR, replace(REQUEST, traits={"rho": rho}), 0, 4000)["alpha"].mean() for rho in (0.002, 0.008)}
    shift = 0.6 * 0.05 * np.log(2) / 0.4  # correlation times standard deviation times the score of the fixed trait
    assert abs(mean[0.008] - 0.2 - shift) < 0.005 and abs(mean[0.002] - 0.2 + shift) < 0.005


def test_nobody_implausible_is_left_and_redraws_are_counted() -> None:
    strict = replace(cards.TUMOUR, plausible=("30 - start", "weight - 65"))
    found = population.drawn(strict, REQUEST, 0, 5000)
    assert found.traits["start"].max() < 30 and found.traits["weight"].min() > 65 and 0 < (found.redrawn > 0).mean() < 1
    alone = population.draw(strict, REQUEST, 4321, 1)
    assert all(alone[name][0] == found.traits[name][4321] for name in alone)
    with pytest.raises(InvalidInput, match="no plausible person"):
        population.draw(replace(cards.TUMOUR, plausible=("-start",)), REQUEST, 0, 3)


@pytest.mark.parametrize("traits", [{"unheard": 1.0}, {"rho": -1.0}, {"rho": float("nan")}, {"share": 1.5}])
def test_a_trait_that_cannot_be_is_refused(traits: dict[str, float]) -> None:
    with pytest.raises(InvalidInput) as found:
        population.draw(cards.TUMOUR, replace(REQUEST, traits=traits), 0, 3)
    assert found.value.code == "XL-SIM-030"


def test_instruments_add_their_error_the_same_to_each_person(closed_forms: CardDisease) -> None:
    request = cards.asked(cards.CLOSED_FORMS, until=2.0, step=1.0, seed=4)
    truth, read = (closed_forms.run(replace(request, measured=told), closed_forms.draw(request, 0, 4000)) for told in (False, True))
    np.testing.assert_array_equal(truth.observed["still"], read.observed["still"])
    error = read.observed["clock"][:, 2] - truth.observed["clock"][:, 2]
    assert abs(error.std() - 0.55) < 0.05 and read.observed["clock"].min() >= np.float32(0.1)
    alone = closed_forms.run(replace(request, measured=True), closed_forms.draw(request, 77, 1), 77)
    assert alone.observed["clock"].tobytes() == read.observed["clock"][77:78].tobytes()
