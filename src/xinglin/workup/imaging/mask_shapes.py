"""Plain questions about boxes of voxels: which pieces there are, how far it is to the edge, which box holds a mask.

scipy.ndimage answers them; here its answers have one type each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from scipy import ndimage

if TYPE_CHECKING:
    from numpy.typing import NDArray

Index = tuple[int, int, int]
Spacing = tuple[float, float, float]


def distance(mask: NDArray[np.bool_], sampling: Sequence[float]) -> NDArray[np.float32]:
    """Distance of each voxel from the nearest False voxel (0 there; infinite where there is none)."""
    if mask.all():
        return np.full(mask.shape, np.inf, np.float32)
    return cast("NDArray[np.float64]", ndimage.distance_transform_edt(mask, sampling=list(sampling))).astype(np.float32)


def distance_to(place: Index, shape: tuple[int, ...], spacing_mm: Spacing) -> NDArray[np.float32]:
    """Distance in mm of each voxel of a box from one voxel."""
    axes = [((np.arange(n) - p) * s).astype(np.float32) ** 2 for n, p, s in zip(shape, place, spacing_mm, strict=True)]
    return np.sqrt(axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :])


def pieces(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
    """Connected pieces (by faces), numbered from 1, and how many there are."""
    return cast("tuple[NDArray[np.int32], int]", ndimage.label(mask))


def piece_at(mask: NDArray[np.bool_], place: Index) -> NDArray[np.bool_]:
    """The connected piece of the mask that holds `place`."""
    marks, _ = pieces(mask)
    return (marks == marks[place]) & mask


def filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with what it encloses."""
    return cast("NDArray[np.bool_]", ndimage.binary_fill_holes(mask))


def shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without its outermost voxels."""
    return cast("NDArray[np.bool_]", ndimage.binary_erosion(mask))


def widened(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with the voxels that touch it by a face."""
    return cast("NDArray[np.bool_]", ndimage.binary_dilation(mask))


def smoothed(values: NDArray[np.float32], sigma: Sequence[float]) -> NDArray[np.float32]:
    """Gaussian smoothing, `sigma` in voxels per axis."""
    return cast("NDArray[np.float32]", ndimage.gaussian_filter(values, list(sigma)))


def box_of(mask: NDArray[np.bool_]) -> tuple[slice, slice, slice]:
    """The smallest box that holds the mask, which must not be empty."""
    spans = []
    for axis in range(3):
        used = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        spans.append(slice(int(used[0]), int(used[-1]) + 1))
    return spans[0], spans[1], spans[2]


def nearest_in(mask: NDArray[np.bool_], away: NDArray[np.float32]) -> tuple[Index, float]:
    """The voxel of the mask with the smallest value of `away`, and that value (infinite when the mask is empty)."""
    held = np.where(mask, away, np.inf)
    place = np.unravel_index(int(np.argmin(held)), held.shape)
    found = (int(place[0]), int(place[1]), int(place[2]))
    return found, float(held[found])
