"""The inner loops: one stage of diffusion, one exact step of growth, sums. Compiled by numba, without any lock held.

Arrays have a rim of one voxel. Each loop works on slices `first` to `last`, in each row on the voxels `low` to `high` where anything
is, and writes to those alone, so slabs may run side by side: no voxel's arithmetic and no sum depends on how slices are shared out.
Rows are taken as views, so that the compiler handles many voxels at once.
"""

from __future__ import annotations

import numba as nb
import numpy as np

_FAST = {"reassoc", "contract", "nsz", "arcp"}  # not-a-number and infinity keep their meaning


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def kept_inside(first, last, low, high, whole, slice_from, row_from, column_from, diffusivity):
    """diffusivity <- that of the whole grid, from this corner on, in the voxels looked at: all else stays a wall."""
    for i in range(first, last):
        for j in range(1, diffusivity.shape[1] - 1):
            source, into = whole[slice_from + i - 1, row_from + j - 1], diffusivity[i, j]
            for k in range(low[i, j], high[i, j]):
                into[k] = source[column_from + k - 1]


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def faces(first, last, low, high, diffusivity, tiny, per_slice, per_row, per_column, slices, rows, columns):
    """Conductance of the face before each voxel along each axis: harmonic mean of both sides, 0 where either side is a wall."""
    for i in range(first, last):
        for j in range(1, diffusivity.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            if q <= p:
                continue
            here, above, beside = diffusivity[i, j, p - 1 : q], diffusivity[i - 1, j, p:q], diffusivity[i, j - 1, p:q]
            to_slice, to_row, to_column = slices[i, j, p:q], rows[i, j, p:q], columns[i, j, p:q]
            for k in range(q - p):
                own = here[k + 1]
                twice = own + own
                to_slice[k] = per_slice * twice * above[k] / max(own + above[k], tiny)
                to_row[k] = per_row * twice * beside[k] / max(own + beside[k], tiny)
                to_column[k] = per_column * twice * here[k] / max(own + here[k], tiny)


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def steepest(first, last, low, high, slices, rows, columns, found):
    """Per slice the greatest sum of the six conductances around a voxel: twice it bounds the operator's spectrum (Gershgorin)."""
    for i in range(first, last):
        greatest = slices[i, 0, 0]
        for j in range(1, slices.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            if q <= p:
                continue
            a, b, c, d, e = slices[i, j, p:q], slices[i + 1, j, p:q], rows[i, j, p:q], rows[i, j + 1, p:q], columns[i, j, p : q + 1]
            for k in range(q - p):
                greatest = max(greatest, a[k] + b[k] + c[k] + d[k] + e[k] + e[k + 1])
        found[i] = greatest


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def first_stages(first, last, low, high, result, older, newer, slices, rows, columns, reach, up, down):
    """result <- up (newer + reach * flow into it) - down older."""
    for i in range(first, last):
        for j in range(1, newer.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            if q <= p:
                continue
            out, old, here = result[i, j, p:q], older[i, j, p:q], newer[i, j, p - 1 : q + 1]
            above, below, left, right = newer[i - 1, j, p:q], newer[i + 1, j, p:q], newer[i, j - 1, p:q], newer[i, j + 1, p:q]
            a, b, c, d, e = slices[i, j, p:q], slices[i + 1, j, p:q], rows[i, j, p:q], rows[i, j + 1, p:q], columns[i, j, p : q + 1]
            for k in range(q - p):
                u = here[k + 1]
                flow = (
                    a[k] * (above[k] - u)
                    + b[k] * (below[k] - u)
                    + c[k] * (left[k] - u)
                    + d[k] * (right[k] - u)
                    + e[k] * (here[k] - u)
                    + e[k + 1] * (here[k + 2] - u)
                )
                out[k] = up * (u + reach * flow) - down * old[k]


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def stage(first, last, low, high, older, newer, slices, rows, columns, reach, up, down):
    """older <- up (newer + reach * flow into it) - down older."""
    for i in range(first, last):
        for j in range(1, newer.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            if q <= p:
                continue
            old, here = older[i, j, p:q], newer[i, j, p - 1 : q + 1]
            above, below, left, right = newer[i - 1, j, p:q], newer[i + 1, j, p:q], newer[i, j - 1, p:q], newer[i, j + 1, p:q]
            a, b, c, d, e = slices[i, j, p:q], slices[i + 1, j, p:q], rows[i, j, p:q], rows[i, j + 1, p:q], columns[i, j, p : q + 1]
            for k in range(q - p):
                u = here[k + 1]
                flow = (
                    a[k] * (above[k] - u)
                    + b[k] * (below[k] - u)
                    + c[k] * (left[k] - u)
                    + d[k] * (right[k] - u)
                    + e[k] * (here[k] - u)
                    + e[k + 1] * (here[k + 2] - u)
                )
                old[k] = up * (u + reach * flow) - down * old[k]


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def last_stage(first, last, low, high, start, older, newer, slices, rows, columns, reach, up, down, keep, take, sums, clipped):
    """start <- keep start + take (up (newer + reach * flow) - down older), never below 0; per slice its sum and what was clipped."""
    for i in range(first, last):
        total, below_zero = 0.0, 0.0
        for j in range(1, newer.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            if q <= p:
                continue
            result, old, here = start[i, j, p:q], older[i, j, p:q], newer[i, j, p - 1 : q + 1]
            above, below, left, right = newer[i - 1, j, p:q], newer[i + 1, j, p:q], newer[i, j - 1, p:q], newer[i, j + 1, p:q]
            a, b, c, d, e = slices[i, j, p:q], slices[i + 1, j, p:q], rows[i, j, p:q], rows[i, j + 1, p:q], columns[i, j, p : q + 1]
            row, under = 0.0, 0.0
            for k in range(q - p):
                u = here[k + 1]
                flow = (
                    a[k] * (above[k] - u)
                    + b[k] * (below[k] - u)
                    + c[k] * (left[k] - u)
                    + d[k] * (right[k] - u)
                    + e[k] * (here[k] - u)
                    + e[k + 1] * (here[k + 2] - u)
                )
                value = keep * result[k] + take * (up * (u + reach * flow) - down * old[k])
                kept = max(value, value * 0)
                result[k] = kept
                row += np.float64(kept)
                under += np.float64(kept - value)
            total += row
            below_zero += under
        sums[i], clipped[i] = total, below_zero


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def logistic(first, last, low, high, density, gained, crowding, sums):
    """density <- exact solution of logistic growth, (1 + gained) u / (1 + crowding u); per slice the sum."""
    for i in range(first, last):
        total = 0.0
        for j in range(1, density.shape[1] - 1):
            line, row = density[i, j, low[i, j] : max(low[i, j], high[i, j])], 0.0
            for k in range(len(line)):
                value = line[k]
                crowd = crowding * value
                # as a small change of u: rounding of the gain would add up over a thousand steps
                value += value * (gained - crowd) / (1 + crowd)
                line[k] = value
                row += np.float64(value)
            total += row
        sums[i] = total


@nb.njit(nogil=True, cache=True)
def gompertz(first, last, low, high, density, scale, lasting, killed, rate, capacity, floor, duration, sums):
    """density <- exact solution of Gompertz growth, exponential below `floor` times the capacity, where less than a cell is left.

    killed: integral of the rate of killing; lasting: the same weighted by what growth leaves of a loss, exp(-rate * time left).
    """
    steep = rate * -np.log(floor)
    slowing, survive_high, survive_low = np.exp(-rate * duration), np.exp(-lasting), np.exp(-killed)
    for i in range(first, last):
        total = 0.0
        for j in range(1, density.shape[1] - 1):
            for k in range(low[i, j], high[i, j]):
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


@nb.njit(nogil=True, cache=True, fastmath=_FAST)
def apart(first, last, low, high, one, other, differences, sums):
    """Per slice the sum of absolute differences, and the sum of `other`."""
    for i in range(first, last):
        difference, total = 0.0, 0.0
        for j in range(1, one.shape[1] - 1):
            p, q = low[i, j], max(low[i, j], high[i, j])
            a, b = one[i, j, p:q], other[i, j, p:q]
            row, whole = 0.0, 0.0
            for k in range(q - p):
                row += np.float64(abs(a[k] - b[k]))
                whole += np.float64(b[k])
            difference += row
            total += whole
        differences[i], sums[i] = difference, total


@nb.njit(nogil=True, cache=True)
def occupied(first, last, low, high, density, least, start, stop):
    """Per row the first voxel above `least` and the one after the last; start = stop = 0 where there is none."""
    for i in range(first, last):
        for j in range(1, density.shape[1] - 1):
            p, q = low[i, j], high[i, j]
            while p < q and density[i, j, p] <= least:
                p += 1
            while q > p and density[i, j, q - 1] <= least:
                q -= 1
            start[i, j], stop[i, j] = (p, q) if q > p else (0, 0)


@nb.njit(nogil=True, cache=True)
def widened(first, last, start, stop, radius, slice_mm, row_mm, column_mm, columns, low, high):
    """Per row the voxels within `radius` (mm) of any occupied row's stretch; low = high = 1 where there are none."""
    near_slices, near_rows, rows = int(radius / slice_mm), int(radius / row_mm), start.shape[1]
    for i in range(first, last):
        low[i], high[i] = columns, 0
        for a in range(max(1, i - near_slices), min(start.shape[0] - 1, i + near_slices + 1)):
            for b in range(-near_rows, near_rows + 1):
                left = radius**2 - ((a - i) * slice_mm) ** 2 - (b * row_mm) ** 2
                if left < 0:
                    continue
                reach, begin, end = int(np.sqrt(left) / column_mm), max(1, 1 - b), min(rows - 1, rows - 1 - b)
                p, q, starts, stops = low[i, begin:end], high[i, begin:end], start[a, begin + b : end + b], stop[a, begin + b : end + b]
                for j in range(end - begin):
                    some = stops[j] > 0
                    p[j] = min(p[j], starts[j] - reach if some else columns)
                    q[j] = max(q[j], stops[j] + reach if some else 0)
        for j in range(rows):
            low[i, j], high[i, j] = (max(low[i, j], 1), min(high[i, j], columns - 1)) if high[i, j] > low[i, j] else (1, 1)
