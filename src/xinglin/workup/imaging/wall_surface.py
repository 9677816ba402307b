"""Where the wall of the lung passes under a lesion that sits on it: the wall around, gone on smoothly beneath.

The wall is met from its far side, line by line. What stands out of the smooth surface into the lung is lesion or vessel;
what follows the surface is wall, whether the wall is hollow (ribs) or bulges (diaphragm, mediastinum).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy import ndimage, spatial

if TYPE_CHECKING:
    from numpy.typing import NDArray

LUNG_HU, TISSUE_HU = -850.0, 40.0
RAYS = 400
LEAST_BLOCKED = 0.05  # share of all directions that must run into the wall, or there is none beside the seed
TOO_FAR = 2.5  # a direction in which the lung begins so many times further away than in the nearest ones (and 5 mm) is blocked
TOWARDS = 0.3  # cosine from which a blocked direction counts with the wall rather than with a vessel
STEP_MM = 0.5
COLUMN_MM = 1.0
BEHIND_MM = 12.0  # so far beyond the surface expected is wall
ROUNDS = 12
LEAST_COLUMNS = 60
ROUGH_MM = 1.3  # a surface known no better than this (or half a voxel) is none
LEAST_ROUGH_MM = 0.25
STANDS_OUT = 2.5  # standard deviations of the surface from which something stands out of it
STEEPEST = 1.2  # slope of the fitted surface at the seed (mm per mm); more is a corner, not a wall


@dataclass(frozen=True, eq=False)
class Wall:
    """Signed distance along the wall's normal from each voxel of the box to the fitted wall (mm, positive inside the lung), its roughness, and the share of
    the directions it blocks. `flat`: voxels where nothing stands out of the wall."""

    depth_mm: NDArray[np.float32]
    flat: NDArray[np.bool_]
    rough_mm: float


def tissue_share(voxels: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 in soft tissue (and in what is denser), 0 in the lung, between by density (HU); half-way lies the wall."""
    return np.clip((voxels - np.float32(LUNG_HU)) / np.float32(TISSUE_HU - LUNG_HU), 0, 1).astype(np.float32)


def wall_near(
    tissue: NDArray[np.float32], lung: NDArray[np.bool_], seed: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> Wall | None:
    """The wall beside the seed; None where there is none, or none that is smooth.

    tissue: 1 in tissue, 0 in the lung, 0.5 half-way (the voxels' density, made a share); lung: the aerated lung of this side.
    """
    side = _towards_wall(lung, seed, spacing_mm)
    if side is None:
        return None
    normal, reach_mm = side
    return _fitted(tissue, seed, normal, reach_mm, spacing_mm)


def _directions(count: int) -> NDArray[np.float64]:
    """Directions spread evenly over the sphere (golden spiral)."""
    z = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.pi * (1 + 5**0.5) * np.arange(count)
    flat = np.sqrt(1 - z * z)
    return np.stack([z, flat * np.cos(turn), flat * np.sin(turn)], axis=1)


def _towards_wall(
    lung: NDArray[np.bool_], seed: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> tuple[NDArray[np.float64], float] | None:
    """(direction to the wall, distance from the seed to the lung in the free directions); None where lung is all around."""
    length = np.array(spacing_mm)
    room = min(max(p, n - 1 - p) * s for p, n, s in zip(seed, lung.shape, spacing_mm, strict=True))
    away = np.arange(STEP_MM, room, STEP_MM)
    rays = _directions(RAYS)
    places = np.array(seed)[:, None, None] + (rays[:, :, None] * away[None, None, :]).transpose(1, 0, 2) / length[:, None, None]
    index = np.rint(places).astype(int)
    inside = np.all([(i >= 0) & (i < n) for i, n in zip(index, lung.shape, strict=True)], axis=0)
    index = np.clip(index, 0, np.array(lung.shape)[:, None, None] - 1)
    met = lung[index[0], index[1], index[2]] & inside
    firsts = np.where(met.any(axis=1), away[np.argmax(met, axis=1)], np.inf)
    near = float(np.quantile(firsts, 0.2, method="lower"))  # some may be infinite
    if not np.isfinite(near):
        return None
    free = firsts <= TOO_FAR * near + 5.0
    normal = _main_direction(rays[~free])
    return None if normal is None else (normal, float(np.quantile(firsts[free], 0.6)))


def _main_direction(blocked: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """The middle of most of the blocked directions; None where they are too few for a wall."""
    normal = blocked.mean(axis=0) if len(blocked) else np.zeros(3)
    for _ in range(4):
        size = float(np.linalg.norm(normal))
        with_it = blocked @ normal > TOWARDS * size
        if size < 1e-6 or int(with_it.sum()) < LEAST_BLOCKED * RAYS:
            return None
        normal = blocked[with_it].mean(axis=0)
    return normal / np.linalg.norm(normal)


def _fitted(
    tissue: NDArray[np.float32],
    seed: tuple[int, int, int],
    normal: NDArray[np.float64],
    reach_mm: float,
    spacing_mm: tuple[float, float, float],
) -> Wall | None:
    """A surface of second degree through the wall around the lesion, from whatever stands out of it left out."""
    length = np.array(spacing_mm)
    first = np.asarray(np.cross(normal, np.eye(3)[int(np.argmin(np.abs(normal)))]), dtype=np.float64)
    first = first / np.linalg.norm(first)
    second = np.asarray(np.cross(normal, first), dtype=np.float64)
    wide = max(12.0, 2.2 * reach_mm + 6.0)
    across = np.arange(-wide, wide + 0.1, max(COLUMN_MM, float(length.min())))
    u, v = (side.ravel() for side in np.meshgrid(across, across, indexing="ij"))
    kept = u * u + v * v <= wide * wide
    u, v = u[kept], v[kept]
    heights = _heights(tissue, seed, (normal, first, second), (u, v), reach_mm, length)
    known = np.isfinite(heights)
    if int(known.sum()) < LEAST_COLUMNS:
        return None
    u, v, heights = u[known], v[known], heights[known]
    columns = np.stack([np.ones_like(u), u, v, u * u, u * v, v * v], axis=1)
    solved = _envelope(columns, heights, np.hypot(u, v), 1.3 * reach_mm)
    if solved is None:
        return None
    numbers, rough_mm = solved
    if rough_mm > max(ROUGH_MM, 0.5 * float(length.max())) or float(np.hypot(numbers[1], numbers[2])) > STEEPEST:
        return None
    return _as_wall(tissue.shape, seed, (normal, first, second), numbers, rough_mm, (u, v, heights), wide, length)


def _heights(
    tissue: NDArray[np.float32],
    seed: tuple[int, int, int],
    frame: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    places: tuple[NDArray[np.float64], NDArray[np.float64]],
    reach_mm: float,
    length: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How far along the normal the tissue ends towards the lung, line by line, coming from behind the wall; NaN where unknown."""
    normal, first, second = frame
    u, v = places
    behind = max(BEHIND_MM, 2.0 * reach_mm)
    along = np.arange(behind, -behind - 6.0, -STEP_MM)
    at = u[:, None, None] * first + v[:, None, None] * second + along[None, :, None] * normal
    index = np.array(seed)[:, None, None] + at.transpose(2, 0, 1) / length[:, None, None]
    seen = cast("NDArray[np.float32]", ndimage.map_coordinates(tissue, index, order=1, mode="constant", cval=np.nan))
    # the last long stretch of tissue before the lung: begin where tissue is sure, go on until it ends
    heights = np.full(len(u), np.nan)
    bright = seen >= 0.5
    bright[np.isnan(seen)] = False
    needed = max(1, round(3.0 / STEP_MM))
    runs = np.cumsum(bright, axis=1)
    sure = np.zeros_like(bright)
    sure[:, needed:] = (runs[:, needed:] - runs[:, :-needed]) == needed
    started = np.maximum.accumulate(sure, axis=1)
    ends = started[:, :-1] & bright[:, :-1] & ~bright[:, 1:] & ~np.isnan(seen[:, 1:])
    has = ends.any(axis=1)
    at_end = np.argmax(ends, axis=1)
    rows = np.flatnonzero(has)
    before, after = seen[rows, at_end[rows]], seen[rows, at_end[rows] + 1]
    part = (before - 0.5) / np.maximum(before - after, 1e-3)
    heights[rows] = along[at_end[rows]] - STEP_MM * np.clip(part, 0, 1)
    return heights


def _envelope(
    columns: NDArray[np.float64], heights: NDArray[np.float64], away: NDArray[np.float64], bump_mm: float
) -> tuple[NDArray[np.float64], float] | None:
    """Numbers of the surface and its roughness: what stands out to the lung's side (lower heights) is left out, from round to round."""
    used = away > bump_mm
    if int(used.sum()) < LEAST_COLUMNS // 2:
        used = away > np.quantile(away, 0.5)
    rough = np.inf
    numbers = np.zeros(columns.shape[1])
    for _ in range(ROUNDS):
        if int(used.sum()) < LEAST_COLUMNS // 2:
            return None
        numbers = np.asarray(np.linalg.lstsq(columns[used], heights[used], rcond=None)[0], dtype=np.float64)
        left = heights - columns @ numbers
        middle = float(np.median(left[used]))
        rough = max(LEAST_ROUGH_MM, 1.4826 * float(np.median(np.abs(left[used] - middle))))
        again = (left > -STANDS_OUT * rough) & (left < 2 * STANDS_OUT * rough)
        if (again == used).all():
            break
        used = again
    if int(used.sum()) < 0.3 * len(used):
        return None
    return numbers, rough


def _as_wall(
    shape: tuple[int, ...],
    seed: tuple[int, int, int],
    frame: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    numbers: NDArray[np.float64],
    rough_mm: float,
    known: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    wide: float,
    length: NDArray[np.float64],
) -> Wall:
    sides = [((np.arange(n) - p) * s).astype(np.float32) for n, p, s in zip(shape, seed, length, strict=True)]
    block = np.meshgrid(*sides, indexing="ij", sparse=True)
    along, u, v = (sum(np.float32(c) * side for c, side in zip(axis, block, strict=True)) for axis in frame)
    near = u * u + v * v <= wide * wide
    scale = np.sqrt(np.minimum(1.0, wide * wide / np.maximum(u * u + v * v, 1e-6)))  # beyond, the surface goes on level
    u, v = u * scale, v * scale
    a = numbers.astype(np.float32)
    depth = a[0] + a[1] * u + a[2] * v + a[3] * u * u + a[4] * u * v + a[5] * v * v - along
    steep = np.sqrt(1 + float(numbers[1]) ** 2 + float(numbers[2]) ** 2)
    ku, kv, heights = known
    stands = np.stack([np.ones_like(ku), ku, kv, ku * ku, ku * kv, kv * kv], axis=1) @ numbers - heights
    tree = spatial.KDTree(np.stack([ku, kv], axis=1))
    band = near & (np.abs(depth) <= 3 * max(rough_mm, 1.0) * steep)
    flat = np.zeros(shape, bool)
    if band.any():
        _, nearest = tree.query(np.stack([u[band], v[band]], axis=1))
        flat[band] = (stands[nearest] < STANDS_OUT * rough_mm) & (depth[band] < STANDS_OUT * rough_mm)
    return Wall((depth / np.float32(steep)).astype(np.float32), flat, rough_mm)
