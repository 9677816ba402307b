"""Survival of single persons as a number, even of those who left: pseudo-values of the mean time until a limit, or of the chance to be free then.

What one person adds to the Kaplan-Meier estimate (Andersen, Klein and Rosthøj 2003, doi:10.1093/biomet/90.1.15: unverified), by its influence
function. It assumes that leaving has nothing to do with the features, within each group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]


def pseudo_values(times: Row, ended: NDArray[np.bool_], limit: float, on: Literal["mean-time", "free"] = "mean-time") -> Row:
    """(n,) of one group: their mean is the group's estimate."""
    moments, place = np.unique(times, return_inverse=True)
    ends = np.bincount(place[ended], minlength=len(moments)).astype(float)
    at_risk = len(times) - np.searchsorted(np.sort(times), moments, side="left").astype(float)
    free = np.cumprod(1 - ends / at_risk)
    inside = moments <= limit
    # the weight of a moment s in the estimate: what it is worth not to have the end at s
    knots = np.concatenate([moments[inside], [limit]])
    if on == "mean-time":
        area = np.concatenate([np.cumsum((free[inside] * np.diff(knots))[::-1])[::-1]])
        estimate = float(np.concatenate([[knots[0]], np.diff(knots) * free[inside]]).sum()) if inside.any() else limit
    else:
        area = np.full(int(inside.sum()), free[inside][-1] if inside.any() else 1.0)
        estimate = float(area[-1]) if inside.any() else 1.0
    # who remains with certainty after s: at_risk - ends keeps the sum of the influences at 0 (Greenwood's form)
    left = np.maximum(at_risk - ends, 1.0)[inside]
    own = np.concatenate([area / left, np.zeros(int(np.sum(~inside)))])
    felt = np.concatenate([np.cumsum(area / left * ends[inside] / at_risk[inside]), np.zeros(int(np.sum(~inside)))])
    if np.any(~inside):
        felt[int(inside.sum()) :] = felt[int(inside.sum()) - 1] if inside.any() else 0.0
    return estimate + len(times) * (felt[place] - own[place] * ended)
