"""A box of a scan on a grid of even cubes, so that a nodule looks alike whatever the slices were; and places on that grid in the patient.

Each axis is resampled by triangles as wide as the larger of the two steps: between coarse slices straight lines, of fine pixels a weighted mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.records.imaging import Point_mm

STEP_MM = 1.5
Box = tuple[slice, slice, slice]


@dataclass(frozen=True, eq=False)
class EvenGrid:
    """values: (slices, rows, columns) in steps of `step_mm`; affine: index -> LPS mm, as of a Volume. first, scale: index on it -> index of the scan."""

    values: NDArray[np.float32]
    affine: NDArray[np.float64]
    first: NDArray[np.float64]
    scale: NDArray[np.float64]

    def point_mm(self, index: NDArray[np.floating]) -> Point_mm:
        """The place of an index, which may be fractional."""
        x, y, z = self.affine[:3, :3] @ np.asarray(index, float) + self.affine[:3, 3]
        return float(x), float(y), float(z)

    def in_scan(self, index: NDArray[np.floating]) -> NDArray[np.float64]:
        """The fractional index in the scan it was taken from."""
        return self.first + np.asarray(index, float) * self.scale

    def index_of(self, point_mm: Point_mm) -> NDArray[np.float64]:
        """The fractional index of a place."""
        return np.asarray(np.linalg.solve(self.affine[:3, :3], np.asarray(point_mm) - self.affine[:3, 3]), np.float64)


def on_even_grid(voxels: NDArray[np.generic], affine: NDArray[np.float64], box: Box, step_mm: float = STEP_MM) -> EvenGrid:
    """The voxels of `box` (within the scan) on even cubes; the first cube lies on the box's first voxel."""
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    counts = [one.stop - one.start for one in box]
    weights = [_weights(count, float(mm), step_mm) for count, mm in zip(counts, spacing, strict=True)]
    along, down, across = weights
    planes = np.empty((counts[0], len(down), len(across)), np.float32)
    for number, plane in enumerate(voxels[box]):
        planes[number] = down @ plane.astype(np.float32) @ across.T
    values = (along @ planes.reshape(counts[0], -1)).reshape(len(along), len(down), len(across))
    start, scale = np.array([one.start for one in box], float), step_mm / spacing
    even = np.eye(4)
    even[:3, :3] = affine[:3, :3] * scale
    even[:3, 3] = affine[:3, :3] @ start + affine[:3, 3]
    return EvenGrid(values, even, start, scale)


def _weights(count: int, spacing_mm: float, step_mm: float) -> NDArray[np.float32]:
    """(points of the grid, voxels): each row sums to 1."""
    places = np.arange(0, (count - 1) * spacing_mm + 1e-6, step_mm)
    wide = max(spacing_mm, step_mm)
    found = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(count) * spacing_mm) / wide)
    return (found / found.sum(1, keepdims=True)).astype(np.float32)
