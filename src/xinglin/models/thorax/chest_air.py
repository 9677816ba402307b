"""Finds the air inside the chest on the coarse grid: what is body, what is outside, which air is lung and which is airway.

Classical steps only: thresholds, connected pieces, region growing with leak control, closing by distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
Float = NDArray[np.float32]
AIR_HU = -400.0  # half way between lung and chest wall
LUNG_HU = (-965.0, -500.0)  # medians of lung tissue; gas in the bowel and room air are thinner
CLOSING_MM = 6.0
PIECE_ML = 8.0
CROSS = ndimage.generate_binary_structure(3, 1)


@dataclass(frozen=True)
class ChestAir:
    """Masks on the coarse grid. lungs: open lung air without central airways; border: it reaches the side of the picture."""

    lungs: Mask
    airways: Mask
    border: bool


def within(mask: Mask, spacing_mm: tuple[float, float, float], reach_mm: float) -> Mask:
    """Everything at most so far from the mask."""
    return ndimage.distance_transform_edt(~mask, sampling=spacing_mm) <= reach_mm


def closed(mask: Mask, spacing_mm: tuple[float, float, float], reach_mm: float = CLOSING_MM) -> Mask:
    """The mask with its gaps narrower than twice the reach filled, and its holes: vessels count as lung."""
    pad = [(int(np.ceil(reach_mm / s)) + 1,) * 2 for s in spacing_mm]
    where = ndimage.find_objects(mask.astype(np.uint8))
    if not where:
        return mask.copy()
    # beyond the first and last slice the lung is taken to go on, so that closing does not eat into them
    inner = np.pad(np.pad(mask[where[0]], (pad[0], (0, 0), (0, 0)), mode="edge"), ((0, 0), *pad[1:]))
    grown = within(inner, spacing_mm, reach_mm)
    shut = ndimage.distance_transform_edt(grown, sampling=spacing_mm) > reach_mm
    shut |= inner
    shut = ndimage.binary_fill_holes(shut[tuple(slice(p[0], n - p[1]) for p, n in zip(pad, shut.shape, strict=True))])
    out = mask.copy()
    out[where[0]] |= shut
    return out


def body_of(hu: Float, spacing_mm: tuple[float, float, float]) -> Mask:
    """The body with all that it encloses in each slice; the table and what lies beside are left out."""
    tissue = hu > AIR_HU
    slim = max(1, round(4.0 / spacing_mm[1]))
    disc = ndimage.generate_binary_structure(2, 1)[None]
    opened = ndimage.binary_opening(np.pad(tissue, ((0, 0), (slim, slim), (slim, slim)), mode="edge"), disc, iterations=slim)
    opened = opened[:, slim:-slim, slim:-slim]
    labels, count = ndimage.label(opened, CROSS)
    if count == 0:
        return opened
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    body = labels == int(sizes.argmax())
    return np.stack([_filled_slice(piece) for piece in body])


def _filled_slice(piece: Mask) -> Mask:
    """One slice with its holes; air at the edge of the picture stays outside."""
    return ndimage.binary_fill_holes(piece)


def _border_lung(hu: Float, air: Mask, body: Mask) -> Mask:
    """Lung that the edge of the picture cuts: air that reaches the edge and has the density of lung."""
    labels, count = ndimage.label(air & ~body, CROSS)
    if count == 0:
        return np.zeros_like(air)
    sizes = np.bincount(labels.ravel())
    out = np.zeros_like(air)
    for n in np.flatnonzero(sizes > 2000):
        if n and LUNG_HU[0] < float(np.median(hu[labels == n])) < LUNG_HU[1]:
            out |= labels == n
    return out


def chest_air(hu: Float, spacing_mm: tuple[float, float, float]) -> ChestAir:
    """Lungs and airways in block means of a turned scan; both empty when there are none."""
    air = hu < AIR_HU
    body = body_of(hu, spacing_mm)
    cut = _border_lung(hu, air & (hu > -1100), body)
    inside = (air & body) | cut
    airways = grown_airways(hu, inside, spacing_mm)
    wall = ndimage.binary_dilation(airways, CROSS) if airways.any() else airways
    lungs = _lung_pieces(hu, inside & ~wall, spacing_mm)
    return ChestAir(lungs, airways, bool(cut.any()))


def _lung_pieces(hu: Float, air: Mask, spacing_mm: tuple[float, float, float]) -> Mask:
    """The pieces of air that look like lung: large enough, and denser than gas."""
    labels, count = ndimage.label(air, CROSS)
    out = np.zeros(air.shape, bool)
    if count == 0:
        return out
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * voxel_ml
    boxes = ndimage.find_objects(labels)
    largest = float(sizes[1:].max())
    for n in range(1, count + 1):
        box = boxes[n - 1]
        slices = box[0].stop - box[0].start
        if sizes[n] < min(PIECE_ML, 0.4 * slices * spacing_mm[0]) or sizes[n] < 0.01 * largest:
            continue
        mine = labels[box] == n
        if LUNG_HU[0] < float(np.median(hu[box][mine])) < LUNG_HU[1]:
            out[box] |= mine
    return out


def grown_airways(hu: Float, inside: Mask, spacing_mm: tuple[float, float, float]) -> Mask:
    """Trachea and the bronchi that can be followed before the wall is too thin to hold the growth back."""
    seed = _trachea(hu, inside, spacing_mm)
    empty = np.zeros(hu.shape, bool)
    if seed is None:
        return empty
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    best, before = empty, 0.0
    for threshold in (-970.0, -955.0, -940.0, -925.0, -910.0, -895.0):
        labels, _ = ndimage.label(inside & (hu < threshold), CROSS)
        if not labels[seed]:
            continue
        grown = labels == labels[seed]
        size = float(grown.sum()) * voxel_ml
        if size > 110 or (before > 8 and size > 1.7 * before):
            break
        best, before = grown, size
    return best


def _trachea(hu: Float, inside: Mask, spacing_mm: tuple[float, float, float]) -> tuple[int, int, int] | None:
    """A block in the trachea: a small round air hole near the middle that goes on from slice to slice, from the top down."""
    slices, _, columns = hu.shape
    area_mm2 = spacing_mm[1] * spacing_mm[2]
    dark = inside & (hu < -880)
    body_middle = _middle_column(inside, columns)
    run: list[tuple[int, int, int]] = []
    for k in range(slices - 1, -1, -1):
        labels, count = ndimage.label(dark[k])
        found = None
        for n, box in enumerate(ndimage.find_objects(labels), 1) if count else ():
            size = float((labels[box] == n).sum()) * area_mm2
            height, width = ((b.stop - b.start) * s for b, s in zip(box, spacing_mm[1:], strict=True))
            middle = (box[0].start + box[0].stop) // 2, (box[1].start + box[1].stop) // 2
            if 50 < size < 900 and max(height, width) < 45 and abs(middle[1] - body_middle) * spacing_mm[2] < 40 and labels[middle] == n:
                near = not run or np.hypot((middle[0] - run[-1][1]) * spacing_mm[1], (middle[1] - run[-1][2]) * spacing_mm[2]) < 12
                found = (k, *middle) if near else found
        if found is not None:
            run.append(found)
            if len(run) * spacing_mm[0] > 18:
                return run[len(run) // 2]
        else:
            run = []
    return None


def _middle_column(inside: Mask, columns: int) -> float:
    """The column in the middle of what air there is in the chest, or of the picture."""
    across = np.flatnonzero(inside.any((0, 1)))
    return float(across[0] + across[-1]) / 2 if len(across) else columns / 2
