"""Finds the air inside the chest on the coarse grid: what is body, what is outside, which air is lung and which is airway.

Classical steps only: thresholds, connected pieces, region growing with leak control, closing by distances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax.solid_shapes import boxes, filled, grown, opened, pieces

Mask = NDArray[np.bool_]
Float = NDArray[np.float32]
AIR_HU = -400.0  # half way between lung and chest wall
LUNG_HU = (-965.0, -500.0)  # medians of lung tissue; gas in the bowel and room air are thinner
SMALL_PIECE_HU = -940.0  # a small piece of which a quarter is as thin as this is gas in the stomach or bowel rather than a part of a lung
PIECE_ML = 8.0
AIRWAY_SEED_HU, AIRWAY_RUN_MM = -925.0, 14.0


@dataclass(frozen=True)
class ChestAir:
    """Masks on the coarse grid. lungs: open lung air without central airways; border: it reaches the side of the picture."""

    body: Mask
    lungs: Mask
    airways: Mask
    border: bool


def body_of(hu: Float, spacing_mm: tuple[float, float, float]) -> Mask:
    """The body with all that it encloses in each slice; the table and what lies beside are left out."""
    tissue = hu > AIR_HU
    slim = max(1, round(4.0 / spacing_mm[1]))
    disc = np.array([[[False, True, False], [True, True, True], [False, True, False]]])
    wide = opened(np.pad(tissue, ((0, 0), (slim, slim), (slim, slim)), mode="edge"), disc, slim)[:, slim:-slim, slim:-slim]
    labels, count = pieces(wide)
    if count == 0:
        return wide
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    body = labels == int(sizes.argmax())
    return np.stack([filled(piece) for piece in body])


def _border_lung(hu: Float, air: Mask, body: Mask) -> Mask:
    """Lung that the edge of the picture cuts: air of the density of lung with body before and behind it."""
    labels, count = pieces(air & ~body)
    out = np.zeros_like(air)
    if count == 0:
        return out
    before, behind = (np.maximum.accumulate(b, axis=1) for b in (body, body[:, ::-1]))
    between = before & behind[:, ::-1]
    sizes = np.bincount(labels.ravel())
    for n in np.flatnonzero(sizes > 2000).tolist():
        mine = labels == n
        if n and LUNG_HU[0] < float(np.median(hu[mine])) < LUNG_HU[1] and between[mine].mean() > 0.6:
            out |= mine
    return out


def chest_air(hu: Float, spacing_mm: tuple[float, float, float]) -> ChestAir:
    """Lungs and airways in block means of a turned scan; both empty when there are none."""
    air = hu < AIR_HU
    body = body_of(hu, spacing_mm)
    inside = air & body
    airways = grown_airways(hu, inside, spacing_mm)
    wall = grown(airways) if airways.any() else airways
    lungs = _lung_pieces(hu, inside & ~wall, spacing_mm)
    if lungs.sum() > 0.002 * lungs.size:
        return ChestAir(body, lungs, airways, False)
    cut = _border_lung(hu, air & (hu > -1100), body)
    return ChestAir(body, lungs | cut, airways, bool(cut.any()))


def _lung_pieces(hu: Float, air: Mask, spacing_mm: tuple[float, float, float]) -> Mask:
    """The pieces of air that look like lung: large enough, and denser than gas."""
    labels, count = pieces(air)
    out = np.zeros(air.shape, bool)
    if count == 0:
        return out
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    sizes = np.bincount(labels.ravel(), minlength=count + 1) * voxel_ml
    found = boxes(labels)
    largest = float(sizes[1:].max())
    for n in range(1, count + 1):
        box = found[n - 1]
        slices = box[0].stop - box[0].start
        if sizes[n] < min(PIECE_ML, 0.4 * slices * spacing_mm[0]) or sizes[n] < 0.01 * largest:
            continue
        mine = labels[box] == n
        thin, middle = np.percentile(hu[box][mine], [25, 50])
        gas = sizes[n] < 0.2 * largest and thin < SMALL_PIECE_HU
        if LUNG_HU[0] < middle < LUNG_HU[1] and not gas:
            out[box] |= mine
    return out


def grown_airways(hu: Float, inside: Mask, spacing_mm: tuple[float, float, float]) -> Mask:
    """Trachea and the bronchi that can be followed before the wall is too thin to hold the growth back."""
    seeds = _airway_seeds(hu, inside, spacing_mm)
    airways = np.zeros(hu.shape, bool)
    for seed in seeds:
        if not airways[seed]:
            airways |= _grown_from(seed, hu, inside, spacing_mm)
    return airways


def _grown_from(seed: tuple[int, int, int], hu: Float, inside: Mask, spacing_mm: tuple[float, float, float]) -> Mask:
    """One airway, by thresholds from air upwards until it leaks into the lung."""
    voxel_ml = float(np.prod(spacing_mm)) / 1000
    best, before = np.zeros(hu.shape, bool), 0.0
    for threshold in (-970.0, -955.0, -940.0, -925.0, -910.0, -895.0):
        labels, _ = pieces(inside & (hu < threshold))
        if not labels[seed]:
            continue
        reached = labels == labels[seed]
        size = float(reached.sum()) * voxel_ml
        if size > 110 or (before > 1 and size > 1.7 * before + 2):
            break
        best, before = reached, size
    return best


def _airway_seeds(hu: Float, inside: Mask, spacing_mm: tuple[float, float, float]) -> list[tuple[int, int, int]]:
    """Blocks in the trachea or a main bronchus: small round dark holes near the middle that go on from slice to slice."""
    runs: list[list[tuple[int, int, int]]] = []
    middle = _middle_column(inside)
    dark = inside & (hu < AIRWAY_SEED_HU)
    for k in range(len(hu) - 1, -1, -1):
        for row, column in _round_holes(dark[k], middle, spacing_mm):
            for run in runs:
                last = run[-1]
                if last[0] == k + 1 and np.hypot((row - last[1]) * spacing_mm[1], (column - last[2]) * spacing_mm[2]) < 9:
                    run.append((k, row, column))
                    break
            else:
                runs.append([(k, row, column)])
    return [run[len(run) // 2] for run in runs if len(run) * spacing_mm[0] > AIRWAY_RUN_MM and len(run) > 3]


def _round_holes(plane: Mask, middle: float, spacing_mm: tuple[float, float, float]) -> list[tuple[int, int]]:
    """Middles (row, column) of pieces of the size and shape of a main airway, not far from the middle of the chest."""
    labels, _ = pieces(plane)
    found = []
    for n, box in enumerate(boxes(labels), 1):
        mine = labels[box] == n
        tall, wide = ((b.stop - b.start) * s for b, s in zip(box, spacing_mm[1:], strict=True))
        area = float(mine.sum()) * spacing_mm[1] * spacing_mm[2]
        row, column = (round(float(x)) + b.start for x, b in zip((axis.mean() for axis in np.nonzero(mine)), box, strict=True))
        near = abs(column - middle) * spacing_mm[2] < 50
        if 50 < area < 900 and max(tall, wide) < 42 and area > 0.5 * tall * wide and near and labels[row, column] == n:
            found.append((row, column))
    return found


def _middle_column(inside: Mask) -> float:
    """The column in the middle of what air there is in the chest."""
    across = np.flatnonzero(inside.any((0, 1)))
    return float(across[0] + across[-1]) / 2 if len(across) else inside.shape[2] / 2
