"""How dense the lungs are: mean density, share of low attenuation, and the 15th percentile.

Needs a mask of the lungs. The figures depend on breath, kernel and slice thickness: compare only like with like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume


class LungDensity(Struct, frozen=True):
    """mean_hu: mean lung density. low_percent: share of the lung below -950 HU (%LAA-950). perc15_hu: 15 % of the lung is darker."""

    mean_hu: float
    low_percent: float
    perc15_hu: float
    volume_ml: float


def lung_density(volume: Volume, lung: NDArray[np.bool_]) -> LungDensity:
    """Density of what the mask holds.

    `lung`: booleans on the volume's grid, airways and vessels at the caller's choice. Thresholds: Lynch and Al-Qaisi 2013,
    PMC4161463 (-950 HU density mask and percentiles, abstract). Raises InvalidInput XL-IMG-331 (empty mask or wrong grid), 332 (no HU).
    """
    if volume.unit != "HU":
        raise InvalidInput("XL-IMG-332", "density can only be told in Hounsfield units", where="volume.unit")
    if lung.shape != volume.shape or not lung.any():
        raise InvalidInput("XL-IMG-331", "the lung mask is empty or not on the scan's grid", where="lung")
    values = volume.voxels[lung].astype(np.float32)
    return LungDensity(
        round(float(values.mean()), 1),
        round(100 * float(np.mean(values < -950.0)), 2),
        round(float(np.percentile(values, 15)), 1),
        round(values.size * volume.voxel_mm3 / 1000, 1),
    )
