"""A small whole chest of nobody, the lungs in it, and a ball in a lung, drawn once for all walks."""

from dataclasses import replace
from functools import cache

import numpy as np

from xinglin.models.thorax import Lungs, find_lungs
from xinglin.models.thorax_phantom import thorax
from xinglin.records.volume import Volume

SPACING_MM = (4.0, 3.0, 3.0)


@cache
def small_chest() -> Volume:
    """75 slices of 116 x 116 voxels."""
    return thorax((75, 116, 116), SPACING_MM, 0, acquired="2026-01-15").volume


@cache
def small_lungs() -> Lungs:
    """Its lungs."""
    return find_lungs(small_chest())


@cache
def place_for_a_ball() -> tuple[float, float, float]:
    """Deep in a lung, away from the first and last slice, beyond which lung is taken to go on; LPS mm."""
    deep = small_lungs().pleura_map
    middle = deep.distance_mm[10:-10]
    k, j, i = np.add(np.unravel_index(int(np.argmax(middle)), middle.shape), (10, 0, 0))
    first, step = deep.start, deep.step
    return small_chest().point_mm((first[0] + k * step[0], first[1] + j * step[1], first[2] + i * step[2]))


def with_ball(place_mm: tuple[float, float, float], radius_mm: float) -> Volume:
    """The chest with a ball of 40 HU at the place, edges shared out between voxels."""
    chest = small_chest()
    away = chest.affine[:3, :3] @ np.indices(chest.shape).reshape(3, -1) + chest.affine[:3, 3:] - np.array(place_mm)[:, None]
    share = np.clip((radius_mm - np.linalg.norm(away, axis=0)) / 1.5 + 0.5, 0, 1).reshape(chest.shape)
    return replace(chest, voxels=(chest.voxels * (1 - share) + 40 * share).astype(np.int16))
