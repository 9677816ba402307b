"""Cuts a lesion free from what it hangs on: at the lung's surface, and where a vessel leaves it.

The cut is the gentlest that works: strands thinner than the lesion's body are taken off step by step until what is left no
longer runs away. What was cut is said in words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from xinglin.workup.imaging.mask_shapes import distance, distance_to, nearest_in, piece_at, pieces, shrunk, widened
from xinglin.workup.imaging.wall_surface import wall_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

LUNG_HU = -500.0
STEPS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.88)
STRAND = 2.5  # a lesion reaches at most so many inner radii (plus 2 mm) from its middle before it is asked for strands
ROUND, ROUND_MM = 1.5, 1.0  # a lesion that reaches no further than so many inner radii (plus 1 mm) has no strands
LEAST_CUT = 0.2  # otherwise strands thinner than this share of its inner radius are looked for at least
AT_SURFACE_MM = 3.0  # a seed this near to the lesion side of the surface still means the lesion
SKIN_MM = 1.2  # what an opening takes off a rough surface is no thicker
SPIKE, SPIKE_MM = 0.5, 2.5  # a spike ends within so many inner radii, or mm, of the body; a vessel goes on
ROOT_MM = 1.0
STUMP = 0.75  # opening, in inner radii, with which the stump of a strand is taken off


BY_FORCE = "the outline ran out of the lesion and was cut by force"


@dataclass(frozen=True, eq=False)
class Cut:
    """What is left after the cut; `core` is its innermost voxel."""

    mask: NDArray[np.bool_]
    core: tuple[int, int, int]
    leak: bool
    notes: tuple[str, ...]


def lung_side(
    voxels: NDArray[np.float32], lung: NDArray[np.bool_] | None, seed: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """The aerated part of the lung the seed belongs to, without other air."""
    air = lung & (voxels < LUNG_HU) if lung is not None else voxels < LUNG_HU
    if lung is not None and air.any():
        return air
    air = voxels < LUNG_HU
    open_air = widened(shrunk(air))
    if not open_air.any():
        return air
    place, _ = nearest_in(open_air, distance_to(seed, air.shape, spacing_mm))
    return piece_at(open_air, place)


def within_surface(
    piece: NDArray[np.bool_], aerated: NDArray[np.bool_], seed: tuple[int, int, int], spacing_mm: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """The part of `piece` on the lung's side of its surface near the seed: within the hull of the aerated lung around, which closes the dent a lesion makes.

    The lung is convex where it meets the chest wall; at the mediastinum the hull takes in more, which the opening must cut.
    """
    aerated = aerated & ~piece  # ground glass is aerated too, but it is what is asked for
    away = distance_to(seed, aerated.shape, spacing_mm)
    radius = float(away[aerated].min()) if aerated.any() else 0.0
    reach = max(10.0, 2.2 * radius + 6.0)
    near = aerated & (away <= reach)
    skin = np.argwhere(near & ~shrunk(near))
    if len(skin) < 20:
        return piece
    try:
        hull = ConvexHull(skin * np.array(spacing_mm))
    except QhullError:  # a flat patch of air tells nothing about a surface
        return piece
    here = np.argwhere(piece & (away <= reach))
    places = (here * np.array(spacing_mm)).astype(np.float32)
    inside = np.ones(len(here), bool)
    for facet in np.unique(hull.equations.round(4), axis=0).astype(np.float32):
        inside &= places @ facet[:3] + facet[3] <= 0.0
    kept = np.zeros_like(piece)
    kept[tuple(here[inside].T)] = True
    return kept


def cut_free(
    grown: NDArray[np.bool_],
    seed: tuple[int, int, int],
    spacing_mm: tuple[float, float, float],
    max_diameter_mm: float,
    aerated: NDArray[np.bool_] | None,
    tissue: NDArray[np.float32] | None = None,
    finest_mm: float = 0.0,
) -> Cut:
    """The part of `grown` around the seed that is one lesion. `aerated`: lung_side, None outside the lung; `tissue`: see wall_near.

    finest_mm: the shortest side of the scan's own voxels; where it is more than twice the skin, no skin or spike is seen.
    """
    notes: list[str] = []
    piece = piece_at(grown, seed)
    if aerated is not None and _runs_away(piece, max_diameter_mm, spacing_mm):
        piece, seed, cut_at_wall = _at_the_surface(piece, seed, aerated, tissue, spacing_mm)
        if cut_at_wall:
            notes.append("cut where the surface of the lung would pass")
    inner = distance(piece, spacing_mm)
    core = _climbed(inner, seed, spacing_mm)
    radius = float(inner[core])
    best, strength = _opened(piece, inner, core, radius, spacing_mm, max_diameter_mm, finest_mm)
    leak = best is None
    if best is None:
        best = _ball_part(piece, core, min(STRAND * radius, max_diameter_mm / 2), spacing_mm)
        notes.append(BY_FORCE)
    elif strength:
        notes.append("a vessel or another strand was cut off")
        if strength >= 0.8:
            leak = True
            notes.append("what it hangs on is nearly as thick as the lesion")
    return Cut(best, core, leak, tuple(notes))


def _runs_away(piece: NDArray[np.bool_], max_diameter_mm: float, spacing_mm: tuple[float, float, float]) -> bool:
    """Whether the piece touches a side of the box or is larger than a lesion can be."""
    sides = [np.take(piece, at, axis=axis).any() for axis in range(3) for at in (0, -1)]
    biggest = np.pi / 6 * max_diameter_mm**3
    return any(sides) or float(piece.sum()) * float(np.prod(spacing_mm)) > biggest


def _at_the_surface(
    piece: NDArray[np.bool_],
    seed: tuple[int, int, int],
    aerated: NDArray[np.bool_],
    tissue: NDArray[np.float32] | None,
    spacing_mm: tuple[float, float, float],
) -> tuple[NDArray[np.bool_], tuple[int, int, int], bool]:
    """What of the piece lies before the wall: the fitted one, or where none is found, the hull of the lung around."""
    wall = None if tissue is None else wall_near(tissue, aerated & ~piece, seed, spacing_mm)
    if wall is None:
        within = within_surface(piece, aerated, seed, spacing_mm)
    else:
        before = piece & (wall.depth_mm > 0)
        standing = before & ~wall.flat
        within = before & (distance(~standing, spacing_mm) <= SKIN_MM) if standing.any() else before
    place, away = nearest_in(within, distance_to(seed, piece.shape, spacing_mm))
    if away > AT_SURFACE_MM:
        return piece, seed, False
    kept = piece_at(within, place)
    return kept, place, int(kept.sum()) < int(piece.sum())


def _climbed(inner: NDArray[np.float32], seed: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> tuple[int, int, int]:
    """From the seed to the deepest place near, and on from there, until it gets no deeper."""
    reach = [max(1, round(2.0 / s)) for s in spacing_mm]
    place = seed
    while True:
        low = [max(0, p - r) for p, r in zip(place, reach, strict=True)]
        part = inner[tuple(slice(a, p + r + 1) for a, p, r in zip(low, place, reach, strict=True))]
        step = np.unravel_index(int(np.argmax(part)), part.shape)
        better = (low[0] + int(step[0]), low[1] + int(step[1]), low[2] + int(step[2]))
        if inner[better] <= inner[place]:
            return place
        place = better


def _opened(
    piece: NDArray[np.bool_],
    inner: NDArray[np.float32],
    core: tuple[int, int, int],
    radius: float,
    spacing_mm: tuple[float, float, float],
    max_diameter_mm: float,
    finest_mm: float,
) -> tuple[NDArray[np.bool_] | None, float]:
    """The piece with strands taken off by the weakest opening after which it no longer runs away; (None, 1) if none does."""
    least = 0.0 if _reach(piece, core, spacing_mm) <= ROUND * radius + ROUND_MM else LEAST_CUT
    for strength in STEPS:
        if strength < least:
            continue
        thickness = strength * radius
        body = _again(piece, inner, core, thickness, spacing_mm, 0.1 * thickness + 0.3 * min(spacing_mm)) if strength else piece
        if not _compact(body, core, radius, spacing_mm, max_diameter_mm):
            continue
        if not strength:
            return body, strength
        body = _without_stumps(piece, body, inner, core, radius, thickness, spacing_mm)
        return (body if finest_mm > 2 * SKIN_MM else _with_what_ends_near(piece, body, core, radius, spacing_mm)), strength
    return None, 1.0


def _with_what_ends_near(
    piece: NDArray[np.bool_], body: NDArray[np.bool_], core: tuple[int, int, int], radius: float, spacing_mm: tuple[float, float, float]
) -> NDArray[np.bool_]:
    """The body and what the opening took from it that is no strand: its skin, and spikes that end within a short way."""
    away = distance(~body, spacing_mm)
    lost = piece & ~body
    skin = lost & (away <= SKIN_MM)
    marks, count = pieces(lost & ~skin)
    if count:
        furthest = np.zeros(count + 1, np.float32)
        np.maximum.at(furthest, marks, np.where(marks > 0, away, 0))
        strand = (marks > 0) & (furthest > max(SPIKE_MM, SPIKE * radius))[marks]
    else:
        strand = np.zeros_like(lost)
    root = skin & (distance(~strand, spacing_mm) <= SKIN_MM + ROOT_MM) if strand.any() else np.zeros_like(lost)
    return piece_at(body | (lost & ~strand & ~root), core)


def _again(
    piece: NDArray[np.bool_],
    inner: NDArray[np.float32],
    core: tuple[int, int, int],
    thickness: float,
    spacing_mm: tuple[float, float, float],
    more: float,
) -> NDArray[np.bool_]:
    """The piece after an opening: what is deeper than `thickness`, grown back by it and `more`."""
    body = piece_at(inner > thickness, core)
    return piece_at(piece & (distance(~body, spacing_mm) <= thickness + more), core)


def _without_stumps(
    piece: NDArray[np.bool_],
    body: NDArray[np.bool_],
    inner: NDArray[np.float32],
    core: tuple[int, int, int],
    radius: float,
    thickness: float,
    spacing_mm: tuple[float, float, float],
) -> NDArray[np.bool_]:
    """The body without the first millimetres of the strands: near them a strong opening has the word, elsewhere the weak one."""
    strands = piece & ~body
    if not strands.any():
        return body
    stronger = max(thickness, min(STUMP * radius, 1.6 * thickness + 0.5))
    round_body = _again(piece, inner, core, stronger, spacing_mm, 0.0)
    near = distance(~strands, spacing_mm) <= min(1.5 * thickness + 1.5, 5.0)
    return piece_at(body & (round_body | ~near), core)


def _compact(
    body: NDArray[np.bool_], core: tuple[int, int, int], radius: float, spacing_mm: tuple[float, float, float], max_diameter_mm: float
) -> bool:
    return _reach(body, core, spacing_mm) <= min(STRAND * radius + 2.0, 0.75 * max_diameter_mm)


def _reach(body: NDArray[np.bool_], core: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> float:
    """How far the body goes from its core, in mm."""
    places = np.argwhere(body)
    return float(np.sqrt((((places - core) * spacing_mm) ** 2).sum(axis=1)).max())


def _ball_part(
    piece: NDArray[np.bool_], core: tuple[int, int, int], radius_mm: float, spacing_mm: tuple[float, float, float]
) -> NDArray[np.bool_]:
    return piece_at(piece & (distance_to(core, piece.shape, spacing_mm) <= radius_mm), core)
