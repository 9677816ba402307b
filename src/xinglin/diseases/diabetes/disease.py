"""Type 1 diabetes as a disease that runs: draw people, run their courses by the fast solver, check a few by the slow one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from xinglin.diseases.diabetes.card import CARD, MG_PER_MMOL
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, Residual
from xinglin.shelf.promises import AbstractDisease

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.diseases.diabetes.schedule import Schedule
    from xinglin.records.simulation import SimulationRequest

    Arrays = dict[str, NDArray[np.float64]]

_COLUMNS = ("plasma_glucose", "sensor_glucose", "plasma_insulin", "insulin_given")
_ENDS = ("hypoglycaemia_level_2", "outside_the_model")


class GlucoseDisease(AbstractDisease):
    """Glucose and insulin of people with type 1 diabetes. Times are whole minutes from midnight."""

    name = CARD.name
    card = CARD

    def draw(self, request: SimulationRequest, first: int, count: int) -> Arrays:
        """The parameters of patients `first` to `first + count - 1`, name -> (count,). Raises InvalidInput XL-SIM-030 for a trait that cannot be fixed."""
        from xinglin.models.simulator import population

        return population.draw(self.card, request, first, count)

    def run(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The courses of people with these parameters, by the fast solver.

        The sensor's error belongs to the person's number and the seed. Raises InvalidInput XL-GLU-00x, XL-SIM-02x or 03x.
        """
        schedule, values = self._prepared(request, traits)
        count, size = len(values["weight"]), _people_at_once(schedule)
        observed = {name: np.empty((count, len(request.times)), np.float32) for name in _COLUMNS}
        ends = np.full((count, len(_ENDS)), np.nan)
        for start in range(0, count, size):
            part = {name: series[start : start + size] for name, series in values.items()}
            sensor = _sensor(request, schedule, part, first + start)
            seen = _solved(schedule, part, sensor, request.measured, len(request.times), ends[start : start + size])
            for place, name in enumerate(_COLUMNS):
                observed[name][start : start + size] = seen[:, :, place]
        return self._block(request, values, first, observed, ends)

    def reference(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]], first: int = 0) -> CourseBlock:
        """The same by scipy's DOP853 on the card's formulas, about a person-day in a second. Raises as `run` does."""
        from xinglin.diseases.diabetes import reference

        schedule, values = self._prepared(request, traits)
        seen, ends = reference.solve(self.card, schedule, values, _sensor(request, schedule, values, first), request.measured)
        observed = {name: np.ascontiguousarray(seen[:, :, place], np.float32) for place, name in enumerate(_COLUMNS)}
        return self._block(request, values, first, observed, ends)

    def residual(self, request: SimulationRequest, patients: int = 2) -> Residual:
        """How far `run` lies from `reference` over the first patients of the seed, in the first day of the request."""
        from msgspec.structs import replace

        times = tuple(time for time in request.times if time <= CARD.horizon) or request.times[:1]
        asked = replace(request, times=times, measured=False)
        traits = self.draw(asked, 0, patients)
        fast, slow = self.run(asked, traits), self.reference(asked, traits)
        return Residual(max(_apart(name, fast.observed[name], slow.observed[name]) for name in slow.observed), patients, 0.5)

    def _prepared(self, request: SimulationRequest, traits: Mapping[str, NDArray[np.float64]]) -> tuple[Schedule, Arrays]:
        from xinglin.diseases.diabetes.schedule import scheduled
        from xinglin.models.simulator.population import with_derived

        if request.disease != self.name:
            raise InvalidInput("XL-SIM-025", "the request is for another disease", where="request.disease", fix=f"ask for {self.name}")
        return scheduled(self.card, request), with_derived(self.card, traits)

    def _block(
        self, request: SimulationRequest, values: Arrays, first: int, observed: dict[str, NDArray[np.float32]], ends: NDArray[np.float64]
    ) -> CourseBlock:
        if request.measured:
            observed["plasma_glucose"] = _as_metered(observed["plasma_glucose"], request.seed, first)
        observed["plasma_glucose_molar"] = (observed["plasma_glucose"] / MG_PER_MMOL).astype(np.float32)
        told = {observable.name: observed[observable.name] for observable in self.card.observables}
        happened = {name: ends[:, place].copy() for place, name in enumerate(_ENDS)}
        return CourseBlock(self.name, self.card.version, first, np.array(request.times, float), values, told, happened)


@cache
def _kernel() -> ModuleType:
    """The fast solver, compiled and kept where the engine keeps its own."""
    from pathlib import Path

    from xinglin.models.simulator.compiled import module_of

    return module_of(Path(__file__).with_name("kernel.py").read_text(encoding="utf-8"))


def _people_at_once(schedule: Schedule) -> int:
    """How many people are run together, so that their sensor readings take some tens of megabytes; no number depends on it."""
    return max(64, 4_000_000 // (len(schedule.done) // 5 + len(schedule.reads[schedule.reads >= 0]) + 1))


def _sensor(request: SimulationRequest, schedule: Schedule, values: Arrays, first: int) -> NDArray[np.float64] | None:
    """Errors of the readings, or None where nobody looks or the sensors do not err."""
    from xinglin.diseases.diabetes.sensor import errors

    wanted = (request.measured or schedule.reads_sensor) and bool((values["sensor_error"] > 0).any())
    return errors(request.seed, first, len(schedule.done) - 1, values) if wanted else None


def _solved(
    schedule: Schedule, values: Arrays, sensor: NDArray[np.float64] | None, measured: bool, times: int, ends: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Courses (people, times, 4) by the fast solver; `ends` is filled."""
    from xinglin.diseases.diabetes import insulin

    kernel = _kernel()
    people = np.ascontiguousarray([values[name] for name in kernel.PEOPLE])
    moves = insulin.half_steps(values, 0.5 * kernel.STEP_MIN)
    seen = np.empty((people.shape[1], times, len(_COLUMNS)), np.float32)
    errors = np.empty((0, 0)) if sensor is None else sensor
    kernel.courses(people, moves, _seats(values, kernel.LANES), schedule.done, schedule.reads, errors, measured, seen, ends)
    return seen


def _seats(values: Arrays, lanes: int) -> NDArray[np.int64]:
    """Who sits beside whom, (blocks, lanes), -1 for an empty seat: people whose stomach needs small steps together. Nobody's numbers change."""
    sharp = np.maximum(values["kmax"] / (1 - values["b"]), values["kabs"] / 3)
    order = np.argsort(sharp, kind="stable")
    seats = np.full(-(-len(order) // lanes) * lanes, -1, np.int64)
    seats[: len(order)] = order
    return seats.reshape(-1, lanes)


def _apart(name: str, fast: NDArray[np.floating], slow: NDArray[np.floating]) -> float:
    """Greatest difference relative to the value; where there is next to nothing, to a millionth of the greatest; glucose at least to 10 mg/dL.

    Below 10 mg/dL a course has left the model, and a share of a share of a milligram would be all that is compared.
    """
    told = slow.astype(np.float64)
    least = {"plasma_glucose": 10.0, "sensor_glucose": 10.0, "plasma_glucose_molar": 10.0 / MG_PER_MMOL}.get(name, 1e-200)
    scale = np.maximum(np.abs(told), max(1e-6 * float(np.abs(told).max()), least))
    return float((np.abs(fast - told) / scale).max())


def _as_metered(glucose: NDArray[np.float32], seed: int, first: int) -> NDArray[np.float32]:
    """Plasma glucose as a meter tells it: in proportion, one draw for each person and time."""
    from xinglin.models.simulator import streams

    error = next(observable.proportional for observable in CARD.observables if observable.name == "plasma_glucose")
    seen = glucose.astype(np.float64)
    for place in range(seen.shape[1]):
        seen[:, place] *= np.maximum(1 + error * streams.normals(seed, f"error/plasma_glucose/{place}", first, len(seen))[0], 0.0)
    return seen.astype(np.float32)


DISEASE = GlucoseDisease()
