"""A regimen whose amounts and moments may be tensors, laid out for torch: so a course has slopes by what is given, and by when.

A dose that may move has a mark of its own, also where something else is done at that time: the stretch between the two has no length
now, but a slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from xinglin.models.simulator.torch_walk import Plan

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.kernel import People
    from xinglin.models.simulator.timeline import Timeline
    from xinglin.records.simulation import DiseaseCard, Regimen

_DECIMALS = 9


@dataclass(frozen=True, eq=False)
class Given:
    """Amount and moment of each dose of a regimen, in its order: numbers, or tensors (n,) with a slope."""

    amounts: Sequence[Any]
    moments: Sequence[Any]

    @classmethod
    def of(cls, regimen: Regimen) -> Given:
        """As the regimen has them."""
        return cls([dose.amount for dose in regimen.doses], [dose.time for dose in regimen.doses])


@dataclass(frozen=True)
class _Mark:
    """A moment: `dose` its number in the regimen (-1: none moves it), `stop` whether it ends there, `at` its place in the timeline."""

    time: float
    at: int
    dose: int = -1
    stop: bool = False
    first: bool = False


def moving_plan(card: DiseaseCard, regimen: Regimen, timeline: Timeline, pieces: NDArray[np.int64], people: People, given: Given) -> Plan:
    """The plan with these amounts and moments; its values are those of the timeline."""
    marks = _marks(regimen, timeline)
    times = [
        mark.time if mark.dose < 0 else given.moments[mark.dose] + (regimen.doses[mark.dose].duration if mark.stop else 0.0)
        for mark in marks
    ]
    each = [int(pieces[one.at]) if other.at > one.at else 1 for one, other in pairwise(marks)]
    fixed = [mark.at if mark.dose < 0 and not mark.first else -1 for mark in marks]
    count, kinds = len(marks), [treatment.kind for treatment in card.treatments]
    places = {(mark.dose, mark.stop): number for number, mark in enumerate(marks) if mark.dose >= 0}
    numbers = {treatment.name: number for number, treatment in enumerate(card.treatments)}
    jumps: dict[int, list[tuple[int, Any]]] = {}
    infused: dict[int, list[tuple[int, Any]]] = {}
    switched: list[dict[int, Any]] = [{} for _ in marks]
    for dose in sorted({mark.dose for mark in marks if mark.dose >= 0}, key=lambda dose: regimen.doses[dose].time):
        row, amount = regimen.doses[dose], given.amounts[dose]
        number, start, stop = numbers[row.treatment], places[dose, False], places.get((dose, True), count)
        if kinds[number] == "switch":
            for q in range(start, stop):
                switched[q][number] = amount
        elif kinds[number] == "infusion":
            for q in range(start, stop):
                infused.setdefault(q, []).append((number, amount / row.duration))
        else:
            jumps.setdefault(start, []).append((number, amount))
    return Plan(
        marks=times, pieces=each, widths=[(later - now) / n for now, later, n in zip(times, times[1:], each, strict=False)],
        fresh=[True] * count, jumps=jumps, infused=infused, switched=switched,
        looks=[timeline.looks[at].tolist() if at >= 0 else [False] * len(people.rule_what) for at in fixed],
        reads=[int(timeline.reads[at]) if at >= 0 else -1 for at in fixed],
        rules=list(zip(people.rule_what.tolist(), people.rule_switch.tolist(), people.rule_amount.tolist(), strict=True)),
    )  # fmt: skip


def _marks(regimen: Regimen, timeline: Timeline) -> list[_Mark]:
    """The start, then all moments in time order; at the same time what a dose moves comes first, then looks and reads."""
    fixed = [_Mark(float(time), at) for at, time in enumerate(timeline.marks)]
    end, moved = float(timeline.marks[-1]), []
    for number, dose in enumerate(regimen.doses):
        for stop, time in ((False, dose.time), (True, dose.time + dose.duration)):
            rounded = round(time, _DECIMALS)
            if rounded <= end and (dose.duration > 0 or not stop):
                moved.append(_Mark(rounded, int(np.searchsorted(timeline.marks, rounded)), number, stop))
    start = _Mark(0.0, 0, first=True)
    return [start, *sorted([*moved, *fixed], key=lambda mark: (mark.time, mark.dose < 0, not mark.stop))]


def moved_doses(regimen: Regimen, amounts: Sequence[float], moments: Sequence[float]) -> Regimen:
    """The regimen with other amounts and moments, for judging slopes by differences."""
    doses = (replace(dose, amount=amount, time=time) for dose, amount, time in zip(regimen.doses, amounts, moments, strict=True))
    return replace(regimen, doses=tuple(doses))
