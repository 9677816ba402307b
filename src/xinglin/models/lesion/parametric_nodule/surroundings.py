"""What lies around the place in the scan: the level of the lung, its noise, vessels, and a wall to lean on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.blocks import blurred
from xinglin.models.lesion.parametric_nodule.fine_grid import Box, FineGrid
from xinglin.models.lesion.parametric_nodule.frame import Frame
from xinglin.records.errors import InvalidInput
from xinglin.records.volume import Volume

STRUCTURE_FROM_HU = -500.0  # half way from lung to soft tissue: above it a voxel holds a vessel, a wall, a fissure's edge
LUNG_HU = (-975.0, -450.0)
SMOOTH_MM, FINE_MM, LEVEL_MM, STRUCTURE_SIGMAS, NOISE_SIGMAS = 1.0, 0.6, 6.0, 3.5, 3.0
LEVEL_STEPS, STRUCTURE_STEPS, ENOUGH = 4, 2, 60_000
# noise of filtered back-projection, power f exp(-(f / f0)^2 / 2), f0 0.4 to 0.1 per mm, made and measured: spread of the band from
# 0.6 to 1 mm over that of all faster than 1 mm in the slice; of all slower than 1 mm over that of the band; `_Noise.missing`
SLOW_NOISE = (
    (0.20, 0.85, 5.4),
    (0.26, 0.95, 5.0),
    (0.30, 1.05, 4.6),
    (0.36, 1.24, 4.2),
    (0.44, 1.64, 3.5),
    (0.49, 2.15, 3.0),
    (0.52, 2.77, 2.7),
)
BORROWED_FROM = ((0, 7), (7, 0), (0, -7), (-7, 0), (9, 9), (-9, 9), (9, -9), (-9, -9))  # voxels
LEAST_SPREAD_HU = 10.0
WALL_FROM_HU, VESSEL_RADIUS_MM = -400.0, 3.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """HU in the box. `voxels` as they are; `lung_hu` the level of the air-filled lung; `excess_hu` how much vessels, walls and
    other structures stand above it (an airway below it), 0 where there is nothing but lung and noise."""

    voxels: NDArray[np.float32]
    lung_hu: NDArray[np.float32]
    excess_hu: NDArray[np.float32]
    noise_hu: float
    clean: NDArray[np.float32]  # lung and structures, without the noise


def surroundings(scan: Volume, box: Box) -> Surroundings:
    """Looks at the box and 8 mm around it. Raises InvalidInput XL-NODULE-007 when the scan's edge cuts the box."""
    if np.any(box.start < 0) or np.any(box.start + box.shape > np.array(scan.shape)):
        raise InvalidInput(
            "XL-NODULE-007",
            "the scan's edge cuts the nodule",
            where="NoduleRequest.center_mm",
            why="the nodule with its blur needs room inside the scan",
            fix="move it inwards, or take a smaller one",
        )
    spacing = box.grid.frame.spacing_mm
    pad = np.minimum(np.ceil(8.0 / spacing).astype(int), 12)
    low = np.maximum(box.start - pad, 0)
    high = np.minimum(box.start + box.shape + pad, scan.shape)
    wide = np.asarray(scan.voxels[tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))], dtype=np.float32)
    noise = _noise_of(wide, spacing)
    clean = wide - noise.hu
    lung_hu, left_hu = _lung_level(clean, spacing)
    excess = clean - lung_hu
    excess = np.asarray(excess * (1 - noise.share_of(left_hu) * _fading(np.abs(excess), NOISE_SIGMAS * left_hu)), dtype=np.float32)
    window = tuple(slice(int(a), int(a + n)) for a, n in zip(box.start - low, box.shape, strict=True))
    return Surroundings(wide[window], lung_hu[window], excess[window], noise.spread_hu, (lung_hu + excess)[window])


@dataclass(frozen=True, eq=False)
class _Noise:
    """hu: of each voxel, without what is smooth over 1 mm; spread_hu: standard deviation of that; slow_hu: of what is smooth.

    missing: variance that `hu` lacks, in units of slow_hu squared (more than 1, as fast and slow noise are not independent).
    """

    hu: NDArray[np.float32]
    spread_hu: float
    slow_hu: float
    missing: float

    def share_of(self, left_hu: float) -> np.float32:
        """How much of what varies by left_hu in the smooth lung stays in the picture, so that the noise is as loud as it was."""
        if left_hu <= self.slow_hu:
            return np.float32(1)
        square = (self.slow_hu / left_hu) ** 2
        half = (self.missing - 1) * square / 2
        return np.float32(np.sqrt(half * half + self.missing * square) - half)


def _noise_of(wide: NDArray[np.float32], spacing: NDArray[np.float64]) -> _Noise:
    """The noise in each voxel: what a smooth picture of the free lung leaves over; on structures, that of a free place close by."""
    flat = blurred(wide, np.array([SMOOTH_MM, 0, 0]) / spacing)
    smooth = blurred(flat, np.array([0, SMOOTH_MM, SMOOTH_MM]) / spacing)
    band = blurred(flat, np.array([0, FINE_MM, FINE_MM]) / spacing) - smooth
    rest = wide - smooth
    structures, band_hu, rest_hu = _structures(band, rest)
    free = np.where(structures, np.float32(0), np.float32(1))
    offset = np.median(_some(smooth))
    beside = blurred(free * (wide - offset), SMOOTH_MM / spacing) / np.maximum(blurred(free, SMOOTH_MM / spacing), np.float32(1e-3))
    rest = np.where(structures, np.float32(0), wide - (offset + beside))
    in_slice_hu = 0.0 if structures.all() else _spread((flat - smooth)[~structures])
    share, slow, missing = zip(*SLOW_NOISE, strict=True)
    slow_hu = band_hu * float(np.interp(band_hu / in_slice_hu, share, slow)) if in_slice_hu > 0 else 0.0
    lost = float(np.interp(slow_hu / band_hu, slow, missing)) if band_hu > 0 else missing[0]
    louder = np.sqrt(1 + lost * (slow_hu / rest_hu) ** 2) if rest_hu > 0 else 1.0
    return _Noise(_borrowed(rest, structures, np.float32(louder)), rest_hu, slow_hu, lost)


def _structures(band: NDArray[np.float32], rest: NDArray[np.float32]) -> tuple[NDArray[np.bool_], float, float]:
    """Where these are too much for noise: vessels and edges, and the voxels next to them; and the spread of both elsewhere."""
    band_hu, rest_hu = _quiet_spread(band), _quiet_spread(rest)
    found = np.zeros(band.shape, dtype=bool)
    for _ in range(STRUCTURE_STEPS):
        found = (np.abs(band) > STRUCTURE_SIGMAS * band_hu) | (np.abs(rest) > STRUCTURE_SIGMAS * rest_hu)
        for axis in (1, 2):
            first, last = np.roll(found, 1, axis), np.roll(found, -1, axis)
            found = found | first | last
        if found.all():
            break
        band_hu, rest_hu = _spread(band[~found]), _spread(rest[~found])
    return found, band_hu, rest_hu


def _borrowed(rest: NDArray[np.float32], structures: NDArray[np.bool_], louder: np.float32) -> NDArray[np.float32]:
    """What is noise in each voxel: what the smooth picture left over; on structures, that of a free place close by in the slice."""
    noise, open_ = rest.copy(), structures
    for shift in BORROWED_FROM:
        free = open_ & ~np.roll(structures, shift, (1, 2))
        noise[free] = louder * np.roll(rest, shift, (1, 2))[free]
        open_ = open_ & ~free
    return noise


def _quiet_spread(values: NDArray[np.float32]) -> float:
    """Standard deviation of the noise where much else may be: from the quietest, among what is no more than 3 of it, step by step."""
    size = np.abs(_some(values))
    found = float(np.quantile(size, 0.25)) / 0.3186
    for _ in range(3):
        found = float(np.quantile(size[size <= 3 * found], 0.25)) / 0.3178 if found > 0 else 0.0
    return found


def _spread(values: NDArray[np.float32]) -> float:
    """Standard deviation of the many, whatever the few are (1.4826 times the median absolute deviation)."""
    some = _some(values)
    return float(1.4826 * np.median(np.abs(some - np.median(some))))


def _some(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Enough of them, evenly spread."""
    return values.ravel()[:: max(values.size // ENOUGH, 1) | 1]


def _fading(size: NDArray[np.float32], limit: float) -> NDArray[np.float32]:
    """1 up to 2/3 of the limit, 0 from 4/3 of it on: what is noise by its size, and what is not."""
    if limit <= 0:
        return (size <= 0).astype(np.float32)
    return np.asarray(np.clip(2 - 1.5 * size / np.float32(limit), 0, 1), dtype=np.float32)


def _lung_level(clean: NDArray[np.float32], spacing: NDArray[np.float64]) -> tuple[NDArray[np.float32], float]:
    """Local mean over 6 mm of what is neither vessel nor wall nor their skirts; and the spread of the lung around it.

    A voxel counts as much as it will not be kept as structure: so level and structures together have the scan's own mean.
    """
    some = _some(clean)
    airy = some[some < STRUCTURE_FROM_HU]
    if airy.size == 0:
        return np.full(clean.shape, np.float32(np.median(clean))), 0.0
    limit = min(float(np.quantile(airy, 0.3)) + 120.0, STRUCTURE_FROM_HU)
    offset = np.median(airy[airy < limit]).astype(np.float32)
    step = np.maximum((LEVEL_MM / 3 / spacing).astype(int), 1)
    thin = clean[tuple(slice(None, None, int(n)) for n in step)] - offset
    level, left_hu = np.zeros_like(thin), _quiet_spread(thin) + LEAST_SPREAD_HU
    for _ in range(LEVEL_STEPS):
        weight = _fading(np.asarray(np.abs(thin - level), dtype=np.float32), NOISE_SIGMAS * left_hu)
        near = blurred(weight, LEVEL_MM / spacing / step)
        total = blurred(np.asarray(weight * thin, dtype=np.float32), LEVEL_MM / spacing / step)
        level = np.asarray(total / np.maximum(near, np.float32(1e-3)), dtype=np.float32)
        left_hu = _quiet_spread(np.asarray(thin - level, dtype=np.float32))
    level = np.asarray(level + offset, dtype=np.float32)
    for axis, count in enumerate(clean.shape):
        level = _between(level, axis, np.arange(count) / step[axis])
    return level, left_hu


def _between(values: NDArray[np.float32], axis: int, at: NDArray[np.float64]) -> NDArray[np.float32]:
    """Linear interpolation along one axis at fractional indices; beyond the ends, the last value."""
    last = values.shape[axis] - 1
    first = np.clip(np.floor(at).astype(int), 0, max(last - 1, 0))
    weight = np.clip(at - first, 0, 1).astype(np.float32).reshape([-1 if k == axis else 1 for k in range(3)])
    after = np.minimum(first + 1, last)
    mixed = np.take(values, first, axis=axis) * (1 - weight) + np.take(values, after, axis=axis) * weight
    return np.asarray(mixed, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class LocalWall:
    """Distance to the nearest wall around a place: a block of voxels with mm to the wall, positive inside the lung."""

    frame: Frame
    start: NDArray[np.int64]
    depth_mm: NDArray[np.float32]

    def __call__(self, grid: FineGrid) -> NDArray[np.float32]:
        """The same at each fine cell, interpolated."""
        found = self.depth_mm
        for axis in range(3):
            cells = grid.start[axis] - 0.5 + (np.arange(grid.shape[axis]) + 0.5) / grid.split[axis]
            found = _between(found, axis, cells - self.start[axis])
        return np.ascontiguousarray(found, dtype=np.float32)

    def at_place(self) -> float:
        """Distance of the place itself."""
        index = np.clip(np.rint(self.frame.place).astype(int) - self.start, 0, np.array(self.depth_mm.shape) - 1)
        return float(self.depth_mm[tuple(index)])


def local_wall(scan: Volume, frame: Frame, reach_mm: float) -> LocalWall:
    """The chest wall, mediastinum or diaphragm near the place, found by density: brighter than -400 HU and thicker than a vessel.

    Raises InvalidInput XL-NODULE-014 when there is none within reach.
    """
    spacing = frame.spacing_mm
    reach = np.ceil((reach_mm + 6) / spacing).astype(int)
    middle = np.rint(frame.place).astype(int)
    low, high = np.maximum(middle - reach, 0), np.minimum(middle + reach + 1, scan.shape)
    block = np.asarray(scan.voxels[tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))], dtype=np.float32)
    smooth = blurred(block, 0.7 / spacing)
    bright = smooth > WALL_FROM_HU
    deep = _distance_mm(np.pad(bright, 1, mode="edge"), spacing)[1:-1, 1:-1, 1:-1] > VESSEL_RADIUS_MM
    if not deep.any():
        fix = "a place nearer to the pleura"
        raise InvalidInput("XL-NODULE-014", "no wall within the nodule's reach", where="NoduleRequest.attachment", fix=fix)
    wall = bright & (_distance_mm(~deep, spacing) <= VESSEL_RADIUS_MM + spacing.max())
    half = np.float32(0.5 * np.cbrt(np.prod(spacing)))
    depth = np.where(wall, half - _distance_mm(wall, spacing), _distance_mm(~wall, spacing) - half)
    return LocalWall(frame, low.astype(np.int64), blurred(depth, np.full(3, 0.7)))


def _distance_mm(mask: NDArray[np.bool_], spacing: NDArray[np.float64]) -> NDArray[np.float32]:
    """From each voxel of the mask to the nearest one outside it."""
    from scipy import ndimage  # here: a nodule away from walls does without

    return np.asarray(ndimage.distance_transform_edt(mask, sampling=spacing), dtype=np.float32)
