"""A scan looked through: every box of the lungs shown to the network, and the peaks of what it says, the surest first.

What is found is a candidate for a reader: it was never looked at by a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from xinglin.models.nodule_search.even_grid import STEP_MM, EvenGrid, on_even_grid
from xinglin.records.candidates import Candidate

if TYPE_CHECKING:
    from xinglin.models.thorax import Lungs
    from xinglin.records.volume import Volume

Finds = Callable[..., NDArray[np.float32]]  # pictures (n, 1, side, side, side) in [-1, 1] -> log-odds of the same shape
BEYOND_MM = 6.0  # outside the lungs: nodules on the wall are often taken for wall
LEAST_APART_MM = 7.0
EDGE = 8  # voxels of a tile whose surroundings it does not show
MOST, LEAST_SCORE = 40, 0.05


@dataclass(frozen=True)
class Window:
    """What -1 and 1 stand for, in HU."""

    low: float
    high: float

    def scaled(self, hu: NDArray[np.float32]) -> NDArray[np.float32]:
        """HU in [-1, 1], cut at both ends."""
        return np.clip((hu - np.float32(self.low)) * np.float32(2 / (self.high - self.low)) - 1, -1, 1)


def looked_through(
    scan: Volume, lungs: Lungs, finds: Finds, window: Window, *, tile: int, most: int = MOST, least: float = LEAST_SCORE
) -> tuple[Candidate, ...]:
    """Candidates of a chest CT, at most `most`, each with a score of at least `least`; the surest first.

    finds: the network on tiles of `tile` voxels a side, at 1.5 mm. The lungs must have been found in this scan (`models.thorax.find_lungs`).
    """
    grid, near = lungs_on_grid(scan, lungs)
    if not near.any():
        return ()
    chance = chances(window.scaled(grid.values), near, finds, tile)
    return peaks(chance, grid, lungs, most, least)


def lungs_on_grid(scan: Volume, lungs: Lungs) -> tuple[EvenGrid, NDArray[np.bool_]]:
    """The box of the lungs on the even grid, and where on it candidates may lie: the lungs and a little beyond."""
    beyond = [int(np.ceil(BEYOND_MM / mm)) for mm in scan.spacing_mm]
    both, where = lungs.both, []
    for axis, margin in enumerate(beyond):
        inside = np.flatnonzero(both.any(tuple(other for other in range(3) if other != axis)))
        ends = (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, 1)
        where.append(slice(max(0, ends[0] - margin), min(scan.shape[axis], ends[1] + margin)))
    box = (where[0], where[1], where[2])
    grid = on_even_grid(scan.voxels, scan.affine, box)
    mask = on_even_grid(both, scan.affine, box).values > 0.5
    ball = np.linalg.norm(np.indices((5, 5, 5)) - 2, axis=0) <= 2.3
    return grid, np.asarray(ndimage.binary_dilation(mask, ball, iterations=max(1, round(BEYOND_MM / STEP_MM / 2))), bool)


def chances(pictures: NDArray[np.float32], near: NDArray[np.bool_], finds: Finds, tile: int) -> NDArray[np.float32]:
    """The chance of a nodule in each voxel of the grid, 0 where none may lie. Tiles that hold no lung are not looked at."""
    inner = tile - 2 * EDGE
    found = np.zeros(pictures.shape, np.float32)
    wide = [(EDGE, -side % inner + EDGE) for side in pictures.shape]
    padded = np.pad(pictures, wide, mode="symmetric")  # a scan of part of a chest goes on as it ended
    for start in np.ndindex(*(-(-side // inner) for side in pictures.shape)):
        k, j, i = (number * inner for number in start)
        mine = (slice(k, k + inner), slice(j, j + inner), slice(i, i + inner))
        if not near[mine].any():
            continue
        odds = finds(pictures=padded[None, None, k : k + tile, j : j + tile, i : i + tile])[0, 0, EDGE:-EDGE, EDGE:-EDGE, EDGE:-EDGE]
        there = found[mine]
        there[:] = 1 / (1 + np.exp(-np.clip(odds[: there.shape[0], : there.shape[1], : there.shape[2]], -30, 30)))
    found[~near] = 0
    return found


def peaks(chance: NDArray[np.float32], grid: EvenGrid, lungs: Lungs, most: int = MOST, least: float = LEAST_SCORE) -> tuple[Candidate, ...]:
    """The highest places of the smoothed chance that lie apart from each other, with the size of what lies around each."""
    smooth = np.asarray(ndimage.gaussian_filter(chance, 0.7), np.float32)
    top = (smooth == ndimage.maximum_filter(smooth, 3)) & (smooth >= least)
    places = np.argwhere(top)
    order = np.argsort(-smooth[top], kind="stable")
    kept: list[tuple[NDArray[np.float64], float, float]] = []
    for place in places[order]:
        if len(kept) >= most:
            break
        middle, wide_mm = extent(smooth, place)
        if all(np.linalg.norm(middle - other) * STEP_MM > max(LEAST_APART_MM, wide_mm / 2, size / 2) for other, _, size in kept):
            kept.append((middle, float(smooth[tuple(place)]), wide_mm))
    return tuple(_candidate(number, one, grid, lungs) for number, one in enumerate(kept, 1))


def extent(smooth: NDArray[np.float32], place: NDArray[np.integer], reach: int = 14) -> tuple[NDArray[np.float64], float]:
    """(middle on the grid, diameter in mm of the sphere of that volume) of what lies above half the height of a peak and hangs together with it."""
    low = np.maximum(place - reach, 0)
    part = smooth[tuple(slice(a, b + reach + 1) for a, b in zip(low, place, strict=True))]
    marks, _ = ndimage.label(part >= 0.5 * part[tuple(place - low)])  # type: ignore[misc]
    own = np.argwhere(marks == marks[tuple(place - low)])
    return own.mean(0) + low, float((6 / np.pi * len(own)) ** (1 / 3) * STEP_MM)


def _candidate(number: int, one: tuple[NDArray[np.float64], float, float], grid: EvenGrid, lungs: Lungs) -> Candidate:
    middle, score, wide_mm = one
    at = grid.point_mm(middle)
    return Candidate(
        number, (round(at[0], 2), round(at[1], 2), round(at[2], 2)), round(float(grid.in_scan(middle)[0])), round(score, 4), round(wide_mm, 1),
        lungs.side_at(at),
    )  # fmt: skip
