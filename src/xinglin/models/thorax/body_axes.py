"""A scan turned so that its axes run feet to head, front to back, right to left; and a coarser copy of it to work on.

Turning makes views, not copies. Scans that lie askew by more than thirty degrees are not served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

COARSE_MM = 2.6


@dataclass(frozen=True)
class BodyAxes:
    """How to turn an array (slice, row, column) into (z up, y back, x left) and back."""

    order: tuple[int, int, int]
    flipped: tuple[bool, bool, bool]

    def turned(self, array: NDArray) -> NDArray:
        """The array as (z, y, x), a view."""
        return array.transpose(self.order)[tuple(slice(None, None, -1) if f else slice(None) for f in self.flipped)]

    def back(self, array: NDArray) -> NDArray:
        """An array (z, y, x) in the scan's own order again, a view."""
        unflipped = array[tuple(slice(None, None, -1) if f else slice(None) for f in self.flipped)]
        return unflipped.transpose(tuple(int(k) for k in np.argsort(self.order)))


def axes_of(scan: Volume) -> BodyAxes:
    """The turn that a scan needs. Raises InvalidInput XL-THORAX-002 for a scan that lies askew."""
    ways = scan.affine[:3, :3] / np.linalg.norm(scan.affine[:3, :3], axis=0)
    order = []
    for body_axis in (2, 1, 0):
        along = int(np.argmax(np.abs(ways[body_axis])))
        if abs(ways[body_axis, along]) < np.cos(np.deg2rad(30)) or along in order:
            raise InvalidInput(
                "XL-THORAX-002", "the scan lies askew to the body", why="its axes are more than 30 degrees off feet-head, front-back, right-left",
                fix="use an axial, coronal or sagittal series",
            )  # fmt: skip
        order.append(along)
    flipped = [bool(ways[body, along] < 0) for body, along in zip((2, 1, 0), order, strict=True)]
    return BodyAxes((order[0], order[1], order[2]), (flipped[0], flipped[1], flipped[2]))


@dataclass(frozen=True)
class Coarse:
    """Block means of a turned scan. factor: voxels per block along z, y, x; spacing_mm: of the blocks."""

    hu: NDArray[np.float32]
    factor: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]


def coarse_of(turned: NDArray, spacing_mm: tuple[float, float, float]) -> Coarse:
    """The scan in blocks of about 2.6 mm; each the mean of at most eight of its voxels."""
    factor = tuple(min(max(1, int(COARSE_MM / s + 0.35)), n) for s, n in zip(spacing_mm, turned.shape, strict=True))
    kept = tuple(n // f * f for n, f in zip(turned.shape, factor, strict=True))
    inner = turned[: kept[0], : kept[1], : kept[2]]
    picks = [sorted({f // 4, f - 1 - f // 4}) for f in factor]
    total = np.zeros(tuple(n // f for n, f in zip(kept, factor, strict=True)), np.float32)
    for a in picks[0]:
        for b in picks[1]:
            for c in picks[2]:
                total += inner[a :: factor[0], b :: factor[1], c :: factor[2]]
    total /= np.float32(len(picks[0]) * len(picks[1]) * len(picks[2]))
    spacing = tuple(s * f for s, f in zip(spacing_mm, factor, strict=True))
    return Coarse(total, (factor[0], factor[1], factor[2]), (spacing[0], spacing[1], spacing[2]))


def widened(blocks: NDArray, factor: tuple[int, int, int], shape: tuple[int, int, int]) -> NDArray:
    """Block values on the voxels again; voxels past the last whole block take the last block's value."""
    at = [np.minimum(np.arange(n) // f, m - 1) for n, f, m in zip(shape, factor, blocks.shape, strict=True)]
    return np.take(np.take(np.take(blocks, at[2], 2), at[1], 1), at[0], 0)
