"""Drugs in people: courses of the level and of the exposure, solved exactly, each drug by its own card.

Linear drugs have a closed solution; phenytoin, whose elimination saturates, is integrated with the error of each step held below 1e-8 of each amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, Residual
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.compartments.drug import DrugModel
    from xinglin.records.simulation import DiseaseCard, SimulationRequest, Words

    Arrays = dict[str, NDArray[np.float64]]

ALLOWED = 1e-5


def _of_the_shelf(title: Words) -> Words:
    """What the item is called that stands for all drugs, and is the first of them where none is named."""
    return {"en": f"Drug levels ({title['en']})", "zh": f"血药浓度（{title['zh']}）"}


class DrugDisease(AbstractDisease):
    """One drug. `drug` is what estimates from levels start from; `variants` the other drugs, by name (only the shelf item has them)."""

    def __init__(self, drug: DrugModel, variants: Mapping[str, AbstractDisease] | None = None, name: str = "") -> None:
        from msgspec.structs import replace

        self.drug = replace(drug, card=replace(drug.card, name=name, title=_of_the_shelf(drug.card.title))) if name else drug
        self.card: DiseaseCard = self.drug.card
        self.name = self.card.name
        self.variants: Mapping[str, AbstractDisease] = variants or {}

    def see_that_enough_is_known(self, known: Mapping[str, float]) -> None:
        """Raises InvalidInput XL-DOSE-010 while a covariate is not given: it is never guessed."""
        self.drug.require_covariates(known)

    def draw(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,)."""
        from xinglin.models.simulator import population

        return population.draw(self.card, request, first, count)

    def run(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The courses of people with these parameters. Raises InvalidInput XL-SIM-02x, 03x and XL-DOSE-00x for what cannot be served."""
        times, people = self._asked(request, traits)
        return self._block(request, people, first, times, self._exact(request, people, times))

    def reference(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The same by scipy on the equations as textbooks write them, one person at a time."""
        times, people = self._asked(request, traits)
        return self._block(request, people, first, times, self._slow(request, people, times))

    def residual(self, request: SimulationRequest, patients: int = 3) -> Residual:
        """How far `run` lies from `reference` over the first patients of the request's seed, before rounding to single precision.

        A level below a millionth of what the largest dose alone would give in the central volume is measured against that millionth, also
        when nobody looks at the peak: no assay reads six decades below it, and no solver is relative there.
        """
        from xinglin.models.simulator.course import apart

        times, people = self._asked(request, self.draw(request, 0, patients))
        fast, slow = self._exact(request, people, times), self._slow(request, people, times)
        largest = max((dose.amount for dose in request.regimen.doses), default=0.0)
        peaks = {self.drug.observable: (largest / people["v1"])[:, None]}
        return Residual(max(apart(fast[name], slow[name], peaks.get(name, 0.0)) for name in slow), patients, 0.0, ALLOWED)

    def _exact(self, request: SimulationRequest, people: Arrays, times: NDArray[np.float64]) -> Arrays:
        from xinglin.models.compartments.plan import courses, plan_of

        found = courses(self.drug.structure, people, plan_of(self.drug.structure, request.regimen), times, tolerance=1e-8)
        return {self.drug.observable: found.concentration, "exposure": found.exposure}

    def _slow(self, request: SimulationRequest, people: Arrays, times: NDArray[np.float64]) -> Arrays:
        from xinglin.models.compartments.plan import plan_of
        from xinglin.models.compartments.reference import reference_course

        structure, plan = self.drug.structure, plan_of(self.drug.structure, request.regimen)
        each = [{name: float(values[i]) for name, values in people.items()} for i in range(len(people["v1"]))]
        found = np.array([reference_course(structure, one, plan, list(times)) for one in each])
        return {self.drug.observable: found[:, 0], "exposure": found[:, 1]}

    def _asked(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]]) -> tuple[NDArray[np.float64], Arrays]:
        from xinglin.models.simulator import population, timeline

        if request.disease != self.name:
            raise InvalidInput("XL-SIM-025", "the request is for another disease", where="request.disease", fix=f"ask for {self.name}")
        times = timeline.see_that_times_are_good(request.times)
        timeline.see_that_the_regimen_fits(self.card, request)
        return times, population.with_derived(self.card, traits)

    def _block(self, request: SimulationRequest, people: Arrays, first: int, times: NDArray[np.float64], found: Arrays) -> CourseBlock:
        observed = {name: series.astype(np.float32) for name, series in found.items()}
        block = CourseBlock(self.name, self.card.version, first, times, people, observed)
        if not request.measured:
            return block
        from xinglin.models.simulator.course import measured

        return measured(self.card, block, request.seed)
