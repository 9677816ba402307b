"""Patches of chest CT with a nodule in their middle: made-up nodules in chests that we draw ourselves, with the truth about each.

The nodules are those of `models/lesion/parametric_nodule`: outlines, densities and edges as a scanner would have seen them. Nobody is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

import numpy as np

from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import Condition, ImageForm
from xinglin.records.imaging import ImageEdit, NoduleKind, NoduleRequest
from xinglin.training.image_sets import ImageSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.thorax_phantom import Phantom

KINDS: tuple[NoduleKind, ...] = get_args(NoduleKind)
MARGINS = ("smooth", "lobulated", "spiculated")
WINDOW_HU = (-1000.0, 1000.0)  # air to calcium
BLUR_MM, NOISE_SD_HU = (1.2, 1.1, 1.1), 22.0
REGION_MM, RIGHT_LUNG_MM = (64.0, 128.0, 128.0), (-92.0, 10.0, -48.0)  # of a chest what is scanned, and its middle (LPS)
SMALLEST_MM, LARGEST_SHARE = 4.0, 0.375  # diameters go up to so much of a patch's side
PLACES_TRIED = 60
UNFIT = ("XL-NODULE-006", "XL-NODULE-007", "XL-NODULE-014", "XL-NODULE-015")  # the place will not do; another may


@dataclass(frozen=True, eq=False)
class NodulePatch:
    """One nodule. `hu`, `before_hu`: (size, size, size) float32 with and without it, the same noise outside it.

    occupancy: share of each voxel inside the nodule, float32. edit: all that the generator says of it (request, truth, the whole box).
    """

    hu: NDArray[np.float32]
    before_hu: NDArray[np.float32]
    occupancy: NDArray[np.float32]
    edit: ImageEdit

    @property
    def mask(self) -> NDArray[np.uint8]:
        """1 where at least half of the voxel is nodule."""
        return (self.occupancy >= 0.5).astype(np.uint8)


def nodule_patches(
    people: int, size: int = 32, *, each: int = 12, spacing_mm: float = 1.0, seed: int = 0, name: str = "nodules",
    note: Callable[[str], None] | None = None,
) -> ImageSet:  # fmt: skip
    """`each` patches of each of `people` chests, (1, size, size, size) in HU, masks 1 = nodule; the same asking, the same bytes.

    Conditions: `type` (solid, part-solid, ground-glass, calcified), `diameter_mm` (of the sphere of the same volume, 4 mm to 3/8 of the side),
    `density_hu` (mean of the object itself, before the scanner). Split by chest. Raises UsageError XL-IMGSET-061.
    """
    if people < 4 or size < 16 or each < 1 or not 0.4 <= spacing_mm <= 3.0 or LARGEST_SHARE * size * spacing_mm < SMALLEST_MM + 1:
        raise UsageError(
            "XL-IMGSET-061", "no such set of nodules can be drawn", where=f"{people} people, {size} voxels of {spacing_mm:g} mm, {each} of each",
            fix="at least 4 people, 16 voxels of 0.4 to 3 mm a side and one nodule of each",
        )  # fmt: skip
    found: list[NodulePatch] = []
    persons: list[str] = []
    for person in range(people):
        mine = list(patches_of_one(person, size, each=each, spacing_mm=spacing_mm, seed=seed))
        found += mine
        persons += [f"phantom-{person}"] * len(mine)
        if note:
            note(f"chest {person + 1} of {people}: {len(mine)} nodules")
    return ImageSet.of(
        np.stack([one.hu for one in found])[:, None], form_of(size, spacing_mm), name=name, persons=persons,
        conditions=np.array([conditions_of(one.edit) for one in found]), masks=np.stack([one.mask for one in found]), stratify="type",
        source=f"chests and nodules drawn by formula, seed {seed}", licence="Apache-2.0", seed=seed, synthetic=len(found),
    )  # fmt: skip


def form_of(size: int, spacing_mm: float) -> ImageForm:
    """What a patch of such a set is."""
    low, high = WINDOW_HU
    return ImageForm(
        (size, size, size), low=low, high=high, unit="HU", modality="CT", spacing_mm=(spacing_mm,) * 3, masks=("nodule",), mirrored=True,
        conditions=(
            Condition("type", "level", KINDS),
            Condition("diameter_mm", "number", low=SMALLEST_MM, high=LARGEST_SHARE * size * spacing_mm, unit="mm"),
            Condition("density_hu", "number", low=-700.0, high=720.0, unit="HU"),
        ),
    )  # fmt: skip


def conditions_of(edit: ImageEdit) -> tuple[float, float, float]:
    """Type, diameter and density of a nodule, in the order of the form."""
    return float(KINDS.index(edit.request.kind)), edit.truth["diameter_mm"], edit.truth["mean_hu"]


def patches_of_one(person: int, size: int, *, each: int, spacing_mm: float = 1.0, seed: int = 0) -> Iterator[NodulePatch]:
    """Up to `each` nodules of one chest, each alone in it: kinds in turn, sizes and margins drawn from (seed, person), off the middle by up to 2 voxels."""
    draw = np.random.Generator(np.random.Philox(key=np.array([seed, person], np.uint64)))
    chest = chest_of(seed * 1_000_003 + person, size, spacing_mm)
    free = _places(chest, size, draw)
    largest = LARGEST_SHARE * size * spacing_mm
    for number in range(each):
        request = NoduleRequest(
            kind=KINDS[(person + number) % len(KINDS)], margin=MARGINS[int(draw.integers(3))], diameter_mm=float(draw.uniform(SMALLEST_MM, largest)),
            calcification=("diffuse", "central", "laminated", "popcorn")[int(draw.integers(4))], seed=int(draw.integers(2**31)), blur_mm=BLUR_MM,
        )  # fmt: skip
        aside = draw.integers(-2, 3, 3)
        made = _first_that_fits(chest, request, free)
        if made is not None:
            yield cut_out(chest, made, size, (int(aside[0]), int(aside[1]), int(aside[2])))


def chest_of(seed: int, size: int, spacing_mm: float) -> Phantom:
    """The right lung of a chest of nobody, at this spacing, with room for a patch in every direction."""
    from xinglin.models.thorax_phantom import thorax

    shape = [int(max(side / spacing_mm, size + 24)) for side in REGION_MM]
    return thorax(
        (shape[0], shape[1], shape[2]), (spacing_mm, spacing_mm, spacing_mm), seed % 2**31, blur_mm=BLUR_MM, noise_sd_hu=NOISE_SD_HU,
        noise_peak_per_mm=min(0.30, 0.45 / spacing_mm), noise_along_mm=1.2, center_mm=RIGHT_LUNG_MM,
    )  # fmt: skip


def cut_out(chest: Phantom, edit: ImageEdit, size: int, aside: tuple[int, int, int] = (0, 0, 0)) -> NodulePatch:
    """The patch whose middle, but for `aside` voxels, is the middle of the nodule; it must lie in the scan."""
    scan = chest.volume
    at = scan.index_of((edit.truth["center_x_mm"], edit.truth["center_y_mm"], edit.truth["center_z_mm"]))
    start = [int(np.clip(round(middle) - size // 2 + off, 0, side - size)) for middle, off, side in zip(at, aside, scan.shape, strict=True)]
    window = tuple(slice(first, first + size) for first in start)
    whole = np.zeros(scan.shape, np.float32)
    whole[edit.box()] = np.frombuffer(edit.occupancy, "<f4").reshape(edit.shape)
    after = scan.voxels.copy()
    after[edit.box()] = np.frombuffer(edit.voxels, "<i2").reshape(edit.shape)
    return NodulePatch(after[window].astype(np.float32), scan.voxels[window].astype(np.float32), np.ascontiguousarray(whole[window]), edit)


def _first_that_fits(chest: Phantom, request: NoduleRequest, free: list[tuple[float, float, float]]) -> ImageEdit | None:
    """The nodule at the first place that takes it; that place is used up."""
    from msgspec.structs import replace

    from xinglin.models.lesion.parametric_nodule import GENERATOR

    for place in free[:PLACES_TRIED]:
        try:
            made = GENERATOR.insert(chest.volume, replace(request, center_mm=chest.volume.point_mm(place)))
        except InvalidInput as fault:
            if fault.code not in UNFIT:
                raise
            continue
        free.remove(place)
        return made
    return None


def _places(chest: Phantom, size: int, draw: np.random.Generator) -> list[tuple[float, float, float]]:
    """Places in the lung, fractional indices in random order, from which a patch lies whole in the scan."""
    lung = chest.mask("lungs")
    inner = np.zeros_like(lung)
    inner[tuple(slice(size // 2, side - size // 2) for side in lung.shape)] = True
    found = draw.permutation(np.argwhere(lung & inner))[:600] + draw.uniform(-0.5, 0.5, 3)
    return [(float(k), float(j), float(i)) for k, j, i in found]
