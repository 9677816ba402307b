"""A made-up brain: an ellipsoid with a folded rim of grey matter, a cleft between the halves, ventricles and deep grey matter.

Every measure is ours; it stands for nobody. It has what matters to spread: white and grey matter side by side, and walls of fluid.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.brain.tissues import FLUID, GREY, WHITE
from xinglin.records.volume import Volume

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HALF_MM = (66.0, 82.0, 60.0)  # left-right, front-back, foot-head
_RIM_MM, _FOLD_MM, _SUBARACHNOID_MM = 3.5, 16.0, 2.0


@lru_cache(maxsize=4)
def made_brain(voxel_mm: float = 3.0, around_mm: float = 3.0) -> Volume:
    """Tissue map (uint8: 0 outside, 1 fluid, 2 grey, 3 white) with cubic voxels, middle of the brain at LPS 0, 0, 0; `around_mm` of nothing around."""
    half = [int(np.ceil((length + around_mm) / voxel_mm)) for length in _HALF_MM]
    x, y, z = (voxel_mm * np.arange(-n, n + 1) for n in half)
    z, y, x = z[:, None, None], y[None, :, None], x[None, None, :]
    labels = _labelled(x, y, z)
    affine = np.zeros((4, 4))
    affine[0, 2] = affine[1, 1] = affine[2, 0] = voxel_mm
    affine[:, 3] = (-half[0] * voxel_mm, -half[1] * voxel_mm, -half[2] * voxel_mm, 1.0)
    labels.flags.writeable = False
    return Volume(labels, affine, modality="SEG", details={"description": "made-up brain"}, synthetic=True)


def _labelled(x: NDArray[np.floating], y: NDArray[np.floating], z: NDArray[np.floating]) -> NDArray[np.uint8]:
    radius = np.sqrt(sum((place / half) ** 2 for place, half in zip((x, y, z), _HALF_MM, strict=True)))
    depth = (1.0 - radius) * min(_HALF_MM)  # mm under the surface, about
    folds = np.sin(x / 6.1 + 1.7 * np.sin(y / 13.0)) * np.sin(y / 6.7 + 1.3 * np.sin(z / 11.0)) + 0.6 * np.sin(
        z / 5.9 + 1.1 * np.sin(x / 12.0)
    )
    groove = _SUBARACHNOID_MM + _FOLD_MM * np.clip(folds - 0.15, 0.0, 0.9)
    cleft = (np.abs(x) < 2.0) & ((z > 18.0) | (np.abs(y) > 38.0))
    labels = np.zeros(radius.shape, np.uint8)
    labels[radius < 1.0] = FLUID
    labels[depth > groove] = GREY
    labels[depth > groove + _RIM_MM] = WHITE
    beside = (np.abs(x) < 5.0) & ((z > 15.0) | (np.abs(y) > 35.0)) & (labels == WHITE)
    labels[beside] = GREY
    side = np.abs(x)
    labels[((side - 14.0) / 8.0) ** 2 + ((y - 6.0) / 14.0) ** 2 + ((z + 4.0) / 9.0) ** 2 < 1.0] = GREY
    labels[((side - 9.0) / 5.0) ** 2 + ((y + 2.0) / 30.0) ** 2 + ((z - 8.0) / 6.0) ** 2 < 1.0] = FLUID
    labels[cleft & (labels > 0)] = FLUID
    return labels
