"""What share of each voxel near a lesion's edge is lesion: by how bright it is between the level inside and outside.

The levels are local: the tissue just inside the edge and the surroundings just outside it, so that a calcified centre,
a glass rim or a vessel nearby does not move the edge. The edge is where a voxel is half and half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.workup.imaging.mask_shapes import distance, pieces, smoothed

if TYPE_CHECKING:
    from numpy.typing import NDArray

USUAL_BLUR_MM = 1.2  # full width at half maximum of a chest CT within the slice; the slice distance counts where it is wider
DEEP = 1.25  # widths of blur from which a voxel inside is free of the surroundings
REACH = 1.7  # widths of blur within which an edge is smeared
RIM = 1.5  # widths of blur: how far below the smeared edge the tissue counts as just inside
OUTER = (0.9, 1.8)  # widths of blur: the depth at which an outer layer shows itself
LAYERED = 0.8  # an outer layer with less of the contrast than this is a layer of its own
FINE = 0.7  # widths of blur per voxel up to which a depth needs no allowance
PURE = 0.97  # share from which a voxel is as good as all lesion
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


def blur_distance(away_from: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """Distance of each voxel from the nearest False voxel, in widths of blur (per axis: 1.2 mm or the voxel, the wider)."""
    return distance(away_from, [length / max(USUAL_BLUR_MM, length) for length in spacing_mm])


def blurred(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """What share of lesion each voxel would show if the mask were alike throughout: the mask seen with the usual blur."""
    return smoothed(mask.astype(np.float32), [max(USUAL_BLUR_MM, length) / 2.3548 / length for length in spacing_mm])


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
    depth = blur_distance(mask, spacing_mm)
    away = blur_distance(~mask, spacing_mm)
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
    foreign = _not_the_rim(foreign, away)
    beside = blur_distance(~foreign, spacing_mm)
    clear = ring & (beside > 1.0)
    if int(clear.sum()) >= 8:
        outside = _surroundings(voxels[clear], inside)
    if thin:  # no voxel is free of the surroundings: the clearest of the innermost ones come nearest
        inside = outside + float(np.quantile(voxels[deep] - outside, 0.8 if inside > outside else 0.2)) / float(
            np.quantile(shown[deep], 0.8)
        )
    rim = mask & (depth > DEEP) & (depth <= DEEP + RIM) & (shown > PURE)
    layered = None if thin else _layered(voxels, mask, depth, shown, (inside, outside), spacing_mm)
    if layered is not None:
        rim, inside = layered, (float(np.median(voxels[layered])) if glass_rim else inside)
    edge = inside if thin or not rim.any() else float(np.median(voxels[rim]))
    share = _share(voxels, rim if int(rim.sum()) >= 6 and not thin else None, clear, (inside, outside), spacing_mm)
    if layered is not None:  # the brighter middle is lesion, no more than once
        share[mask & (voxels > (float(np.median(voxels[layered])) + float(np.median(voxels[deep]))) / 2)] = 1.0
        share = np.minimum(share, 1.25)
    share[mask & (depth > REACH)] = 1.0
    share[~mask & (away > REACH)] = 0.0
    share[mask & (beside <= 1.0)] = 1.0  # next to something else the mask alone decides
    share[~mask & (beside <= 1.0)] = 0.0
    return Levels(inside, outside, edge, robust_noise(voxels[clear if clear.any() else ring]), share, clear, int(deep.sum()))


def _layered(
    voxels: NDArray[np.float32],
    mask: NDArray[np.bool_],
    depth: NDArray[np.float32],
    shown: NDArray[np.float32],
    levels: tuple[float, float],
    spacing_mm: tuple[float, float, float],
) -> NDArray[np.bool_] | None:
    """The voxels that tell the level of an outer layer unlike the middle (glass around a solid part, tissue around calcium).

    None where the lesion is alike throughout. Voxels into which the middle is smeared are left out, if enough are left.
    """
    inside, outside = levels
    more = _coarseness(spacing_mm)
    outer = mask & (depth > OUTER[0] + more) & (depth <= OUTER[1] + more)
    if int(outer.sum()) < 8 or inside <= outside:
        return None
    level = float(np.quantile(voxels[outer], 0.3))
    if (level - outside) > LAYERED * (inside - outside) * float(np.median(shown[outer])):
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
