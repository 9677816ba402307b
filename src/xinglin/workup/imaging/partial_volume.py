"""What share of each voxel near a lesion's edge is lesion: by how bright it is between the level inside and outside.

The levels are local: the tissue just inside the edge and the surroundings just outside it, so that a calcified centre,
a glass rim or a vessel nearby does not move the edge. The edge is where a voxel is half and half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.workup.imaging.mask_shapes import distance, pieces, smoothed
from xinglin.workup.imaging.two_levels import USUAL_BLUR_MM, TwoLevels, blurred, misfit_of_one, two_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEEP = 1.25  # widths of blur from which a voxel inside is free of the surroundings
REACH = 1.7  # widths of blur within which an edge is smeared
RIM = 1.5  # widths of blur: how far below the smeared edge the tissue counts as just inside
OUTER = (0.9, 1.8)  # widths of blur: the depth at which an outer layer shows itself
LAYERED = 0.8  # an outer layer with less of the contrast than this is a layer of its own
FINE = 0.7  # widths of blur per voxel up to which a depth needs no allowance
PURE = 0.97  # share from which a voxel is as good as all lesion
LUNG_HU = -500.0  # darker surroundings are lung
CALCIUM_HU = 130.0  # brighter than tissue without contrast medium
TISSUE_HU = 40.0  # what lies around calcium
ABOUT_HU = 120.0
THICK = 0.65  # widths of blur: a thinner layer around calcium may be blur alone
BETTER = 0.7  # share of the misfit of one level that two may leave, to be believed
STRAY = 3.0  # standard deviations of noise by which a share may stray above one
LEAST_LAYER_HU = 60.0
LOCAL_MM = 2.0  # standard deviation of the window over which a level is local


@dataclass(frozen=True, eq=False)
class Levels:
    """Local levels and the share of lesion in each voxel of a box (slice, row, column).

    inside, outside: one number for the whole lesion, in the unit of the voxels; edge: the level just inside its edge. noise: robust standard deviation of the
    surroundings. share: float32, about 0 to 1 (noise makes it stray), 0 for what belongs to something else. clear: voxels
    outside the lesion that are its plain surroundings.
    """

    inside: float
    outside: float
    edge: float
    noise: float
    share: NDArray[np.float32]
    clear: NDArray[np.bool_]
    deep_voxels: int
    thin: bool = False  # no voxel is free of the surroundings: the level inside is an estimate


def blur_distance(away_from: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """Distance of each voxel from the nearest False voxel, in widths of blur (per axis: 1.2 mm or the voxel, the wider)."""
    return distance(away_from, [length / max(USUAL_BLUR_MM, length) for length in spacing_mm])


def _coarseness(spacing_mm: tuple[float, float, float]) -> float:
    """By how many widths of blur voxels push a depth beyond that of voxels of 0.8 mm: half a voxel lies outside the edge's middle."""
    widths = [length / max(USUAL_BLUR_MM, length) for length in spacing_mm]
    return 0.5 * max(0.0, float(np.mean(widths)) - FINE)


def robust_noise(values: NDArray[np.float32]) -> float:
    """Standard deviation by the median absolute deviation (x 1.4826), which stray bright voxels do not move."""
    if values.size < 8:
        return 0.0
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def levels_of(
    voxels: NDArray[np.float32], mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float], glass_rim: bool = False
) -> Levels:
    """The levels inside and outside a mask and the share of lesion in each voxel of the box.

    `voxels` and `mask` have one shape; the box should reach 5 mm beyond the mask where the scan does. `glass_rim`: the
    lesion is part-solid, so that its edge is the edge of its glass, however thin the glass.
    """
    zones = _zones_of(voxels, mask, spacing_mm)
    inside, outside = zones.inside, zones.outside
    pair = _pair_of(voxels, mask, zones, spacing_mm, glass_rim)
    rim = mask & (zones.depth > DEEP) & (zones.depth <= DEEP + RIM) & (zones.shown > PURE)
    calcified = zones.outside < LUNG_HU and zones.inside > CALCIUM_HU  # one level or two: that was asked already
    layered = None if zones.thin or pair or calcified else _layered(voxels, mask, zones, spacing_mm)
    if layered is not None:
        rim, inside = layered, (float(np.median(voxels[layered])) if glass_rim else inside)
    edge = inside if zones.thin or not rim.any() else float(np.median(voxels[rim]))
    if pair is not None:
        edge = outside + pair.layer
        inside = edge if glass_rim else inside
        share = (voxels - _local(voxels, zones.clear, outside, spacing_mm) - pair.core * pair.core_shown) / pair.layer
        share = share.astype(np.float32)
        share[mask & (pair.core_shown > 0.3)] = 1.0
    else:
        share = _share(voxels, rim if int(rim.sum()) >= 6 and not zones.thin else None, zones.clear, (inside, outside), spacing_mm)
    if layered is not None:  # the brighter middle is lesion, no more than once
        share[mask & (voxels > (float(np.median(voxels[layered])) + float(np.median(voxels[zones.deep]))) / 2)] = 1.0
        share = np.minimum(share, 1.25)
    share[mask & (zones.depth > REACH)] = 1.0
    share[~mask & (zones.away > REACH)] = 0.0
    share[mask & (zones.beside <= 1.0)] = 1.0  # next to something else the mask alone decides
    share[~mask & (zones.beside <= 1.0)] = 0.0
    noise = robust_noise(voxels[zones.clear if zones.clear.any() else zones.ring])
    if not zones.thin:  # a vessel or a solid part in glass is brighter than the glass, and no more than one voxel of lesion
        share = np.minimum(share, np.float32(1.0 + STRAY * noise / max(abs(edge - outside), 1.0)))
    return Levels(inside, outside, edge, noise, share, zones.clear, int(zones.deep.sum()), zones.thin)


@dataclass(frozen=True, eq=False)
class _Zones:
    """Where a lesion, its edge and its surroundings lie. depth, away, beside: widths of blur to the edge, and to something else."""

    depth: NDArray[np.float32]
    away: NDArray[np.float32]
    beside: NDArray[np.float32]
    shown: NDArray[np.float32]
    deep: NDArray[np.bool_]
    ring: NDArray[np.bool_]
    clear: NDArray[np.bool_]
    inside: float
    outside: float
    thin: bool


def _zones_of(voxels: NDArray[np.float32], mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> _Zones:
    depth, away = blur_distance(mask, spacing_mm), blur_distance(~mask, spacing_mm)
    shown = blurred(mask, spacing_mm)
    deep = mask & (depth > DEEP) & (shown > PURE)
    thin = int(deep.sum()) < 6
    if thin:
        deep = mask & (depth >= np.quantile(depth[mask], 0.8))
    inside = float(np.median(voxels[deep]))
    ring = (away > REACH) & (away < 5.0)
    if not ring.any():
        ring = ~mask
    outside = _surroundings(voxels[ring], inside)
    sign = 1.0 if inside >= outside else -1.0
    foreign = ~mask & (sign * (voxels - (inside + outside) / 2) > 0) & (away > 0)
    beside = blur_distance(~_not_the_rim(foreign, away), spacing_mm)
    clear = ring & (beside > 1.0)
    if int(clear.sum()) >= 8:
        outside = _surroundings(voxels[clear], inside)
    if thin:  # no voxel is free of the surroundings: the clearest of the innermost ones come nearest
        nearly = float(np.quantile(voxels[deep] - outside, 0.8 if inside > outside else 0.2))
        inside = outside + nearly / float(np.quantile(shown[deep], 0.8))
    return _Zones(depth, away, beside, shown, deep, ring, clear, inside, outside, thin)


def _pair_of(
    voxels: NDArray[np.float32], mask: NDArray[np.bool_], zones: _Zones, spacing_mm: tuple[float, float, float], glass_rim: bool
) -> TwoLevels | None:
    """Two levels where the lesion is known to be part-solid, or is brighter than tissue in a lung and two levels explain it better."""
    above = voxels - np.float32(zones.outside)
    near = (mask | (zones.away <= 1.3)) & (zones.beside > 1.0)
    if glass_rim:
        pair = two_levels(above, mask, near, spacing_mm)
        return pair if pair and LEAST_LAYER_HU < pair.layer < LAYERED * (pair.layer + pair.core) else None
    if zones.outside > LUNG_HU or max(zones.inside, float(np.quantile(voxels[mask], 0.9))) < CALCIUM_HU:
        return None
    pair = two_levels(above, near & (above > 0.5 * (TISSUE_HU - zones.outside)), near, spacing_mm, moving=True)
    blur_mm = sum(max(USUAL_BLUR_MM, length) for length in spacing_mm) / 3
    if pair is None or abs(zones.outside + pair.layer - TISSUE_HU) > ABOUT_HU or pair.thickness_mm < THICK * blur_mm:
        return None
    alone = misfit_of_one(above, zones.inside - zones.outside, near, spacing_mm)
    return pair if pair.misfit < BETTER * alone else None


def _layered(
    voxels: NDArray[np.float32],
    mask: NDArray[np.bool_],
    zones: _Zones,
    spacing_mm: tuple[float, float, float],
) -> NDArray[np.bool_] | None:
    """The voxels that tell the level of an outer layer unlike the middle (glass around a solid part, tissue around calcium).

    None where the lesion is alike throughout. Voxels into which the middle is smeared are left out, if enough are left.
    """
    inside, outside, more = zones.inside, zones.outside, _coarseness(spacing_mm)
    outer = mask & (zones.depth > OUTER[0] + more) & (zones.depth <= OUTER[1] + more)
    if int(outer.sum()) < 8 or inside <= outside:
        return None
    level = float(np.quantile(voxels[outer], 0.3))
    if (level - outside) > LAYERED * (inside - outside) * float(np.median(zones.shown[outer])):
        return None
    middle = mask & (voxels > (level + inside) / 2)
    apart = outer & (blur_distance(~middle, spacing_mm) > 1.2)
    return apart if int(apart.sum()) >= 8 else outer & (voxels <= np.quantile(voxels[outer], 0.5))


def _surroundings(values: NDArray[np.float32], inside: float) -> float:
    """The usual level of the surroundings: the median of the half that is further from the lesion's level, then of its like."""
    middle = float(np.median(values))
    if (middle - inside) == 0.0:
        return middle
    spread = 3 * max(robust_noise(values), 20.0)
    alike = values[np.abs(values - middle) <= spread]
    return float(np.mean(alike)) if alike.size else middle


def _not_the_rim(foreign: NDArray[np.bool_], away: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Bright voxels that are something else: connected bright parts that reach beyond the smeared edge."""
    marks, count = pieces(foreign)
    if not count:
        return foreign
    furthest = np.zeros(count + 1, np.float32)
    np.maximum.at(furthest, marks[foreign], away[foreign])
    return foreign & (furthest > REACH)[marks]


def _share(
    voxels: NDArray[np.float32],
    rim: NDArray[np.bool_] | None,
    clear: NDArray[np.bool_],
    levels: tuple[float, float],
    spacing_mm: tuple[float, float, float],
) -> NDArray[np.float32]:
    inside, outside = levels
    above = np.float32(inside) if rim is None else _local(voxels, rim, float(np.median(voxels[rim])), spacing_mm)
    below = _local(voxels, clear, outside, spacing_mm)
    span = above - below
    least = 0.15 * (inside - outside)  # a local span may not turn over or vanish
    span = np.where(span * np.sign(least) > abs(least), span, inside - outside)
    span = np.where(span == 0, 1.0, span)
    return ((voxels - below) / span).astype(np.float32)


def _local(
    voxels: NDArray[np.float32], known: NDArray[np.bool_], usual: float, spacing_mm: tuple[float, float, float]
) -> NDArray[np.float32]:
    """The level of the known voxels around each place; where few are near, the usual level prevails."""
    sigma = [LOCAL_MM / length for length in spacing_mm]
    weight = smoothed(known.astype(np.float32), sigma)
    excess = smoothed(np.where(known, voxels - usual, 0).astype(np.float32), sigma)
    return (usual + excess / (weight + 0.003)).astype(np.float32)
