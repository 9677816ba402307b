"""A request laid out in time: when doses act, what is infused or switched on between, when one looks.

Both solvers walk the same marks and never step across one. Order at a mark: doses act, rules look, observables are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.simulator.expressions import require
from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import DiseaseCard, Dose, SimulationRequest

_DECIMALS = 9  # times are compared to a billionth of the card's unit
_MARKS = 2_000_000


@dataclass(frozen=True, eq=False)
class Timeline:
    """Marks 0 to m - 1 in time order, the first at 0, and what holds from each mark to the next."""

    marks: NDArray[np.float64]  # (m,)
    jumps: tuple[tuple[int, int, float], ...]  # mark, index of the treatment, amount
    infused: NDArray[np.float64]  # (m, treatments): amount per unit of time
    switched: NDArray[np.float64]  # (m, treatments): 0 or the amount; rules are not in here
    looks: NDArray[np.bool_]  # (m, rules)
    reads: NDArray[np.int64]  # (m,): which of the request's times, or -1


def laid_out(card: DiseaseCard, request: SimulationRequest) -> Timeline:
    """The timeline of a request. Raises InvalidInput XL-SIM-02x for times, doses or rules that cannot be served."""
    times = see_that_times_are_good(request.times)
    end = times[-1]
    treatments = {treatment.name: number for number, treatment in enumerate(card.treatments)}
    kinds = [treatment.kind for treatment in card.treatments]
    doses = sorted((dose for dose in request.regimen.doses if _rounded(dose.time) <= end), key=lambda dose: dose.time)
    see_that_the_regimen_fits(card, request)
    looks = [_every(rule.every, end) for rule in request.regimen.rules]
    stops = [_rounded(dose.time + dose.duration) for dose in doses if dose.duration > 0]
    marks = np.unique(np.concatenate([[0.0], times, [_rounded(d.time) for d in doses], [s for s in stops if s <= end], *looks]))
    if len(marks) > _MARKS:
        raise InvalidInput(
            "XL-SIM-024", "the request holds too many moments", where="request", fix="look less often, or for a shorter time"
        )
    infused, switched = np.zeros((len(marks), len(kinds))), np.zeros((len(marks), len(kinds)))
    jumps = []
    for dose in doses:
        number = treatments[dose.treatment]
        start = int(np.searchsorted(marks, _rounded(dose.time)))
        stop = int(np.searchsorted(marks, _rounded(dose.time + dose.duration))) if dose.duration > 0 else len(marks)
        if kinds[number] == "infusion":
            infused[start:stop, number] += dose.amount / dose.duration
        elif kinds[number] == "switch":
            switched[start:stop, number] = dose.amount
        else:
            jumps.append((start, number, dose.amount))
    reads = np.full(len(marks), -1, np.int64)
    reads[np.searchsorted(marks, times)] = np.arange(len(times))
    looked = np.zeros((len(marks), len(looks)), np.bool_)
    for number, moments in enumerate(looks):
        looked[np.searchsorted(marks, moments), number] = True
    return Timeline(marks, tuple(jumps), infused, switched, looked, reads)


def _rounded(time: float) -> float:
    return round(time, _DECIMALS)


def _every(gap: float, end: float) -> NDArray[np.float64]:
    count = min(int(end / gap + 1e-9), _MARKS)
    return np.array([round(number * gap, _DECIMALS) for number in range(count + 1)])


def see_that_times_are_good(times: Iterable[float]) -> NDArray[np.float64]:
    """The times as an array. Raises InvalidInput XL-SIM-020 unless they are finite, increasing and from 0 on."""
    found = np.array([round(float(time), _DECIMALS) for time in times])
    if not len(found) or not np.isfinite(found).all() or found[0] < 0 or (np.diff(found) <= 0).any():
        raise InvalidInput(
            "XL-SIM-020", "the times to look at are not increasing numbers from 0 on", where="request.times", fix="sort them"
        )
    return found


def see_that_the_regimen_fits(card: DiseaseCard, request: SimulationRequest) -> None:
    """Raises InvalidInput XL-SIM-021 to 023 for a dose or rule that the card does not know or that cannot be."""
    kinds = {treatment.name: treatment.kind for treatment in card.treatments}
    for number, dose in enumerate(request.regimen.doses):
        _see_dose(dose, kinds.get(dose.treatment), f"regimen {request.regimen.name}, dose {number + 1}")
    scheduled = {dose.treatment for dose in request.regimen.doses}
    ruled: set[str] = set()
    known = {"first", *(row.name for rows in (card.parameters, card.derived) for row in rows)}
    for number, rule in enumerate(request.regimen.rules):
        where = f"regimen {request.regimen.name}, rule {number + 1}"
        if kinds.get(rule.treatment) != "switch" or rule.treatment in scheduled | ruled:
            raise InvalidInput(
                "XL-SIM-022", "a rule must govern a switch of its own", where=where, fix="name a switch that no dose or rule uses"
            )
        if not any(rule.observable == observable.name for observable in card.observables):
            raise InvalidInput(
                "XL-SIM-023", "a rule looks at an observable the card does not have", where=where, fix="name one of the card"
            )
        for part, text in (("stop", rule.stop), ("resume", rule.resume)):
            require(text, known, f"{where}, {part}")
        if not (rule.every > 0 and np.isfinite(rule.every) and np.isfinite(rule.amount)):
            raise InvalidInput(
                "XL-SIM-022", "a rule must look at positive intervals", where=where, fix="give `every` in the card's time unit"
            )
        ruled.add(rule.treatment)


def _see_dose(dose: Dose, kind: str | None, where: str) -> None:
    if kind is None:
        raise InvalidInput("XL-SIM-021", f"the card has no treatment {dose.treatment!r}", where=where, fix="name a treatment of the card")
    if not (np.isfinite([dose.time, dose.amount, dose.duration]).all() and dose.time >= 0 and dose.amount >= 0 and dose.duration >= 0):
        raise InvalidInput(
            "XL-SIM-021", "time, amount and duration of a dose must be numbers from 0 on", where=where, fix="correct the dose"
        )
    if kind == "infusion" and dose.duration <= 0:
        raise InvalidInput("XL-SIM-021", "an infusion needs a duration", where=where, fix="give its duration")
