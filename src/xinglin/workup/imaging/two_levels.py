"""Two densities in one lesion: a solid part in glass, calcium in tissue, each with the blur of the other taken away.

Where the outer layer is hardly thicker than the scanner's blur, no voxel shows its level; what the whole lesion shows is fitted
as a sum of two blurred bodies instead, and the level of the layer is what fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.workup.imaging.mask_shapes import smoothed

if TYPE_CHECKING:
    from numpy.typing import NDArray

USUAL_BLUR_MM = 1.2  # full width at half maximum of a chest CT within the slice; the slice distance counts where it is wider
FWHM = 2.3548  # full width at half maximum of a Gaussian, in standard deviations
ROUNDS = 5
LEAST_CORE, LEAST_VOXELS = 3, 8


@dataclass(frozen=True, eq=False)
class TwoLevels:
    """layer, core: how much each adds to the surroundings; `core` is what the middle adds to the layer. core_shown: the
    middle as the blur shows it, 0 to 1; middle: its voxels. misfit: what is left unexplained, as a sum of squares. thickness_mm: of the layer, were both balls."""

    layer: float
    core: float
    core_shown: NDArray[np.float32]
    middle: NDArray[np.bool_]
    misfit: float
    thickness_mm: float


def blurred(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """What share of lesion each voxel would show if the mask were alike throughout: the mask seen with the usual blur."""
    return smoothed(mask.astype(np.float32), [max(USUAL_BLUR_MM, length) / FWHM / length for length in spacing_mm])


def two_levels(
    above: NDArray[np.float32],
    whole: NDArray[np.bool_],
    near: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
    moving: bool = False,
) -> TwoLevels | None:
    """The two levels that explain what the voxels of `near` show; None where no two levels do.

    above: voxels less their surroundings; whole: the whole lesion, or with `moving` where the fit begins to look for it;
    near: the voxels that show the lesion, its edge, and nothing else.
    """
    seen = above[near].astype(np.float64)
    inner = above[whole & near]
    if inner.size < LEAST_VOXELS:
        return None
    middle = whole & near & (above > (float(np.quantile(inner, 0.97)) + float(np.quantile(inner, 0.3))) / 2)
    fitted = None
    for _ in range(ROUNDS):
        if int(middle.sum()) < LEAST_CORE:
            return None
        shown, core_shown = blurred(whole, spacing_mm), blurred(middle, spacing_mm)
        columns = np.stack([shown[near], core_shown[near]]).astype(np.float64)
        (layer, core), *_ = np.linalg.lstsq(columns @ columns.T, columns @ seen, rcond=None)
        if layer <= 0 or core <= 0:
            return None
        left = float(((seen - layer * columns[0] - core * columns[1]) ** 2).sum())
        fitted = TwoLevels(
            float(layer), float(core), core_shown, middle, left, _radius_mm(whole, spacing_mm) - _radius_mm(middle, spacing_mm)
        )
        middle = whole & (above - np.float32(layer) * shown > 0.5 * core)
        if moving:
            whole = middle | (near & (above - np.float32(core) * core_shown > 0.5 * layer))
    return fitted


def _radius_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    return float((mask.sum() * np.prod(spacing_mm) * 3 / (4 * np.pi)) ** (1 / 3))


def misfit_of_one(above: NDArray[np.float32], level: float, near: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    """What one level, the same throughout, leaves unexplained in the voxels of `near`; to be set beside TwoLevels.misfit."""
    seen = above[near].astype(np.float64)
    left = float((seen**2).sum())
    for _ in range(ROUNDS):
        shown = blurred(near & (above > 0.5 * level), spacing_mm)[near].astype(np.float64)
        if not shown.any():
            return left
        level = float(seen @ shown) / float(shown @ shown)
        left = float(((seen - level * shown) ** 2).sum())
    return left
