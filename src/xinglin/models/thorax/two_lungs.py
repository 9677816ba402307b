"""Tells the left lung from the right one, also where they touch behind the sternum or before the spine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax.solid_shapes import boxes, depth_mm, nearest, pieces

Mask = NDArray[np.bool_]


def parted(lungs: Mask, spacing_mm: tuple[float, float, float]) -> tuple[Mask, Mask, str]:
    """Left mask, right mask (array axes z, y, x; x grows to the patient's left) and a word about how they were told apart."""
    labels, count = pieces(lungs)
    if count == 0:
        return lungs.copy(), lungs.copy(), ""
    whole = np.flatnonzero(lungs.any((0, 1)))
    middle = (whole[0] + whole[-1]) / 2
    sizes = np.bincount(labels.ravel())[1:]
    left, right = np.zeros_like(lungs), np.zeros_like(lungs)
    word = ""
    total = float(sizes.sum())
    for n, box in enumerate(boxes(labels), 1):
        mine = labels[box] == n
        columns = np.arange(box[2].start, box[2].stop)
        across = mine.sum((0, 1))
        share_left = float(across[columns > middle].sum()) / float(mine.sum())
        if sizes[n - 1] > 0.25 * total and 0.12 < share_left < 0.88:
            one, other, done = _cut(mine, middle - box[2].start, spacing_mm)
            left[box] |= one
            right[box] |= other
            word = "the lungs touch and were cut apart" if done else "the lungs could not be told apart but by the middle of the chest"
        else:
            (left if share_left >= 0.5 else right)[box] |= mine
    return left, right, word


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
