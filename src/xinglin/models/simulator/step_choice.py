"""How finely each stretch between two marks is stepped: as coarsely as keeps a pilot's courses within what is allowed.

The pilot are the first people of the seed, so the choice depends on the card and the request alone. Each stretch gets its own
number of pieces. People whose courses prove harder than those of the pilot who pass go on to rounds of twice the pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ran = tuple[
        NDArray[np.float32], NDArray[np.float64]
    ]  # observables (kinds, n, places) and how hard each course is (n,), nan where it ran off

ROUNDS = 14  # at most
RUN_OFF_ROUNDS = 7  # two walks that both run off agree, and are not believed; what still has no number then has none
_REFINEMENTS, _MOST_PIECES = 80, 500_000
_WORST = 0.3  # stretches are refined that add this share of what the worst one adds
_STUCK = 0.9  # when this share of the error is left, it was made earlier than it shows
_SETTLED = 1.0  # times what is allowed: the change that the last round may make
_FLOOR = 1e-6  # differences are relative to the value, or to this share of the greatest value of the course
_PART = 0.6  # of what is allowed: the rest is for people harder to follow than the pilot


@dataclass(frozen=True, eq=False)
class Steps:
    """Pieces of each stretch in the first round, how hard a course may prove in it, and the relative error allowed.

    Harder courses go through rounds of twice the pieces, until a round changes nothing any more.
    """

    pieces: NDArray[np.int64]
    hardest: float
    allowed: float

    def settled(self, before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Whose courses (observables, n, places) the finer round hardly changed: its own error is a fifteenth of the change, or less."""
        return _apart_in_any(before, after) <= _SETTLED * self.allowed


def chosen(spans: NDArray[np.float64], run: Callable[[NDArray[np.int64], bool], Ran], allowed: float) -> Steps:
    """The steps for stretches of these lengths.

    `run` solves the pilot with these pieces, read at the request's times, or (True) at every mark.
    """
    if not len(spans):
        return Steps(np.ones(0, np.int64), np.inf, allowed)
    best, least = Steps(np.ones(len(spans), np.int64), -1.0, allowed), np.inf
    pieces = np.ones(len(spans), np.int64)
    for share in (0.75, 0.95, 1.0):
        pieces = _refined(pieces, run, share, _PART * allowed, least)
        steps, cost = _with_limit(pieces, run, allowed, least)
        if cost < least:
            best, least = steps, cost
    return best


def each_apart(fast: NDArray[np.floating], slow: NDArray[np.floating], peak: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Greatest relative difference of each person's two courses, (n,); inf where one has a number and the other has none.

    `peak`: what a course is known to reach, (n, 1), where nobody looked when it did; smallness is judged against that too.
    """
    return np.abs(_difference(fast, slow, peak)).max(axis=-1, initial=0.0)


def _difference(fast: NDArray[np.floating], slow: NDArray[np.floating], peak: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Signed relative differences; inf where one has a number and the other has none."""
    with np.errstate(all="ignore"):
        largest = np.fmax(np.fmax.reduce(np.abs(slow), axis=-1, keepdims=True, initial=0.0), peak)
        found = (fast.astype(float) - slow) / np.fmax(np.fmax(np.abs(slow), _FLOOR * largest), 1e-300)
    found = np.where((fast == slow) | (np.isnan(fast) & np.isnan(slow)), 0.0, found)
    return np.where(np.isnan(found), np.inf, found)


def _refined(
    pieces: NDArray[np.int64], run: Callable[[NDArray[np.int64], bool], Ran], share: float, allowed: float, least: float
) -> NDArray[np.int64]:
    """Pieces doubled where most error is added, again and again, until this share of the pilot is within what is allowed, or it costs too much.

    An error may show later than it is made (cells that a drug kills are missed in blood days after). So when doubling has not helped, it
    is undone, and every stretch up to the last of them is doubled. An error that gets smaller within a stretch is nobody's blame there: what
    falls far below its own greatest value is measured against the floor, and its relative error goes down without a finer step.
    """
    before, untried = np.inf, pieces
    for _ in range(_REFINEMENTS):
        coarse, hard = run(pieces, True)
        error = _difference(coarse, run(2 * pieces, True)[0])
        error = np.where(np.isnan(hard)[None, :, None] & ~np.isfinite(coarse), np.inf, error)
        reached = float(np.quantile(np.abs(error).max(axis=(0, 2)), share, method="higher"))
        if reached <= allowed or pieces.sum() > min(least, _MOST_PIECES):
            break
        added = np.quantile(_made_in_each(error), share, axis=0, method="higher")
        worst = added >= _WORST * added.max()
        if not reached < _STUCK * before:
            worst, pieces = np.arange(len(worst)) <= np.flatnonzero(worst)[-1], untried
        before, untried = reached, pieces
        pieces = np.where(worst, 2 * pieces, pieces)
    return pieces


def _made_in_each(error: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the error (observables, n, marks) each person's course gains in each stretch, (n, stretches); 0 where it gets smaller."""
    before, after = error[:, :, :-1], error[:, :, 1:]
    with np.errstate(all="ignore"):
        each = np.where((np.abs(after) > np.abs(before)) | (np.sign(after) * np.sign(before) < 0), np.abs(after - before), 0.0)
    return np.where(np.isnan(each), np.inf, each).max(axis=0, initial=0.0)


def _with_limit(
    pieces: NDArray[np.int64], run: Callable[[NDArray[np.int64], bool], Ran], allowed: float, least: float
) -> tuple[Steps, float]:
    """The limit of hardness for the first round, and the cost: pieces times the share of the pilot that needs each round, summed."""
    before, hard = run(pieces, False)
    left, cost = np.ones(len(hard), np.bool_), float(pieces.sum())
    steps = Steps(pieces, np.inf, allowed)
    for number in range(1, ROUNDS):
        after, harder = run(pieces * 2**number, False)
        if number == 1:
            steps = Steps(pieces, _limit(hard, _apart_in_any(before, after) > _PART * allowed), allowed)
            left = ~(hard <= steps.hardest)
        cost += float(left.mean()) * float(pieces.sum()) * 2**number
        left &= ~steps.settled(before, after) | (np.isnan(harder) & (number < RUN_OFF_ROUNDS))
        if not left.any() or cost > least:
            break
        before = after
    return steps, cost


def _apart_in_any(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.max([each_apart(one, other) for one, other in zip(before, after, strict=True)], axis=0)


def _limit(hard: NDArray[np.float64], failed: NDArray[np.bool_]) -> float:
    """A little less than the greatest hardness below that of everyone who failed; -1 when there is none."""
    if not failed.any():
        return float(np.nanmax(hard))
    least = np.min(np.where(np.isnan(hard[failed]), np.inf, hard[failed]))
    return 0.8 * float(np.max(hard[(hard < least) & ~failed], initial=-1.0))
