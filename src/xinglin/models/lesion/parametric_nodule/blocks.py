"""Arithmetic on the small block around a nodule, in numpy alone: blur, interpolation, and two functions of mathematics.

scipy has them all; loading it takes 0.5 CPU-s, several times what an insertion takes. The tests hold each against scipy's.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

WIDEST_SIGMAS = 2.5
ERF_IS_ONE_FROM = 6.0
PIECE = 20_000  # voxels at a time


def blurred(values: NDArray[np.float32], sigmas: NDArray[np.float64], widest: float = WIDEST_SIGMAS) -> NDArray[np.float32]:
    """Gaussian of so many voxels along each axis, cut at `widest` sigmas; beyond its faces the block is mirrored."""
    found = values
    for axis, sigma in enumerate(sigmas):
        reach = int(widest * sigma + 0.5)
        if reach > 0:
            taps = np.exp(-0.5 * (np.arange(reach + 1) / sigma) ** 2)
            found = _with_taps(found, axis, taps / (taps[0] + 2 * taps[1:].sum()))
    return found


def _with_taps(values: NDArray[np.float32], axis: int, taps: NDArray[np.float64]) -> NDArray[np.float32]:
    """Symmetric filter along one axis, taps[0] in the middle; in pieces that stay in the processor's own memory."""
    reach, count = len(taps) - 1, values.shape[axis]
    mirrored = np.pad(np.arange(count), reach, mode="symmetric")
    whole, found = np.moveaxis(values, axis, 0), np.empty_like(values)
    out, rows = np.moveaxis(found, axis, 0), max(PIECE // (count * whole.shape[2]), 1)
    for start in range(0, whole.shape[1], rows):
        wide = whole[mirrored, start : start + rows].astype(np.float64)
        total = wide[reach : reach + count] * taps[0]
        for by in range(reach, 0, -1):
            pair = wide[reach - by : reach - by + count] + wide[reach + by : reach + by + count]
            pair *= taps[by]
            total += pair
        out[:, start : start + rows] = total
    return found


def between(values: NDArray[np.float32], points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values at fractional indices (3, many), linear in each axis; the points lie inside the block."""
    last = np.array(values.shape)[:, None] - 2
    low = np.clip(points.astype(np.int64), 0, last)
    along = points - low.astype(np.float32)
    steps = values.shape[1] * values.shape[2], values.shape[2], 1
    first, flat = low[0] * steps[0] + low[1] * steps[1] + low[2], values.ravel()

    def line(at: int) -> NDArray[np.float32]:
        here = flat[first + at]
        return here + along[2] * (flat[first + (at + 1)] - here)

    def plane(at: int) -> NDArray[np.float32]:
        here = line(at)
        return here + along[1] * (line(at + steps[1]) - here)

    found = plane(0)
    return np.asarray(found + along[0] * (plane(steps[0]) - found), dtype=np.float32)


def error_function(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """erf: 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x."""
    found = np.sign(x)
    near = np.abs(x) < ERF_IS_ONE_FROM
    found[near] = [math.erf(value) for value in x[near].tolist()]
    return found


def legendre(order: int, degree: int, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Associated Legendre function P of 0 <= order <= degree at -1 <= x <= 1, with the sign (-1)^order; by upward recurrence."""
    before, found = np.zeros_like(x), math.prod(range(1, 2 * order, 2)) * (-np.sqrt(1 - x * x)) ** order
    for n in range(order + 1, degree + 1):
        before, found = found, ((2 * n - 1) * x * found - (n + order - 1) * before) / (n - order)
    return found
