"""Lung masks on the scan's own voxels: the coarse answer, made exact along its surface, and the vessels inside.

Blocks wholly inside are taken as they are; in blocks along the surface each voxel is asked for its own density.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from xinglin.models.thorax.chest_air import AIR_HU, CROSS, closed

Mask = NDArray[np.bool_]
OUT, LEFT_CORE, LEFT_EDGE, RIGHT_CORE, RIGHT_EDGE, AIRWAY = range(6)
AIRWAY_HU = -800.0
SMALLEST_VESSEL_MM3 = 6.0


@dataclass(frozen=True)
class FineMasks:
    """On the voxels of the turned scan."""

    left: Mask
    right: Mask
    airways: Mask


def codes_of(left: Mask, right: Mask, airways: Mask, spacing_mm: tuple[float, float, float]) -> NDArray[np.uint8]:
    """What each coarse block asks of its voxels."""
    codes = np.zeros(left.shape, np.uint8)
    for lung, core, edge in ((left, LEFT_CORE, LEFT_EDGE), (right, RIGHT_CORE, RIGHT_EDGE)):
        if not lung.any():
            continue
        shut = closed(lung, spacing_mm)
        inner = _shrunk(shut)
        rim = ndimage.binary_dilation(shut, CROSS) & ~inner & (codes == OUT)
        codes[rim] = edge
        codes[inner] = core
    if airways.any():
        codes[ndimage.binary_dilation(airways, CROSS)] = AIRWAY
    return codes


def _shrunk(mask: Mask) -> Mask:
    """One block off all around; the first and last slice are no surface."""
    padded = np.pad(mask, ((1, 1), (0, 0), (0, 0)), mode="edge")
    return ndimage.binary_erosion(padded, CROSS)[1:-1]


def refined(turned: NDArray, codes: NDArray[np.uint8], factor: tuple[int, int, int]) -> FineMasks:
    """The masks voxel by voxel."""
    rows = np.minimum(np.arange(turned.shape[1]) // factor[1], codes.shape[1] - 1)
    columns = np.minimum(np.arange(turned.shape[2]) // factor[2], codes.shape[2] - 1)
    left, right, airways = (np.zeros(turned.shape, bool) for _ in range(3))
    asked = -1
    wide = np.zeros(turned.shape[1:], np.uint8)
    for k in range(len(turned)):
        block = min(k // factor[0], codes.shape[0] - 1)
        if block != asked:
            asked = block
            used = bool(codes[block].any())
            wide = np.take(np.take(codes[block], columns, 1), rows, 0) if used else wide
        if not used:
            continue
        plane = turned[k]
        air = plane < AIR_HU
        left[k] = (wide == LEFT_CORE) | ((wide == LEFT_EDGE) & air)
        right[k] = (wide == RIGHT_CORE) | ((wide == RIGHT_EDGE) & air)
        airways[k] = (wide == AIRWAY) & (plane < AIRWAY_HU)
    return FineMasks(left, right, airways)


def vessels_in(turned: NDArray, lungs: Mask, spacing_mm: tuple[float, float, float], lung_hu: float) -> Mask:
    """Vessels (and whatever else is dense) inside closed lungs, a little away from their surface.

    Means of 2 x 2 voxels where these are small, so that noise makes no vessels.
    """
    step = 2 if spacing_mm[1] < 1.05 and min(turned.shape[1:]) >= 4 else 1
    threshold = float(np.clip(lung_hu + 260, -650, -450))
    where = ndimage.find_objects(lungs.view(np.uint8))
    out = np.zeros(lungs.shape, bool)
    if not where:
        return out
    box = tuple(slice(b.start, b.start + (b.stop - b.start) // s * s) for b, s in zip(where[0], (1, step, step), strict=True))
    hu, inside = turned[box], lungs[box]
    dense = np.zeros((hu.shape[0], hu.shape[1] // step, hu.shape[2] // step), bool)
    for k in range(len(hu)):
        mean = sum(hu[k, a::step, b::step].astype(np.float32) for a in range(step) for b in range(step)) / np.float32(step * step)
        deep = ndimage.binary_erosion(inside[k, ::step, ::step], iterations=max(1, round(1.6 / (spacing_mm[1] * step))))
        dense[k] = (mean > threshold) & deep
    labels, count = ndimage.label(dense, np.ones((3, 3, 3), bool))
    if count:
        sizes = np.bincount(labels.ravel()) * float(np.prod(spacing_mm)) * step * step
        keep = sizes >= SMALLEST_VESSEL_MM3
        keep[0] = False
        out[box] = np.repeat(np.repeat(keep[labels], step, 1), step, 2)
    return out
