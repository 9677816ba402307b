"""How a scan's grid lies in the patient: its spacing, and which way its axes point.

Shapes are drawn along the patient's own axes (feet to head, front to back, right to left), so that the same nodule
stands the same way in two scans, whatever their grids; all arithmetic is done along the grid's axes, in millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Point_mm
from xinglin.records.volume import Volume

SHEAR_LIMIT = 1e-3  # cosine between two grid axes: 0.06 degrees, far above what DICOM's decimal strings lose


@dataclass(frozen=True, eq=False)
class Frame:
    """Grid around one place. `spacing_mm` (slice, row, column); `turn` takes mm along the grid's axes to (z, y, x) in mm."""

    spacing_mm: NDArray[np.float64]
    turn: NDArray[np.float64]
    place: NDArray[np.float64]  # fractional index of the place
    affine: NDArray[np.float64]

    def point_mm(self, along_grid_mm: NDArray[np.float64]) -> Point_mm:
        """LPS millimetres of a point given in mm along the grid's axes from the place."""
        x, y, z = (self.affine @ np.append(self.place + along_grid_mm / self.spacing_mm, 1.0))[:3]
        return float(x), float(y), float(z)

    def nearest_axes(self) -> tuple[int, int, int]:
        """For the patient's z, y and x: the grid axis that runs most nearly along it."""
        left, found = [0, 1, 2], []
        for row in np.abs(self.turn):
            best = max(left, key=lambda axis: row[axis])
            left.remove(best)
            found.append(best)
        return found[0], found[1], found[2]


def frame_at(scan: Volume, center_mm: Point_mm) -> Frame:
    """The scan's grid around a place in LPS mm.

    Raises InvalidInput XL-NODULE-004 for a sheared grid (a tilted gantry), XL-NODULE-005 for a place outside the scan.
    """
    spacing = np.array(scan.spacing_mm)
    if not np.all(np.isfinite(scan.affine)) or not np.all(spacing > 0):
        raise InvalidInput("XL-NODULE-004", "the scan's grid has no usable geometry", where="Volume.affine", fix="read the series again")
    directions = scan.affine[:3, :3] / spacing
    if np.abs(directions.T @ directions - np.eye(3)).max() > SHEAR_LIMIT:
        raise InvalidInput(
            "XL-NODULE-004",
            "the scan's grid is sheared",
            where="Volume.affine",
            why="the axes are not at right angles (a tilted gantry), so millimetres along them do not add up",
            fix="resample the series to an upright grid first, and say so",
        )
    place = np.array(scan.index_of(center_mm))
    if np.any(place < -0.5) or np.any(place > np.array(scan.shape) - 0.5) or not np.all(np.isfinite(place)):
        raise InvalidInput("XL-NODULE-005", "the place lies outside the scan", where="NoduleRequest.center_mm", fix="give LPS mm inside it")
    return Frame(spacing, directions[::-1].copy(), place, scan.affine)
