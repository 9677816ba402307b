"""A place for a nodule in the lungs: the one asked for, judged; or one drawn from the seed that keeps to the rules.

A nodule is thought of as a ball. Unless asked, it touches no wall and covers at most a tenth of vessels and no airway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xinglin.models.thorax import lobes
from xinglin.models.thorax.lungs import Lungs
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import Lobe, NoduleRequest, Point_mm
from xinglin.records.volume import Volume

VESSEL_SHARE = 0.10  # of the ball, at most, where no vessel was asked for
VESSEL_SHARE_ATTACHED = 0.30
CLEAR_MM = 0.8  # left between ball and wall
PLEURA_DEPTH = (0.55, 0.95)  # place of a nodule on the pleura: distance of its middle from the wall, in radii
TRIES, DRAWN = 400, 6000
Side = Literal["left", "right"]
Index = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where a nodule goes. vessel_overlap, wall_overlap: share of its ball. words: how hard it will be to see, and what is approximate."""

    center_mm: Point_mm
    side: Literal["left", "right"]
    lobe: Lobe
    pleura_distance_mm: float  # from its middle to the nearest voxel outside the lung
    vessel_overlap: float
    wall_overlap: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Ball:
    """What a ball at some place meets, judged on the scan's own voxels."""

    inside: bool
    wall_mm: float
    wall: float
    vessels: float
    airways: float
    crowd: float  # share of vessels in the 5 mm around


def choose_place(lungs: Lungs, scan: Volume, request: NoduleRequest, radius_mm: float, seed: int) -> Place:
    """A place for a ball of this radius that meets the request; the same arguments give the same place.

    By `center_mm` (judged, never moved), or drawn by side, lobe and attachment. attachment "none": clear of the wall, at most
    10 % vessel, no airway; "pleura": its middle 0.55 to 0.95 radii from the wall; "vessel": touches one, covers at most 30 %.
    Raises InvalidInput XL-THORAX-011 for a place outside the lungs, 012 for one that overlaps wall, vessel or airway unasked, 013
    for one that does not touch what was asked, 014 when no place of that kind is found, 015 for contradictory wishes.
    """
    _of_one_mind(lungs, scan, request, radius_mm)
    if request.center_mm is not None:
        return _judged(lungs, scan, request, radius_mm)
    rng = np.random.default_rng([seed, 41])
    candidates, count = _candidates(lungs, request, radius_mm, rng)
    for candidate in candidates:
        index = candidate + rng.uniform(-0.5, 0.5, 3) * lungs.pleura_map.step
        ball = _ball(lungs, index, radius_mm)
        deep_enough = request.attachment != "pleura" or ball.wall_mm >= 0.8 * PLEURA_DEPTH[0] * radius_mm
        if ball.inside and deep_enough and not _wrong(ball, request, radius_mm):
            return _place(lungs, scan, index, ball, request, radius_mm)
    raise InvalidInput(
        "XL-THORAX-014", "the lungs have no place of the kind asked for", where=_asked(request, radius_mm),
        why=f"{count} places are at the right distance from the wall, {len(candidates)} were tried, all meet vessels, airways or wall",
        fix="ask for a smaller nodule, another lobe or attachment, or another seed",
    )  # fmt: skip


def _of_one_mind(lungs: Lungs, scan: Volume, request: NoduleRequest, radius_mm: float) -> None:
    if scan.shape != lungs.left.shape:
        raise InvalidInput("XL-THORAX-015", "the lungs were found in another scan", fix="find_lungs of this scan")
    if not 0 < radius_mm <= 40:
        raise InvalidInput("XL-THORAX-015", "a radius of 0 to 40 mm is needed")
    if request.lobe is not None and request.side is not None and not request.lobe.startswith(request.side):
        raise InvalidInput("XL-THORAX-015", "the lobe asked for lies on the other side", where=f"{request.side}, {request.lobe}")


def _asked(request: NoduleRequest, radius_mm: float) -> str:
    return f"radius {radius_mm:g} mm, attachment {request.attachment}, {request.lobe or request.side or 'either lung'}"


def _judged(lungs: Lungs, scan: Volume, request: NoduleRequest, radius_mm: float) -> Place:
    """The exact place asked for, or why it cannot be."""
    index = np.array(scan.index_of(request.center_mm))  # type: ignore[arg-type]
    side = lungs.side_at(request.center_mm)  # type: ignore[arg-type]
    if side is None:
        raise InvalidInput("XL-THORAX-011", "the place asked for is not inside a lung", fix="give LPS millimetres of a place in the lung")
    lobe = lungs.lobe_at(request.center_mm)  # type: ignore[arg-type]
    if (request.side or side) != side or (request.lobe is not None and request.lobe != lobe):
        raise InvalidInput(
            "XL-THORAX-015",
            "the place asked for lies in another lung or lobe than asked for",
            where=f"it lies in {lobe}",
            why=lobes.APPROXIMATE,
        )
    ball = _ball(lungs, index, radius_mm)
    wrong = _wrong(ball, request, radius_mm, clear_mm=0.0) if ball.inside else "reaches beyond the scan"
    if wrong:
        code = "XL-THORAX-013" if wrong.startswith("does not touch") else "XL-THORAX-012"
        raise InvalidInput(
            code,
            f"a nodule at the place asked for {wrong}",
            where=_asked(request, radius_mm),
            fix="ask for another place, size or attachment",
        )
    return _place(lungs, scan, index, ball, request, radius_mm)


def _wrong(ball: _Ball, request: NoduleRequest, radius_mm: float, clear_mm: float = CLEAR_MM) -> str:
    """Why a ball does not meet the request, "" when it does."""
    if ball.airways > 0.02:
        return "overlaps an airway"
    if request.attachment == "pleura":
        if ball.wall_mm > radius_mm:
            return "does not touch the pleura"
        return "lies mostly in the wall" if ball.wall > 0.5 else "overlaps vessels" if ball.vessels > VESSEL_SHARE else ""
    if ball.wall > 0 or ball.wall_mm < radius_mm + clear_mm:
        return "overlaps or touches the wall"
    if request.attachment == "vessel":
        return "does not touch a vessel" if ball.vessels <= 0 else "overlaps vessels" if ball.vessels > VESSEL_SHARE_ATTACHED else ""
    return "overlaps vessels" if ball.vessels > VESSEL_SHARE else ""


def _candidates(lungs: Lungs, request: NoduleRequest, radius_mm: float, rng: np.random.Generator) -> tuple[Index, int]:
    """Places (index) in the lung or lobe asked for at about the right distance from the wall, drawn; and how many lie at that distance."""
    found = lungs.pleura_map
    blur = 0.5 * max(s * k for s, k in zip(lungs.spacing_mm, found.step, strict=True))
    if request.attachment == "pleura":
        near, far = PLEURA_DEPTH
        fit = (found.distance_mm > 0) & (found.distance_mm >= near * radius_mm - blur) & (found.distance_mm <= far * radius_mm + blur)
    else:
        fit = found.distance_mm >= radius_mm + CLEAR_MM
    nodes = np.flatnonzero(fit)
    if not len(nodes):
        return np.zeros((0, 3)), 0
    drawn = nodes[rng.integers(0, len(nodes), DRAWN)]
    index = np.stack(np.unravel_index(drawn, fit.shape), 1) * np.array(found.step) + np.array(found.start)
    index = np.minimum(index, np.array(lungs.left.shape) - 1)
    side: Side | None = request.side
    if request.lobe is not None:
        side = "left" if request.lobe.startswith("left") else "right"
    if side is not None:
        mask = lungs.left if side == "left" else lungs.right
        index = index[mask[tuple(index.T)]]
    if request.lobe is not None and side is not None and len(index):
        places = index @ lungs.affine[:3, :3].T + lungs.affine[:3, 3]
        numbers = lungs.lobe_numbers(places, side)
        index = index[np.array([lobes.lobe_name(int(n), side) == request.lobe for n in numbers])]
    return index[:TRIES].astype(float), len(nodes)


def _ball(lungs: Lungs, index: Index, radius_mm: float) -> _Ball:
    """Meets of a ball with wall, vessels and airways."""
    spacing = np.array(lungs.spacing_mm)
    around = radius_mm + 5.0
    low = np.maximum(np.ceil(index - around / spacing), 0).astype(int)
    high = np.minimum(np.floor(index + around / spacing) + 1, lungs.left.shape).astype(int)
    middle = np.rint(index).astype(int)
    if (middle < 0).any() or (middle >= lungs.left.shape).any() or not lungs.both[tuple(middle)]:
        return _Ball(False, 0, 1, 0, 0, 0)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    z, y, x = (((np.arange(a, b) - i) * s) ** 2 for a, b, i, s in zip(low, high, index, spacing, strict=True))
    far = np.sqrt(z[:, None, None] + y[None, :, None] + x[None, None, :])
    wall = far[~lungs.both[box]]
    half = float(np.linalg.norm(spacing)) / 4  # from a voxel's middle to its face, on the whole
    wall_mm = float(wall.min()) - half if len(wall) else max(around, lungs.pleura_map.at(index))
    edge = float(np.min(np.minimum(index + 0.5, np.array(lungs.left.shape) - 0.5 - index) * spacing))
    ball, shell = far <= max(radius_mm, float(spacing.max()) / 2), far > radius_mm
    count = max(int(ball.sum()), 1)
    vessels = lungs.vessels[box]
    return _Ball(
        inside=edge >= radius_mm,
        wall_mm=max(wall_mm, 0.0),
        wall=float((ball & ~lungs.both[box] & ~lungs.airways[box]).sum()) / count,
        vessels=float((ball & vessels).sum()) / count,
        airways=float((ball & lungs.airways[box]).sum()) / count,
        crowd=float((shell & vessels).sum()) / max(int(shell.sum()), 1),
    )


def _place(lungs: Lungs, scan: Volume, index: Index, ball: _Ball, request: NoduleRequest, radius_mm: float) -> Place:
    center = request.center_mm or scan.point_mm((float(index[0]), float(index[1]), float(index[2])))
    side, lobe = lungs.side_at(center), lungs.lobe_at(center)
    if side is None or lobe is None:
        raise InvalidInput("XL-THORAX-011", "the place asked for is not inside a lung", fix="give LPS millimetres of a place in the lung")
    return Place(center, side, lobe, ball.wall_mm, ball.vessels, ball.wall, _difficulty(lungs, ball, radius_mm))


def _difficulty(lungs: Lungs, ball: _Ball, radius_mm: float) -> tuple[str, ...]:
    """What makes a nodule there easy or hard to see, and what is not sure."""
    words = []
    if ball.crowd > 0.06:
        words.append(f"many vessels around ({100 * ball.crowd:.0f} % of the next 5 mm): easily taken for one")
    elif ball.crowd < 0.01:
        words.append("hardly a vessel around: stands alone")
    else:
        words.append(f"some vessels around ({100 * ball.crowd:.0f} % of the next 5 mm)")
    if ball.wall_mm < radius_mm:
        words.append("on the pleura")
    elif ball.wall_mm < radius_mm + 5:
        words.append(f"close to the pleura ({ball.wall_mm - radius_mm:.0f} mm)")
    words.append(lobes.APPROXIMATE)
    if not lungs.whole:
        words.append("only part of the lungs is in the scan: the lobe is a guess")
    return tuple(words)
