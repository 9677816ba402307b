"""The nodule's body in fine cells: outline, spicules, the flat side at a wall, with exactly the volume that was asked for.

A coarse pass finds the scale and the shift that bring volume and centre of mass to where they belong; the last,
fine pass corrects the scale on the very cells that are written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.design import Design
from xinglin.models.lesion.parametric_nodule.fine_grid import FineGrid, fine_grid
from xinglin.models.lesion.parametric_nodule.frame import Frame
from xinglin.models.lesion.parametric_nodule.level import inside, level_for
from xinglin.models.lesion.parametric_nodule.shape import PHIS, THETAS, Outline, Strand, axes_of, outline_of, strands
from xinglin.records.errors import InvalidInput

FINEST_MM, COARSEST_MM, STEPS_PER_RADIUS = 0.12, 0.5, 16

Wall = Callable[[FineGrid], NDArray[np.float32]]  # mm from the wall at each cell, positive inside the lung


@dataclass(frozen=True, eq=False)
class Body:
    """What is inside: `share` of each cell; `field` in mm (reaches `radius_mm` on the body's surface, without spicules).

    `seen`: the share that is imaged; it differs at a wall alone, where it goes on behind the wall so that no gap is seen.
    """

    grid: FineGrid
    share: NDArray[np.float32]
    seen: NDArray[np.float32]
    field: NDArray[np.float32]
    radius_mm: float
    shift_mm: NDArray[np.float64]  # of the outline's middle from the place, along the grid's axes
    to_unit: NDArray[np.float64]  # mm along the grid's axes -> the outline's own axes
    body_mm3: float  # without spicules
    outline: Outline
    cut_by_wall: bool


def body_of(design: Design, frame: Frame, wall: Wall | None = None) -> Body:
    """The nodule around the frame's place. Raises InvalidInput XL-NODULE-014 when the wall leaves no room for its volume."""
    body = outline_of(design)
    pieces = strands(design, body)
    lengths, rotation = axes_of(design)
    if design.axes is not None:
        lengths = lengths[list(frame.nearest_axes())]
    to_patient = rotation * lengths
    to_unit = np.asarray(np.linalg.inv(to_patient) @ frame.turn, dtype=np.float64)
    radius, shift = design.diameter_mm / 2, np.zeros(3)
    step = float(np.clip(radius / STEPS_PER_RADIUS, FINEST_MM, COARSEST_MM))
    for scale in (2.0, 1.0):
        for _ in range(8):
            grid = fine_grid(frame, _reach(frame, body, pieces, lengths, to_patient, radius) + np.abs(shift), step * scale)
            made = _drawn(design, grid, body, pieces, to_unit, radius, shift, wall)
            if made is not None:
                break
            radius *= 1.09 if wall is not None else 0.96
        else:
            raise InvalidInput(
                "XL-NODULE-014", "the wall leaves no room for the nodule", where="NoduleRequest.center_mm", fix="move it inwards"
            )
        radius = made.radius_mm
        if scale > 1 and wall is None:
            shift = shift - made.grid.centroid(made.share)
    return made


def _reach(
    frame: Frame, body: Outline, pieces: tuple[Strand, ...], lengths: NDArray[np.float64], to_patient: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """How far the nodule goes from its middle along each axis of the grid, in mm, with room for the scale to be corrected."""
    reach = np.full(3, body.most * lengths.max())
    for piece in pieces:
        for end, width in ((piece.start, piece.start_width), (piece.end, piece.end_width)):
            reach = np.maximum(reach, np.abs(frame.turn.T @ (to_patient @ end)) + width)
    return reach * radius * 1.1


def _drawn(
    design: Design, grid: FineGrid, body: Outline, pieces: tuple[Strand, ...], to_unit: NDArray[np.float64], radius: float,
    shift: NDArray[np.float64], wall: Wall | None,
) -> Body | None:  # fmt: skip
    """The body on one grid, its radius corrected by at most 9 %; None when that is not enough."""
    width = float(np.cbrt(grid.cell_mm3))
    field = star_field(grid, body, to_unit, shift, radius)
    thin = _spicules(grid, pieces, np.asarray(np.linalg.inv(to_unit), dtype=np.float64), shift, radius) if pieces else None
    depth = wall(grid) if wall is not None else None
    room = None if depth is None else np.clip(depth / np.float32(width) + np.float32(0.5), 0, 1)
    span = (radius * 0.91, radius * 1.09)
    level = level_for(field, design.volume_mm3 / grid.cell_mm3, width, span, thin, room)
    if level is None:
        return None
    full = inside(field, level, width)
    alone = full if room is None else full * room
    if thin is not None:
        full = np.maximum(full, thin)
    share = full if room is None else full * room
    behind = full if depth is None else full * np.clip(depth / np.float32(width) + np.float32(0.5 + OVERLAP_MM / width), 0, 1)
    body_mm3 = float(alone.sum(dtype=np.float64)) * grid.cell_mm3
    return Body(grid, share, behind, field, level, shift, to_unit, body_mm3, body, room is not None and bool(np.any(share < full)))


OVERLAP_MM = 0.35  # imaged nodule behind the wall: hides the seam; the sum never gets brighter than the nodule itself


def star_field(
    grid: FineGrid, body: Outline, to_unit: NDArray[np.float64], shift: NDArray[np.float64], radius: float
) -> NDArray[np.float32]:
    """Distance from the middle over the outline's radius in that direction, in mm; only its order counts far from the surface."""
    up, back, left = grid.turned(to_unit, shift)
    distance = np.sqrt(up * up + back * back + left * left)
    near = distance < np.float32(radius * body.most * 1.15 + 3 * grid.cell_mm.max())
    r = np.maximum(distance[near], np.float32(1e-6))
    theta = (np.arccos(np.clip(up[near] / r, -1, 1)) * np.float32(THETAS / np.pi)).astype(np.int32)
    phi = np.floor_divide(np.arctan2(left[near], back[near]), np.float32(2 * np.pi / PHIS)).astype(np.int32) % PHIS
    field = np.full(distance.shape, np.float32(1e6))
    field[near] = r / body.radius[np.minimum(theta, THETAS - 1), phi]
    return field


def _spicules(
    grid: FineGrid, pieces: tuple[Strand, ...], to_grid: NDArray[np.float64], shift: NDArray[np.float64], radius: float
) -> NDArray[np.float32]:
    """Share of each cell inside a spicule. One thinner than a cell fills it in part, so that its volume is kept."""
    found = np.zeros(grid.shape, dtype=np.float32)
    cell = float(np.cbrt(grid.cell_mm3))
    sides = [grid.along(axis) for axis in range(3)]
    firsts = np.array([side[0] for side in sides])
    for piece in pieces:
        ends = np.stack([to_grid @ piece.start, to_grid @ piece.end]) * radius + shift
        widths = (piece.start_width * radius, piece.end_width * radius)
        reach = max(*widths, cell / 2) + cell
        low = np.maximum(np.floor((ends.min(axis=0) - reach - firsts) / grid.cell_mm).astype(int), 0)
        high = np.minimum(np.ceil((ends.max(axis=0) + reach - firsts) / grid.cell_mm).astype(int) + 1, grid.shape)
        if np.any(high <= low):
            continue
        window = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        near = [(side[part] - end) for side, part, end in zip(sides, window, ends[0], strict=True)]
        found[window] = np.maximum(found[window], _capsule(near, ends[1] - ends[0], widths, cell))
    return found


def _capsule(
    near: list[NDArray[np.float64]], towards: NDArray[np.float64], widths: tuple[float, float], cell: float
) -> NDArray[np.float32]:
    """A straight piece with round ends from 0 to `towards`; its half-width changes from one end to the other."""
    planes, rows, columns = (side.astype(np.float32) for side in near)
    up, back, left = (np.float32(step) for step in towards)
    length2 = np.float32(towards @ towards + 1e-9)
    along = (planes * up)[:, None, None] + ((rows * back)[:, None] + (columns * left)[None, :])
    away2 = (planes * planes)[:, None, None] + ((rows * rows)[:, None] + (columns * columns)[None, :])
    share = np.clip(along / length2, 0, 1)
    distance = np.sqrt(np.maximum(away2 + share * (share * length2 - 2 * along), 0))
    width = np.float32(widths[0]) + np.float32(widths[1] - widths[0]) * share
    drawn = np.maximum(width, np.float32(cell / 2))
    return np.asarray(np.clip((drawn - distance) / np.float32(cell) + np.float32(0.5), 0, 1) * (width / drawn) ** 2, dtype=np.float32)
