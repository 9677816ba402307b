"""Where the nodule goes and how blurred the scanner sees it: as asked for, or as found in the scan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image.parametric_nodule.surroundings import LUNG_HU, STRUCTURE_FROM_HU, Surroundings
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest

MOST_OVERLAP = {"none": 0.15, "pleura": 0.25, "vessel": 0.5}  # share of the nodule where there is something else already
LARGEST_BLUR_MM = 12.0


def blur_asked_for(request: NoduleRequest) -> tuple[float, float, float] | None:
    """The request's blur, checked. Raises InvalidInput XL-NODULE-012."""
    if request.blur_mm is None:
        return None
    slice_mm, row_mm, column_mm = (float(width) for width in request.blur_mm)
    if not all(0 <= width <= LARGEST_BLUR_MM for width in (slice_mm, row_mm, column_mm)):
        raise InvalidInput("XL-NODULE-012", "no scanner blurs like that", where="NoduleRequest.blur_mm", fix="FWHM of 0 to 12 mm per axis")
    return slice_mm, row_mm, column_mm


def must_be_lung(occupancy: NDArray[np.float32], around: Surroundings, attachment: str) -> float:
    """The share of the nodule that falls on vessels or walls.

    Raises InvalidInput XL-NODULE-006 where there is no lung, XL-NODULE-015 where something is in the way that was not asked for.
    """
    weight = float(occupancy.sum(dtype=np.float64))
    overlap = float(occupancy[around.clean > STRUCTURE_FROM_HU].sum(dtype=np.float64)) / weight
    airy = around.clean <= STRUCTURE_FROM_HU
    level = float((occupancy * airy * around.clean).sum(dtype=np.float64)) / max(float((occupancy * airy).sum(dtype=np.float64)), 1e-6)
    if overlap > 0.9 or not LUNG_HU[0] <= level <= LUNG_HU[1]:
        raise InvalidInput(
            "XL-NODULE-006", "the place is not in the lung", where="NoduleRequest.center_mm", why="its density is not that of lung",
            fix="give LPS mm inside the lung, or leave it open",
        )  # fmt: skip
    if overlap > MOST_OVERLAP[attachment]:
        raise InvalidInput(
            "XL-NODULE-015", "a vessel or the wall is in the way", where="NoduleRequest.center_mm",
            why="more of the nodule would lie on something else than its attachment allows", fix="another place, or ask for that attachment",
        )  # fmt: skip
    return overlap
