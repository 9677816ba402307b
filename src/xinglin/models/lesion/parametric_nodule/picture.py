"""How the scan would have looked with the nodule in it: the scanner's blur over the nodule, the scan's own noise kept.

out = in + blur(inside) * (density - lung), less where a vessel or a wall already fills the voxel in part, and never darker
than before. Rounding to whole HU carries its remainder from voxel to voxel, so that sums are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.body import Body
from xinglin.models.lesion.parametric_nodule.design import TISSUE_HU, Design
from xinglin.models.lesion.parametric_nodule.fine_grid import Box
from xinglin.models.lesion.parametric_nodule.surroundings import Surroundings
from xinglin.models.lesion.parametric_nodule.texture import LARGEST_SIGMAS, grain
from xinglin.records.errors import InvalidInput

WALL_SHARE = 0.05  # of a voxel behind the wall, from which the wall lies beside the nodule
LARGEST_SHARE_OF_CONTRAST = 0.9 / (LARGEST_SIGMAS + 0.5)  # grain never eats the whole contrast


@dataclass(frozen=True, eq=False)
class Picture:
    """`voxels`: int16 HU of the box with the nodule; `added`: what was added before rounding; shares as in ImageEdit."""

    voxels: NDArray[np.int16]
    added: NDArray[np.float32]
    occupancy: NDArray[np.float32]
    apparent: NDArray[np.float32]
    grain_hu: float  # standard deviation asked for after its limit
    lung_hu: float  # level of the lung under the nodule


def picture_of(design: Design, body: Body, inner: NDArray[np.float32] | None, box: Box, around: Surroundings) -> Picture:
    """The box with the nodule in it. Raises InvalidInput XL-NODULE-016 when the scan does not fit into whole HU."""
    occupancy = np.clip(box.sharp(body.share), 0.0, 1.0)  # a sum of floats may end a hair above one
    apparent = np.clip(box.blurred(body.share), 0.0, 1.0)
    seen = apparent if body.seen is body.share else box.blurred(body.seen)
    lung_hu = float((around.lung_hu * occupancy).sum(dtype=np.float64) / occupancy.sum(dtype=np.float64))
    contrast = (design.glass_hu if design.glass_hu is not None else design.solid_hu) - lung_hu
    grain_hu = min(design.texture_hu, max(contrast, 0.0) * LARGEST_SHARE_OF_CONTRAST)
    texture = (
        box.blurred(body.seen * grain(box.grid, body.seen, design.request.seed, design.request.texture_mm)) if grain_hu else np.float32(0)
    )
    texture = texture * np.float32(grain_hu)
    at_wall = np.clip((seen - apparent) / np.float32(WALL_SHARE), 0, 1)
    added = _glass(design, seen, around) if design.glass_hu is not None else _solid(design, seen, at_wall, around)
    if inner is not None:
        added = added + _inner(design, box.blurred(inner), at_wall, around)
    ceiling = np.maximum(_brightest(design) + np.float32(LARGEST_SIGMAS * grain_hu) - around.clean, 0)
    added = np.clip(added + texture, 0, ceiling)
    return Picture(whole_hu(around.voxels, added), added, occupancy, apparent, grain_hu, lung_hu)


def _glass(design: Design, seen: NDArray[np.float32], around: Surroundings) -> NDArray[np.float32]:
    """Ground glass: a share of the air gives way to tissue, so that vessels, already tissue, are seen through it."""
    return seen * _glass_contrast(design, around)


def _glass_contrast(design: Design, around: Surroundings) -> NDArray[np.float32]:
    """HU that a voxel full of glass gains over what is there: less where there is tissue already."""
    share = (np.float32(design.glass_hu or 0.0) - around.lung_hu) / (np.float32(TISSUE_HU) - around.lung_hu)
    return np.asarray(np.clip(share, 0, 1) * np.maximum(np.float32(TISSUE_HU) - around.clean, 0), dtype=np.float32)


def _solid(design: Design, seen: NDArray[np.float32], at_wall: NDArray[np.float32], around: Surroundings) -> NDArray[np.float32]:
    """A solid body takes the place of lung, and of nothing else.

    A vessel that fills part of a voxel lies in the nodule's part as in the rest (it crosses the surface): the shares multiply.
    A wall lies beside the nodule: the shares add up, to a full voxel and no more, or a dark seam would be seen.
    """
    full = np.maximum(np.float32(design.solid_hu) - around.lung_hu, 0)
    room = np.maximum(full - around.excess_hu, 0)
    crossed, beside = seen * room, np.minimum(seen * full, room)
    return np.asarray(crossed + at_wall * (beside - crossed), dtype=np.float32)


def _inner(design: Design, seen: NDArray[np.float32], at_wall: NDArray[np.float32], around: Surroundings) -> NDArray[np.float32]:
    """What the solid part or the calcium adds to the body around it."""
    if design.calcium_hu is not None:
        return seen * np.float32(max(design.calcium_hu - design.solid_hu, 0))
    return np.maximum(_solid(design, seen, at_wall, around) - seen * _glass_contrast(design, around), 0)


def _brightest(design: Design) -> np.float32:
    """The densest part of the nodule; under ground glass, the tissue of the vessels in it."""
    return np.float32(max(design.solid_hu if design.glass_hu is None else TISSUE_HU, design.calcium_hu or -1000.0))


def whole_hu(before: NDArray[np.float32], added: NDArray[np.float32]) -> NDArray[np.int16]:
    """before + added in whole HU; each remainder goes on to the next voxel: sums agree to half a HU, and nothing gets darker."""
    running = np.rint(np.cumsum(added.astype(np.float64).ravel()))
    steps = np.diff(running, prepend=0.0).reshape(added.shape)
    after = np.rint(before) + steps
    if after.min() < -32768 or after.max() > 32767:
        raise InvalidInput(
            "XL-NODULE-016", "the scan's values do not fit into 16 bits", where="Volume.voxels", fix="check the rescale values"
        )
    return after.astype(np.int16)
