"""How good a result is said to be: by the disease's own measure, over courses and ends, and never without a comparison."""

from dataclasses import replace

import cards
import numpy as np

from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.summary import compared, simulated
from xinglin.records.simulation import CourseBlock, Dose, Regimen, Residual, SimulationRequest


class Late(CardDisease):
    """Its fast ends come a little late, and it says what it allows."""

    def run(self, request: SimulationRequest, traits: dict, first: int = 0) -> CourseBlock:
        block = super().run(request, traits, first)
        return replace(block, ends={name: when * 1.001 for name, when in block.ends.items()})

    def residual(self, request: SimulationRequest, patients: int = 3) -> Residual:
        return Residual(1e-4, patients, 0.5, allowed=1e-3, balance=0.02)


class Empty(CardDisease):
    """Nobody is ever seen."""

    def reference(self, request: SimulationRequest, traits: dict, first: int = 0) -> CourseBlock:
        return self.run(request, traits, first)

    def run(self, request: SimulationRequest, traits: dict, first: int = 0) -> CourseBlock:
        block = super().run(request, traits, first)
        return replace(block, observed={name: np.full_like(rows, np.nan) for name, rows in block.observed.items()}, ends={})


REQUEST = cards.asked(cards.CLOSED_FORMS, until=60.0, step=20.0, patients=4, seed=5)


def judged(disease: CardDisease) -> Residual | None:
    people = disease.draw(REQUEST, 0, 4)
    return compared(disease, REQUEST, people, disease.run(REQUEST, people))


def test_an_end_that_comes_late_shows_in_the_comparison_beside_what_the_disease_allows() -> None:
    found = judged(Late(cards.CLOSED_FORMS))
    assert found is not None and 5e-4 < found.greatest < 2e-3 and (found.allowed, found.balance, found.patients) == (1e-3, 0.02, 3)


def test_a_comparison_of_nothing_is_none() -> None:
    assert judged(Empty(cards.CLOSED_FORMS)) is None


def test_a_population_is_judged_in_the_disease_s_own_words() -> None:
    found = simulated(Late(cards.CLOSED_FORMS), [REQUEST]).residual
    assert found == Residual(1e-4, 3, 0.5, allowed=1e-3, balance=0.02)


def test_a_drug_that_has_nearly_vanished_at_every_look_is_still_compared(tumour: CardDisease) -> None:
    request = cards.asked(cards.TUMOUR, until=42.0, step=21.0, regimen=Regimen("one", doses=(Dose(1.0, "chemo", 1.0),)), seed=3)
    assert tumour.residual(request).greatest <= 1e-5
