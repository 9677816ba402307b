"""A request laid out minute by minute: what is eaten, what insulin is given, when one looks, the same for every person.

The pump, the sensor and the meals of this model work in whole minutes; anything between is refused rather than shifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator.timeline import see_that_the_regimen_fits, see_that_times_are_good
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, Dose, SimulationRequest

# columns of `done`; the fast solver knows them by the same numbers
MEAL, BOLUS, INFUSED, BASAL, OWN, COVER, LOOP, DONE = range(8)
_NEAR = 0.05  # minutes
_COLUMN = {
    "meal": MEAL, "bolus": BOLUS, "insulin_infusion": INFUSED, "basal": BASAL, "own_basal": OWN, "meal_bolus": COVER, "closed_loop": LOOP,
}  # fmt: skip
_MOST_MINUTES = 366 * 1440


@dataclass(frozen=True, eq=False)
class Schedule:
    """done (minutes + 1, 8): what is done at the start of each minute; reads (minutes + 1,): which of the times is read then, or -1."""

    done: NDArray[np.float64]
    reads: NDArray[np.int64]

    @property
    def reads_sensor(self) -> bool:
        """Whether a controller looks at the sensor."""
        return bool((self.done[:, LOOP] > 0).any() or ((self.done[:, COVER] > 0) & (self.done[:, MEAL] > 0)).any())


def scheduled(card: DiseaseCard, request: SimulationRequest) -> Schedule:
    """The schedule of a request.

    Raises InvalidInput XL-SIM-02x (times or doses that cannot be), XL-GLU-001 (not whole minutes), XL-GLU-002 (a rule of the regimen),
    XL-GLU-003 (more than the treatment's most at one time), XL-GLU-004 (longer than a year).
    """
    times = see_that_times_are_good(request.times)
    see_that_the_regimen_fits(card, request)
    if request.regimen.rules:
        raise InvalidInput(
            "XL-GLU-002",
            "this model follows no rules of a regimen",
            where="request.regimen",
            why="its closed loop is a treatment",
            fix="use closed_loop",
        )
    if times[-1] > _MOST_MINUTES:
        raise InvalidInput("XL-GLU-004", "the request is longer than a year", where="request.times", fix="ask for less")
    minutes = int(_whole(float(times[-1]), "request.times"))
    reads = np.full(minutes + 1, -1, np.int64)
    for place, time in enumerate(times):
        reads[_whole(float(time), "request.times")] = place
    most = {treatment.name: treatment.most_each for treatment in card.treatments}
    done = np.zeros((minutes + 1, 8))
    for number, dose in enumerate(sorted(request.regimen.doses, key=lambda dose: dose.time)):
        where = f"regimen {request.regimen.name}, dose {number + 1}"
        if dose.amount > most[dose.treatment]:
            raise InvalidInput(
                "XL-GLU-003", f"more {dose.treatment} at one time than the card allows", where=where, fix="give less, or split it"
            )
        _lay(done, dose, where)
    moving = np.diff(done[:, [INFUSED, BASAL, OWN, COVER, LOOP]], axis=0, prepend=0.0).any(axis=1)
    done[:, DONE] = moving | (done[:, BOLUS] > 0) | ((done[:, MEAL] > 0) & (done[:, COVER] > 0))
    return Schedule(done, reads)


def _lay(done: NDArray[np.float64], dose: Dose, where: str) -> None:
    start, column = _whole(dose.time, where), _COLUMN[dose.treatment]
    if start >= len(done):
        return
    stop = start + _whole(dose.duration, where) if dose.duration > 0 else len(done)
    if column in (MEAL, BOLUS):
        done[start, column] += dose.amount
    elif column == INFUSED:
        done[start:stop, column] += dose.amount / dose.duration
    else:
        done[start:stop, column] = dose.amount


def _whole(time: float, where: str) -> int:
    """The minute. A table in days tells five minutes as 0.003472: what lies within three seconds of a minute is that minute."""
    if abs(time - round(time)) > _NEAR:
        raise InvalidInput(
            "XL-GLU-001",
            "a time is not a whole minute",
            where=where,
            why="pump, sensor and meals work in whole minutes",
            fix="round it to minutes",
        )
    return round(time)
