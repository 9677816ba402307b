"""The outline of a nodule: a body seen from its middle as a radius in every direction, and the spicules on it.

The radius is a sum of real spherical harmonics whose strength falls by a power law (the idea of the Gaussian random
sphere with branching spicules, de Sisternes et al. 2015, doi 10.1118/1.4905232; numbers and code are ours); all lengths are in units of the body's radius, so that growth changes nothing but the scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xinglin.models.lesion.parametric_nodule.blocks import legendre
from xinglin.models.lesion.parametric_nodule.design import Design

THETAS, PHIS = 192, 384  # 0.94 degrees: 0.25 mm on the surface of the largest nodule
SPICULE_START = 0.85


@dataclass(frozen=True, eq=False)
class Outline:
    """Radius in units of R by direction (polar angle from z, azimuth from y to x); the body's volume is 4/3 pi R cubed."""

    radius: NDArray[np.float32]
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class Strand:
    """One piece of a spicule: a tapered capsule from `start` to `end` (z, y, x in units of R) with half-widths at both ends."""

    start: NDArray[np.float64]
    end: NDArray[np.float64]
    start_width: float
    end_width: float


def outline_of(design: Design) -> Outline:
    """The outline of a design's body."""
    return outline(design.random("outline"), design.lobulation, design.request.margin)


def outline(random: np.random.Generator, lobulation: float, margin: str = "smooth") -> Outline:
    """A star-shaped body. lobulation: standard deviation of r/R over all directions, 0 to 0.25.

    margin: "smooth" undulates gently; "lobulated" has rounded bulges with notches between; "spiculated" is ragged.
    """
    weights = _solid_angles()
    bumps = _harmonics(random, 2, *((12, 1.0) if margin == "spiculated" else (6, 2.0)))
    if margin == "lobulated":
        creases = _harmonics(random, 2, 4, 2.0)
        creases /= np.sqrt((weights * creases**2).sum())
        bumps = 0.45 * bumps / np.sqrt((weights * bumps**2).sum()) + np.sqrt(creases**2 + 0.04)
    bumps -= (weights * bumps).sum()
    deviation = np.sqrt((weights * bumps**2).sum())
    radius = np.maximum(1 + bumps * (lobulation / deviation), 0.3)
    radius /= (weights * radius**3).sum() ** (1 / 3)
    return Outline(radius.astype(np.float32), float(radius.min()), float(radius.max()))


def _solid_angles() -> NDArray[np.float64]:
    """Share of the sphere that each cell of the table covers."""
    edges = np.cos(np.linspace(0, np.pi, THETAS + 1))
    return np.repeat((edges[:-1] - edges[1:])[:, None] / (2 * PHIS), PHIS, axis=1)


def _harmonics(random: np.random.Generator, lowest: int, highest: int, power: float) -> NDArray[np.float64]:
    """A random sum of real spherical harmonics; the strength of degree l falls as l ** -power."""
    cosines = np.cos((np.arange(THETAS) + 0.5) * np.pi / THETAS)
    azimuth = (np.arange(PHIS) + 0.5) * 2 * np.pi / PHIS
    total = np.zeros((THETAS, PHIS))
    for degree in range(lowest, highest + 1):
        strengths = random.normal(0, degree**-power, size=2 * degree + 1)
        for order in range(degree + 1):
            scale = np.sqrt((2 * degree + 1) / (4 * np.pi) * math.factorial(degree - order) / math.factorial(degree + order))
            along = scale * (np.sqrt(2) if order else 1.0) * legendre(order, degree, cosines)
            around = strengths[order] * np.cos(order * azimuth)
            if order:
                around = around + strengths[degree + order] * np.sin(order * azimuth)
            total += along[:, None] * around[None, :]
    return total


def axes_of(design: Design) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Relative lengths (product 1) and the rotation they are turned by, in the patient's z, y, x; given axes are not turned."""
    if design.axes is not None:
        return design.axes / np.prod(design.axes) ** (1 / 3), np.eye(3)
    random = design.random("axes")
    lengths = np.exp(random.normal(0, 0.08, size=3))
    rotation, triangle = np.linalg.qr(random.normal(size=(3, 3)))
    return lengths / np.prod(lengths) ** (1 / 3), rotation * np.sign(np.diag(triangle))


def strands(design: Design, body: Outline) -> tuple[Strand, ...]:
    """All pieces of all spicules, before the axes are applied: bent, thinner towards the tip, some with a branch."""
    random = design.random("strands")
    found: list[Strand] = []
    for _ in range(design.spicules):
        direction = _direction(random)
        start = direction * SPICULE_START * radius_towards(body, direction)
        length, width = random.uniform(0.45, 1.15), random.uniform(0.08, 0.15)
        _grow(found, random, start, direction, length, width, branches=True)
    return tuple(found)


def _grow(
    found: list[Strand], random: np.random.Generator, start: NDArray[np.float64], towards: NDArray[np.float64], length: float, width: float,
    branches: bool,
) -> None:  # fmt: skip
    """Adds one spicule in five pieces; once, with a chance of 0.4, another leaves it half way."""
    pieces = 5
    branch = branches and random.random() < 0.4
    for piece in range(pieces):
        towards = towards + random.normal(0, 0.13, size=3)
        towards = towards / np.linalg.norm(towards)
        end = start + towards * length / pieces
        from_, to = (width * (1 - 0.75 * share / pieces) for share in (piece, piece + 1))
        found.append(Strand(start, end, from_, to))
        start = end
        if branch and piece == 2:
            side = towards + random.normal(0, 0.5, size=3)
            _grow(found, random, start, side / np.linalg.norm(side), length * 0.45, to, branches=False)


def _direction(random: np.random.Generator) -> NDArray[np.float64]:
    """A direction, all equally likely."""
    vector = random.normal(size=3)
    return vector / np.linalg.norm(vector)


def radius_towards(body: Outline, direction: NDArray[np.float64]) -> float:
    """Radius of the body in one direction (z, y, x), in units of R."""
    theta = int(np.arccos(np.clip(direction[0], -1, 1)) / np.pi * THETAS)
    phi = int(np.arctan2(direction[2], direction[1]) % (2 * np.pi) / (2 * np.pi) * PHIS)
    return float(body.radius[min(theta, THETAS - 1), min(phi, PHIS - 1)])
