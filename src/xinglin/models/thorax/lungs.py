"""Where the lungs are in a chest CT: left, right, airways, vessels; and in words where the answer may be wrong.

For placing artificial nodules and measuring distances, by classical means. It is no diagnosis and no product for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from xinglin.models.thorax import lobes
from xinglin.models.thorax.body_axes import BodyAxes, Coarse, axes_of, coarse_of
from xinglin.models.thorax.chest_air import chest_air
from xinglin.models.thorax.lung_masks import LEFT_CORE, OUT, RIGHT_CORE, codes_of, refined, vessels_in
from xinglin.models.thorax.solid_shapes import box_of, depth_mm
from xinglin.models.thorax.two_lungs import parted
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lobe, Point_mm
from xinglin.records.volume import Volume

Mask = NDArray[np.bool_]
LEAST_ML_PER_CM = 6.0  # of both lungs, along the body
WHOLE_LUNGS_ML = (1000.0, 9500.0)
MAP_MM = 1.8


@dataclass(frozen=True, eq=False)
class Lungs:
    """Lungs found in one scan; masks have the scan's own shape and order.

    left, right: closed masks: vessels and small airways in a lung belong to it, trachea and main bronchi do not. airways: lumen of
    the airways that could be followed. vessels: dense things inside the lungs (vessels, and nodules too). whole: neither end of
    the scan cuts the lungs. doubt: in words, why the answer may be wrong; empty when nothing speaks against it. quality: volumes
    in ml, median HU.
    """

    left: Mask
    right: Mask
    airways: Mask
    vessels: Mask
    whole: bool
    doubt: tuple[str, ...]
    quality: Mapping[str, float]
    affine: NDArray[np.float64]
    axes: BodyAxes = field(repr=False)

    @cached_property
    def both(self) -> Mask:
        """Left or right."""
        return self.left | self.right

    @cached_property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Of the masks: slice, row, column."""
        a, b, c = np.linalg.norm(self.affine[:3, :3], axis=0)
        return float(a), float(b), float(c)

    @cached_property
    def pleura_map(self) -> PleuraMap:
        """Distances to the lung's surface, made when first asked for."""
        return _pleura_map(self)

    def pleura_distance_mm(self, point_mm: Point_mm) -> float:
        """Millimetres from a place to the nearest voxel outside the closed lungs (about 1 mm exact); 0 outside."""
        index = np.linalg.solve(self.affine[:3, :3], np.asarray(point_mm) - self.affine[:3, 3])
        return self.pleura_map.at(np.asarray(index, float))

    def side_at(self, point_mm: Point_mm) -> Literal["left", "right"] | None:
        """The lung a place lies in, None outside both."""
        index = np.rint(np.linalg.solve(self.affine[:3, :3], np.asarray(point_mm) - self.affine[:3, 3])).astype(int)
        if (index < 0).any() or (index >= self.left.shape).any():
            return None
        place = tuple(index)
        return "left" if self.left[place] else "right" if self.right[place] else None

    def lobe_at(self, point_mm: Point_mm) -> Lobe | None:
        """The lobe by position, approximate (see lobes.py); None outside the lungs."""
        side = self.side_at(point_mm)
        if side is None:
            return None
        return lobes.lobe_name(int(self.lobe_numbers(np.array([point_mm]), side)[0]), side)

    def lobe_numbers(self, places_mm: NDArray[np.float64], side: Literal["left", "right"]) -> NDArray[np.uint8]:
        """Lobes by position of places (n, 3) in one lung: 0 lower, 1 upper, 2 middle."""
        z0, z1, y0, y1 = self.reach_mm[side]
        return lobes.lobe_numbers((places_mm[:, 2] - z0) / (z1 - z0), (places_mm[:, 1] - y0) / (y1 - y0), side)

    @cached_property
    def reach_mm(self) -> Mapping[str, tuple[float, float, float, float]]:
        """Per side: lowest and highest z, foremost and hindmost y, in LPS mm (of an axial scan's box)."""
        return {side: _reach(self, mask) for side, mask in (("left", self.left), ("right", self.right)) if mask.any()}


@dataclass(frozen=True, eq=False)
class PleuraMap:
    """Distances in mm on a grid of every `step`-th voxel, 0 outside the lungs."""

    distance_mm: NDArray[np.float32]
    step: tuple[int, int, int]
    start: tuple[int, int, int]

    def at(self, index: NDArray[np.float64]) -> float:
        """At a fractional index of the scan."""
        place = [(i - s) / k for i, s, k in zip(index, self.start, self.step, strict=True)]
        return float(ndimage.map_coordinates(self.distance_mm, np.array(place)[:, None], order=1, mode="constant")[0])


def find_lungs(scan: Volume) -> Lungs:
    """The lungs, airways and vessels of a chest CT in HU, in about 2 s of one core for 300 x 512 x 512.

    Raises InvalidInput XL-THORAX-001 when the voxels are not HU, 002 for a scan askew to the body, 003 when there is no air of
    lung density in a body (abdomen, head, a phantom of water, lungs too solid to be seen by density).
    What is found but may be wrong is said in `doubt`.
    """
    _of_hu(scan)
    axes = axes_of(scan)
    turned = axes.turned(scan.voxels)
    spacing = tuple(scan.spacing_mm[k] for k in axes.order)
    coarse = coarse_of(turned, (spacing[0], spacing[1], spacing[2]))
    found = chest_air(coarse.hu, coarse.spacing_mm)
    per_cm = float(found.lungs.sum()) * float(np.prod(coarse.spacing_mm)) / 1000 / max(_length_cm(found.lungs, coarse), 0.1)
    if per_cm < LEAST_ML_PER_CM:
        raise InvalidInput(
            "XL-THORAX-003", "no lungs are found in this scan", why="it holds no air of the density of lung inside a body",
            fix="use a series of the chest, in HU",
        )  # fmt: skip
    left, right, word = parted(found.lungs, found.body, coarse.spacing_mm)
    codes = codes_of(left, right, found.airways, coarse.spacing_mm)
    fine = refined(turned, codes, coarse.factor)
    core = (codes == LEFT_CORE) | (codes == RIGHT_CORE)
    lung_hu = float(np.median(coarse.hu[core & found.lungs])) if (core & found.lungs).any() else -860.0
    vessels = vessels_in(turned, codes, coarse.factor, (spacing[0], spacing[1], spacing[2]), lung_hu)
    ends = [bool((codes[k] != OUT).sum() > 0.04 * (codes != OUT).sum((1, 2)).max()) for k in (0, -1)]
    quality = _quality(fine.left, fine.right, float(np.prod(scan.spacing_mm)), lung_hu)
    doubt = _doubt(quality, ends, word, found.border, bool(found.airways.any()), coarse)
    return Lungs(
        left=axes.back(fine.left), right=axes.back(fine.right), airways=axes.back(fine.airways), vessels=axes.back(vessels),
        whole=not any(ends) and not found.border, doubt=doubt, quality=quality, affine=scan.affine, axes=axes,
    )  # fmt: skip


def _of_hu(scan: Volume) -> None:
    sample = scan.voxels[:: max(1, scan.shape[0] // 24), ::4, ::4]
    if scan.unit != "HU" or float(sample.min()) > -700 or float(np.median(sample.astype(np.float32))) < -1200:
        raise InvalidInput(
            "XL-THORAX-001", "the voxels are not CT numbers in HU", why="no unit of HU, or no voxel as thin as air",
            fix="read the series with its rescale slope and intercept",
        )  # fmt: skip


def _length_cm(lungs: Mask, coarse: Coarse) -> float:
    return float(lungs.any((1, 2)).sum()) * coarse.spacing_mm[0] / 10


def _quality(left: Mask, right: Mask, voxel_mm3: float, lung_hu: float) -> dict[str, float]:
    return {
        "left_ml": float(np.count_nonzero(left)) * voxel_mm3 / 1000,
        "right_ml": float(np.count_nonzero(right)) * voxel_mm3 / 1000,
        "median_hu": lung_hu,
    }


def _doubt(quality: Mapping[str, float], ends: list[bool], word: str, border: bool, airways: bool, coarse: Coarse) -> tuple[str, ...]:
    said = [word] if word else []
    total = quality["left_ml"] + quality["right_ml"]
    if all(ends):
        said.append("the scan begins and ends inside the lungs: only a part of them is here")
    elif any(ends):
        said.append("the scan begins inside the lungs" if ends[0] else "the scan ends inside the lungs")
    if border:
        said.append("the edge of the picture cuts the lungs")
    for side, other in (("left", "right"), ("right", "left")):
        if quality[f"{side}_ml"] < 0.15 * quality[f"{other}_ml"]:
            said.append(f"hardly any {side} lung is found beside the {other} one")
    if not any(ends) and not border and not WHOLE_LUNGS_ML[0] < total < WHOLE_LUNGS_ML[1]:
        said.append(f"a lung volume of {total:.0f} ml is not that of two whole adult lungs")
    if not airways:
        said.append("no airway is found: trachea and bronchi may count as lung")
    if quality["median_hu"] > -650:
        said.append("the lungs are unusually dense: solid parts are missed")
    return tuple(said)


def _pleura_map(lungs: Lungs) -> PleuraMap:
    """Of both lungs; beyond the first and last slice the lung is taken to go on."""
    step = tuple(max(1, int(MAP_MM / s + 0.4)) for s in lungs.spacing_mm)
    where = box_of(lungs.both) or (slice(0, 1),) * 3
    start = tuple(max(b.start - 2 * k, b.start % k) for b, k in zip(where, step, strict=True))
    stop = tuple(min(b.stop + 2 * k, n) for b, k, n in zip(where, step, lungs.both.shape, strict=True))
    part = lungs.both[tuple(slice(a, b, k) for a, b, k in zip(start, stop, step, strict=True))]
    spacing = tuple(s * k for s, k in zip(lungs.spacing_mm, step, strict=True))
    distance = depth_mm(part, spacing).astype(np.float32)
    return PleuraMap(distance, (step[0], step[1], step[2]), (start[0], start[1], start[2]))


def _reach(lungs: Lungs, mask: Mask) -> tuple[float, float, float, float]:
    box = box_of(mask) or (slice(0, 1),) * 3
    corners = np.array([[b.start for b in box], [b.stop - 1 for b in box]], float)
    places = corners @ lungs.affine[:3, :3].T + lungs.affine[:3, 3]
    low, high = places.min(0), places.max(0)
    return float(low[2]), float(high[2]), float(low[1]), float(high[1])
