"""The numbers of an outlined lesion: long and short axis, volume, density, place, distance to the pleura.

Lengths are taken between places on the outline where the voxels are half lesion (not between voxel centres); the volume
counts each voxel at the edge by its share. An outline that does not follow the image is measured by its voxels, and says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import LesionMeasures, Point_mm
from xinglin.workup.imaging.axes import Axes, axes_of_slice
from xinglin.workup.imaging.mask_shapes import box_of, distance, pieces, shrunk, smoothed, widened
from xinglin.workup.imaging.partial_volume import Levels, blur_distance, levels_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

SOLID_THRESHOLD_HU = -300.0
FOLLOWS = 0.80  # share of edge voxels that must lie on the side of the half-way level where the outline has them
BY_SHARE = "volume counts each voxel by its share of lesion"
BY_COUNT = "volume and axes count whole voxels: the outline does not follow the half-way level"


def measure(
    volume: Volume,
    mask: NDArray[np.bool_],
    start: tuple[int, int, int] = (0, 0, 0),
    *,
    kind: str = "",
    lung: NDArray[np.bool_] | None = None,
    notes: tuple[str, ...] = (),
) -> LesionMeasures:
    """The measures of one lesion.

    mask: booleans, the whole volume's shape, or a box that begins at voxel `start`. kind: "part-solid" and "ground-glass"
    also get the solid part. lung: mask of both lungs on the volume's grid, nodules may be in it or not; gives the distance
    from the lesion's edge to the lung's surface (0 when it touches). notes: added to those of the measuring.

    Long axis: the longest line within one slice plane, over all slices; short axis: the longest line perpendicular to it in
    the same slice (RECIST 1.1: Eisenhauer 2009, Fleischner: mean of both). Density: mean and SD of the voxels free of the
    surroundings' blur (of all, where there are none). Solid part: voxels above -300 HU (see README).
    Raises InvalidInput XL-IMG-311 (empty mask), XL-IMG-312 (mask does not fit the volume).
    """
    whole, box_start = _boxed(volume, np.asarray(mask, bool), start)
    part = tuple(slice(a, a + n) for a, n in zip(box_start, whole.shape, strict=True))
    voxels = np.ascontiguousarray(volume.voxels[part], dtype=np.float32)
    spacing = volume.spacing_mm
    levels = levels_of(voxels, whole, spacing, glass_rim=kind == "part-solid")
    follows = _follows(levels, whole)
    share = _bound(levels.share, whole) if follows else whole.astype(np.float32)
    axes = _longest(_steady(share, levels) if follows else share, whole, spacing)
    volume_mm3 = _volume_mm3(levels.share if follows else share, levels, whole, volume.voxel_mm3)
    deep = voxels[_inner(whole, spacing)]
    solid = _solid(voxels, whole, kind, volume, spacing)
    return LesionMeasures(
        long_axis_mm=_rounded(axes.long_mm),
        short_axis_mm=_rounded(axes.short_mm),
        mean_diameter_mm=_rounded((axes.long_mm + axes.short_mm) / 2),
        volume_mm3=_rounded(volume_mm3),
        mean_hu=round(float(deep.mean()), 1),
        sd_hu=round(float(deep.std()), 1),
        center_mm=_center(volume, share, box_start),
        slice_instance=volume.instances[box_start[0] + axes.slice_index] if volume.instances else "",
        slice_index=box_start[0] + axes.slice_index,
        long_axis_ends=_ends(volume, axes.slice_index, axes.long_ends, box_start),
        short_axis_ends=_ends(volume, axes.slice_index, axes.short_ends, box_start),
        effective_diameter_mm=_rounded((6 * volume_mm3 / np.pi) ** (1 / 3)),
        solid_volume_mm3=solid[0],
        solid_diameter_mm=solid[1],
        pleura_distance_mm=None if lung is None else _to_pleura(lung, whole, box_start, volume),
        touches_border=_touches_border(volume, whole, box_start),
        notes=_told(notes, whole, follows),
    )


def _told(notes: tuple[str, ...], mask: NDArray[np.bool_], follows: bool) -> tuple[str, ...]:
    """The notes given, how the volume was counted, and whether the lesion is seen on very few slices."""
    said = [*notes, BY_SHARE if follows else BY_COUNT]
    slices = int(mask.any(axis=(1, 2)).sum())
    if slices < 3:
        said.append(f"seen on {slices} slice{'s' if slices > 1 else ''} only")
    return tuple(dict.fromkeys(said))


def _rounded(value: float) -> float:
    return round(float(value), 2)


def _boxed(volume: Volume, mask: NDArray[np.bool_], start: tuple[int, int, int]) -> tuple[NDArray[np.bool_], tuple[int, int, int]]:
    """The mask in a box that reaches 8 mm beyond it where the scan does."""
    fits = mask.ndim == 3 and all(a >= 0 and a + n <= m for a, n, m in zip(start, mask.shape, volume.shape, strict=True))
    if not fits:
        raise InvalidInput("XL-IMG-312", "the mask does not fit the scan", where="mask", fix="give the box and its first voxel")
    if not mask.any():
        raise InvalidInput("XL-IMG-311", "the mask is empty", where="mask")
    used = box_of(mask)
    margins = [int(np.ceil(8.0 / s)) for s in volume.spacing_mm]
    low = [max(0, a + u.start - m) for a, u, m in zip(start, used, margins, strict=True)]
    high = [min(n, a + u.stop + m) for a, u, m, n in zip(start, used, margins, volume.shape, strict=True)]
    whole = np.zeros([b - a for a, b in zip(low, high, strict=True)], bool)
    inner = tuple(slice(a + u.start - w, a + u.stop - w) for a, u, w in zip(start, used, low, strict=True))
    whole[inner] = mask[used]
    return whole, (low[0], low[1], low[2])


def _follows(levels: Levels, mask: NDArray[np.bool_]) -> bool:
    """Whether the outline lies where the voxels are half and half."""
    if levels.noise and abs(levels.inside - levels.outside) < 1.5 * levels.noise:
        return False
    edge = mask & ~shrunk(mask)
    beyond = widened(mask) & ~mask
    right = int((levels.share[edge] >= 0.5).sum()) + int((levels.share[beyond] < 0.5).sum())
    return right >= FOLLOWS * (int(edge.sum()) + int(beyond.sum()))


def _bound(share: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Shares that agree with the mask: where they do not, the mask has the word."""
    bounded = np.clip(share, 0.0, 1.0)
    bounded[mask & (share < 0.5)] = 1.0
    bounded[~mask & (share >= 0.5)] = 0.0
    return bounded


def _steady(share: NDArray[np.float32], levels: Levels) -> NDArray[np.float32]:
    """Shares for the outline, smoothed within the slice where noise would fray it."""
    contrast = abs(levels.inside - levels.outside)
    if levels.noise <= 0.06 * contrast:
        return share
    sigma = min(0.8, 0.4 + 2 * levels.noise / contrast)
    return smoothed(share, (0.0, sigma, sigma))


def _longest(share: NDArray[np.float32], mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> Axes:
    best: Axes | None = None
    for index in np.flatnonzero(mask.any(axis=(1, 2))):
        found = axes_of_slice(share[index], mask[index], spacing_mm[1:], int(index))
        if best is None or found.long_mm > best.long_mm + 1e-6:
            best = found
    if best is None:
        raise InvalidInput("XL-IMG-311", "the mask is empty", where="mask")
    return best


def _volume_mm3(share: NDArray[np.float32], levels: Levels, mask: NDArray[np.bool_], voxel_mm3: float) -> float:
    """Sum of shares; where noise makes them stray below 0 or above 1 they cancel out. At least half the counted voxels."""
    total = float(share.sum(dtype=np.float64))
    counted = float(mask.sum())
    return (total if 0.5 * counted <= total <= 2.0 * counted else counted) * voxel_mm3


def _inner(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    deep = mask & (blur_distance(mask, spacing_mm) > 1.25)
    return deep if int(deep.sum()) >= 4 else mask


def _solid(
    voxels: NDArray[np.float32], mask: NDArray[np.bool_], kind: str, volume: Volume, spacing_mm: tuple[float, float, float]
) -> tuple[float | None, float | None]:
    """(volume, longest line in a slice) of the solid part of a subsolid nodule; zeros when there is none."""
    if kind not in ("part-solid", "ground-glass") or volume.unit != "HU":
        return None, None
    marks, count = pieces(mask & (voxels > SOLID_THRESHOLD_HU))
    if not count:
        return 0.0, 0.0
    sizes = np.bincount(marks.ravel())
    sizes[0] = 0
    largest = marks == int(np.argmax(sizes))
    if int(sizes.max()) < 4:
        return 0.0, 0.0
    levels = levels_of(voxels, largest, spacing_mm)
    follows = _follows(levels, largest)
    share = _bound(levels.share, largest) if follows else largest.astype(np.float32)
    axes = _longest(share, largest, spacing_mm)
    return _rounded(_volume_mm3(share, levels, largest, volume.voxel_mm3)), _rounded(axes.long_mm)


def _center(volume: Volume, share: NDArray[np.float32], start: tuple[int, int, int]) -> Point_mm:
    total = float(share.sum(dtype=np.float64))
    place = [
        start[axis] + float((share.sum(axis=tuple(a for a in range(3) if a != axis), dtype=np.float64) * np.arange(n)).sum()) / total
        for axis, n in enumerate(share.shape)
    ]
    return _point(volume, (place[0], place[1], place[2]))


def _point(volume: Volume, index: tuple[float, float, float]) -> Point_mm:
    x, y, z = volume.point_mm(index)
    return round(x, 2), round(y, 2), round(z, 2)


def _ends(
    volume: Volume, slice_index: int, ends: tuple[tuple[float, float], tuple[float, float]], start: tuple[int, int, int]
) -> tuple[Point_mm, Point_mm]:
    first, last = (_point(volume, (start[0] + slice_index, start[1] + row, start[2] + column)) for row, column in ends)
    return first, last


def _touches_border(volume: Volume, mask: NDArray[np.bool_], start: tuple[int, int, int]) -> bool:
    for axis, size in enumerate(volume.shape):
        used = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        if start[axis] + used[0] == 0 or start[axis] + used[-1] == size - 1:
            return True
    return False


def _to_pleura(lung: NDArray[np.bool_], mask: NDArray[np.bool_], start: tuple[int, int, int], volume: Volume) -> float | None:
    """From the lesion's edge to the nearest place outside the (filled) lung; None when that is further than 45 mm."""
    spacing = volume.spacing_mm
    reach = [int(np.ceil(45.0 / s)) for s in spacing]
    low = [max(0, a - r) for a, r in zip(start, reach, strict=True)]
    high = [min(n, a + m + r) for a, m, r, n in zip(start, mask.shape, reach, volume.shape, strict=True)]
    near = lung[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    lesion = np.zeros(near.shape, bool)
    lesion[tuple(slice(a - b, a - b + n) for a, b, n in zip(start, low, mask.shape, strict=True))] = mask
    whole = ~widened(~widened(near | lesion)) | near | lesion
    if whole.all():
        return None
    nearest = float(distance(whole, spacing)[lesion].min())
    return _rounded(max(0.0, nearest - max(spacing[1:])))
