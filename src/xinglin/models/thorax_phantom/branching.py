"""Arteries, veins and airways that grow into the lungs by one rule: fork, and give each branch half of the places to feed.

Places are scattered through each lobe; a branch runs part of the way to the middle of its places, which a plane then
divides. The rule is that of Tawhai et al. 2000 (airway trees grown into a lung); radii follow the flow that a branch carries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax_phantom.anatomy import LEFT, RIGHT, Anatomy, distance, lobe_fields

Points = NDArray[np.float64]  # (n, 3) as z, y, x in mm
FLOW_POWER = 2.45  # radius**power adds up at a fork; 3 is Murray's law, pulmonary arteries lie lower
CARINA = np.array([34.0, 12.0, -3.0])
LONGEST_MM = 14.0


@dataclass(frozen=True)
class Tubes:
    """Pieces of tubes with straight axes. ends: (n, 2, 3) as z, y, x mm; radii: (n, 2) mm."""

    ends: NDArray[np.float64]
    radii: NDArray[np.float64]


def joined(parts: list[Tubes]) -> Tubes:
    """All pieces in one."""
    return Tubes(np.concatenate([p.ends for p in parts]), np.concatenate([p.radii for p in parts]))


def chain(points: list[tuple[float, float, float]] | Points, radii: list[float] | NDArray[np.float64]) -> Tubes:
    """A bent tube through points (z, y, x)."""
    p, r = np.asarray(points, float), np.asarray(radii, float)
    return Tubes(np.stack([p[:-1], p[1:]], 1), np.stack([r[:-1], r[1:]], 1))


@dataclass(frozen=True)
class Trees:
    """The tubes of both lungs: vessels (arteries and veins), airways by their inner and outer radius."""

    vessels: Tubes
    airways: Tubes  # radii are those of the lumen
    walls: Tubes


def scattered(of: Anatomy, side: int, count: int, rng: np.random.Generator) -> Points:
    """Places in a lung at least 3 mm under its surface, denser towards it as small vessels are."""
    low = np.array([-150.0, -of.lung_depth_mm, 0.0 if side == LEFT else -2.1 * of.lung_width_mm])
    high = np.array([of.lung_height_mm - 38, of.lung_depth_mm + 4, 2.1 * of.lung_width_mm if side == LEFT else 0.0])
    kept: list[Points] = []
    have = 0
    while have < count:
        p = rng.uniform(low, high, (4 * count, 3))
        d = distance(of, "lung-left" if side == LEFT else "lung-right", *p.T)
        p = p[d < -2.5]
        kept.append(p)
        have += len(p)
    return np.concatenate(kept)[:count]


def lobes_of(of: Anatomy, points: Points, side: int) -> NDArray[np.int64]:
    """0 lower, 1 upper, 2 middle."""
    oblique, horizontal = lobe_fields(of, *points.T)
    if side == LEFT:
        return (oblique > 0).astype(np.int64)
    return np.where(oblique <= 0, 0, np.where(horizontal > 0, 1, 2))


def _forked(points: Points, start: Points, way: Points, radius: float, rng: np.random.Generator, out: list, share: float) -> None:
    """Grow one branch and, from its end, its two children."""
    stack = [(points, start, way, radius)]
    while stack:
        places, begin, way, radius = stack.pop()
        middle = places.mean(0)
        reach = 0.94 if len(places) == 1 else share * rng.uniform(0.85, 1.15)
        end = begin + reach * (middle - begin)
        length = float(np.linalg.norm(end - begin)) + 1e-9
        bend = 0.5 * (begin + end) + 0.2 * length * (way - (end - begin) / length)  # leaves in its parent's direction
        out.append((begin, bend, end, radius, len(places)))
        if len(places) == 1:
            continue
        heading = end - bend
        heading = heading / (np.linalg.norm(heading) + 1e-9)
        spread = places - middle
        _, _, axes = np.linalg.svd(spread, full_matrices=False)
        lean = spread @ (axes[0] + 0.15 * rng.normal(size=3))
        order = np.argsort(lean, kind="stable")
        cut = int(np.clip(round(len(places) * rng.uniform(0.36, 0.64)), 1, len(places) - 1))
        for part in (order[:cut], order[cut:]):
            smaller = radius * (len(part) / len(places)) ** (1 / FLOW_POWER)
            stack.append((places[part], end, heading, smaller))


def _tree(of: Anatomy, side: int, root: Points, radius: float, count: int, rng: np.random.Generator) -> list:
    """Branches as (begin, bend, end, radius, places fed), one trunk per lobe from the root."""
    points = scattered(of, side, count, rng)
    lobes = lobes_of(of, points, side)
    out: list = []
    for lobe in np.unique(lobes):
        mine = points[lobes == lobe]
        way = mine.mean(0) - root
        own = radius * (len(mine) / len(points)) ** (1 / FLOW_POWER)
        _forked(mine, root, way / np.linalg.norm(way), own, rng, out, 0.42)
    return out


def _tubes(branches: list, aside: float = 0.0, radius_times: float = 1.0) -> Tubes:
    """Two pieces per branch; `aside` moves them by that many radii, as a bronchus lies beside its artery."""
    begin, bend, end = (np.array([b[i] for b in branches]) for i in range(3))
    radius = np.array([b[3] for b in branches]) * radius_times
    along = end - begin
    across = np.cross(along, np.array([0.3, 1.0, 0.2]))
    across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
    push = across * (aside * radius)[:, None]
    ends = np.concatenate([np.stack([begin + push, bend + push], 1), np.stack([bend + push, end + push], 1)])
    taper = np.stack([radius, radius * 0.96], 1)
    return Tubes(ends, np.concatenate([taper, taper * 0.97]))


def central_airways(side_roots: dict[int, Points]) -> Tubes:
    """Trachea and main bronchi down to the hila."""
    parts = [chain([(230, -6, 0), (150, -2, 1), (90, 4, 1), tuple(CARINA)], [8.6, 8.6, 8.4, 7.8])]
    for root in side_roots.values():
        middle = 0.55 * CARINA + 0.45 * root + np.array([1.5, 0, 0])
        parts.append(chain(np.stack([CARINA, middle, root]), np.array([6.6, 6.0, 5.4])))
    return joined(parts)


def grown(of: Anatomy, places_per_lung: int) -> Trees:
    """The trees of one chest. places_per_lung: how many ends the arteries have in each lung (veins the same)."""
    rng = np.random.default_rng([of.seed, 2])
    roots = {LEFT: np.array([8.0, 10.0, 40.0]), RIGHT: np.array([6.0, 10.0, -42.0])}
    vessels, airways = [], []
    for side, root in roots.items():
        arteries = _tree(of, side, root + np.array([6.0, -10.0, -2.0 * side]), 8.6, places_per_lung, rng)
        veins = _tree(of, side, root + np.array([-16.0, -16.0, -4.0 * side]), 8.0, places_per_lung, rng)
        bronchi = [b for b in _tree(of, side, root, 6.2, max(places_per_lung // 4, 20), rng) if b[4] >= 2]
        vessels += [_tubes(arteries), _tubes(veins)]
        airways.append(_tubes(bronchi))
    lumen = joined([*airways, central_airways(roots)])
    walls = Tubes(lumen.ends, lumen.radii + np.maximum(0.14 * lumen.radii, 0.45))
    return Trees(joined(vessels), lumen, walls)


def cut_short(tubes: Tubes) -> Tubes:
    """The same tubes in pieces no longer than about 14 mm, so that each fits a small box."""
    length = np.linalg.norm(tubes.ends[:, 1] - tubes.ends[:, 0], axis=1)
    pieces = np.maximum(np.ceil(length / LONGEST_MM), 1).astype(int)
    which = np.repeat(np.arange(len(pieces)), pieces)
    step = np.arange(len(which)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    low, high = step / pieces[which], (step + 1) / pieces[which]
    begin, along = tubes.ends[which, 0], tubes.ends[which, 1] - tubes.ends[which, 0]
    first, more = tubes.radii[which, 0], tubes.radii[which, 1] - tubes.radii[which, 0]
    ends = np.stack([begin + along * low[:, None], begin + along * high[:, None]], 1)
    return Tubes(ends, np.stack([first + more * low, first + more * high], 1))
