"""Pictures brought to one shape without false patterns: every new value is the mean over the area it stands for.

What is made larger is interpolated linearly. Masks take the label that fills most of the area, so that no label is invented.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float32]
Fit = Literal["pad", "cover", "stretch"]


@lru_cache(maxsize=256)
def weights(was: int, now: int) -> Any:
    """(now, was), sparse: each row the share every old value has in a new one. Rows sum to 1."""
    found = np.zeros((now, was), np.float64)
    if was >= now:
        edges = np.arange(now + 1) * (was / now)
        for place in range(now):
            first, last = int(edges[place]), min(was, int(np.ceil(edges[place + 1])))
            cells = np.arange(first, last)
            found[place, first:last] = np.minimum(cells + 1, edges[place + 1]) - np.maximum(cells, edges[place])
    else:
        centres = np.clip((np.arange(now) + 0.5) * (was / now) - 0.5, 0, was - 1)
        left = np.minimum(centres.astype(int), max(was - 2, 0))
        found[np.arange(now), left] = 1 - (centres - left)
        if was > 1:
            found[np.arange(now), left + 1] += centres - left
    return csr_array((found / found.sum(1, keepdims=True)).astype(np.float32))


def resized(values: NDArray[Any], shape: tuple[int, ...]) -> Floats:
    """(channels, *axes) at another shape, by the mean over areas. The mean of all stays the same when it is made smaller.

    Sums run in one order whatever the machine (sparse weights, no BLAS), so that the same picture gives the same bytes.
    """
    result = np.asarray(values, np.float32)
    for axis, now in enumerate(shape, 1):
        if result.shape[axis] != now:
            first = np.moveaxis(result, axis, 0)
            flat = weights(len(first), now) @ np.ascontiguousarray(first).reshape(len(first), -1)
            result = np.moveaxis(flat.reshape(now, *first.shape[1:]), 0, axis)
    return np.ascontiguousarray(result, np.float32)


def resized_labels(labels: NDArray[np.integer], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """(*axes) of labels at another shape: the label that covers most of each area, of a tie the smaller."""
    best, most = np.zeros(shape, np.uint8), np.full(shape, -1.0, np.float32)
    for label in np.unique(labels):
        share = resized((labels == label)[None], shape)[0]
        ahead = share > most + 1e-6
        best[ahead], most[ahead] = label, share[ahead]
    return best


def fitted_shape(was: tuple[int, ...], shape: tuple[int, ...], fit: Fit) -> tuple[int, ...]:
    """The shape to be resized to before it is padded or cut to `shape`: proportions are kept unless it is stretched."""
    if fit == "stretch":
        return shape
    scales = [now / before for before, now in zip(was, shape, strict=True)]
    scale = min(scales) if fit == "pad" else max(scales)
    return tuple(max(1, round(before * scale)) for before in was)


def fitted(values: NDArray[Any], shape: tuple[int, ...], fit: Fit, fill: float) -> Floats:
    """(channels, *shape): resized, then padded evenly with `fill`, or its middle cut out."""
    return framed(resized(values, fitted_shape(values.shape[1:], shape, fit)), shape, fill)


def fitted_labels(labels: NDArray[np.integer], shape: tuple[int, ...], fit: Fit) -> NDArray[np.uint8]:
    """The mask of a picture that was `fitted`, at the same place."""
    return framed(resized_labels(labels, fitted_shape(labels.shape, shape, fit))[None], shape, 0)[0]


def framed(values: NDArray[Any], shape: tuple[int, ...], fill: float) -> NDArray[Any]:
    """(channels, *shape): the middle of the values, with `fill` around where they are smaller."""
    result = np.full((len(values), *shape), fill, values.dtype)
    source: list[slice] = [slice(None)]
    target: list[slice] = [slice(None)]
    for was, now in zip(values.shape[1:], shape, strict=True):
        held = min(was, now)
        source.append(slice((was - held) // 2, (was - held) // 2 + held))
        target.append(slice((now - held) // 2, (now - held) // 2 + held))
    result[tuple(target)] = values[tuple(source)]
    return result


def windows(shape: tuple[int, ...], size: tuple[int, ...]) -> list[tuple[slice, ...]]:
    """Places of patches side by side, spread evenly over the picture; none where it is smaller than a patch."""
    if any(whole < part for whole, part in zip(shape, size, strict=True)):
        return []
    starts = []
    for whole, part in zip(shape, size, strict=True):
        count = whole // part
        first = (whole - count * part) // 2
        starts.append([first + part * place for place in range(count)])
    grid = np.stack(np.meshgrid(*starts, indexing="ij"), -1).reshape(-1, len(shape))
    return [tuple(slice(int(a), int(a) + part) for a, part in zip(corner, size, strict=True)) for corner in grid]
