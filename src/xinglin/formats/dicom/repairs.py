"""Repairs of a series' geometry that a person asked for by name, and the errors that stand when nobody did.

Each repair says in words what it did to which slices. Values between slices are linear interpolations; nothing is
invented beyond the first and last slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xinglin.formats.dicom.geometry import GAP_MM, Grid, Slice, Spacing
from xinglin.formats.dicom.image import Plane
from xinglin.formats.dicom.limits import wrong

MOST_MISSING = 3  # neighbouring slices in a row that "missing" will fill


class Repaired(NamedTuple):
    """The volume after the repairs, the step from slice to slice (LPS mm), and what was done."""

    voxels: NDArray[np.generic]
    grid: Grid
    step: NDArray[np.float64]
    words: list[str]


def without(grid: Grid, dropped: Sequence[int]) -> Grid:
    """The grid without some of its slices (never the first)."""
    keep = [n for n in range(len(grid.slices)) if n not in set(dropped)]
    return grid._replace(slices=tuple(grid.slices[n] for n in keep), offsets=grid.offsets[keep])


def check(grid: Grid, spacing: Spacing, repair: frozenset[str]) -> None:
    """Raises XL-DICOM-113, 116, 117 or 118 for a defect whose repair was not asked for or cannot be made."""
    if not GAP_MM[0] <= spacing.step_mm <= GAP_MM[1]:
        raise wrong(
            113, "the files are not one volume", where=grid.slices[0].name,
            why=f"the distance between slices must lie between {GAP_MM[0]} and {GAP_MM[1]:g} mm",
        )  # fmt: skip
    if not spacing.straight:
        raise wrong(113, "the files are not one volume: slices are shifted sideways against each other", where=grid.slices[0].name)
    steps = np.diff(grid.along())
    if any(spacing.missing) and ("missing" not in repair or max(spacing.missing) > MOST_MISSING):
        after = next(n for n, count in enumerate(spacing.missing) if count)
        raise wrong(
            116, "slices are missing", where=f"between {grid.slices[after].name} and {grid.slices[after + 1].name}",
            why=f"{sum(spacing.missing)} in all, where slices lie {spacing.step_mm:g} mm apart",
            fix=f'send the whole series, or ask for the repair "missing" (linear interpolation, up to {MOST_MISSING} in a row)',
        )  # fmt: skip
    uneven = not spacing.even and not any(spacing.missing)
    if uneven and ("uneven" not in repair or steps.max() > (MOST_MISSING + 1) * np.median(steps)):
        worst = int(np.abs(steps - np.median(steps)).argmax())
        raise wrong(
            117, "the slices are not equally far apart", where=f"between {grid.slices[worst].name} and {grid.slices[worst + 1].name}",
            why=f"steps from {steps.min():.4g} to {steps.max():.4g} mm",
            fix=f'ask for the original, or for the repair "uneven" (resampling, over gaps of at most {MOST_MISSING + 1} steps)',
        )  # fmt: skip
    if spacing.lean_degrees and "tilt" not in repair:
        raise wrong(
            118, "the stack of slices leans: the gantry was tilted", where=grid.slices[0].name, why=f"{spacing.lean_degrees:.1f} degrees",
            fix='ask for an untilted series, or for the repair "tilt" (resampling onto an upright grid)',
        )  # fmt: skip


def apply(voxels: NDArray[np.generic], grid: Grid, spacing: Spacing) -> Repaired:
    """The repairs that `check` let through: slices set evenly, then the stack set upright."""
    words: list[str] = []
    if not spacing.even:
        voxels, grid, word = _even(voxels, grid, spacing)
        words.append(word)
    step = grid.offsets[-1] / (len(grid.slices) - 1)
    if spacing.lean_degrees:
        voxels, grid, word = _upright(voxels, grid, spacing)
        words.append(word)
        step = grid.normal * (grid.along()[-1] / (len(grid.slices) - 1))
    return Repaired(voxels, grid, step, words)


def _even(voxels: NDArray[np.generic], grid: Grid, spacing: Spacing) -> tuple[NDArray[np.generic], Grid, str]:
    """Linear interpolation between neighbouring slices onto even steps."""
    along = grid.along()
    filling = any(spacing.missing)
    step = spacing.step_mm if filling else float(np.median(np.diff(along)))
    count = round(along[-1] / step) + 1 if filling else int(np.floor(along[-1] / step + 1e-6)) + 1
    targets = along[-1] * np.arange(count) / (count - 1) if filling else step * np.arange(count)
    out = np.empty((count, *voxels.shape[1:]), voxels.dtype)
    slices, made = [], []
    slack = 0.02 if filling else 1e-3
    for n, target in enumerate(targets):
        low = int(np.clip(np.searchsorted(along, target, side="right") - 1, 0, len(along) - 2))
        share = (target - along[low]) / (along[low + 1] - along[low])
        nearest = low + (share > 0.5)
        if abs(along[nearest] - target) <= max(slack, 0.005 * step if filling else 0):
            out[n] = voxels[nearest]
            slices.append(grid.slices[nearest])
            continue
        out[n] = _between(voxels[low], voxels[low + 1], share)
        slices.append(Slice(-1, -1, f"made between {grid.slices[low].name} and {grid.slices[low + 1].name}", Plane()))
        made.append(n)
    offsets = np.outer(targets, grid.offsets[-1] / along[-1])
    named = ", ".join(str(n + 1) for n in made)
    word = (
        f"missing: {len(made)} slices made by linear interpolation of their neighbours, numbers {named} of {count}"
        if filling
        else f"uneven: resampled linearly along the slice direction to even steps of {step:g} mm; slices {named or 'none'} of {count} are interpolated"
    )
    return out, grid._replace(slices=tuple(slices), offsets=offsets), word


def _between(low: NDArray[np.generic], high: NDArray[np.generic], share: float) -> NDArray[np.generic]:
    mixed = low.astype(np.float32) * np.float32(1 - share) + high.astype(np.float32) * np.float32(share)
    return np.rint(mixed).astype(low.dtype) if low.dtype.kind in "iu" else mixed.astype(low.dtype)


def _upright(voxels: NDArray[np.generic], grid: Grid, spacing: Spacing) -> tuple[NDArray[np.generic], Grid, str]:
    """Every slice shifted in its plane (linear interpolation) so that the stack stands along the normal.

    The new field holds every slice whole; what no slice covers gets the lowest value of the volume.
    """
    along = grid.along()
    lateral = grid.offsets - np.outer(along, grid.normal)
    down, right = lateral @ grid.column / grid.spacing[0], lateral @ grid.row / grid.spacing[1]  # of each slice, in pixels
    top, left = int(np.floor(down.min())), int(np.floor(right.min()))
    rows = voxels.shape[1] + int(np.ceil(down.max())) - top
    columns = voxels.shape[2] + int(np.ceil(right.max())) - left
    lowest = voxels.min()
    out = np.full((len(along), rows, columns), lowest, voxels.dtype)
    for n in range(len(along)):
        out[n] = _shifted(voxels[n], float(down[n] - top), float(right[n] - left), rows, columns, lowest)
    origin = grid.origin + top * grid.spacing[0] * grid.column + left * grid.spacing[1] * grid.row
    upright = grid._replace(origin=origin, offsets=np.outer(along, grid.normal))
    word = (
        f"tilt: a lean of {spacing.lean_degrees:.2f} degrees taken out by shifting each slice in its plane (linear interpolation); "
        f"the field grew to {rows} x {columns}, what no slice covers holds {lowest:g}"
    )
    return out, upright, word


def _shifted(image: NDArray[np.generic], down: float, right: float, rows: int, columns: int, empty: np.generic) -> NDArray[np.generic]:
    whole_down, whole_right = int(np.floor(down)), int(np.floor(right))
    part_down, part_right = np.float32(down - whole_down), np.float32(right - whole_right)
    wide = np.full((rows + 2, columns + 2), np.float32(empty), np.float32)
    wide[whole_down + 1 : whole_down + 1 + image.shape[0], whole_right + 1 : whole_right + 1 + image.shape[1]] = image
    mixed = wide[1:-1] * (1 - part_down) + wide[:-2] * part_down
    mixed = mixed[:, 1:-1] * (1 - part_right) + mixed[:, :-2] * part_right
    return np.rint(mixed).astype(image.dtype) if image.dtype.kind in "iu" else mixed.astype(image.dtype)
