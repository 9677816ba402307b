"""Draws solids and tubes onto a fine grid with the true share of every voxel they fill, one thick slice after another.

A solid is known as distances to its surface on a coarse grid and is interpolated; a tube is worked out in its own small box.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image.thorax_phantom.branching import Tubes

Float = NDArray[np.float32]
COARSE_MM = 4.0
NEAR_MM = 3.0  # a voxel farther than this from a surface is wholly in or out


@dataclass(frozen=True)
class Slab:
    """Fine slices of one piece of work: places of the voxel centres along z, y and x in mm."""

    z: Float
    y: Float
    x: Float

    @property
    def step_mm(self) -> tuple[float, float, float]:
        """Size of a fine voxel."""
        z = float(self.z[1] - self.z[0]) if len(self.z) > 1 else float(self.y[1] - self.y[0])
        return z, float(self.y[1] - self.y[0]), float(self.x[1] - self.x[0])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Fine slices, rows, columns."""
        return len(self.z), len(self.y), len(self.x)


def axis(low_mm: float, high_mm: float) -> Float:
    """Places of coarse nodes that cover a stretch and a little more."""
    count = int(np.ceil((high_mm - low_mm) / COARSE_MM)) + 3
    return (low_mm - COARSE_MM + COARSE_MM * np.arange(count)).astype(np.float32)


def between(nodes: Float, places: Float) -> Float:
    """Matrix (places, nodes) that interpolates linearly from coarse nodes."""
    at = np.clip((places - nodes[0]) / COARSE_MM, 0, len(nodes) - 1.001)
    low = at.astype(int)
    matrix = np.zeros((len(places), len(nodes)), np.float32)
    matrix[np.arange(len(places)), low] = 1 - (at - low)
    matrix[np.arange(len(places)), low + 1] = at - low
    return matrix


class CoarseField:
    """A smooth quantity on coarse nodes, read on fine slices. `reach`: values above it matter to nobody (nothing drawn there)."""

    def __init__(self, values: Float, nodes: tuple[Float, Float, Float], reach: float | None = NEAR_MM) -> None:
        self._values, self._nodes = values, nodes
        full = tuple((0, n - 1) for n in values.shape)
        self._span = full if reach is None else _span_of(values < reach + COARSE_MM)

    def box(self, slab: Slab) -> tuple[slice, slice, slice] | None:
        """The part of the slab in which the solid may lie."""
        if self._span is None:
            return None
        found = []
        for nodes, places, (low, high) in zip(self._nodes, (slab.z, slab.y, slab.x), self._span, strict=True):
            first, last = np.searchsorted(places, (nodes[low], nodes[high]))
            if first >= last:
                return None
            found.append(slice(int(first), int(last)))
        return found[0], found[1], found[2]

    def read(self, slab: Slab, box: tuple[slice, slice, slice]) -> Float:
        """Interpolated values in that part."""
        z, y, x = (between(n, p[b]) for n, p, b in zip(self._nodes, (slab.z, slab.y, slab.x), box, strict=True))
        low, high = int(np.argmax(z.any(0))), len(z[0]) - int(np.argmax(z.any(0)[::-1]))
        planes = np.tensordot(z[:, low:high], self._values[low:high], 1)
        return np.matmul(np.matmul(y, planes), x.T)


def _span_of(inside: NDArray[np.bool_]) -> tuple[tuple[int, int], ...] | None:
    if not inside.any():
        return None
    spans = []
    for k in range(3):
        hit = np.flatnonzero(inside.any(tuple(j for j in range(3) if j != k)))
        spans.append((max(int(hit[0]) - 1, 0), min(int(hit[-1]) + 1, inside.shape[k] - 1)))
    return tuple(spans)


def true_distance(values: Float) -> Float:
    """Turns a field that is zero on a surface into millimetres from it: divided by its own slope."""
    slope = np.sqrt(sum(g * g for g in np.gradient(values, COARSE_MM)))
    return np.clip(values / np.maximum(slope, 0.2), -60, 60).astype(np.float32)


def share(distance_mm: Float, step_mm: tuple[float, float, float]) -> Float:
    """Share of each voxel inside a surface that passes at this distance from its centre."""
    size = float(np.prod(step_mm)) ** (1 / 3)
    return np.clip(0.5 - distance_mm / np.float32(size), 0, 1)


def lay(hu: Float, part: Float, value: float | Float) -> None:
    """Replaces the share `part` of what lies there by `value`, in place."""
    hu += part * (value - hu)


def draw_tubes(tubes: Tubes, slab: Slab, onto: Float, squeeze_z: float = 1.0) -> None:
    """Raises `onto` to the share of every fine voxel inside any of the tubes. squeeze_z < 1 makes them taller than wide."""
    margin = tubes.radii.max(1) + max(slab.step_mm)
    low, high = tubes.ends.min(1), tubes.ends.max(1)
    tall = margin / squeeze_z
    seen = (low[:, 0] - tall <= slab.z[-1]) & (high[:, 0] + tall >= slab.z[0])
    seen &= (low[:, 1] - margin <= slab.y[-1]) & (high[:, 1] + margin >= slab.y[0])
    seen &= (low[:, 2] - margin <= slab.x[-1]) & (high[:, 2] + margin >= slab.x[0])
    which = np.flatnonzero(seen)
    reach = np.stack([tall, margin, margin], 1)
    first = np.stack([np.searchsorted(p, (low - reach)[which, k]) for k, p in enumerate((slab.z, slab.y, slab.x))], 1)
    last = np.stack([np.searchsorted(p, (high + reach)[which, k]) for k, p in enumerate((slab.z, slab.y, slab.x))], 1)
    size = np.float32(1 / float(np.prod(slab.step_mm)) ** (1 / 3))
    for n, begin, end in zip(which, first, last, strict=True):
        if (begin < end).all():
            _one_tube(tubes.ends[n], tubes.radii[n], slab, onto, (begin, end), squeeze_z, size)


def _one_tube(
    ends: NDArray[np.float64], radii: NDArray[np.float64], slab: Slab, onto: Float, box: tuple, squeeze_z: float, per_mm: np.float32
) -> None:
    (k0, j0, i0), (k1, j1, i1) = box
    z = (slab.z[k0:k1, None, None] - np.float32(ends[0, 0])) * np.float32(squeeze_z)
    y, x = slab.y[None, j0:j1, None] - np.float32(ends[0, 1]), slab.x[None, None, i0:i1] - np.float32(ends[0, 2])
    way = ((ends[1] - ends[0]) * (squeeze_z, 1, 1)).astype(np.float32)
    square = float(way @ way) + 1e-6
    along = (z * (way[0] / square) + y * (way[1] / square)) + x * (way[2] / square)
    np.clip(along, 0, 1, out=along)
    far = (z - along * way[0]) ** 2
    far += (y - along * way[1]) ** 2
    far += (x - along * way[2]) ** 2
    np.sqrt(far, out=far)
    along *= np.float32(radii[1] - radii[0])
    far -= along
    far = np.float32(0.5) - (far - np.float32(radii[0])) * per_mm
    np.clip(far, 0, 1, out=far)
    there = onto[k0:k1, j0:j1, i0:i1]
    np.maximum(there, far, out=there)
