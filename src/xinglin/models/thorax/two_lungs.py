"""Tells the left lung from the right one, also where they touch behind the sternum or before the spine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax.solid_shapes import boxes, depth_mm, nearest, pieces

Mask = NDArray[np.bool_]


ONE_LUNG_MM = 190.0  # no lung is wider


def parted(lungs: Mask, body: Mask, spacing_mm: tuple[float, float, float]) -> tuple[Mask, Mask, str]:
    """Left mask, right mask (array axes z, y, x; x grows to the patient's left) and a word about how they were told apart."""
    labels, count = pieces(lungs)
    left, right = np.zeros_like(lungs), np.zeros_like(lungs)
    if count == 0:
        return left, right, ""
    across = np.flatnonzero(lungs.any((0, 1)))
    middle = (across[0] + across[-1]) / 2
    if (across[-1] - across[0]) * spacing_mm[2] < ONE_LUNG_MM and not _two_heaps(lungs, middle):
        alone = _is_left(middle, body)
        return (lungs, right, "") if alone else (left, lungs, "")
    sizes = np.bincount(labels.ravel())[1:]
    word = ""
    for n, box in enumerate(boxes(labels), 1):
        mine = labels[box] == n
        columns = np.arange(box[2].start, box[2].stop)
        share_left = float(mine.sum((0, 1))[columns > middle].sum()) / float(mine.sum())
        if sizes[n - 1] > 0.25 * float(sizes.sum()) and 0.12 < share_left < 0.88:
            one, other, done = _cut(mine, middle - box[2].start, spacing_mm)
            left[box] |= one
            right[box] |= other
            word = "the lungs touch and were cut apart" if done else "the lungs could not be told apart but by the middle of the chest"
        else:
            (left if share_left >= 0.5 else right)[box] |= mine
    return left, right, word


def _two_heaps(lungs: Mask, middle: float) -> bool:
    """Whether there is much less lung in the middle than on either side, as between two lungs."""
    profile = lungs.sum((0, 1)).astype(float)
    wide = max(2, len(profile) // 12)
    centre = round(middle)
    low = float(profile[max(centre - wide, 0) : centre + wide + 1].min())
    return low < 0.4 * min(float(profile[:centre].max(initial=0.0)), float(profile[centre:].max(initial=0.0)))


def _is_left(middle: float, body: Mask) -> bool:
    """The side of a lung alone: away from where the picture cuts the body, else as it lies in the body."""
    cut_right, cut_left = float(body[:, :, 0].mean()), float(body[:, :, -1].mean())
    if max(cut_right, cut_left) > 0.15 and abs(cut_right - cut_left) > 0.1:
        return cut_right > cut_left
    columns = np.flatnonzero(body.any((0, 1)))
    return middle > (columns[0] + columns[-1]) / 2


def _cut(piece: Mask, middle: float, spacing_mm: tuple[float, float, float]) -> tuple[Mask, Mask, bool]:
    """One piece that holds both lungs: shrink it until it falls apart, then give each voxel to the nearer part."""
    depth = depth_mm(piece, spacing_mm)
    for shrink in (2.0, 3.0, 4.5, 6.5, 9.0, 12.0):
        labels, count = pieces(depth > shrink)
        if count < 2:
            continue
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        first, second = (int(n) for n in np.argsort(sizes, kind="stable")[::-1][:2])
        if sizes[second] < 0.12 * sizes[first]:
            continue
        places = [float(np.flatnonzero((labels == n).any((0, 1))).mean()) for n in (first, second)]
        if (places[0] - middle) * (places[1] - middle) > 0:
            continue
        seeds = np.where(labels == first, 1, np.where(labels == second, 2, 0))
        owner = seeds[nearest(seeds > 0, spacing_mm)]
        one, other = piece & (owner == 1), piece & (owner == 2)
        return (one, other, True) if places[0] > places[1] else (other, one, True)
    columns = np.arange(piece.shape[2]) > middle
    return piece & columns, piece & ~columns, False
