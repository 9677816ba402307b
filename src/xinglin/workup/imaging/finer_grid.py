"""A scan of coarse voxels seen between its voxels, so that a lesion of few voxels can be cut like one of many.

Each coarse voxel is divided into an odd number of parts by straight lines between neighbours; the middle part lies where the
voxel does, so that a mask goes back to the scan by its middle parts. Nothing is seen that the scan does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

COARSE_MM = 1.5  # wider voxels are divided

Index = tuple[int, int, int]


@dataclass(frozen=True)
class FinerGrid:
    """How a box is divided: `parts` per voxel along each axis, each odd."""

    parts: Index
    spacing_mm: tuple[float, float, float]

    @classmethod
    def of(cls, spacing_mm: tuple[float, float, float]) -> FinerGrid:
        """The grid whose voxels are 1.5 mm at most."""
        parts = [1 + 2 * int(np.ceil((length / COARSE_MM - 1) / 2)) if length > COARSE_MM else 1 for length in spacing_mm]
        finer = [length / count for length, count in zip(spacing_mm, parts, strict=True)]
        return cls((parts[0], parts[1], parts[2]), (finer[0], finer[1], finer[2]))

    def seen(self, voxels: NDArray[np.float32]) -> NDArray[np.float32]:
        """The voxels on the finer grid (linear between neighbours, level at the ends)."""
        for axis, count in enumerate(self.parts):
            if count == 1:
                continue
            last = voxels.shape[axis] - 1
            at = np.clip((np.arange(voxels.shape[axis] * count) - (count - 1) / 2) / count, 0, last)
            first = np.minimum(at.astype(int), max(last - 1, 0))
            weight = (at - first).astype(np.float32).reshape([-1 if one == axis else 1 for one in range(3)])
            after = np.minimum(first + 1, last)
            voxels = np.take(voxels, first, axis=axis) * (1 - weight) + np.take(voxels, after, axis=axis) * weight
        return np.ascontiguousarray(voxels, dtype=np.float32)

    def divided(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask on the finer grid, each part as its voxel."""
        for axis, count in enumerate(self.parts):
            mask = np.repeat(mask, count, axis=axis) if count > 1 else mask
        return mask

    def within(self, place: Index) -> Index:
        """The middle part of a voxel."""
        first, second, third = (p * count + count // 2 for p, count in zip(place, self.parts, strict=True))
        return first, second, third

    def voxel_of(self, place: Index) -> Index:
        """The voxel of a part."""
        first, second, third = (p // count for p, count in zip(place, self.parts, strict=True))
        return first, second, third

    def whole(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """A mask of the finer grid on the scan's own: the voxels whose middle part it holds."""
        return np.ascontiguousarray(mask[tuple(slice(count // 2, None, count) for count in self.parts)])
