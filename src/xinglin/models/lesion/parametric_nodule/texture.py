"""Grain inside the nodule: a random field that belongs to the nodule, not to the scan's grid.

Its values sit on a lattice in the patient's axes around the nodule's middle and come from a hash of the lattice point
and the seed, so that the same nodule has the same grain in a second scan, and growth uncovers more of it.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.blocks import between, blurred
from xinglin.models.lesion.parametric_nodule.fine_grid import FineGrid

LARGEST_SIGMAS = 2.5


def grain(grid: FineGrid, share: NDArray[np.float32], seed: int, correlation_mm: float) -> NDArray[np.float32]:
    """A field of standard deviation about 1 in each cell where share > 0 (0 elsewhere), cut at +-2.5, mean over the share 0.

    correlation_mm: the distance at which two values are correlated by 1/e.
    """
    step = correlation_mm / 2
    where = np.unravel_index(np.flatnonzero(share > 0), share.shape)
    sides = [(grid.along(axis)).astype(np.float32)[where[axis]] for axis in range(3)]
    points = np.stack([sum(np.float32(a) * side for a, side in zip(row, sides, strict=True)) for row in grid.frame.turn]) / np.float32(step)
    low = np.floor(points.min(axis=1)).astype(np.int64) - 4
    high = np.ceil(points.max(axis=1)).astype(np.int64) + 5
    lattice = blurred(_white(seed, low, high), np.ones(3), widest=3.0)
    kernel = np.exp(-0.5 * np.arange(-3, 4) ** 2)
    lattice /= np.float32((np.square(kernel / kernel.sum()).sum()) ** 1.5)
    values = between(lattice, points - low[:, None].astype(np.float32))
    values = np.clip(values, -LARGEST_SIGMAS, LARGEST_SIGMAS)
    weight = share[where]
    values -= np.float32((values * weight).sum(dtype=np.float64) / weight.sum(dtype=np.float64))
    field = np.zeros(share.shape, dtype=np.float32)
    field[where] = values
    return field


def _white(seed: int, low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.float32]:
    """Independent numbers of mean 0 and deviation 1, one for each lattice point: the same point, the same number."""
    key = np.frombuffer(hashlib.sha256(f"grain:{seed}".encode()).digest()[:8], dtype="<u8")[0]
    planes, rows, columns = (np.arange(a, b).astype(np.uint64) for a, b in zip(low, high, strict=True))
    mixed = _mix(_mix(_mix(planes ^ key)[:, None] + rows[None, :])[:, :, None] + columns[None, None, :])
    parts = np.frombuffer(mixed.astype("<u8").tobytes(), dtype="<u2").reshape(*mixed.shape, 4)
    return ((parts.sum(axis=3, dtype=np.float32) / np.float32(65536) - np.float32(2)) * np.float32(np.sqrt(3))).astype(np.float32)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finishing step of SplitMix64 (Steele, Lea, Flood 2014): every input bit moves every output bit."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
