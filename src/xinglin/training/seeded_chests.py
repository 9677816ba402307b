"""Whole chests of nobody with nodules drawn into them, each known to the voxel: what a finder of nodules learns from and is measured on.

Solid to ground glass, 4 to 20 mm, free in the lung, on its wall or on a vessel; slices thick and thin, scanners sharp and noisy. The same seed, the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleKind, NoduleRequest, Point_mm
from xinglin.training.nodule_patches import MARGINS, UNFIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.thorax_phantom import Phantom
    from xinglin.records.imaging import ImageEdit
    from xinglin.records.volume import Volume

T = TypeVar("T")
Attachment = Literal["none", "pleura", "vessel"]
KINDS: tuple[NoduleKind, ...] = ("solid", "part-solid", "ground-glass", "calcified")
ATTACHED: tuple[Attachment, ...] = ("none", "pleura", "vessel")
SHARES = {"kinds": (0.45, 0.2, 0.25, 0.1), "attached": (0.55, 0.3, 0.15)}
SMALLEST_MM, LARGEST_MM = 4.0, 20.0
CHEST_MM = (300.0, 264.0, 352.0)
SLICES_MM = (1.5, 2.0, 2.5)
PIXEL_MM = 1.5
APART_MM, TRIES = 30.0, 40
UNFIT_HERE = (*UNFIT, "XL-NODULE-005", "XL-NODULE-009")  # outside the scan; no denser than what lies there


@dataclass(frozen=True)
class SeededNodule:
    """One nodule as it was drawn; diameter of the sphere of the same volume."""

    place_mm: Point_mm
    diameter_mm: float
    kind: NoduleKind
    attachment: Attachment


@dataclass(frozen=True, eq=False)
class SeededChest:
    """A scan with nodules. inside: uint8, 1 where a reader would outline one; lung: the closed lungs as they were drawn."""

    volume: Volume
    nodules: tuple[SeededNodule, ...]
    inside: NDArray[np.uint8]
    lung: NDArray[np.bool_]


def seeded_chest(seed: int, person: int, nodules: int, *, shape: tuple[int, int, int] | None = None) -> SeededChest:
    """Chest number `person` of a seed with up to `nodules` in it, no two nearer than 30 mm. shape: another grid, for trials."""
    draw = np.random.Generator(np.random.Philox(key=np.array([seed, 7_000_000 + person], np.uint64)))
    phantom = _chest(seed * 1_000_003 + person, draw, shape)
    scan, lung = phantom.volume, phantom.mask("lungs")
    voxels, inside = scan.voxels.copy(), np.zeros(scan.shape, np.uint8)
    placed: list[SeededNodule] = []
    places = _places(phantom, lung, draw)
    for _ in range(nodules):
        attachment: Attachment = _one_of(ATTACHED, SHARES["attached"], draw)
        request = _request(_one_of(KINDS, SHARES["kinds"], draw), attachment, phantom, draw)
        made = _first_that_fits(replace(scan, voxels=voxels), request, places[attachment], placed, draw)
        if made is not None:
            voxels[made.box()] = np.frombuffer(made.voxels, "<i2").reshape(made.shape)
            inside[made.box()] |= (np.frombuffer(made.apparent, "<f4").reshape(made.shape) >= 0.5).astype(np.uint8)
            told = made.truth
            middle = (told["center_x_mm"], told["center_y_mm"], told["center_z_mm"])
            placed.append(SeededNodule(middle, told["diameter_mm"], request.kind, attachment))
    return SeededChest(replace(scan, voxels=voxels), tuple(placed), inside, lung)


def _chest(seed: int, draw: np.random.Generator, shape: tuple[int, int, int] | None) -> Phantom:
    from xinglin.models.thorax_phantom import thorax

    spacing = (float(draw.choice(SLICES_MM)), PIXEL_MM, PIXEL_MM)
    whole = tuple(int(np.ceil(side / mm)) for side, mm in zip(CHEST_MM, spacing, strict=True))
    blur = float(draw.uniform(0.8, 2.0))
    return thorax(
        shape or (whole[0], whole[1], whole[2]), spacing, seed % 2**31, blur_mm=(float(draw.uniform(1.2, 2.5)), blur, blur),
        noise_sd_hu=float(draw.uniform(12.0, 45.0)), noise_peak_per_mm=float(draw.uniform(0.15, 0.3)), fineness=(1, 2, 2),
        center_mm=(float(draw.uniform(-6, 6)), float(draw.uniform(-6, 6)), 0.0),
    )  # fmt: skip


def _request(kind: NoduleKind, attachment: Attachment, phantom: Phantom, draw: np.random.Generator) -> NoduleRequest:
    """Diameters even on a logarithmic scale: small ones are many and hard to see."""
    size = float(np.exp(draw.uniform(np.log(SMALLEST_MM), np.log(LARGEST_MM))))
    return NoduleRequest(
        kind=kind, attachment=attachment, diameter_mm=size, margin=MARGINS[int(draw.integers(3))], seed=int(draw.integers(2**31)),
        calcification=("diffuse", "central", "laminated", "popcorn")[int(draw.integers(4))], blur_mm=phantom.recipe.blur_mm,
    )  # fmt: skip


def _places(phantom: Phantom, lung: NDArray[np.bool_], draw: np.random.Generator) -> dict[Attachment, NDArray[np.float64]]:
    """Places (n, 3) in LPS mm in random order: anywhere in the lungs, close to their wall, beside a vessel."""
    from scipy import ndimage

    scan = phantom.volume
    depth_mm = np.asarray(ndimage.distance_transform_edt(lung, sampling=scan.spacing_mm))
    beside = np.asarray(ndimage.binary_dilation(phantom.mask("vessels") & (depth_mm > 12), iterations=2), bool)
    chosen: dict[Attachment, NDArray[np.bool_]] = {
        "none": depth_mm > 4,
        "pleura": (depth_mm > 2) & (depth_mm < 4),
        "vessel": beside & (depth_mm > 10),
    }
    found: dict[Attachment, NDArray[np.float64]] = {}
    for name, where in chosen.items():
        indices = np.argwhere(where)
        taken = indices[draw.permutation(len(indices))[:2000]] + draw.uniform(-0.5, 0.5, (min(2000, len(indices)), 3))
        found[name] = taken @ scan.affine[:3, :3].T + scan.affine[:3, 3]
    return found


def _first_that_fits(
    scan: Volume, request: NoduleRequest, places: NDArray[np.float64], placed: list[SeededNodule], draw: np.random.Generator
) -> ImageEdit | None:
    from msgspec.structs import replace as changed

    from xinglin.models.lesion.parametric_nodule import GENERATOR

    for place in places[draw.permutation(len(places))[:TRIES]]:
        if any(np.linalg.norm(place - np.array(one.place_mm)) < APART_MM for one in placed):
            continue
        try:
            return GENERATOR.insert(scan, changed(request, center_mm=(float(place[0]), float(place[1]), float(place[2]))))
        except InvalidInput as fault:
            if fault.code not in UNFIT_HERE:
                raise
    return None


def _one_of(values: tuple[T, ...], shares: tuple[float, ...], draw: np.random.Generator) -> T:
    return values[int(draw.choice(len(shares), p=shares))]
