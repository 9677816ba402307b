"""Draws solids and tubes onto a fine grid with the true share of every voxel they fill, one thick slice after another.

A solid is known as distances to its surface on a coarse grid and is interpolated; a tube is worked out in its own small box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax_phantom.branching import Tubes

Float = NDArray[np.float32]
COARSE_MM = 4.0
Box = tuple[slice, slice, slice]
NEAR_MM = 3.0  # a voxel farther than this from a surface is wholly in or out


@dataclass(frozen=True)
class Slab:
    """Fine slices of one piece of work: places of the voxel centres along z, y and x in mm. fine: fine voxels per voxel."""

    z: Float
    y: Float
    x: Float
    fine: tuple[int, int, int] = (1, 1, 1)

    @property
    def step_mm(self) -> tuple[float, float, float]:
        """Size of a fine voxel."""
        z = float(self.z[1] - self.z[0]) if len(self.z) > 1 else float(self.y[1] - self.y[0])
        return z, float(self.y[1] - self.y[0]), float(self.x[1] - self.x[0])

    @property
    def shape(self) -> tuple[int, int, int]:
        """Fine slices, rows, columns."""
        return len(self.z), len(self.y), len(self.x)

    def part(self, low_mm: Sequence[float], high_mm: Sequence[float]) -> Box | None:
        """The fine voxels between two corners (z, y, x), widened to whole voxels; None when there are none."""
        found = []
        for places, low, high, fine in zip((self.z, self.y, self.x), low_mm, high_mm, self.fine, strict=True):
            first, last = np.searchsorted(places, (low, high))
            if first >= last:
                return None
            found.append(slice(int(first) // fine * fine, min(-(-int(last) // fine) * fine, len(places))))
        return found[0], found[1], found[2]

    def cut(self, box: Box) -> Slab:
        """That part as a slab of its own."""
        return Slab(self.z[box[0]], self.y[box[1]], self.x[box[2]], self.fine)


def axis(low_mm: float, high_mm: float) -> Float:
    """Places of coarse nodes that cover a stretch and a little more."""
    count = int(np.ceil((high_mm - low_mm) / COARSE_MM)) + 3
    return (low_mm - COARSE_MM + COARSE_MM * np.arange(count)).astype(np.float32)


def between(values: Float, nodes: Float, places: Float) -> Float:
    """Values on coarse nodes of the first axis, interpolated linearly at places of that axis."""
    at = np.clip((places - nodes[0]) / np.float32(COARSE_MM), 0, len(nodes) - 1.001)
    low = at.astype(np.intp)
    share_up = (at - low).astype(np.float32).reshape(-1, *(1,) * (values.ndim - 1))
    out = values[low + 1]
    below = values[low]
    out -= below
    out *= share_up
    out += below
    return out


class CoarseField:
    """A smooth quantity on coarse nodes, read on fine slices. `reach`: values above it matter to nobody (nothing drawn there)."""

    def __init__(self, values: Float, nodes: tuple[Float, Float, Float], reach: float | None = NEAR_MM) -> None:
        self._values, self._nodes = values, nodes
        full = tuple((0, n - 1) for n in values.shape)
        self._span = full if reach is None else _span_of(values < reach + COARSE_MM)
        self._planes: dict[int, Float] = {}
        self._area: tuple[slice, slice] | None = None

    def box(self, slab: Slab) -> Box | None:
        """The part of the slab in which the solid may lie."""
        if self._span is None:
            return None
        low = [float(nodes[span[0]]) for nodes, span in zip(self._nodes, self._span, strict=True)]
        high = [float(nodes[span[1]]) for nodes, span in zip(self._nodes, self._span, strict=True)]
        return slab.part(low, high)

    def read(self, slab: Slab, box: Box) -> Float:
        """Interpolated values in that part. Whole planes are kept from slab to slab, since the next one needs them too."""
        at = np.clip((slab.z[box[0]] - self._nodes[0][0]) / np.float32(COARSE_MM), 0, len(self._nodes[0]) - 1.001)
        low = at.astype(np.intp)
        self._keep_planes(int(low[0]), int(low[-1]) + 1, slab, box)
        out = np.empty((len(at), box[1].stop - box[1].start, box[2].stop - box[2].start), np.float32)
        for n, (node, place) in enumerate(zip(low.tolist(), at.tolist(), strict=True)):
            np.multiply(self._planes[node + 1], np.float32(place - node), out=out[n])
            out[n] += self._planes[node] * np.float32(1 - place + node)
        return out

    def _keep_planes(self, first: int, last: int, slab: Slab, box: Box) -> None:
        if (box[1], box[2]) != self._area:
            self._planes, self._area = {}, (box[1], box[2])
        self._planes = {node: plane for node, plane in self._planes.items() if first <= node <= last}
        for node in range(first, last + 1):
            if node not in self._planes:
                across = between(np.ascontiguousarray(self._values[node].T), self._nodes[2], slab.x[box[2]])
                self._planes[node] = between(np.ascontiguousarray(across.T), self._nodes[1], slab.y[box[1]])


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
    part = distance_mm * np.float32(-1 / size)
    part += np.float32(0.5)
    np.maximum(part, 0, out=part)
    return np.minimum(part, 1, out=part)


def lay(hu: Float, part: Float, value: float | Float) -> None:
    """Replaces the share `part` of what lies there by `value`, in place."""
    change = value - hu
    change *= part
    hu += change


def draw_tubes(tubes: Tubes, slab: Slab, squeeze_z: float = 1.0) -> tuple[Box, Float] | None:
    """The part of the slab that holds any of the tubes, and the share of each fine voxel there inside one. squeeze_z < 1: taller than wide."""
    margin = tubes.radii.max(1) + max(slab.step_mm)
    reach = np.stack([margin / squeeze_z, margin, margin], 1)
    low, high = tubes.ends.min(1) - reach, tubes.ends.max(1) + reach
    places = (slab.z, slab.y, slab.x)
    seen = np.all([(low[:, k] <= p[-1]) & (high[:, k] >= p[0]) for k, p in enumerate(places)], axis=0)
    which = np.flatnonzero(seen)
    box = slab.part(low[which].min(0).tolist(), high[which].max(0).tolist()) if len(which) else None
    if box is None:
        return None
    inner = slab.cut(box)
    places = (inner.z, inner.y, inner.x)
    onto = np.zeros(inner.shape, np.float32)
    first = np.stack([np.searchsorted(p, low[which, k]) for k, p in enumerate(places)], 1)
    last = np.stack([np.searchsorted(p, high[which, k]) for k, p in enumerate(places)], 1)
    size = np.float32(1 / float(np.prod(slab.step_mm)) ** (1 / 3))
    for n, begin, end in zip(which, first.tolist(), last.tolist(), strict=True):
        if begin[0] < end[0] and begin[1] < end[1] and begin[2] < end[2]:
            _one_tube(tubes.ends[n], tubes.radii[n], inner, onto, (begin, end), squeeze_z, size)
    return box, onto


def _one_tube(
    ends: NDArray[np.float64], radii: NDArray[np.float64], slab: Slab, onto: Float, box: tuple, squeeze_z: float, per_mm: np.float32
) -> None:
    (k0, j0, i0), (k1, j1, i1) = box
    z = (slab.z[k0:k1, None, None] - np.float32(ends[0, 0])) * np.float32(squeeze_z)
    y, x = slab.y[None, j0:j1, None] - np.float32(ends[0, 1]), slab.x[None, None, i0:i1] - np.float32(ends[0, 2])
    way = ((ends[1] - ends[0]) * (squeeze_z, 1, 1)).astype(np.float32)
    square = float(way @ way) + 1e-6
    along = (z * (way[0] / square) + y * (way[1] / square)) + x * (way[2] / square)
    np.maximum(along, 0, out=along)
    np.minimum(along, 1, out=along)
    far = (z - along * way[0]) ** 2
    far += (y - along * way[1]) ** 2
    far += (x - along * way[2]) ** 2
    np.sqrt(far, out=far)
    along *= np.float32(radii[1] - radii[0])
    far -= along
    far = np.float32(0.5) - (far - np.float32(radii[0])) * per_mm
    np.minimum(far, 1, out=far)  # below 0 it is never larger than what is there
    there = onto[k0:k1, j0:j1, i0:i1]
    np.maximum(there, far, out=there)
