"""What a scan would show: where the cells are dense enough, how much that is, how wide, how fast it moves.

Contrast-enhanced T1 shows what holds at least 80 % of the cells there can be, T2 and FLAIR what holds at least 16 %
(hypothesis used by Swanson and others; read in doi:10.1186/s12976-017-0056-7).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

T1GD, FLAIR = 0.80, 0.16  # share of the capacity
DAYS_A_YEAR = 365.25


def visible_ml(density: NDArray[np.floating], threshold: float, tissue: NDArray[np.bool_], voxel_mm3: float) -> float:
    """Millilitres at or above `threshold`: voxels at the edge count by the share of them that is, from the density's slope there."""
    span = _span(density > threshold / 4)
    if span is None:
        return 0.0
    values, inside = density[span].astype(np.float64), tissue[span]
    rise = np.zeros_like(values)
    for axis in range(3):
        along, open_along, found = (np.moveaxis(array, axis, 0) for array in (values, inside, rise))
        # across a wall there is no slope
        step = np.where(np.logical_and(open_along[1:], open_along[:-1]), along[1:] - along[:-1], 0.0)
        found[:-1] += np.abs(step) / 2
        found[1:] += np.abs(step) / 2
    over = values - threshold
    share = np.where(rise > 0, np.clip(0.5 + over / np.where(rise > 0, rise, 1.0), 0.0, 1.0), (over >= 0).astype(float))
    return float((share * inside).sum() * voxel_mm3 / 1000.0)


def diameter_mm(volume_ml: float) -> float:
    """Diameter of the sphere of that volume."""
    return float(np.cbrt(6.0 / np.pi * volume_ml * 1000.0))


def velocity_mm_a(times_d: Sequence[float], diameters_mm: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """How fast the radius grows from each time to the next, millimetres a year, (n - 1,)."""
    return np.diff(np.asarray(diameters_mm, float)) / 2.0 / np.diff(np.asarray(times_d, float)) * DAYS_A_YEAR


def _span(where: NDArray[np.bool_]) -> tuple[slice, ...] | None:
    """The smallest box around the true voxels, one wider on each side."""
    found = []
    for axis in range(3):
        hit = np.flatnonzero(where.any(axis=tuple(other for other in range(3) if other != axis)))
        if not len(hit):
            return None
        found.append(slice(max(0, int(hit[0]) - 1), int(hit[-1]) + 2))
    return tuple(found)
