"""A grid finer than the scan's around one place: what lies where inside a voxel, and how the scanner would see it.

Fine cells nest in voxels. The step from cells to voxels, blurred or not, is one matrix per axis whose columns add up to
one: whatever is drawn in the cells arrives in the voxels to the last bit, so that volumes are kept exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.blocks import error_function
from xinglin.models.lesion.parametric_nodule.frame import Frame

FWHM_OVER_SIGMA = 2.354820045
MARGIN_SIGMAS = 3.3
MOST_CELLS = 2_500_000


@dataclass(frozen=True, eq=False)
class FineGrid:
    """Cells around a place. `start`, `voxels`: the scan's voxels they fill; `split`: cells per voxel along each axis."""

    frame: Frame
    start: NDArray[np.int64]
    voxels: NDArray[np.int64]
    split: NDArray[np.int64]

    @property
    def cell_mm(self) -> NDArray[np.float64]:
        """Size of a cell along each axis."""
        return self.frame.spacing_mm / self.split

    @property
    def cell_mm3(self) -> float:
        """Volume of a cell."""
        return float(np.prod(self.cell_mm))

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along each axis."""
        planes, rows, columns = (int(n) for n in self.voxels * self.split)
        return planes, rows, columns

    def along(self, axis: int) -> NDArray[np.float64]:
        """Cell centres along one axis, mm from the place."""
        index = self.start[axis] - 0.5 + (np.arange(self.shape[axis]) + 0.5) / self.split[axis]
        return (index - self.frame.place[axis]) * self.frame.spacing_mm[axis]

    def turned(self, matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> list[NDArray[np.float32]]:
        """The three coordinates matrix @ (cell centre - shift) of every cell."""
        planes, rows, columns = _crossed([self.along(axis) - shift[axis] for axis in range(3)])
        turned = (np.float32(a) * planes + (np.float32(b) * rows + np.float32(c) * columns) for a, b, c in matrix)
        return [np.asarray(side, dtype=np.float32) for side in turned]

    def centroid(self, share: NDArray[np.float32]) -> NDArray[np.float64]:
        """Centre of mass, mm along the grid's axes from the place."""
        total = share.sum(dtype=np.float64)
        sums = (
            share.sum(axis=(1, 2), dtype=np.float64),
            share.sum(axis=(0, 2), dtype=np.float64),
            share.sum(axis=(0, 1), dtype=np.float64),
        )
        return np.array([float(side @ self.along(axis)) / total for axis, side in enumerate(sums)])


def _crossed(sides: list[NDArray[np.float64]]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Three sides of a block, shaped so that they spread over it."""
    planes, rows, columns = (side.astype(np.float32) for side in sides)
    return planes[:, None, None], rows[None, :, None], columns[None, None, :]


def fine_grid(frame: Frame, reach_mm: NDArray[np.float64], step_mm: float) -> FineGrid:
    """Cells of about `step_mm` that cover the place +- reach_mm along each axis (coarser if there are too many)."""
    reach = reach_mm / frame.spacing_mm
    start = np.floor(frame.place - reach + 0.5).astype(np.int64)
    voxels = np.floor(frame.place + reach + 0.5).astype(np.int64) + 1 - start
    while True:
        split = np.maximum(np.ceil(frame.spacing_mm / step_mm - 1e-9).astype(np.int64), 1)
        if np.prod(voxels * split) <= MOST_CELLS or np.all(split == 1):
            return FineGrid(frame, start, voxels, split)
        step_mm *= 1.15


@dataclass(frozen=True, eq=False)
class Box:
    """The scan's voxels that the blurred nodule reaches, around the cells of a fine grid."""

    grid: FineGrid
    start: NDArray[np.int64]
    shape: NDArray[np.int64]
    blur_mm: tuple[float, float, float]

    @property
    def window(self) -> tuple[slice, slice, slice]:
        """Where the box lies in the scan."""
        first, second, third = (slice(int(a), int(a + n)) for a, n in zip(self.start, self.shape, strict=True))
        return first, second, third

    def sharp(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean of the cells in each voxel of the box: partial volume, no blur."""
        return self._seen(cells, (0.0, 0.0, 0.0))

    def blurred(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same after the scanner's blur (Gaussian, FWHM `blur_mm`).

        A drawn edge is already as soft as a cell is wide, and each cell counts as a box: both are taken off the blur.
        """
        cell_mm = self.grid.cell_mm
        drawn_mm2 = (cell_mm**2 + np.cbrt(self.grid.cell_mm3) ** 2) / 12
        left_mm = FWHM_OVER_SIGMA * np.sqrt(np.maximum((np.array(self.blur_mm) / FWHM_OVER_SIGMA) ** 2 - drawn_mm2, 0))
        return self._seen(cells, (float(left_mm[0]), float(left_mm[1]), float(left_mm[2])))

    def _seen(self, cells: NDArray[np.float32], blur_mm: tuple[float, float, float]) -> NDArray[np.float32]:
        seen = cells
        for axis in range(3):
            weights = _weights(self.grid, axis, int(self.start[axis]), int(self.shape[axis]), blur_mm[axis])
            done = _summed(weights, seen.reshape(seen.shape[0], -1))
            seen = np.ascontiguousarray(done.reshape(-1, *seen.shape[1:]).transpose(1, 2, 0))
        return seen


def box_around(grid: FineGrid, blur_mm: tuple[float, float, float]) -> Box:
    """The box: the grid's voxels and 3.3 sigma of the blur on every side, at least one voxel."""
    margin = np.ceil(MARGIN_SIGMAS * np.array(blur_mm) / FWHM_OVER_SIGMA / grid.frame.spacing_mm).astype(np.int64)
    margin = np.maximum(margin, 1)
    return Box(grid, grid.start - margin, grid.voxels + 2 * margin, blur_mm)


def _weights(grid: FineGrid, axis: int, first: int, count: int, blur_mm: float) -> NDArray[np.float32]:
    """How much of each cell (column) each voxel (row) sees along one axis: box of the voxel * Gaussian * box of the cell."""
    split = int(grid.split[axis])
    cells = grid.start[axis] - 0.5 + np.arange(grid.shape[axis] + 1) / split
    edges = first - 0.5 + np.arange(count + 1)
    sigma = blur_mm / FWHM_OVER_SIGMA / float(grid.frame.spacing_mm[axis])
    distance = edges[:, None] - cells[None, :]
    ramp = np.maximum(distance, 0) if sigma < 1e-4 else sigma * _integral_of_normal(distance / sigma)
    share = np.diff(ramp[:, :-1] - ramp[:, 1:], axis=0)
    share[share < share.max() * 1e-6] = 0
    return (share / share.sum(axis=0, keepdims=True) / split).astype(np.float32)


def _summed(weights: NDArray[np.float32], cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """weights @ cells, where each voxel sees few cells. Not by BLAS, whose last bit depends on the machine and its threads."""
    found = np.zeros((len(weights), cells.shape[1]), dtype=np.float32)
    for row, out in zip(weights, found, strict=True):
        seen = np.flatnonzero(row)
        if seen.size:
            near = slice(int(seen[0]), int(seen[-1]) + 1)
            np.einsum("i,ij->j", row[near], cells[near], out=out)
    return found


def _integral_of_normal(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Integral of the normal distribution function up to x."""
    return x * 0.5 * (1 + error_function(x / np.sqrt(2))) + np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)
