"""A learned policy: from a few numbers of a visit to an action, its weights found by the cross-entropy method.

Small on purpose: it stands beside the searches as what reinforcement learning would bring (Rubinstein 1999, doi:10.1023/A:1010091220143;
policy search by cross-entropy as in Mannor et al. 2003).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.scheduling.plans import Table, followed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

FEATURES = 5
_PEOPLE, _ELITE, _ROUNDS = 48, 8, 25


def features(table: Table, place: int, done: tuple[int, ...], people: Array) -> Array:
    """(people, features): one, log reading against the first, change since the last, how far the course is, what was given last."""
    stages = table.stages
    first = stages.first(done)
    with np.errstate(all="ignore"):
        read = np.log(np.maximum(table.read[first][people], 1e-12))
    now = np.nan_to_num(read[:, place] - read[:, 0], nan=0.0)
    change = np.nan_to_num(read[:, place] - read[:, max(0, place - 1)], nan=0.0)
    last = float(stages.actions[done[-1]].mean()) if done else 0.0
    one = np.ones(len(people))
    return np.column_stack([one, np.clip(now, -5, 5), np.clip(change, -5, 5), one * place / max(1, len(stages.times) - 1), one * last])


def followed_by(table: Table, weights: Array) -> NDArray[np.int64]:
    """The plan each person of the table ends with under a policy; weights (actions, features)."""

    def choose(place: int, done: tuple[int, ...], people: Array) -> NDArray[np.int64]:
        return np.argmax(features(table, place, done, people) @ weights.T, axis=1)

    return followed(table, choose)


def learned(table: Table, loss: Callable[[Array, Array], float], seed: int) -> Array:
    """Weights (actions, features) that lose least on the people of the table. `loss(losses, harms)` sums them up."""
    chance = np.random.Generator(np.random.Philox(key=[seed % 2**64, 2]))
    shape = (len(table.stages.actions), FEATURES)
    centre, spread = np.zeros(shape), np.ones(shape) * 1.5
    best, kept = np.inf, centre
    people = np.arange(table.losses.shape[1])
    for _ in range(_ROUNDS):
        tried = centre + spread * chance.standard_normal((_PEOPLE, *shape))
        tried[0] = kept
        plans = [followed_by(table, one) for one in tried]
        worth = np.array([loss(table.losses[plan, people], table.harms[:, plan, people]) for plan in plans])
        order = np.argsort(worth, kind="stable")
        if worth[order[0]] < best:
            best, kept = worth[order[0]], tried[order[0]]
        elite = tried[order[:_ELITE]]
        centre, spread = 0.3 * centre + 0.7 * elite.mean(axis=0), 0.3 * spread + 0.7 * elite.std(axis=0) + 0.02
    return kept
