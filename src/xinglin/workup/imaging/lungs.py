"""How dense the lungs are: mean density, share of low attenuation, and the 15th percentile.

Needs a mask of the lungs. The figures depend on breath, kernel and slice thickness: compare only like with like.
Sources (read: their abstracts): Lynch and Al-Qaisi 2013, PMC4161463 (density mask at -950 HU, percentile, what they vary with);
Cheng et al. 2019, doi 10.2147/COPD.S187596 (%LAA-950, percentiles and volumes of normal lungs, median %LAA-950 about 0.2);
Mascalchi et al. 2017, doi 10.21037/jtd.2017.08.17 (lung densitometry: what it asks of scanner, slice and filter).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import LungMeasures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume


class LungDensity(Struct, frozen=True):
    """mean_hu: mean lung density. low_percent: share of the lung below -950 HU (%LAA-950). perc15_hu: 15 % of the lung is darker."""

    mean_hu: float
    low_percent: float
    perc15_hu: float
    volume_ml: float


def measure_lungs(volume: Volume, left: NDArray[np.bool_], right: NDArray[np.bool_], *, study: str, found_by: str) -> LungMeasures:
    """Density of both lungs together and the volume of each, with the method in words.

    `left`, `right`: masks on the volume's grid, without trachea and main bronchi. `found_by`: who found them ("xinglin 0.1.0").
    Raises InvalidInput XL-IMG-331, 332.
    """
    density = lung_density(volume, left | right)
    slice_mm = volume.details.get("slice_thickness_mm") or f"{volume.spacing_mm[0]:.4g}"
    kernel = volume.details.get("kernel", "")
    method = (
        f"lungs found by {found_by}, with their vessels, without trachea and main bronchi; slices of {slice_mm} mm"
        f"{f', kernel {kernel}' if kernel else ''}; density depends on breath, kernel, slice thickness and contrast medium"
    )
    volumes = [round(float(np.count_nonzero(mask)) * volume.voxel_mm3 / 1000) for mask in (left, right)]
    return LungMeasures(
        volume.series_uid, density.mean_hu, density.low_percent, density.perc15_hu, volumes[0], volumes[1], volume.acquired, study, method
    )


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
