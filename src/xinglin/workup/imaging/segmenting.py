"""Outlines a lesion from one place inside it: growing over what is brighter than half-way to the surroundings.

What the lesion hangs on (vessel, chest wall) is cut off where it narrows or where the lung's surface would pass; when the
cut is not sure the outline says that it leaked. Nothing is outlined where a lesion cannot be told from its surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import ndimage

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Outline, Point_mm
from xinglin.workup.imaging.cutting import BY_FORCE, Cut, cut_free, lung_side
from xinglin.workup.imaging.finer_grid import FinerGrid
from xinglin.workup.imaging.glass_rim import dwarfs, rim_around
from xinglin.workup.imaging.mask_shapes import box_of, distance_to, filled, nearest_in, piece_at, pieces, smoothed
from xinglin.workup.imaging.partial_volume import REACH, Levels, blur_distance, levels_of, robust_noise
from xinglin.workup.imaging.wall_surface import tissue_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

METHOD = "region growing from a seed, half-way threshold, cut where it narrows (xinglin imaging 1)"
AIR_HU = -600.0  # darker is aerated lung or air
SOLID_HU = -300.0  # a lesion whose body is darker is ground glass; policy of this project, between lung (-850) and water (0)
GLASS_HU = -450.0  # a body that looks darker is glass, however small; between the two, blur may have dimmed a small solid body
FEW = 7  # voxels near the seed, of which the median tells a level
SOFT_HU = 60.0  # soft tissue without contrast medium is no brighter
AERATED_HU = -400.0  # lung and ground glass are darker, soft tissue is not
LEAST_CONTRAST_HU = 100.0  # in the lung; below, a nodule is not told from a patch of denser lung
LEAST_CONTRAST_TO_NOISE = 1.5
HALF_BOXES_MM = (16.0, 28.0)
NOT_SURE = "kind not sure: measured as solid; say --type part-solid to include the rim"
FEW_VOXELS, FEW_WIDE = 16, 3  # voxels; and voxels across, where it was cut from something else
FEW_VOXELS_NOTE = "volume not sure: so few voxels that it may be off by half"
SMALL_CUT_NOTE = "volume not sure: it was cut from something and is few voxels wide; it may be off by half"

Kind = Literal["solid", "part-solid", "ground-glass", ""]


@dataclass(frozen=True, eq=False)
class Outlined:
    """An outlined lesion. `mask`: bool box (slice, row, column) whose first voxel is `start` of the volume.

    threshold: level of the edge in the volume's unit, half-way between `inside` and `outside`. kind: as asked, or as it
    looks ("" in soft tissue). leak: the growing ran out and the cut is not sure; look at it before it is used.
    """

    mask: NDArray[np.bool_]
    start: tuple[int, int, int]
    threshold: float
    inside: float
    outside: float
    kind: str = ""
    leak: bool = False
    notes: tuple[str, ...] = ()
    method: str = METHOD

    @property
    def outline(self) -> Outline:
        """The mask as a record."""
        slices, rows, columns = self.mask.shape
        return Outline(self.start, (slices, rows, columns), np.packbits(self.mask).tobytes())


def mask_of(outline: Outline) -> NDArray[np.bool_]:
    """The box of an Outline as booleans. Raises InvalidInput XL-IMG-306 when its bytes do not fill its shape."""
    voxels = int(np.prod(outline.shape))
    if voxels <= 0 or not voxels <= 8 * len(outline.bits) < voxels + 8:
        raise InvalidInput("XL-IMG-306", "an outline does not fill its box", where="Lesion.outline", fix="mark the lesion again")
    return outline.mask()


def segment_from_seed(
    volume: Volume,
    seed_mm: Point_mm,
    *,
    kind: Kind = "",
    max_diameter_mm: float = 40.0,
    lung: NDArray[np.bool_] | None = None,
) -> Outlined:
    """The lesion around `seed_mm` (LPS mm), grown and cut free.

    `kind` "" finds out by itself whether a lung nodule is solid, part-solid or ground glass; in soft tissue it stays "".
    `max_diameter_mm`: 3 to 150; nothing is looked for beyond. `lung`: a mask on the volume's grid, if the lungs are known.

    Raises InvalidInput: XL-IMG-301 the seed lies outside the scan; 302 the request is out of range; 303 the seed lies in
    air or lung; 304 the lesion cannot be told from its surroundings; 305 what is there is larger than `max_diameter_mm`; 307 it cannot be told from what it hangs on.
    Method: threshold half-way between lesion and surroundings with local levels and an opening that is no stronger than
    needed, after Kuhnigk et al. 2006 (IEEE Trans Med Imaging, doi:10.1109/TMI.2006.871547; from memory, not opened).
    """
    if not 3.0 <= max_diameter_mm <= 150.0:
        raise InvalidInput("XL-IMG-302", "the largest diameter must lie between 3 and 150 mm", where="max_diameter_mm")
    if kind not in ("", "solid", "part-solid", "ground-glass"):
        raise InvalidInput("XL-IMG-302", "this kind of nodule cannot be outlined", where="kind", fix="solid, part-solid or ground-glass")
    _inside_scan(volume, seed_mm)
    widest = max_diameter_mm * 0.75 + 6.0
    halves = [half for half in HALF_BOXES_MM if half < widest] + [widest]
    for half in halves:
        box = _Box.around(volume, seed_mm, half, lung)
        found = _Growing(box, kind, max_diameter_mm, volume.unit == "HU").outlined()
        if half == halves[-1] or _has_room(found, box, 5.0):
            return _seen_to_be_cut(found)
    raise AssertionError("the widest box is always answered")


def _seen_to_be_cut(found: Outlined) -> Outlined:
    if BY_FORCE in found.notes:
        raise InvalidInput(
            "XL-IMG-307", "the lesion cannot be told from what it hangs on", where="seed_mm", why="it narrows nowhere between the two",
            fix="put the seed into its middle, say its type, use thinner slices, or outline it by hand",
        )  # fmt: skip
    return found


def _inside_scan(volume: Volume, seed_mm: Point_mm) -> None:
    place = volume.index_of(seed_mm)
    if not all(np.isfinite(place)) or any(not -0.5 <= p <= n - 0.5 for p, n in zip(place, volume.shape, strict=True)):
        raise InvalidInput(
            "XL-IMG-301", "the seed lies outside the scan", where="seed_mm", why="places are LPS millimetres", fix="give a place inside the series",
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Box:
    """A part of the scan around the seed, in float32."""

    voxels: NDArray[np.float32]
    start: tuple[int, int, int]
    seed: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    scan_shape: tuple[int, int, int]
    lung: NDArray[np.bool_] | None

    @classmethod
    def around(cls, volume: Volume, seed_mm: Point_mm, half_mm: float, lung: NDArray[np.bool_] | None) -> _Box:
        spacing = volume.spacing_mm
        middle = [min(max(round(p), 0), n - 1) for p, n in zip(volume.index_of(seed_mm), volume.shape, strict=True)]
        low = [max(0, m - int(np.ceil(half_mm / s))) for m, s in zip(middle, spacing, strict=True)]
        high = [min(n, m + int(np.ceil(half_mm / s)) + 1) for m, s, n in zip(middle, spacing, volume.shape, strict=True)]
        part = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        voxels = np.ascontiguousarray(volume.voxels[part], dtype=np.float32)
        seed = (middle[0] - low[0], middle[1] - low[1], middle[2] - low[2])
        return cls(voxels, (low[0], low[1], low[2]), seed, spacing, volume.shape, None if lung is None else lung[part])


def _has_room(found: Outlined, box: _Box, room_mm: float) -> bool:
    """Whether the outline ends `room_mm` before every side of the box that is not a side of the scan."""
    for axis, spacing in enumerate(box.spacing_mm):
        before = found.start[axis] - box.start[axis]
        after = box.voxels.shape[axis] - before - found.mask.shape[axis]
        begins, ends = box.start[axis] > 0, box.start[axis] + box.voxels.shape[axis] < box.scan_shape[axis]
        if (begins and before * spacing < room_mm) or (ends and after * spacing < room_mm):
            return False
    return True


class _Growing:
    """One run in one box."""

    def __init__(self, box: _Box, kind: Kind, max_diameter_mm: float, is_hu: bool) -> None:
        self.box, self.kind, self.max_diameter_mm = box, kind, max_diameter_mm
        self.from_seed_mm = distance_to(box.seed, box.voxels.shape, box.spacing_mm)
        self.in_lung = is_hu and (self._aerated(15.0) > 0.15 or self._aerated(24.0) > 0.35)
        self.finer = FinerGrid.of(box.spacing_mm)
        self.aerated = self.tissue = None
        if self.in_lung:
            seen, lung = self.finer.seen(box.voxels), None if box.lung is None else self.finer.divided(box.lung)
            self.aerated = lung_side(seen, lung, self.finer.within(box.seed), self.finer.spacing_mm)
            self.tissue = tissue_share(seen)

    def _aerated(self, radius_mm: float) -> float:
        """The share of air and lung within this radius of the seed."""
        near = self.from_seed_mm <= radius_mm
        return float((self.box.voxels[near] < AERATED_HU).mean())

    def outlined(self) -> Outlined:
        voxels = self.box.voxels
        core, outside, noise = self._lung_levels() if self.in_lung else self._tissue_levels()
        if abs(core - outside) < (LEAST_CONTRAST_HU if self.in_lung else 0.0) or abs(core - outside) < LEAST_CONTRAST_TO_NOISE * noise:
            raise _not_told(self.in_lung)
        calm = _calmed(voxels, self.box.spacing_mm, noise / abs(core - outside))
        contrast = core - outside
        cut, threshold, levels = self._settled(calm, (self._first_core(core) + outside) / 2, contrast)
        kind, notes = self._kind(cut, core, outside, levels) if self.in_lung else ("", ())
        if kind == "part-solid":
            threshold = self._rim_level(calm, core, outside, noise)
            whole = self._cut(calm, threshold, True)
            if not self.kind and (whole.leak or dwarfs(whole.mask, cut.mask, self.box.spacing_mm)):
                kind, notes, threshold = "solid", (NOT_SURE,), (levels.edge + levels.outside) / 2
            else:
                cut = whole
        return self._finished(cut, kind, threshold, notes)

    def _settled(self, calm: NDArray[np.float32], threshold: float, contrast: float) -> tuple[Cut, float, Levels]:
        """The cut at the level half-way between the lesion's edge and its surroundings, which are found from cut to cut."""
        cut = self._cut(calm, threshold, contrast >= 0)
        levels = self._levels(cut)
        for _ in range(3):
            better = (levels.edge + levels.outside) / 2
            if abs(better - threshold) < 0.02 * abs(contrast):
                break
            threshold = better
            cut = self._cut(calm, threshold, contrast >= 0)
            levels = self._levels(cut)
        return cut, threshold, levels

    def _levels(self, cut: Cut) -> Levels:
        return levels_of(*_around(cut.mask, self.box.spacing_mm, self.box.voxels), self.box.spacing_mm)

    def _lung_levels(self) -> tuple[float, float, float]:
        """(level of the lesion at the seed, level of the lung around, noise). Raises XL-IMG-303 in air."""
        voxels, near = self.box.voxels, self.from_seed_mm
        lung = voxels[(near <= 24.0) & (voxels < -500.0)]
        dark = float(np.quantile(lung, 0.2)) if lung.size else -850.0  # glass is no lung: the darker part tells the level
        outside = float(np.median(lung[np.abs(lung - dark) < 80.0])) if lung.size else dark
        noise = 1.4826 * float(np.median(outside - lung[lung < outside])) if lung.size else 0.0
        small = ndimage.median_filter(self._seed_part(), size=3)
        inner = near <= 1.6
        if inner.sum() >= FEW:
            core, level = float(small.max()), float(np.median(voxels[inner]))
        else:  # large voxels: the seed's own and its neighbours, of which some may lie outside
            nearest = voxels.ravel()[np.argsort(near, axis=None, kind="stable")[: FEW + 2]]
            level = float(np.quantile(nearest, 0.75))
            core = max(float(small.max()), level)
        if core < outside + LEAST_CONTRAST_HU or core < AIR_HU - 150.0:
            raise InvalidInput(
                "XL-IMG-303", "the seed lies in air or lung", where="seed_mm", why="nothing denser than the lung lies within 2 mm of it",
                fix="put the seed inside the lesion",
            )  # fmt: skip
        return (level if level > outside + LEAST_CONTRAST_HU else core), outside, noise

    def _seed_part(self) -> NDArray[np.float32]:
        reach = [int(np.ceil(2.0 / s)) + 1 for s in self.box.spacing_mm]
        part = tuple(slice(max(0, p - r), p + r + 1) for p, r in zip(self.box.seed, reach, strict=True))
        return self.box.voxels[part]

    def _tissue_levels(self) -> tuple[float, float, float]:
        """The same in soft tissue: the surroundings are the first level outwards at which the difference has settled."""
        voxels, near = self.box.voxels, self.from_seed_mm
        core = float(np.median(voxels[near <= max(1.6, 1.2 * self.box.spacing_mm[1])]))
        if core < AIR_HU:
            raise InvalidInput("XL-IMG-303", "the seed lies in air or lung", where="seed_mm", fix="put the seed inside the lesion")
        radii = np.arange(2.0, self.max_diameter_mm / 2 + 4.0, 1.0)
        shells = [voxels[(near > r) & (near <= r + 2.0)] for r in radii]
        middles = np.array([np.median(shell) if shell.size >= 20 else np.nan for shell in shells])
        if np.isnan(middles).all():
            raise _not_told(False)
        apart = np.abs(middles - core)
        settled = int(np.argmax(apart >= 0.9 * np.nanmax(apart)))
        return core, float(middles[settled]), robust_noise(shells[settled])

    def _kind(self, cut: Cut, core: float, outside: float, levels: Levels) -> tuple[str, tuple[str, ...]]:
        """As asked, else by the density of the body and of the shells around it; and a note where that is not sure."""
        if self.kind:
            return self.kind, ()
        if core < SOLID_HU and (levels.inside < SOLID_HU or core < GLASS_HU):
            return "ground-glass", ()
        if levels.inside < SOLID_HU and not levels.thin:  # solid at the seed, glass in most of it
            return "part-solid", ()
        if cut.leak:
            return "solid", ()
        voxels, body = _around(cut.mask, self.box.spacing_mm, self.box.voxels)
        rim = rim_around(voxels, body, levels, outside, self.box.spacing_mm)
        if rim == "rim":
            return "part-solid", ()
        return "solid", ((NOT_SURE,) if rim == "not sure" else ())

    def _first_core(self, core: float) -> float:
        """The level to begin with: calcium in the middle says nothing about the edge."""
        return min(core, SOFT_HU) if self.in_lung else core

    def _glass(self, calm: NDArray[np.float32], body: NDArray[np.bool_], outside: float) -> float | None:
        """The level of a glass shell around a solid body; None where most of the shell is plain lung."""
        near, body = _around(body, self.box.spacing_mm, calm)
        away = blur_distance(~body, self.box.spacing_mm)
        shell = near[(away > 1.3) & (away <= 2.6)]
        glassy = (shell > outside + 0.5 * max(150.0, 0.25 * (0 - outside))) & (shell < SOLID_HU)
        if shell.size < 20 or glassy.mean() < 0.5:
            return None
        return float(np.median(shell[glassy]))

    def _rim_level(self, calm: NDArray[np.float32], core: float, outside: float, noise: float) -> float:
        """The threshold of a part-solid nodule: half-way between lung and glass."""
        body = self._cut(calm, (max(core, outside + 300.0) + outside) / 2, True).mask
        glass = self._glass(calm, body, outside)
        if glass is None:
            glass = core if core < SOLID_HU else outside + 250.0
        return max((glass + outside) / 2, outside + 2.0 * min(noise, 60.0))

    def _cut(self, calm: NDArray[np.float32], threshold: float, brighter: bool) -> Cut:
        """The lesion at this level, cut free on the finer grid and brought back to the scan's own."""
        finer, seen = self.finer, self.finer.seen(calm)
        grown = seen >= threshold if brighter else seen <= threshold
        grown &= finer.seen(self.from_seed_mm) <= self.max_diameter_mm
        start, finest_mm = self._start_in(grown), min(self.box.spacing_mm)
        cut = cut_free(grown, start, finer.spacing_mm, self.max_diameter_mm, self.aerated, self.tissue, finest_mm)
        mask = finer.whole(cut.mask)
        core = finer.voxel_of(cut.core)
        mask[core] = True
        return Cut(piece_at(mask, core), core, cut.leak, cut.notes)

    def _start_in(self, grown: NDArray[np.bool_]) -> tuple[int, int, int]:
        """The seed, or the nearest place over the threshold within 2 mm, on the finer grid."""
        seed = self.finer.within(self.box.seed)
        if grown[seed]:
            return seed
        place, away = nearest_in(grown, distance_to(seed, grown.shape, self.finer.spacing_mm))
        if away > 2.0 + max(self.box.spacing_mm) / 2:
            raise _not_told(self.in_lung)
        return place

    def _finished(self, cut: Cut, kind: str, threshold: float, notes: tuple[str, ...]) -> Outlined:
        box = self.box
        part, low = _margin_box(cut.mask, box.spacing_mm)
        own = cut.mask[part]
        levels = levels_of(box.voxels[part], own, box.spacing_mm, glass_rim=kind == "part-solid")
        if not self.in_lung and abs(levels.inside - levels.outside) < LEAST_CONTRAST_TO_NOISE * levels.noise:
            raise _not_told(False)
        share = levels.share if levels.noise < 0.1 * abs(levels.inside - levels.outside) else smoothed(levels.share, (0.6, 0.6, 0.6))
        mask = filled((share >= 0.5) & (blur_distance(~own, box.spacing_mm) <= REACH))
        mask = _one_piece(mask, (cut.core[0] - low[0], cut.core[1] - low[1], cut.core[2] - low[2]))
        if not mask.any():
            mask = own
        if _extent_mm(mask, box.spacing_mm) > 1.3 * self.max_diameter_mm:
            raise InvalidInput(
                "XL-IMG-305", "what is there is larger than the largest diameter asked for", where="max_diameter_mm",
                why="or it cannot be told from what it hangs on", fix="raise the largest diameter, or outline it by hand",
            )  # fmt: skip
        notes = (*notes, *_doubts(mask, cut, box.spacing_mm))
        trimmed, start = _trimmed(mask, (box.start[0] + low[0], box.start[1] + low[1], box.start[2] + low[2]))
        return Outlined(
            trimmed, start, round(threshold, 1), round(levels.inside, 1), round(levels.outside, 1), kind, cut.leak, (*cut.notes, *notes)
        )


def _doubts(mask: NDArray[np.bool_], cut: Cut, spacing_mm: tuple[float, float, float]) -> tuple[str, ...]:
    """Why the volume is not sure, in words: half a voxel of doubt all around, or where it was cut, is much of a lesion of few voxels."""
    if int(mask.sum()) < FEW_VOXELS:
        return (FEW_VOXELS_NOTE,)
    return (SMALL_CUT_NOTE,) if cut.notes and min(side.stop - side.start for side in box_of(mask)) <= FEW_WIDE else ()


def _not_told(in_lung: bool) -> InvalidInput:
    where = "the lung" if in_lung else "the tissue"
    return InvalidInput(
        "XL-IMG-304", "the lesion cannot be told from its surroundings", where="seed_mm",
        why=f"its density differs from {where} around it by less than the noise allows", fix="outline it by hand, or use another series",
    )  # fmt: skip


def _calmed(voxels: NDArray[np.float32], spacing_mm: tuple[float, float, float], noise_share: float) -> NDArray[np.float32]:
    """The voxels with the noise smoothed where it is more than a tenth of the contrast (up to 1 mm)."""
    if noise_share <= 0.1:
        return voxels
    sigma = min(1.0, 0.3 + 2.0 * noise_share)
    return smoothed(voxels, [min(sigma / s, 1.5) for s in spacing_mm])


def _margin_box(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> tuple[tuple[slice, ...], tuple[int, int, int]]:
    """The box that reaches 8 mm beyond the mask where there is room, and its first voxel."""
    used = box_of(mask)
    reach = [int(np.ceil(8.0 / s)) for s in spacing_mm]
    low = [max(0, u.start - r) for u, r in zip(used, reach, strict=True)]
    part = tuple(slice(a, u.stop + r) for a, u, r in zip(low, used, reach, strict=True))
    return part, (low[0], low[1], low[2])


def _around(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float], voxels: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    part, _ = _margin_box(mask, spacing_mm)
    return voxels[part], mask[part]


def _one_piece(mask: NDArray[np.bool_], core: tuple[int, int, int]) -> NDArray[np.bool_]:
    marks, count = pieces(mask)
    if count <= 1:
        return mask
    own = marks[core]
    if own == 0:
        own = int(np.argmax(np.bincount(marks.ravel())[1:])) + 1
    return marks == own


def _extent_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> float:
    return max((side.stop - side.start) * length for side, length in zip(box_of(mask), spacing_mm, strict=True))


def _trimmed(mask: NDArray[np.bool_], start: tuple[int, int, int]) -> tuple[NDArray[np.bool_], tuple[int, int, int]]:
    """The mask in the smallest box that holds it."""
    spans = box_of(mask)
    first = (start[0] + spans[0].start, start[1] + spans[1].start, start[2] + spans[2].start)
    return np.ascontiguousarray(mask[spans]), first
