"""Survival foretold for single persons: a baseline for a Cox score, and how good foretold curves are when people leave before the end.

Breslow 1974 (doi:10.2307/2529620) for the baseline; Graf et al. 1999 (doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5)
for the Brier score, people who left weighed by the chance to have stayed, as scikit-survival does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Times = NDArray[np.floating]
    Marks = NDArray[np.bool_]


def breslow(times: Times, ended: Marks, score: Times) -> tuple[Times, Times]:
    """(times of ends, cumulative baseline hazard at them) for people with these log hazards."""
    order = np.argsort(times, kind="stable")
    hazard = np.exp(score[order] - score.max())
    at_risk = np.cumsum(hazard[::-1])[::-1]
    moments, first = np.unique(times[order], return_index=True)
    ends = np.add.reduceat(ended[order].astype(float), first)
    steps = ends / at_risk[first] * np.exp(-score.max())
    return moments[ends > 0], np.cumsum(steps)[ends > 0]


def step_at(moments: Times, levels: Times, asked: Times, before: float = 0.0) -> Times:
    """A step function at some times: the level of the last moment not after each. `levels` (..., moments)."""
    place = np.searchsorted(moments, asked, side="right") - 1
    found = levels[..., np.maximum(place, 0)] if len(moments) else np.full((*levels.shape[:-1], len(asked)), before)
    return np.where(place >= 0, found, before) if len(moments) else found


def staying(times: Times, ended: Marks) -> tuple[Times, Times]:
    """(times, chance not to have left by each): the Kaplan-Meier curve of leaving; who has the end at a time is not at risk to leave at it."""
    moments, place = np.unique(np.asarray(times, float), return_inverse=True)
    ends, left = (np.bincount(place[part], minlength=len(moments)) for part in (ended, ~ended))
    at_risk = len(times) - np.searchsorted(np.sort(times), moments, side="left") - ends
    kept = 1.0 - np.divide(left, at_risk, out=np.zeros(len(moments)), where=at_risk > 0)
    return moments, np.asarray(np.cumprod(kept), float)


def brier_scores(times: Times, ended: Marks, free: NDArray[np.float64], at: Times, curve: tuple[Times, Times] | None = None) -> Times:
    """The Brier score at each time. `free` (people, at): the foretold chance to be free of the end. `curve`: of leaving; default of these people."""
    moments, share = curve or staying(times, ended)
    stay_at = np.maximum(step_at(moments, share, at, 1.0), 1e-9)
    # scikit-survival takes the chance just at a person's own time, as Graf did with what is observed up to it
    stay_own = np.maximum(step_at(moments, share, times, 1.0), 1e-9)
    over = (times[:, None] <= at[None, :]) & ended[:, None]
    still = times[:, None] > at[None, :]
    return np.mean(over * free**2 / stay_own[:, None] + still * (1 - free) ** 2 / stay_at[None, :], axis=0)


def integrated_brier(times: Times, ended: Marks, free: NDArray[np.float64], at: Times, curve: tuple[Times, Times] | None = None) -> float:
    """The Brier score averaged over the span of `at`, by trapezoids."""
    scores = brier_scores(times, ended, free, at, curve)
    return float(np.sum((scores[1:] + scores[:-1]) / 2 * np.diff(at)) / (at[-1] - at[0])) if len(at) > 1 else float(scores[0])


@nb.njit(cache=True)
def _concordance(times, ended, score):
    right, pairs = 0.0, 0.0
    for i in range(len(times)):
        if not ended[i]:
            continue
        for j in range(len(times)):
            if times[j] > times[i] or (times[j] == times[i] and not ended[j]):
                pairs += 1
                if score[i] > score[j]:
                    right += 1
                elif score[i] == score[j]:
                    right += 0.5
    return right / pairs if pairs else np.nan


def concordance_of(times: Times, ended: Marks, score: Times) -> float:
    """Harrell's C as `models.survival.concordance` tells it, compiled, so that it can be drawn anew many times."""
    return float(_concordance(np.asarray(times, float), np.asarray(ended, bool), np.asarray(score, float)))
