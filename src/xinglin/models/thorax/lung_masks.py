"""Lung masks on the scan's own voxels: the coarse answer, made exact along its surface, and the vessels inside.

Blocks wholly inside are taken as they are; in blocks along the surface each voxel is asked for its own density.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax.chest_air import AIR_HU
from xinglin.models.thorax.solid_shapes import closed, grown, pieces, shrunk

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
        rim = grown(shut) & ~inner & (codes == OUT)
        codes[rim] = edge
        codes[inner] = core
    if airways.any():
        codes[grown(airways)] = AIRWAY
    return codes


def _shrunk(mask: Mask) -> Mask:
    """One block off all around; the first and last slice are no surface."""
    padded = np.pad(mask, ((1, 1), (0, 0), (0, 0)), mode="edge")
    return shrunk(padded)[1:-1]


def refined(turned: NDArray, codes: NDArray[np.uint8], factor: tuple[int, int, int]) -> FineMasks:
    """The masks voxel by voxel."""
    box = _box(codes, factor, turned.shape)
    left, right, airways = (np.zeros(turned.shape, bool) for _ in range(3))
    asked = -1
    wide: list[Mask] = []
    for k in range(box[0].start, box[0].stop):
        block = min(k // factor[0], codes.shape[0] - 1)
        if block != asked:
            asked = block
            plane_codes = _wide(codes[block], factor, box)
            wide = [plane_codes == code for code in (LEFT_CORE, LEFT_EDGE, RIGHT_CORE, RIGHT_EDGE, AIRWAY)]
        plane = turned[k][box[1:]]
        air = plane < AIR_HU
        left[k][box[1:]] = wide[0] | (wide[1] & air)
        right[k][box[1:]] = wide[2] | (wide[3] & air)
        airways[k][box[1:]] = wide[4] & (plane < AIRWAY_HU)
    return FineMasks(left, right, airways)


def _box(codes: NDArray[np.uint8], factor: tuple[int, int, int], shape: tuple[int, ...]) -> tuple[slice, slice, slice]:
    """The voxels of the blocks that ask for anything."""
    found = []
    for along in range(3):
        used = np.flatnonzero(codes.any(tuple(k for k in range(3) if k != along)))
        last = shape[along] if used[-1] == codes.shape[along] - 1 else (int(used[-1]) + 1) * factor[along]
        found.append(slice(int(used[0]) * factor[along], last))
    return found[0], found[1], found[2]


def _wide(plane: NDArray, factor: tuple[int, int, int], box: tuple[slice, slice, slice]) -> NDArray:
    """One plane of blocks on the voxels of the box; voxels past the last whole block take its value."""
    rows, columns = (np.minimum(np.arange(b.start, b.stop) // f, n - 1) for b, f, n in zip(box[1:], factor[1:], plane.shape, strict=True))
    return np.take(np.take(plane, rows, 0), columns, 1)


def vessels_in(
    turned: NDArray, codes: NDArray[np.uint8], factor: tuple[int, int, int], spacing_mm: tuple[float, float, float], lung_hu: float
) -> Mask:
    """Vessels (and whatever else is dense) inside closed lungs, a block away from their surface.

    Means of 2 x 2 voxels where these are small, so that noise makes no vessels.
    """
    step = 2 if spacing_mm[1] < 1.05 and min(turned.shape[1:]) >= 4 else 1
    threshold = float(np.clip(lung_hu + 260, -650, -450)) * step * step
    whole = _box(codes, factor, turned.shape)
    even = [slice(b.start, b.start + (b.stop - b.start) // step * step) for b in whole[1:]]
    box = whole[0], even[0], even[1]
    out = np.zeros(turned.shape, bool)
    dense = np.zeros(tuple((b.stop - b.start) // s for b, s in zip(box, (1, step, step), strict=True)), bool)
    core = ((codes == LEFT_CORE) | (codes == RIGHT_CORE)).astype(bool)
    asked, deep = -1, np.zeros(dense.shape[1:], bool)
    for n, k in enumerate(range(box[0].start, box[0].stop)):
        block = min(k // factor[0], codes.shape[0] - 1)
        if block != asked:
            asked, deep = block, _wide(core[block], factor, box)[::step, ::step]
        plane = turned[k][box[1:]]
        total = plane if step == 1 else plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
        np.logical_and(total > threshold, deep, out=dense[n])
    labels, count = pieces(dense, corners=True)
    if count:
        keep = np.bincount(labels.ravel()) * float(np.prod(spacing_mm)) * step * step >= SMALLEST_VESSEL_MM3
        keep[0] = False
        out[box] = np.repeat(np.repeat(keep[labels], step, 1), step, 2)
    return out
