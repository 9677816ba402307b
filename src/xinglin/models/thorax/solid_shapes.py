"""What is done to masks here: connected pieces, growing, shrinking, filling, distances; steps of image morphology with stated types."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]
CLOSING_MM = 6.0


def pieces(mask: Mask, corners: bool = False) -> tuple[NDArray[np.int32], int]:
    """Connected pieces numbered from 1, and how many; touching corners count only when asked."""
    structure = np.ones((3,) * mask.ndim, bool) if corners else None
    found: Any = ndimage.label(mask, structure)
    return found[0], int(found[1])


def boxes(labels: NDArray[np.integer]) -> list[tuple[slice, ...]]:
    """The box of each numbered piece, in order."""
    return [box for box in ndimage.find_objects(labels) if box is not None]


def box_of(mask: Mask) -> tuple[slice, ...] | None:
    """The box of all that is set; None when nothing is."""
    found = []
    for along in range(mask.ndim):
        used = np.flatnonzero(mask.any(tuple(k for k in range(mask.ndim) if k != along)))
        if not len(used):
            return None
        found.append(slice(int(used[0]), int(used[-1]) + 1))
    return tuple(found)


def grown(mask: Mask) -> Mask:
    """One voxel more all around (faces only)."""
    return np.asarray(ndimage.binary_dilation(mask), bool)


def shrunk(mask: Mask) -> Mask:
    """One voxel less all around; outside the array nothing is set."""
    return np.asarray(ndimage.binary_erosion(mask), bool)


def filled(mask: Mask) -> Mask:
    """With its holes filled."""
    return np.asarray(ndimage.binary_fill_holes(mask), bool)


def opened(mask: Mask, structure: Mask, times: int) -> Mask:
    """Without its parts slimmer than the structure, applied so many times."""
    return np.asarray(ndimage.binary_opening(mask, structure, iterations=times), bool)


def depth_mm(mask: Mask, spacing_mm: tuple[float, ...]) -> NDArray[np.float64]:
    """Distance in mm from each set voxel to the nearest one that is not; 0 outside."""
    found: Any = ndimage.distance_transform_edt(mask, sampling=spacing_mm)
    return found


def nearest(mask: Mask, spacing_mm: tuple[float, ...]) -> tuple[NDArray[np.int32], ...]:
    """For every voxel the index of the nearest set one."""
    found: Any = ndimage.distance_transform_edt(~mask, sampling=spacing_mm, return_distances=False, return_indices=True)
    return tuple(found)


def closed(mask: Mask, spacing_mm: Spacing, reach_mm: float = CLOSING_MM) -> Mask:
    """The mask with its gaps narrower than twice the reach filled, and its holes: vessels count as lung."""
    box = box_of(mask)
    if box is None:
        return mask.copy()
    pad = [(int(np.ceil(reach_mm / s)) + 1,) * 2 for s in spacing_mm]
    # beyond the first and last slice the lung is taken to go on, so that closing does not eat into them
    inner = np.pad(np.pad(mask[box], (pad[0], (0, 0), (0, 0)), mode="edge"), ((0, 0), *pad[1:]))
    swollen = depth_mm(~inner, spacing_mm) <= reach_mm
    shut = (depth_mm(swollen, spacing_mm) > reach_mm) | inner
    shut = filled(shut[tuple(slice(p[0], n - p[1]) for p, n in zip(pad, shut.shape, strict=True))])
    out = mask.copy()
    out[box] |= shut
    return out
