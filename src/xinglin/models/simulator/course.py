"""A disease made of a card alone: draw its people, run their courses fast, run a few slowly, and say how far the two lie apart."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec.structs import replace

from xinglin.models.simulator import expressions, population, reference, streams
from xinglin.models.simulator.early_marks import with_early_marks
from xinglin.models.simulator.kernel import Kernel, with_ends
from xinglin.models.simulator.step_choice import Steps, each_apart
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, Residual
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.timeline import Timeline
    from xinglin.records.simulation import DiseaseCard, SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]

ALLOWED = 1e-5  # relative error of the fast answer
PILOT = 128  # people whose courses choose the step


class CardDisease(AbstractDisease):
    """An illness that its card says all about. Raises InvalidInput XL-SIM-0xx when the card contradicts itself."""

    def __init__(self, card: DiseaseCard) -> None:
        expressions.check(card)
        self.card, self.name = card, card.name
        self._steps: dict[bytes, Steps] = {}
        self._timelines: dict[bytes, Timeline] = {}
        self._residuals: dict[tuple[bytes, int], Residual] = {}

    def __getstate__(self) -> dict[str, object]:
        # machine code stays here: each process loads its own from the kept files
        return {name: value for name, value in self.__dict__.items() if name != "kernel"}

    @cached_property
    def kernel(self) -> Kernel:
        """The fast solver."""
        return Kernel(self.card)

    def draw(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,)."""
        return population.draw(self.card, request, first, count)

    def run(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The courses of people with these parameters, by the fast solver; `first` is the number of the first of them.

        Raises InvalidInput XL-SIM-02x or 03x for a request the card cannot serve.
        """
        self._see_request(request)
        timeline, values = self._timeline(request), population.with_derived(self.card, traits)
        thresholds = self._thresholds(request, first, _count(traits))
        observed, ends = self.kernel.solve(request, timeline, values, thresholds, self.steps(request))
        return self._block(request, values, first, observed, ends)

    def reference(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The same by the slow, obvious solver."""
        self._see_request(request)
        observed, ends = reference.solve(self.card, request, traits, self._thresholds(request, first, _count(traits)))
        return self._block(request, population.with_derived(self.card, traits), first, observed, ends)

    def residual(self, request: SimulationRequest, patients: int = 3) -> Residual:
        """How far `run` lies from `reference` over the first patients of the request's seed; worked out once per request."""
        key = request_key(request), patients
        if key not in self._residuals:
            self._residuals[key] = self._residual(request, patients)
        return self._residuals[key]

    def _residual(self, request: SimulationRequest, patients: int) -> Residual:
        traits = self.draw(request, 0, patients)
        plain = replace(request, measured=False)
        fast, slow = self.run(plain, traits), self.reference(plain, traits)
        greatest = max(apart(one, other) for one, other in zip(_with_ends(fast), _with_ends(slow), strict=True))
        pieces = self.steps(request).pieces
        step = float(np.max(np.diff(self._timeline(request).marks) / pieces, initial=0.0))
        return Residual(greatest, patients, step, ALLOWED)

    def steps(self, request: SimulationRequest) -> Steps:
        """How finely the fast solver steps, chosen on the first patients of the seed; the same for every block."""
        key = request_key(request)
        if key not in self._steps:
            self._steps[key] = self._chosen_steps(request)
        return self._steps[key]

    def _chosen_steps(self, request: SimulationRequest) -> Steps:
        values = self._pilot(request)
        return self.kernel.chosen_steps(request, self._timeline(request), values, self._thresholds(request, 0, PILOT), ALLOWED)

    def _pilot(self, request: SimulationRequest) -> Arrays:
        """Parameters and derived numbers of the first people of the seed."""
        return population.with_derived(self.card, self.draw(request, 0, PILOT))

    def _timeline(self, request: SimulationRequest) -> Timeline:
        """The request laid out in time, with marks close together after each dose where the card has a fast mode."""
        key, modes = request_key(request), self.kernel.form.modes
        if key not in self._timelines:
            timeline = laid_out(self.card, request)
            if modes and len(timeline.marks) > 1:
                values = self._pilot(request)
                decays = np.array([np.broadcast_to(expressions.evaluate_each(text, values, PILOT), PILOT) for text in modes.values()])
                timeline = with_early_marks(timeline, decays)
            self._timelines[key] = timeline
        return self._timelines[key]

    def _see_request(self, request: SimulationRequest) -> None:
        if request.disease != self.card.name:
            raise InvalidInput("XL-SIM-025", "the request is for another disease", where="request.disease", fix=f"ask for {self.card.name}")

    def _thresholds(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """Minus the log of a uniform number for each hazard end: it happens when the hazard has added up to that."""
        return {
            end.name: -np.log(streams.uniforms(request.seed, f"end/{end.name}", first, count)[0]) for end in self.card.ends if end.hazard
        }

    def _block(
        self,
        request: SimulationRequest,
        traits: Mapping[str, NDArray[np.float64]],
        first: int,
        observed: Mapping[str, NDArray[np.floating]],
        ends: Arrays,
    ) -> CourseBlock:
        times = np.array(request.times, float)
        _stop(self.card, times, observed, ends)
        values = population.with_derived(self.card, traits)
        told = {name: series.astype(np.float32, copy=False) for name, series in observed.items()}
        block = CourseBlock(self.card.name, self.card.version, first, times, values, told, ends)
        return measured(self.card, block, request.seed) if request.measured else block


def measured(card: DiseaseCard, block: CourseBlock, seed: int) -> CourseBlock:
    """The block as the instruments see it: each observable with its error; what lies below an instrument's limit is the limit."""
    found = {}
    for observable in card.observables:
        truth = block.observed[observable.name].astype(float)
        seen = np.empty_like(truth)
        for place in range(truth.shape[1]):
            errors = streams.normals(seed, f"error/{observable.name}/{place}", block.first, block.patients, 3)
            seen[:, place] = truth[:, place] * (1 + observable.proportional * errors[0]) + observable.additive * errors[1]
            seen[:, place] *= np.exp(observable.logarithmic * errors[2])
        found[observable.name] = np.maximum(seen, observable.low_limit).astype(np.float32)
    return CourseBlock(block.disease, block.version, block.first, block.times, block.traits, found, block.ends, block.residual)


def request_key(request: SimulationRequest) -> bytes:
    """What of a request decides the courses, as bytes; how many patients are asked for does not."""
    return msgspec.json.encode(replace(request, patients=0, arm="", measured=False), order="sorted", enc_hook=_plain)


def _plain(thing: object) -> object:
    return dict(thing) if isinstance(thing, Mapping) else str(thing)


def _count(traits: Mapping[str, NDArray[np.float64]]) -> int:
    return len(next(iter(traits.values()))) if traits else 1


def _stop(card: DiseaseCard, times: NDArray[np.float64], observed: Mapping[str, NDArray[np.floating]], ends: Arrays) -> None:
    """Ends beyond the last time looked at are not yet; after an end that stops, nothing is seen and nothing more happens. In place."""
    for name in ends:
        ends[name] = np.where(ends[name] <= times[-1], ends[name], np.nan)
    stopping = [ends[end.name] for end in card.ends if end.stops]
    if not stopping:
        return
    last = np.fmin.reduce([*stopping, np.full(len(stopping[0]), np.inf)])
    for name in ends:
        ends[name] = np.where(ends[name] <= last, ends[name], np.nan)
    gone = times[None, :] > last[:, None]
    for series in observed.values():
        series[gone] = np.nan


def _with_ends(block: CourseBlock) -> NDArray[np.float32]:
    """Every observable and the time of every end, (kinds, n, times)."""
    ends = np.array(list(block.ends.values()), float).reshape(len(block.ends), block.patients)
    return with_ends(np.stack(list(block.observed.values())), ends, block.times)


def apart(fast: NDArray[np.floating], slow: NDArray[np.floating], peak: NDArray[np.float64] | float = 0.0) -> float:
    """Greatest relative difference of two sets of courses; inf when one has numbers where the other has none.

    What lies below a millionth of the greatest value of its course, or of `peak` (n, 1), is measured against that millionth.
    """
    return float(each_apart(fast, slow, peak).max(initial=0.0))
