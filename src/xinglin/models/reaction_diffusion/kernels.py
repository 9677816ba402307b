"""The inner loops: one stage of diffusion, one exact step of growth, sums. Compiled by numba, without any lock held.

Each works on slices `first` to `last` of an array with a rim of one voxel and writes to those alone, so slabs may run side by side.
A voxel's arithmetic and the order of every sum do not depend on how the slices are shared out.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_FAST = {"reassoc", "contract", "nsz", "arcp"}  # not-a-number and infinity keep their meaning


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def faces(first, last, diffusivity, scale_slice, scale_row, scale_column, slices, rows, columns):
    """Conductance of the face before each voxel along each axis: harmonic mean of both sides, 0 where either side is a wall."""
    for i in range(first, last):
        for j in range(1, diffusivity.shape[1]):
            for k in range(1, diffusivity.shape[2]):
                here = diffusivity[i, j, k]
                for axis in range(3):
                    if axis == 0:
                        there, scale = diffusivity[i - 1, j, k], scale_slice
                    elif axis == 1:
                        there, scale = diffusivity[i, j - 1, k], scale_row
                    else:
                        there, scale = diffusivity[i, j, k - 1], scale_column
                    total = here + there
                    mean = scale * 2 * here * there / total if here > 0 and there > 0 else scale * 0
                    if axis == 0:
                        slices[i, j, k] = mean
                    elif axis == 1:
                        rows[i, j, k] = mean
                    else:
                        columns[i, j, k] = mean


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def steepest(first, last, slices, rows, columns, found):
    """Per slice the greatest sum of the six conductances around a voxel: twice it bounds the operator's spectrum (Gershgorin)."""
    for i in range(first, last):
        greatest = 0.0
        for j in range(1, slices.shape[1] - 1):
            for k in range(1, slices.shape[2] - 1):
                around = slices[i, j, k] + slices[i + 1, j, k] + rows[i, j, k] + rows[i, j + 1, k] + columns[i, j, k] + columns[i, j, k + 1]
                greatest = max(greatest, around)
        found[i] = greatest


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def stage(first, last, older, newer, start, slices, rows, columns, weight):
    """One term of Clenshaw's sum: older <- weight * start + 2 X newer - older, with 2 X = 2 + the conductances' operator."""
    for i in range(first, last):
        for j in range(1, newer.shape[1] - 1):
            for k in range(1, newer.shape[2] - 1):
                here = newer[i, j, k]
                flow = (
                    slices[i, j, k] * (newer[i - 1, j, k] - here)
                    + slices[i + 1, j, k] * (newer[i + 1, j, k] - here)
                    + rows[i, j, k] * (newer[i, j - 1, k] - here)
                    + rows[i, j + 1, k] * (newer[i, j + 1, k] - here)
                    + columns[i, j, k] * (newer[i, j, k - 1] - here)
                    + columns[i, j, k + 1] * (newer[i, j, k + 1] - here)
                )
                older[i, j, k] = weight * start[i, j, k] + (here + here) + flow - older[i, j, k]


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def last_stage(first, last, older, newer, start, slices, rows, columns, weight, half, sums, clipped):
    """start <- weight * start + X newer - older, never below 0; per slice its sum and what was clipped."""
    for i in range(first, last):
        total, below = 0.0, 0.0
        for j in range(1, newer.shape[1] - 1):
            row, under = 0.0, 0.0
            for k in range(1, newer.shape[2] - 1):
                here = newer[i, j, k]
                flow = (
                    slices[i, j, k] * (newer[i - 1, j, k] - here)
                    + slices[i + 1, j, k] * (newer[i + 1, j, k] - here)
                    + rows[i, j, k] * (newer[i, j - 1, k] - here)
                    + rows[i, j + 1, k] * (newer[i, j + 1, k] - here)
                    + columns[i, j, k] * (newer[i, j, k - 1] - here)
                    + columns[i, j, k + 1] * (newer[i, j, k + 1] - here)
                )
                value = weight * start[i, j, k] + here + half * flow - older[i, j, k]
                kept = max(value, value * 0)
                start[i, j, k] = kept
                row += np.float64(kept)
                under += np.float64(kept - value)
            total += row
            below += under
        sums[i], clipped[i] = total, below


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def logistic(first, last, density, gained, crowding, sums):
    """density <- exact solution of logistic growth, (1 + gained) u / (1 + crowding u); per slice the sum."""
    for i in range(first, last):
        total = 0.0
        for j in range(1, density.shape[1] - 1):
            row = 0.0
            for k in range(1, density.shape[2] - 1):
                value = density[i, j, k]
                crowd = crowding * value
                # as a small change of u: rounding of the gain would add up over a thousand steps
                value += value * (gained - crowd) / (1 + crowd)
                density[i, j, k] = value
                row += np.float64(value)
            total += row
        sums[i] = total


@nb.njit(nogil=True, cache=True)
def gompertz(first, last, density, scale, lasting, killed, rate, capacity, floor, duration, sums):
    """density <- exact solution of Gompertz growth, exponential below `floor` times the capacity, where less than a cell is left.

    killed: integral of the rate of killing; lasting: the same weighted by what growth leaves of a loss, exp(-rate * time left).
    """
    steep = rate * -np.log(floor)
    slowing, survive_high, survive_low = np.exp(-rate * duration), np.exp(-lasting), np.exp(-killed)
    for i in range(first, last):
        total = 0.0
        for j in range(1, density.shape[1] - 1):
            for k in range(1, density.shape[2] - 1):
                share = scale * np.float64(density[i, j, k]) / capacity
                if share >= floor:
                    share = np.exp(slowing * np.log(share)) * survive_high
                elif share > 0.0:
                    until = np.log(floor / share) / steep if steep > 0 else np.inf
                    if until >= duration:
                        share *= np.exp(steep * duration) * survive_low
                    else:
                        share = np.exp(np.exp(-rate * (duration - until)) * np.log(floor)) * survive_high
                density[i, j, k] = share * capacity
                total += share * capacity
        sums[i] = total


@nb.njit(nogil=True, cache=True)
def _mirrored(index, count):
    """An index beyond the walls, folded back: what would have crossed a closed wall comes back."""
    while index < 0 or index >= count:
        index = -1 - index if index < 0 else 2 * count - 1 - index
    return index


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def spread_slices(first, last, source, result, heat):
    """result <- source spread along the slices by the heat kernel `heat` (value at distance 0, 1, 2 ...), walls closed."""
    count, columns = source.shape[0] - 2, source.shape[2]
    for i in range(first, last):
        for j in range(1, source.shape[1] - 1):
            for k in range(columns):
                result[i, j, k] = heat[0] * source[i, j, k]
            for m in range(1, len(heat)):
                above, below = _mirrored(i - 1 - m, count) + 1, _mirrored(i - 1 + m, count) + 1
                for k in range(columns):
                    result[i, j, k] += heat[m] * (source[above, j, k] + source[below, j, k])


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def spread_rows(first, last, source, result, heat):
    """The same along the rows."""
    count, columns = source.shape[1] - 2, source.shape[2]
    for i in range(first, last):
        for j in range(1, count + 1):
            for k in range(columns):
                result[i, j, k] = heat[0] * source[i, j, k]
            for m in range(1, len(heat)):
                above, below = _mirrored(j - 1 - m, count) + 1, _mirrored(j - 1 + m, count) + 1
                for k in range(columns):
                    result[i, j, k] += heat[m] * (source[i, above, k] + source[i, below, k])


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def spread_columns(first, last, source, result, heat, sums):
    """The same along the columns; per slice the sum."""
    count, reach = source.shape[2] - 2, len(heat) - 1
    line = np.empty(count + 2 * reach, source.dtype)
    for i in range(first, last):
        total = 0.0
        for j in range(1, source.shape[1] - 1):
            for k in range(reach):
                line[k] = source[i, j, 1 + _mirrored(k - reach, count)]
                line[reach + count + k] = source[i, j, 1 + _mirrored(count + k, count)]
            for k in range(count):
                line[reach + k] = source[i, j, 1 + k]
            for k in range(count):
                result[i, j, 1 + k] = heat[0] * line[reach + k]
            for m in range(1, reach + 1):
                for k in range(count):
                    result[i, j, 1 + k] += heat[m] * (line[reach + k - m] + line[reach + k + m])
            row = 0.0
            for k in range(1, count + 1):
                row += np.float64(result[i, j, k])
            total += row
        sums[i] = total


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def apart(first, last, one, other, sums):
    """Per slice the sum of absolute differences."""
    for i in range(first, last):
        total = 0.0
        for j in range(1, one.shape[1] - 1):
            row = 0.0
            for k in range(1, one.shape[2] - 1):
                row += np.float64(abs(one[i, j, k] - other[i, j, k]))
            total += row
        sums[i] = total
