"""The chronic disease on the shelf: draws people, runs their years fast, and slowly where it must be shown that the two agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.diseases.chronic.card import CARD
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, Residual
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]


class Chronic(AbstractDisease):
    """Years of an adult's life. Times in years; the person's numbers depend on the seed and the person's number alone."""

    name = "chronic"
    card: DiseaseCard = CARD

    def draw(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,); `female` is 0 or 1."""
        import numpy as np

        from xinglin.models.simulator import population

        traits = population.draw(CARD, request, first, count)
        traits["female"] = np.where(traits["female"] >= 0.5, 1.0, 0.0)
        return traits

    def run(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The courses of people with these parameters. Raises InvalidInput XL-SIM-02x or 03x for a request it cannot serve."""
        from xinglin.diseases.chronic.steps import solve
        from xinglin.models.simulator import population

        self._see(request)
        values = population.with_derived(CARD, traits)
        thresholds = self._thresholds(request, first, len(values["age"]))
        observed, ends = solve(CARD, request, dict(values), thresholds)
        return self._block(request, values, first, observed, ends)

    def reference(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The same, person by person in plain arithmetic."""
        import numpy as np

        from xinglin.diseases.chronic.plain import as_numbers, course
        from xinglin.models.simulator import population

        self._see(request)
        values = population.with_derived(CARD, traits)
        count = len(values["age"])
        thresholds = self._thresholds(request, first, count)
        people = [course(CARD, request, as_numbers(values, i), {k: float(t[i]) for k, t in thresholds.items()}) for i in range(count)]
        observed = {o.name: np.array([seen[o.name] for seen, _ in people]) for o in CARD.observables}
        ends = {end.name: np.array([found[end.name] for _, found in people]) for end in CARD.ends}
        return self._block(request, values, first, observed, ends)

    def residual(self, request: SimulationRequest, patients: int = 3) -> Residual:
        """How far `run` lies from `reference` over the first patients: greatest relative difference."""
        import numpy as np

        from xinglin.diseases.chronic.steps import QUARTER

        traits = self.draw(request, 0, patients)
        fast, slow = self.run(request, traits), self.reference(request, traits)
        pairs = [(fast.observed[name], slow.observed[name]) for name in slow.observed] + [(fast.ends[n], slow.ends[n]) for n in slow.ends]
        apart = [np.nanmax(np.abs(a - b) / np.maximum(np.abs(b), 1e-6), initial=0.0) for a, b in pairs]
        same = all((np.isnan(a) == np.isnan(b)).all() for a, b in pairs)
        return Residual(float(max(apart)) if same else float("inf"), patients, QUARTER)

    def _see(self, request: SimulationRequest) -> None:
        if request.disease != self.name:
            raise InvalidInput("XL-SIM-025", "the request is for another disease", where="request.disease", fix=f"ask for {self.name}")

    def _thresholds(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """Minus the log of a uniform number for each rate: the event comes when the rate has added up to that."""
        import numpy as np

        from xinglin.diseases.chronic.steps import HAZARDS
        from xinglin.models.simulator import streams

        return {name: -np.log(streams.uniforms(request.seed, f"end/{name}", first, count)[0]) for name in HAZARDS}

    def _block(self, request: SimulationRequest, values: Arrays, first: int, observed: Arrays, ends: Arrays) -> CourseBlock:
        import numpy as np

        from xinglin.models.simulator.course import measured

        times = np.array(request.times, float)
        last = np.minimum(ends["death"], times[-1])
        kept = {name: np.where(when <= last, when, np.nan) for name, when in ends.items()}
        gone = times[None, :] > ends["death"][:, None]
        told = {name: np.where(gone, np.nan, series).astype(np.float32) for name, series in observed.items()}
        block = CourseBlock(self.name, CARD.version, first, times, values, told, kept)
        return measured(CARD, block, request.seed) if request.measured else block
