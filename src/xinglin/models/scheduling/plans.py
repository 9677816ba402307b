"""All plans in a few coarse steps, each run once: who decides at a visit looks up what every way on would bring.

The decisions are put together into stages; at each stage one of a few actions is taken. Plans are numbered so that those which begin alike
stand together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.scheduling.judging import Bench
from xinglin.models.scheduling.space import Space
from xinglin.models.simulator import streams
from xinglin.models.twin.likelihood import log_density
from xinglin.records.simulation import Observable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

_MOST_STAGES = 8
_FEWEST = 25.0  # effective draws kept when a reading says more than the draws can follow


@dataclass(frozen=True, eq=False)
class Stages:
    """`actions` (actions, choices): wishes of each; `times`: when each stage begins; `stage` (slots,): to which stage a decision belongs."""

    space: Space
    actions: Array
    times: tuple[float, ...]
    stage: NDArray[np.int64]

    @property
    def plans(self) -> int:
        """How many plans there are."""
        return len(self.actions) ** len(self.times)

    def first(self, done: tuple[int, ...]) -> int:
        """Number of the first plan that begins with these actions."""
        return sum(action * self.width(place + 1) for place, action in enumerate(done))

    def width(self, done: int) -> int:
        """How many plans begin with the same `done` actions."""
        return len(self.actions) ** (len(self.times) - done)

    def action(self, plan: Array | int, place: int) -> Any:
        """The action a plan takes at a stage."""
        return plan // self.width(place + 1) % len(self.actions)

    def amounts(self, plan: int) -> Array:
        """What a plan gives, (slots,)."""
        wished = [self.actions[self.action(plan, self.stage[n])][slot.choice] for n, slot in enumerate(self.space.slots)]
        return self.space.amounts(np.array(wished))


def stages_of(space: Space, most: int) -> Stages:
    """As many stages and actions as make at most so many plans: three amounts each where they fit, else none or all."""
    times, few = space.times, len(space.choices)
    for halves in (True, False):
        each = [_wishes(one.levels, one.most, halves) for one in space.choices]
        actions = np.array(list(product(*each)))
        count = min(len(times), _MOST_STAGES, int(np.log(most) / np.log(len(actions)) + 1e-9))
        if count >= min(4, len(times)) or not halves:
            break
    if count < 1:
        actions, count = np.array([[0.0] * few, [1.0] * few]), min(len(times), max(1, int(np.log2(most))))
    parts = np.array_split(np.array(times), count)
    starts = np.array([part[0] for part in parts])
    stage = np.searchsorted(starts, [slot.time for slot in space.slots], side="right") - 1
    return Stages(space, actions, tuple(float(t) for t in starts), stage)


def _wishes(levels: tuple[float, ...], most: float, halves: bool) -> tuple[float, ...]:
    if levels:
        kept = levels if len(levels) <= 2 else (levels[len(levels) // 2 - 1], levels[-1])
        return (0.0, *(x / most for x in (kept if halves else kept[-1:])))
    return (0.0, 0.5, 1.0) if halves else (0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Table:
    """What every plan brings everybody of a bench.

    losses (plans, n); harms (harms, plans, n); seen (plans, n, stages): the watched observable as it truly is when a stage begins;
    read (same): as the instrument tells it, the same error for a person in every plan; given (plans, choices).
    """

    stages: Stages
    losses: Array
    harms: Array
    seen: Array
    read: Array
    given: Array


def tabled(bench: Bench, stages: Stages, watched: Observable, progress: Callable[[int], None]) -> Table:
    """Every plan run on the people of the bench."""
    plans, count, depth = stages.plans, bench.count, len(stages.times)
    places = np.searchsorted(bench.times, np.array(stages.times) - 1e-9)
    losses, seen = np.empty((plans, count)), np.empty((plans, count, depth))
    harms, given = np.empty((len(bench.harms), plans, count), bool), np.empty((plans, len(stages.space.choices)))
    for plan in range(plans):
        amounts = stages.amounts(plan)
        block = bench.run(stages.space.regimen(amounts, "plan", nothing=True))
        worth = bench.worth_of(block)
        losses[plan], seen[plan] = worth.losses, block.observed[watched.name][:, places]
        for row, harm in enumerate(bench.harms):
            harms[row, plan] = worth.harms[harm.name]
        given[plan] = list(stages.space.totals(amounts).values())
        progress(1)
    errors = np.stack(
        [streams.normals(bench.seed, f"plan/{watched.name}/{place}", bench.first, count, 3) for place in range(depth)], axis=-1
    )
    with np.errstate(all="ignore"):
        read = seen * (1 + watched.proportional * errors[0]) + watched.additive * errors[1]
        read = np.maximum(read * np.exp(watched.logarithmic * errors[2]), watched.low_limit)
    return Table(stages, losses, harms, seen, read, given)


def followed(table: Table, choose: Callable[[int, tuple[int, ...], Array], NDArray[np.int64]]) -> NDArray[np.int64]:
    """The plan each person ends with, (n,): at each stage `choose(stage, actions so far, people)` gives each of those people an action."""
    stages, count = table.stages, table.losses.shape[1]
    groups: dict[tuple[int, ...], Array] = {(): np.arange(count)}
    for place in range(len(stages.times)):
        after: dict[tuple[int, ...], list[Array]] = {}
        for done, people in sorted(groups.items()):
            taken = choose(place, done, people)
            for action in np.unique(taken):
                after.setdefault((*done, int(action)), []).append(people[taken == action])
        groups = {done: np.concatenate(parts) for done, parts in after.items()}
    found = np.empty(count, np.int64)
    for done, people in groups.items():
        found[people] = stages.first(done)
    return found


def receding(table: Table, known: Table, watched: Observable, tail: float, limits: Array, *, at_once: bool) -> NDArray[np.int64]:
    """Re-planned at each stage: the draws of `known` are weighted by the person's newest readings, the best way on is begun, then looked at again.

    Open-loop feedback control. limits (harms,): share of the weighted draws that may break each. `at_once`: there is a reading before the
    first decision too. The plan each person of `table` ends with, (n,).
    """
    stages = table.stages
    logs = np.zeros((table.losses.shape[1], known.losses.shape[1]))

    def choose(place: int, done: tuple[int, ...], people: Array) -> NDArray[np.int64]:
        first, width = stages.first(done), stages.width(len(done))
        if place or at_once:
            logs[people] += _agreement(watched, table.read[first][people, place], known.seen[first][:, place])
        weights = np.stack([_weights(row) for row in logs[people]])
        rows = slice(first, first + width)
        worth = _values(known.losses[rows], weights, tail)
        over = sum(
            (np.maximum(0.0, known.harms[k, rows].astype(float) @ weights.T - limit) for k, limit in enumerate(limits)),
            np.zeros_like(worth),
        )
        spread = np.std(known.losses) + 1e-9
        return stages.action(first + np.argmin(worth + 100 * spread * (over + (over > 1e-12)), axis=0), place)

    return followed(table, choose)


def _values(losses: Array, weights: Array, tail: float) -> Array:
    """(plans, people): the goal of each plan under each person's weights."""
    if tail >= 1:
        return losses @ weights.T
    order = np.argsort(-losses, axis=1, kind="stable")
    found = np.empty((len(losses), len(weights)))
    for row, (own, places) in enumerate(zip(losses, order, strict=True)):
        taken = np.minimum(np.cumsum(weights[:, places], axis=1), tail)
        found[row] = np.diff(taken, axis=1, prepend=0.0) @ own[places] / tail
    return found


def _agreement(watched: Observable, readings: Array, predicted: Array) -> Array:
    """(people, draws): how well each draw agrees with each reading; who has no reading any more keeps what was known."""
    found = np.zeros((len(readings), len(predicted)))
    for row, reading in enumerate(readings):
        if np.isfinite(reading):
            found[row] = np.where(np.isfinite(predicted), log_density(watched, float(reading), predicted), -1e9)
    return found


def _weights(logs: Array) -> Array:
    """Weights that sum to one; where too few draws would be left the readings count for less, until enough are."""
    share, apart = 1.0, logs - logs.max()
    while True:
        weights = np.exp(share * apart)
        weights /= weights.sum()
        if share < 1e-6 or 1 / np.sum(weights**2) >= min(_FEWEST, len(logs) / 2):
            return weights
        share *= 0.7
