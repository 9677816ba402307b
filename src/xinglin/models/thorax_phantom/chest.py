"""One chest ready to be drawn: its organs on coarse grids, its tubes, and the density of each tissue.

Densities in HU are those of an ordinary scan without contrast medium, chosen by us.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax_phantom import skeleton
from xinglin.models.thorax_phantom.anatomy import SPINE_Y_MM, VERTEBRA_MM, Anatomy, Organ, distance, drawn, lobe_fields
from xinglin.models.thorax_phantom.branching import Tubes, cut_short, grown
from xinglin.models.thorax_phantom.drawing import CoarseField, axis, true_distance
from xinglin.models.thorax_phantom.imaging import texture

Float = NDArray[np.float32]
ORGANS: tuple[Organ, ...] = ("body", "muscle", "cavity", "heart", "liver", "spleen", "stomach", "gas", "lung-left", "lung-right")
AIR, SKIN, FAT, MUSCLE, BLOOD, WALL = -1000.0, 20.0, -105.0, 55.0, 42.0, 20.0
FILLING: dict[Organ, float] = {"heart": 44.0, "liver": 58.0, "spleen": 50.0, "stomach": 25.0, "gas": -980.0}
FISSURE_HU, FISSURE_MM = -620.0, 0.6
CORTEX_HU, MARROW_HU = 620.0, 190.0


@dataclass(frozen=True)
class Chest:
    """Everything that is drawn, in body coordinates (z, y, x mm)."""

    anatomy: Anatomy
    solids: dict[str, CoarseField]
    parenchyma: CoarseField  # HU of lung tissue
    grain: CoarseField  # standard deviation 1: fat between muscles, marrow, mediastinum
    fissures: tuple[CoarseField, CoarseField]  # oblique, horizontal
    vessels: Tubes
    airways: Tubes
    walls: Tubes
    great: dict[str, Tubes]
    bones: dict[str, Tubes]


Extent = tuple[tuple[float, float], tuple[float, float], tuple[float, float]]


def built(seed: int, extent_mm: Extent, places_per_lung: int) -> Chest:
    """The chest of a seed as far as it lies in `extent_mm` (z, y, x from and to)."""
    of = drawn(seed)
    nodes = axis(*extent_mm[0]), axis(*extent_mm[1]), axis(*extent_mm[2])
    z, y, x = nodes[0][:, None, None], nodes[1][None, :, None], nodes[2][None, None, :]
    shape = (len(nodes[0]), len(nodes[1]), len(nodes[2]))
    solids = {}
    for organ in ORGANS:
        values = np.broadcast_to(distance(of, organ, z, y, x), shape).astype(np.float32)
        solids[organ] = CoarseField(true_distance(values), nodes)
    slope = smooth_grain((*shape,), seed, 5)
    lung_hu = of.lung_hu + of.gravity_hu * (y - 0) / (2 * of.lung_depth_mm) + 9 * slope + 15 * smooth_grain(shape, seed, 6, 0.6)
    oblique, horizontal = (np.broadcast_to(f, shape).astype(np.float32) for f in lobe_fields(of, z, y, x))
    warp = 3 * smooth_grain(shape, seed, 7, 5)
    trees = grown(of, places_per_lung)
    return Chest(
        anatomy=of,
        solids=solids,
        parenchyma=CoarseField(np.broadcast_to(lung_hu, shape).astype(np.float32), nodes, None),
        grain=CoarseField(smooth_grain(shape, seed, 8, 0.9), nodes, None),
        fissures=(CoarseField(oblique + warp, nodes, None), CoarseField(horizontal + warp, nodes, None)),
        vessels=cut_short(trees.vessels),
        airways=cut_short(trees.airways),
        walls=cut_short(trees.walls),
        great={name: cut_short(tubes) for name, tubes in skeleton.great_vessels().items()},
        bones={
            "ribs": cut_short(skeleton.ribs(of)),
            "arches": cut_short(skeleton.vertebrae_arches(of)),
            "sternum": cut_short(skeleton.sternum(of)),
            "blades": cut_short(skeleton.shoulder_blades(of)),
        },
    )


def smooth_grain(shape: tuple[int, ...], seed: int, which: int, width: float = 2.0) -> Float:
    """A random field on the coarse nodes, standard deviation 1."""
    return texture(shape, width, (seed, which))


def vertebra(z: Float, y: Float, x: Float, phase_mm: float) -> tuple[Float, Float]:
    """Distance to the column of vertebral bodies, and the height within a vertebra (0 at its middle, 12.5 mm at the disc)."""
    height = np.abs((z - phase_mm - 12 + VERTEBRA_MM / 2) % VERTEBRA_MM - VERTEBRA_MM / 2)
    waist = 1.2 * np.cos(height * (np.pi / 12.5)) + 0 * z
    column = (np.sqrt((x / 1.18) ** 2 + (y - SPINE_Y_MM) ** 2) - (15.5 - waist)).astype(np.float32)
    front_of_canal = (y - SPINE_Y_MM - 13).astype(np.float32)
    return np.maximum(column, front_of_canal), height.astype(np.float32)
