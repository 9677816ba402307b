"""Patches of chests of nobody, with nodules and without: what `nodule_candidates` learns from. Masks say which voxels are nodule.

Without nodule are places that look like one: knots and ends of vessels, the wall, the hilum, the diaphragm, and, where a model is given, what it took for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.nodule_search.even_grid import STEP_MM, EvenGrid, on_even_grid
from xinglin.records.errors import UsageError
from xinglin.records.image_learning import ImageForm
from xinglin.training.image_sets import ImageSet
from xinglin.training.seeded_chests import SeededChest, seeded_chest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.imaging import Point_mm
    from xinglin.records.volume import Volume

WINDOW_HU = (-1000.0, 300.0)
SIZE, ASIDE = 24, 6  # voxels of a side; how far off the middle a nodule may lie
FROM_ANY = 8.0  # mm that a place without nodule keeps from each nodule's surface
KNOTS = 300  # the brightest lumps of a chest among which hard places are drawn
Took = Callable[["Volume"], Sequence["Point_mm"]]  # what a model takes for nodules in a scan, the surest first


@dataclass(frozen=True, eq=False)
class Patches:
    """Of one chest: pictures (n, size, size, size) in HU, masks of them, and whether each was drawn around a nodule."""

    pictures: NDArray[np.float32]
    masks: NDArray[np.uint8]
    nodule: tuple[bool, ...]


def candidate_patches(
    people: int, each: int = 20, *, size: int = SIZE, seed: int = 0, name: str = "nodule-candidates", took: Took | None = None,
    shape: tuple[int, int, int] | None = None, note: Callable[[str], None] | None = None,
) -> ImageSet:  # fmt: skip
    """About `each` nodules of each of `people` chests and twice as many places without one, (1, size, size, size) in HU at 1.5 mm.

    took: what a model takes for nodules; where it is wrong is learnt from. Split by chest. shape: of the chests, for trials.
    Raises UsageError XL-IMGSET-071.
    """
    if people < 4 or each < 1 or size < 16 or size % 8:
        raise UsageError(
            "XL-IMGSET-071", "no such set of patches can be drawn", where=f"{people} people, {each} nodules of each, {size} voxels",
            fix="at least 4 people, one nodule of each and 16 voxels, a multiple of 8",
        )  # fmt: skip
    found: list[Patches] = []
    for person in range(people):
        found.append(patches_of(seeded_chest(seed, person, each, shape=shape), size, seed=seed, person=person, took=took))
        if note:
            note(f"chest {person + 1} of {people}: {sum(found[-1].nodule)} nodules, {len(found[-1].nodule)} patches")
    pictures = np.concatenate([one.pictures for one in found])[:, None]
    form = ImageForm(
        (size, size, size), low=WINDOW_HU[0], high=WINDOW_HU[1], unit="HU", modality="CT", spacing_mm=(STEP_MM,) * 3, masks=("nodule",)
    )
    return ImageSet.of(
        pictures, form, name=name, persons=[f"phantom-{person}" for person, one in enumerate(found) for _ in one.nodule],
        masks=np.concatenate([one.masks for one in found]), source=f"chests and nodules drawn by formula, seed {seed}", licence="Apache-2.0",
        seed=seed, synthetic=len(pictures),
    )  # fmt: skip


def patches_of(chest: SeededChest, size: int, *, seed: int, person: int, took: Took | None = None) -> Patches:
    """A patch around each nodule, and twice as many without: knots, places the model took for one, the wall, anywhere in the lung."""
    draw = np.random.Generator(np.random.Philox(key=np.array([seed, 8_000_000 + person], np.uint64)))
    scan = chest.volume
    grid, inside, lung = (_whole(one, scan) for one in (scan.voxels, chest.inside, chest.lung))
    middles = [grid.index_of(one.place_mm) + draw.integers(-ASIDE, ASIDE + 1, 3) for one in chest.nodules]
    others = _without(chest, grid, lung.values > 0.5, 2 * max(1, len(middles)), draw, took)
    mask = (inside.values >= 0.5).astype(np.uint8)
    cut = [_cut(np.rint(one).astype(int), size, (grid.values, mask)) for one in (*middles, *others)]
    return Patches(
        np.stack([one[0] for one in cut]).astype(np.float32), np.stack([one[1] for one in cut]), (True,) * len(middles) + (False,) * len(others)
    )  # fmt: skip


def _whole(voxels: NDArray[np.generic], scan: Volume) -> EvenGrid:
    k, j, i = (slice(0, side) for side in scan.shape)
    return on_even_grid(voxels, scan.affine, (k, j, i))


def _without(
    chest: SeededChest, grid: EvenGrid, lung: NDArray[np.bool_], count: int, draw: np.random.Generator, took: Took | None
) -> list[NDArray[np.float64]]:
    """Places on the grid that lie in no nodule: half of them those taken for one (by brightness where no model is given), a quarter on the wall."""
    from scipy import ndimage

    deep = np.asarray(ndimage.binary_erosion(lung, iterations=2), bool)
    hard = [grid.index_of(place) for place in took(chest.volume)] if took else []
    hard = _free(hard, chest, grid)[: count // 4]
    knots = _free(list(draw.permutation(_knots(grid.values, deep))), chest, grid)[: count // 2 - len(hard)]
    wall = _free(list(draw.permutation(np.argwhere(lung & ~deep))[: 4 * count]), chest, grid)[: count // 4]
    found = [*hard, *knots, *wall]
    anywhere = _free(list(draw.permutation(np.argwhere(lung))[: 8 * count]), chest, grid)
    return [one + draw.integers(-2, 3, 3) for one in (*found, *anywhere[: count - len(found)])]


def _knots(hu: NDArray[np.float32], deep: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Where a lump of a nodule's size stands out most: the brightest differences of two smoothings inside the lung."""
    from scipy import ndimage

    cut = np.clip(hu, -1000, 100)
    lumps = ndimage.gaussian_filter(cut, 1.2) - ndimage.gaussian_filter(cut, 3.0)
    top = deep & (lumps == ndimage.maximum_filter(lumps, 5))
    places = np.argwhere(top)
    return places[np.argsort(-lumps[top], kind="stable")[:KNOTS]]


def _free(places: Sequence[NDArray], chest: SeededChest, grid: EvenGrid) -> list[NDArray[np.float64]]:
    """Those that keep their distance from every nodule."""
    nodules = [(grid.index_of(one.place_mm), one.diameter_mm / 2 + FROM_ANY) for one in chest.nodules]
    return [place for place in places if all(np.linalg.norm(place - middle) * STEP_MM > reach for middle, reach in nodules)]


def _cut(middle: NDArray[np.intp], size: int, arrays: tuple[NDArray, ...]) -> tuple[NDArray, ...]:
    """The box around a place, moved inwards where the scan ends."""
    start = [int(np.clip(at - size // 2, 0, side - size)) for at, side in zip(middle, arrays[0].shape, strict=True)]
    k, j, i = (slice(one, one + size) for one in start)
    return tuple(one[k, j, i] for one in arrays)
