"""Infusions into one or two compartments by numpy alone: a few levels of one person are not worth loading machine code for.

The same closed solution as `exponents` and `superposition`, which serve everything larger, boluses, depots and three compartments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

OVER_TIME = 2  # the kind of a dose that is an infusion into the centre
MOST = 200_000  # people times doses times looks: beyond that machine code is sooner done


def serves(compartments: int, kind: NDArray[np.int64], lag: Numbers, steady: Numbers, people: int, looks: int) -> bool:
    """Whether these doses are few enough, and infusions alone; it does not depend on what was loaded before, so that answers stay the same."""
    plain = compartments <= 2 and bool((kind == OVER_TIME).all()) and not (steady.any() and lag.any())
    return plain and people * len(kind) * looks <= MOST


def course(
    body: tuple[Numbers, Numbers, Numbers, Numbers], compartments: int, start: Numbers, lag: Numbers, amount: Numbers, length: Numbers,
    steady: Numbers, looked: Numbers,
) -> tuple[Numbers, Numbers]:  # fmt: skip
    """(level, exposure since 0), each (n, looks). body: cl, v1, q2, v2, each (n,); lag, amount, length: (n, doses); start, steady: (doses,)."""
    rates, weights = _exponentials(*body, compartments)
    level = np.zeros((len(body[0]), len(looked)))
    seen = np.zeros_like(level)
    for j in range(len(start)):
        since = looked[None, :] - (start[j] + lag[:, j : j + 1])
        on = np.clip(since, 0.0, length[:, j : j + 1])
        off = np.maximum(since - length[:, j : j + 1], 0.0)
        flow = (amount[:, j] / length[:, j])[:, None]
        for r, w in zip(rates, weights, strict=True):
            held = _held(r, on)
            level += flow * w * np.exp(-r * off) * held
            seen += flow * w * (_rest(r, on, held) + held * _held(r, off))
            if steady[j] > 0.0:
                before = _before(r, w, flow, length[:, j : j + 1], steady[j])
                after = np.maximum(since, 0.0)
                level += np.where(since >= 0.0, before * np.exp(-r * after), 0.0)
                seen += before * _held(r, after)
    return level, seen


def _exponentials(cl: Numbers, v1: Numbers, q2: Numbers, v2: Numbers, compartments: int) -> tuple[tuple[Numbers, ...], tuple[Numbers, ...]]:
    """Rates (fast first) and weights, each (n, 1)."""
    if compartments == 1:
        return ((cl / v1)[:, None],), ((1.0 / v1)[:, None],)
    k10, k12, k21 = cl / v1, q2 / v1, q2 / v2
    lead, exchange = k10 + k12 - k21, k12 * k21
    root = np.sqrt(lead * lead + 4.0 * exchange)
    fast = 0.5 * (k10 + k12 + k21 + root)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(lead >= 0.0, 0.5 * (lead + root), exchange / (0.5 * (root - lead)))
        below = np.where(lead >= 0.0, exchange / above, 0.5 * (root - lead))
        below = np.nan_to_num(below)
        whole = above + below
        quick, slow = np.where(whole > 0.0, above / whole, 1.0), np.where(whole > 0.0, below / whole, 0.0)
    return (fast[:, None], (k10 * k21 / fast)[:, None]), ((quick / v1)[:, None], (slow / v1)[:, None])


def _held(rate: Numbers, span: Numbers) -> Numbers:
    """Integral of exp(-rate * s) over 0 to span."""
    safe = np.where(rate > 0.0, rate, 1.0)
    return np.where(rate > 0.0, -np.expm1(-rate * span) / safe, span)


def _rest(rate: Numbers, span: Numbers, held: Numbers) -> Numbers:
    """Integral of `_held` over 0 to span, without its cancellation near 0."""
    safe = np.where(rate > 0.0, rate, 1.0)
    return np.where(rate * span > 1e-6, (span - held) / safe, 0.5 * span * span * (1.0 - rate * span / 3.0))


def _before(rate: Numbers, weight: Numbers, flow: Numbers, length: Numbers, every: float) -> Numbers:
    """What is left just before a dose that has been repeated `every` for ever."""
    return weight * flow * _held(rate, length) * np.exp(-rate * (every - length)) / -np.expm1(-rate * every)
