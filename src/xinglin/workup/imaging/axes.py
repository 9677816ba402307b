"""Long and short axis of a lesion on one slice, between places of its outline finer than a voxel.

The outline is where the share of lesion passes one half between two neighbouring voxels. Both axes are taken on its convex
hull, as a ruler laid across the lesion would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.spatial import ConvexHull, QhullError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Place = tuple[float, float]  # row, column of the box, fractional


class Axes(NamedTuple):
    """Lengths in mm, ends as (row, column)."""

    long_mm: float
    short_mm: float
    long_ends: tuple[Place, Place]
    short_ends: tuple[Place, Place]
    slice_index: int


def axes_of_slice(share: NDArray[np.float32], mask: NDArray[np.bool_], spacing_mm: tuple[float, float], slice_index: int) -> Axes:
    """Both axes on one slice. share: 0 to 1 per voxel, agreeing with mask about which side of 0.5 it is on where they meet."""
    places = outline_places(np.pad(share, 1), np.pad(mask, 1)) - 1.0
    corners = _hull(places * spacing_mm)
    apart = np.sqrt(((corners[:, None] - corners[None]) ** 2).sum(axis=2))
    one, other = np.unravel_index(int(np.argmax(apart)), apart.shape)
    first, last = corners[one], corners[other]
    along = (last - first) / max(apart[one, other], 1e-9)
    short_first, short_last = _widest_across(corners, along)
    return Axes(
        float(apart[one, other]),
        float(np.sqrt(((short_last - short_first) ** 2).sum())),
        (_place(first, spacing_mm), _place(last, spacing_mm)),
        (_place(short_first, spacing_mm), _place(short_last, spacing_mm)),
        slice_index,
    )


def outline_places(share: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Where the share passes 0.5 between neighbours of which one is in the mask: (n, 2) rows and columns."""
    found = []
    for axis in (0, 1):
        a = np.take(mask, range(mask.shape[axis] - 1), axis=axis)
        b = np.take(mask, range(1, mask.shape[axis]), axis=axis)
        rows, columns = np.nonzero(a != b)
        step = (1, 0) if axis == 0 else (0, 1)
        here = share[rows, columns].astype(np.float64)
        there = share[rows + step[0], columns + step[1]].astype(np.float64)
        span = np.where(np.abs(there - here) < 1e-6, 1.0, there - here)
        passed = np.clip((0.5 - here) / span, 0.0, 1.0)
        found.append(np.column_stack([rows + step[0] * passed, columns + step[1] * passed]))
    return np.concatenate(found)


def _hull(places: NDArray[np.float64]) -> NDArray[np.float64]:
    try:
        return places[ConvexHull(places).vertices]
    except QhullError:  # a line or a point: every place is a corner
        return places


def _widest_across(corners: NDArray[np.float64], along: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The longest line within the hull that is perpendicular to `along`.

    The length of such a line is concave between two corners, so the longest passes through a corner.
    """
    across = np.array([-along[1], along[0]])
    position, height = corners @ along, corners @ across
    best = (-1.0, 0.0, 0.0, 0.0)
    following = np.roll(np.arange(len(corners)), -1)
    for at in position:
        crossing = []
        for here, there in zip(range(len(corners)), following, strict=True):
            low, high = sorted((position[here], position[there]))
            if low - 1e-9 <= at <= high + 1e-9:
                span = position[there] - position[here]
                part = 0.0 if abs(span) < 1e-9 else (at - position[here]) / span
                crossing.append(height[here] + part * (height[there] - height[here]))
                if abs(span) < 1e-9:
                    crossing.append(height[there])
        if crossing and max(crossing) - min(crossing) > best[0]:
            best = (max(crossing) - min(crossing), at, min(crossing), max(crossing))
    _, at, low, high = best
    return along * at + across * low, along * at + across * high


def _place(point: NDArray[np.float64], spacing_mm: tuple[float, float]) -> Place:
    return float(point[0] / spacing_mm[0]), float(point[1] / spacing_mm[1])
