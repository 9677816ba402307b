"""How well courses agree with a person's readings, by the error of the instruments that took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import DiseaseCard, Measurement, Observable, Regimen, SimulationRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractDisease

IMPOSSIBLE = -1e300
_TINY = 1e-12


class Readings:
    """The readings of one person, ready to be held against many courses at once.

    Raises InvalidInput XL-TWIN-001 for a reading the model does not know, of no number, or before its start, XL-TWIN-002 for an
    observable whose error the card does not give.
    """

    def __init__(self, disease: AbstractDisease, measured: Sequence[Measurement], regimen: Regimen) -> None:
        self.disease, self.card = disease, disease.card
        self.measured = tuple(sorted(measured, key=lambda one: (one.time, one.observable)))
        known = {one.name: one for one in self.card.observables}
        for one in self.measured:
            if one.observable not in known or not (np.isfinite(one.value) and np.isfinite(one.time) and one.time >= 0):
                raise InvalidInput(
                    "XL-TWIN-001", "a reading cannot be used", where=one.fact or one.observable, why="unknown to the model, no number, or before the start",
                    fix=f"readings of {', '.join(known)}, from time 0 on",
                )  # fmt: skip
        self.observables = tuple(known[one.observable] for one in self.measured)
        for one, reading in zip(self.observables, self.measured, strict=True):
            if one.logarithmic and max(reading.value, one.low_limit) <= 0:
                raise InvalidInput(
                    "XL-TWIN-001", "a reading cannot be used", where=reading.fact or reading.observable, why="it is not above 0, and its error is told of its logarithm",
                    fix="give the limit below which the instrument cannot tell, marked as below",
                )  # fmt: skip
        for one in self.observables:
            if not (one.proportional or one.additive or one.logarithmic):
                raise InvalidInput(
                    "XL-TWIN-002", f"the card gives no measurement error for {one.name}", where=f"card {self.card.name}", fix="add it"
                )
        self.values = np.array([one.value for one in self.measured])
        self.times = tuple(dict.fromkeys((0.0, *(one.time for one in self.measured))))
        self.places = [self.times.index(one.time) for one in self.measured]
        self.request = SimulationRequest(self.card.name, self.times, regimen)

    def predicted(self, traits: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """What each course shows at the time of each reading, (courses, readings); NaN where a course has ended before."""
        count = len(next(iter(traits.values())))
        block = self.disease.run(replace(self.request, patients=count), traits)
        columns = [block.observed[one.name][:, place] for one, place in zip(self.observables, self.places, strict=True)]
        return np.stack(columns, axis=1).astype(np.float64)

    def log_likelihood(self, predicted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum over the readings, (courses,); IMPOSSIBLE where a course cannot have given them."""
        found = np.zeros(len(predicted))
        for column, (one, reading) in enumerate(zip(self.observables, self.measured, strict=True)):
            found += log_density(one, reading.value, predicted[:, column], below=reading.below)
        return np.where(np.isfinite(found), found, IMPOSSIBLE)

    def misfit(self, predicted: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of squares of the standardised differences between values (courses, readings) and predictions, (courses,)."""
        total = np.zeros(len(predicted))
        for column, one in enumerate(self.observables):
            total += _standardised(one, values[:, column], predicted[:, column]) ** 2
        return total

    def replicated(self, predicted: NDArray[np.float64], errors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Readings as the instruments would take them of these courses; `errors` (3, courses, readings) standard normal."""
        seen = np.empty_like(predicted)
        for column, one in enumerate(self.observables):
            value = predicted[:, column] * (1 + one.proportional * errors[0, :, column]) + one.additive * errors[1, :, column]
            seen[:, column] = value * np.exp(one.logarithmic * errors[2, :, column])
        return seen


def log_density(one: Observable, value: float, predicted: NDArray[np.float64], *, below: bool = False) -> NDArray[np.float64]:
    """Log density of one reading given each course, up to a constant; of "below a limit" the log of its probability."""
    from scipy.special import log_ndtr

    with np.errstate(all="ignore"):
        score = _standardised(one, np.full_like(predicted, max(value, one.low_limit)), predicted)
        if below or value <= one.low_limit:
            return log_ndtr(score)
        return -0.5 * score**2 - np.log(_spread(one, predicted))


def _standardised(one: Observable, value: NDArray[np.float64], predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """The difference in standard deviations: on the scale of logarithms where the instrument's error is there."""
    with np.errstate(all="ignore"):
        apart = np.log(np.maximum(value, _TINY) / np.maximum(predicted, _TINY)) if one.logarithmic else value - predicted
        return apart / _spread(one, predicted)


def _spread(one: Observable, predicted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard deviation of a reading: of its logarithm where `logarithmic` is given (the other parts to first order), else of its value."""
    if one.logarithmic:
        return np.sqrt(one.logarithmic**2 + one.proportional**2 + (one.additive / np.maximum(np.abs(predicted), _TINY)) ** 2)
    return np.sqrt((one.proportional * predicted) ** 2 + one.additive**2) + _TINY


def prior_scale(card: DiseaseCard, name: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of a parameter on the scale of its distribution."""
    kind = next(one.distribution for one in card.parameters if one.name == name)
    with np.errstate(all="ignore"):
        if kind == "lognormal":
            return np.log(np.maximum(values, _TINY))
        return np.log(values / (1 - values)) if kind == "logitnormal" else values
