"""Sets of pictures of nobody: slices of chests that we draw ourselves, with the truth about each pixel and, if asked, the same slice by another scanner.

What a model learns of them may be given away. The same asking gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import Condition, ImageForm
from xinglin.training.image_sets import ImageSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.thorax_phantom import Phantom

MASKS = ("lungs", "heart", "bones", "liver")
"""Labels 1 to 4 of a picture; where two meet the later one is written."""
BONES = ("ribs", "spine", "sternum", "blades")
FIELD_MM = 384.0
SLICE_MM, SLICES = 10.0, 28
TOP_AND_BOTTOM = 2  # slices at each end that hold little chest
WINDOW_HU = (-1000.0, 400.0)


@dataclass(frozen=True)
class Scanner:
    """How a chest is seen. blur_mm: FWHM in the slice; noise_sd_hu and the frequency at which its power peaks."""

    blur_mm: float = 1.2
    noise_sd_hu: float = 22.0
    noise_peak_per_mm: float = 0.28


ORDINARY = Scanner()
SHIFTS: dict[str, tuple[Scanner, Scanner]] = {
    "kernel": (Scanner(0.6, 45.0, 0.45), Scanner(3.2, 12.0, 0.12)),
    "dose": (Scanner(1.2, 90.0), Scanner(1.2, 15.0)),
}
"""Two ways of seeing the same chest: sharp and smooth reconstruction, low and full dose. Sizes are ours, within what scanners span."""


def phantom_set(
    people: int, size: int, *, slices: int = 10, seed: int = 0, shift: str = "", name: str = "phantoms",
    note: Callable[[str], None] | None = None,
) -> ImageSet:  # fmt: skip
    """`slices` pictures of each of `people` chests, (1, size, size) in HU over 384 mm, with masks of lungs, heart, bones and liver.

    shift: "kernel" or "dose" gives two domains; a person is seen in one of them, and `partners` holds the truth: the same slice as the other
    scanner would have seen it. Condition `level`: the height in the chest, 0 at the feet's end to 1. Raises UsageError XL-IMGSET-040.
    """
    if (shift and shift not in SHIFTS) or people < 4 or size < 16 or not 1 <= slices <= SLICES - 2 * TOP_AND_BOTTOM:
        raise UsageError(
            "XL-IMGSET-040", "no such set of phantoms can be drawn", where=shift or f"{people} people, {size} pixels, {slices} slices",
            fix=f"at least 4 people and 16 pixels, 1 to {SLICES - 2 * TOP_AND_BOTTOM} slices; a shift is one of: {', '.join(SHIFTS)}",
        )  # fmt: skip
    seen = [_of_one(person, people, size, slices, seed, shift, note) for person in range(people)]
    low, high = WINDOW_HU
    form = ImageForm(
        (size, size), low=low, high=high, unit="HU", modality="CT", spacing_mm=(FIELD_MM / size, FIELD_MM / size), masks=MASKS,
        conditions=(Condition("level", "number", low=0.0, high=1.0),), domains=_domains(shift),
    )  # fmt: skip
    pictures = np.concatenate([one.pictures for one in seen])[:, None]
    return ImageSet.of(
        pictures, form, name=name, persons=[f"phantom-{person}" for person in range(people) for _ in range(slices)],
        conditions=np.concatenate([one.levels for one in seen])[:, None], masks=np.concatenate([one.masks for one in seen]),
        partners=np.concatenate([one.partners for one in seen])[:, None] if shift else None,
        domains=[_domains(shift)[person % 2] for person in range(people) for _ in range(slices)] if shift else None,
        source=f"drawn by formula, seed {seed}", licence="Apache-2.0", seed=seed, synthetic=len(pictures),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Seen:
    pictures: NDArray[np.float32]
    masks: NDArray[np.uint8]
    partners: NDArray[np.float32]
    levels: NDArray[np.float64]


def _domains(shift: str) -> tuple[str, ...]:
    return {"kernel": ("sharp", "smooth"), "dose": ("low-dose", "full-dose")}.get(shift, ())


def _of_one(person: int, people: int, size: int, slices: int, seed: int, shift: str, note: Callable[[str], None] | None) -> _Seen:
    """The pictures of one chest; which slices are taken is drawn from (seed, person)."""
    draw = np.random.Generator(np.random.Philox(key=np.array([seed, person], np.uint64)))
    at = TOP_AND_BOTTOM + np.sort(draw.choice(SLICES - 2 * TOP_AND_BOTTOM, slices, replace=False))
    aside = tuple(draw.uniform(-8.0, 8.0, 2))
    ways = SHIFTS[shift] if shift else (ORDINARY, ORDINARY)
    here, there = ways[person % 2], ways[1 - person % 2]
    phantom = _scanned(seed * 1_000_003 + person, size, aside, here)
    other = _scanned(seed * 1_000_003 + person, size, aside, there) if shift else phantom
    if note:
        note(f"chest {person + 1} of {people}")
    return _Seen(
        phantom.volume.voxels[at].astype(np.float32), _labels(phantom)[at], other.volume.voxels[at].astype(np.float32), at / (SLICES - 1)
    )


def _scanned(seed: int, size: int, aside: tuple[float, ...], scanner: Scanner) -> Phantom:
    from xinglin.models.thorax_phantom import thorax

    spacing = FIELD_MM / size
    return thorax(
        (SLICES, size, size), (SLICE_MM, spacing, spacing), seed, blur_mm=(1.8, scanner.blur_mm, scanner.blur_mm),
        noise_sd_hu=scanner.noise_sd_hu, noise_peak_per_mm=min(scanner.noise_peak_per_mm, 0.45 / spacing), center_mm=(aside[0], aside[1], 0.0),
    )  # fmt: skip


def _labels(phantom: Phantom) -> NDArray[np.uint8]:
    labels = np.zeros(phantom.truth.shape, np.uint8)
    for number, name in enumerate(MASKS, start=1):
        labels[np.logical_or.reduce([phantom.mask(one) for one in (BONES if name == "bones" else (name,))])] = number
    return labels
