"""Finds places in a scan where air or lung meets solid tissue in a clean step, and which way the surface faces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
EDGE_HU = (-620.0, -280.0)
AIR_BELOW_HU, TISSUE_ABOVE_HU = -700.0, -180.0
LOOKED_AT = 16000
MOST_SLICES = 48


def edge_seeds(voxels: NDArray, spacing_mm: tuple[float, float, float], rng: np.random.Generator) -> tuple[NDArray[np.int64], Float]:
    """Voxels on edges (index) and the direction from air to tissue there (slice, row, column; unit vectors in mm)."""
    margin = [min(int(np.ceil(5.3 / s)), (n - 1) // 2) for s, n in zip(spacing_mm, voxels.shape, strict=True)]
    first, last = margin[0], voxels.shape[0] - margin[0]
    slices = (
        np.unique(np.linspace(first, last - 1, min(MOST_SLICES, max(last - first, 1))).astype(int)) if last > first else np.zeros(0, int)
    )
    found = [_on_edges(voxels, int(k), margin) for k in slices]
    seeds = np.concatenate(found) if found else np.zeros((0, 3), np.int64)
    if len(seeds) > LOOKED_AT:
        seeds = seeds[np.sort(rng.permutation(len(seeds))[:LOOKED_AT])]
    seeds = seeds[rng.permutation(len(seeds))]
    return _facing(voxels, spacing_mm, seeds)


def _on_edges(voxels: NDArray, k: int, margin: list[int]) -> NDArray[np.int64]:
    inner = voxels[k, margin[1] : -margin[1], margin[2] : -margin[2]]
    rows, columns = np.nonzero((inner > EDGE_HU[0]) & (inner < EDGE_HU[1]))
    return np.stack([np.full(len(rows), k), rows + margin[1], columns + margin[2]], 1)


def _facing(voxels: NDArray, spacing_mm: tuple[float, float, float], seeds: NDArray[np.int64]) -> tuple[NDArray[np.int64], Float]:
    """Keeps the seeds between plain air and plain tissue, with the direction of the steepest rise."""
    half = [max(1, int(2.4 / s)) for s in spacing_mm]
    offsets = np.stack(np.meshgrid(*[np.arange(-h, h + 1) for h in half], indexing="ij"), -1).reshape(-1, 3)
    away = offsets * np.array(spacing_mm)
    weight = np.exp(-0.5 * (away**2).sum(1) / 1.3**2)
    at = seeds[:, None, :] + offsets[None]
    values = voxels[at[..., 0], at[..., 1], at[..., 2]].astype(np.float32)
    values -= values.mean(1, keepdims=True)
    gradient = (values @ (away * weight[:, None])) / np.maximum((away**2 * weight[:, None]).sum(0), 1e-9)
    length = np.linalg.norm(gradient, axis=1)
    good = length > 90  # HU per mm
    seeds, normal = seeds[good], gradient[good] / length[good, None]
    air, tissue = (_mean_near(voxels, spacing_mm, seeds, normal, reach) for reach in (-3.4, 2.6))
    good = (air < AIR_BELOW_HU) & (tissue > TISSUE_ABOVE_HU)
    return seeds[good], normal[good]


def _mean_near(voxels: NDArray, spacing_mm: tuple[float, float, float], seeds: NDArray[np.int64], normal: Float, reach_mm: float) -> Float:
    """Mean of three voxels along the normal around a distance from the seed."""
    total = np.zeros(len(seeds))
    for extra in (-0.6, 0.0, 0.6):
        at = np.rint(seeds + normal * (reach_mm + extra) / np.array(spacing_mm)).astype(int)
        at = np.clip(at, 0, np.array(voxels.shape) - 1)
        total += voxels[at[:, 0], at[:, 1], at[:, 2]]
    return total / 3
