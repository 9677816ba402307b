"""What a course of treatment is worth: run on draws of people, turned into one number each that is better when smaller, and into broken limits.

Every option meets the same people with the same chances, so that options differ by treatment alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.summary import broken
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock, DiseaseCard, Goal, Harm, Regimen, SimulationRequest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.simulator.step_choice import Steps
    from xinglin.shelf.promises import AbstractDisease

    Array = NDArray[Any]

_FLOOR = 1e-4  # of the usual value at the start: what is smaller counts as this, so that a few cured people do not decide alone
_LATER = 1_000_000  # number of the first person judged: other chances than those of the people searched on


@dataclass(frozen=True, eq=False)
class Worth:
    """Of one option: what is lost on each draw (n,), and which draws break each limit, harm -> (n,)."""

    losses: Array
    harms: Mapping[str, Array]


class Alike(CardDisease):
    """The same disease for many regimens with the same moments: how finely it steps is chosen once, on the fullest of them."""

    def __init__(self, disease: CardDisease) -> None:
        super().__init__(disease.card)
        self._once: Steps | None = None

    def steps(self, request: SimulationRequest) -> Steps:
        """As chosen for the first request."""
        if self._once is None:
            self._once = super().steps(request)
        return self._once


class Bench:
    """People who wait for an option to be tried on them: traits name -> (n,), the moments looked at, the goal and the limits.

    `quick`: the regimens tried all have the moments of the first one. Raises InvalidInput XL-SCHED-002 for a goal the card cannot tell.
    """

    def __init__(
        self, disease: AbstractDisease, traits: Mapping[str, Array], times: Sequence[float], now: float, goal: Goal, harms: Sequence[Harm], seed: int,
        *, judged: bool = False, quick: bool = False,
    ) -> None:  # fmt: skip
        see_that_the_goal_can_be_told(disease.card, goal)
        self.disease = Alike(disease) if quick and type(disease) is CardDisease else disease
        self.traits, self.times, self.now, self.goal, self.harms, self.seed = traits, np.array(times, float), now, goal, tuple(harms), seed
        self.count = len(next(iter(traits.values())))
        self.first = _LATER if judged else 0
        self.runs = 0

    def run(self, regimen: Regimen) -> CourseBlock:
        """The courses of these people under a regimen."""
        self.runs += 1
        request = SimulationRequest(self.disease.card.name, tuple(self.times), regimen, self.count, self.seed)
        return self.disease.run(request, self.traits, self.first)

    def worth(self, regimen: Regimen) -> Worth:
        """What a regimen is worth to each of them."""
        return self.worth_of(self.run(regimen))

    def worth_of(self, block: CourseBlock) -> Worth:
        """The same of courses already run. Limits count from now on."""
        later = {name: rows[:, self.times >= self.now - 1e-9] for name, rows in block.observed.items()}
        with np.errstate(all="ignore"):
            harms = {harm.name: broken(harm, later, block.ends, self.now, float(self.times[-1])) for harm in self.harms}
            return Worth(self._losses(block), harms)

    def _losses(self, block: CourseBlock) -> Array:
        goal = self.goal
        if goal.kind == "time":
            when = block.ends[goal.of]
            return -np.minimum(np.where(np.isnan(when), np.inf, when), self.times[-1])
        values = block.observed[goal.of].astype(np.float64)
        floor = _FLOOR * float(np.nanmedian(np.abs(values[:, 0]))) if goal.kind == "burden" else _FLOOR * goal.target
        logs = np.log(np.maximum(values, max(floor, 1e-300)))
        if goal.kind == "burden":
            return np.where(np.isnan(logs[:, -1]), np.fmax.reduce(logs, axis=1), logs[:, -1])
        return np.nanmean(np.abs(logs - np.log(goal.target))[:, self.times > self.now + 1e-9], axis=1)


def see_that_the_goal_can_be_told(card: DiseaseCard, goal: Goal) -> None:
    """Raises InvalidInput XL-SCHED-002 for an end or observable the card does not have, or numbers that cannot be."""
    known = [one.name for one in (card.ends if goal.kind == "time" else card.observables)]
    if goal.of not in known or not 0 < goal.tail <= 1 or not 0 < goal.target < float("inf"):
        raise InvalidInput(
            "XL-SCHED-002", "the goal cannot be told from a course", where=f"goal {goal.kind} {goal.of}",
            fix=f"of one of: {', '.join(known) or 'none'}; tail above 0, up to 1; target above 0",
        )  # fmt: skip


def value_of(losses: Array, tail: float, weights: Array | None = None) -> float:
    """The goal over draws: their mean, or the mean of the worst share (Rockafellar and Uryasev 2000, doi:10.21314/JOR.2000.038)."""
    if weights is None:
        weights = np.full(len(losses), 1 / len(losses))
    if tail >= 1:
        return float(weights @ losses)
    order = np.argsort(-losses, kind="stable")
    taken = np.minimum(np.cumsum(weights[order]), tail)
    return float(np.diff(taken, prepend=0.0) @ losses[order]) / tail


def shown(goal: Goal, loss: float) -> float:
    """A loss as the goal is told: time counts upward."""
    return -loss if goal.kind == "time" else loss


def excess(harms: Mapping[str, Array], limits: Mapping[str, float], *, careful: bool) -> float:
    """By how much limits are broken, summed over them, 0 when all are kept. `careful`: with one standard error to spare."""
    found = 0.0
    for name, allowed in limits.items():
        share = float(np.mean(harms[name]))
        spare = float(np.sqrt(allowed * (1 - allowed) / len(harms[name]))) if careful else 0.0
        found += max(0.0, share - max(0.0, allowed - spare))
    return found
