"""The shape of one invented chest: how wide the body is, where lungs, heart and liver lie, as distances to their surfaces.

Origin in the middle of the chest; x to the patient's left, y to the back, z to the head, millimetres; negative inside.
Sizes are those of an ordinary adult and vary with the seed; they are our own choice and copy no patient.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
LEFT, RIGHT = 1, -1
Organ = Literal["body", "muscle", "cavity", "mediastinum", "heart", "liver", "spleen", "stomach", "gas", "lung-left", "lung-right"]
SPINE_Y_MM, VERTEBRA_MM = 66.0, 25.0


@dataclass(frozen=True)
class Anatomy:
    """The sizes one seed gives. Lengths in mm, densities in HU."""

    seed: int
    width_mm: float  # half the body, side to side
    depth_mm: float  # half the body, front to back
    fat_mm: float
    lung_width_mm: float  # half a lung
    lung_depth_mm: float
    lung_height_mm: float  # from the widest place to the apex
    dome_mm: tuple[float, float]  # top of the diaphragm, left and right
    heart_mm: tuple[float, float, float]
    heart_angle: float
    lung_hu: float
    gravity_hu: float  # front to back
    rib_phase_mm: float


def drawn(seed: int) -> Anatomy:
    """The anatomy of a seed: the same seed, the same chest."""
    rng = np.random.default_rng([seed, 1])
    size = 1 + 0.035 * float(np.clip(rng.normal(), -2, 2))
    lung_width = 67 * size * (1 + 0.02 * float(np.clip(rng.normal(), -2, 2)))
    fat = float(rng.uniform(8, 22))
    dome = -60 + 7 * float(np.clip(rng.normal(), -1.5, 1.5))
    return Anatomy(
        seed=seed,
        width_mm=84 * size + lung_width + fat,
        depth_mm=100 * size + 0.8 * fat,
        fat_mm=fat,
        lung_width_mm=lung_width,
        lung_depth_mm=90 * size,
        lung_height_mm=168 * size,
        dome_mm=(dome - float(rng.uniform(6, 16)), dome),
        heart_mm=(float(rng.uniform(56, 64)) * size, float(rng.uniform(41, 46)) * size, float(rng.uniform(48, 54)) * size),
        heart_angle=float(np.deg2rad(rng.uniform(-46, -32))),
        lung_hu=float(rng.uniform(-880, -840)),
        gravity_hu=float(rng.uniform(40, 75)),
        rib_phase_mm=float(rng.uniform(-6, 6)),
    )


def smooth_step(t: Array) -> Array:
    """0 below 0, 1 above 1, smooth between."""
    t = np.clip(t, 0, 1)
    return t * t * (3 - 2 * t)


def _soft_max(a: Array, b: Array, width: float) -> Array:
    """The intersection of two solids with a rounded edge of about `width` mm."""
    h = np.clip(0.5 + 0.5 * (a - b) / width, 0, 1)
    return b + h * (a - b) + width * h * (1 - h)


def _soft_min(a: Array, b: Array, width: float) -> Array:
    return -_soft_max(-a, -b, width)


def _ellipse(x: Array, y: Array, a: Array | float, b: Array | float, power: float) -> Array:
    """About the distance in mm to a (super)ellipse around the origin."""
    u, v = np.abs(x) / a, np.abs(y) / b
    return ((u**power + v**power) ** (1 / power) - 1) * np.sqrt(np.asarray(a) * b)


def _cage(of: Anatomy, z: Array, y: Array, x: Array, side: int, grow: float = 0.0) -> Array:
    """One half of the rib cage from within: a dome above, a tube below."""
    centre = side * 0.97 * of.lung_width_mm
    above = np.maximum(z + 40, 0) / (of.lung_height_mm + grow)
    u = np.abs(x - centre) / (of.lung_width_mm + grow)
    v = np.abs(y - 2) / (of.lung_depth_mm + grow)
    return ((u**2.35 + v**2.35 + above**2.35) ** (1 / 2.35) - 1) * of.lung_width_mm


def _dome(of: Anatomy, z: Array, y: Array, x: Array, side: int) -> Array:
    """Above the diaphragm is negative."""
    top = of.dome_mm[0] if side == LEFT else of.dome_mm[1]
    centre = side * 0.95 * of.lung_width_mm
    u, v = (x - centre) / (of.lung_width_mm + 4), (y + 22) / (of.lung_depth_mm + 12)
    height = top - 42 * (u * u + v * v)
    steep = np.sqrt(1 + (84 * u / (of.lung_width_mm + 4)) ** 2 + (84 * v / (of.lung_depth_mm + 12)) ** 2)
    return (height - z) / steep


def _heart(of: Anatomy, z: Array, y: Array, x: Array, grow: float = 0.0) -> Array:
    c, s = np.cos(of.heart_angle), np.sin(of.heart_angle)
    dx, dy, dz = x - 20, y + 26, z + 38
    p, q = c * dx + s * dy, -s * dx + c * dy
    dz = dz + 0.35 * p
    a, b, h = (m + grow for m in of.heart_mm)
    ventricles = (np.sqrt((p / a) ** 2 + (q / b) ** 2 + (dz / h) ** 2) - 1) * min(a, b, h)
    right = (np.sqrt(((x + 14) / (32 + grow)) ** 2 + ((y + 24) / (36 + grow)) ** 2 + ((z + 32) / (42 + grow)) ** 2) - 1) * (32 + grow)
    behind = (np.sqrt(((x - 4) / (36 + grow)) ** 2 + ((y - 10) / (26 + grow)) ** 2 + ((z + 18) / (26 + grow)) ** 2) - 1) * (26 + grow)
    return _soft_min(_soft_min(ventricles, right, 14), behind, 14)


def _mediastinum(of: Anatomy, z: Array, y: Array, x: Array) -> Array:
    wide = 29 - 4 * smooth_step((z - 20) / 60) + 9 * smooth_step((-30 - z) / 60)
    narrow = 1 - 0.62 * smooth_step((-y - 30) / 45)  # the lungs come close to each other behind the sternum
    middle = _ellipse(x - 3 * narrow, y - 4, wide * narrow, 104.0 + 0 * z, 3.2)
    spine = np.sqrt((x / 1.08) ** 2 + (y - SPINE_Y_MM - 6) ** 2) - 27
    return _soft_min(middle, spine, 8)


def _lung(of: Anatomy, z: Array, y: Array, x: Array, side: int) -> Array:
    d = _soft_max(_cage(of, z, y, x, side), -_mediastinum(of, z, y, x), 8)
    d = _soft_max(d, -_heart(of, z, y, x, grow=5), 8)
    return _soft_max(d, _dome(of, z, y, x, side), 5)


def _cavity(of: Anatomy, z: Array, y: Array, x: Array) -> Array:
    halves = np.minimum(_cage(of, z, y, x, LEFT, 2), _cage(of, z, y, x, RIGHT, 2))
    middle = _ellipse(x, y + 4, 34.0 - 10 * smooth_step((z - 90) / 60), 88.0 - 30 * smooth_step((z - 60) / 90), 2.6)
    return _soft_min(halves, middle, 10)


def _abdomen(of: Anatomy, z: Array, y: Array, x: Array, side: int) -> Array:
    return _soft_max(_cavity(of, z, y, x) + 4, 4 - _dome(of, z, y, x, side), 6)


def _body(of: Anatomy, z: Array, y: Array, x: Array, inset: float) -> Array:
    shoulder = smooth_step((z - 85) / 75)
    a, b = of.width_mm - inset - 6 * shoulder, of.depth_mm - 0.85 * inset - 16 * shoulder
    return _ellipse(x, y - 7, a, b + 15, 2.2)


def distance(of: Anatomy, organ: Organ, z: Array, y: Array, x: Array) -> Array:
    """About the distance to an organ's surface in mm, negative inside; arrays broadcast. Exact near zero once divided by its slope."""
    if organ == "body":
        return _body(of, z, y, x, 0)
    if organ == "muscle":
        return _body(of, z, y, x, of.fat_mm) + 2.5 * np.sin(x / 41) * np.cos(z / 57)
    if organ == "cavity":
        return _cavity(of, z, y, x)
    if organ == "mediastinum":
        return _mediastinum(of, z, y, x)
    if organ == "heart":
        return _heart(of, z, y, x)
    if organ in ("lung-left", "lung-right"):
        return _lung(of, z, y, x, LEFT if organ == "lung-left" else RIGHT)
    return _below_the_diaphragm(of, organ, z, y, x)


def _below_the_diaphragm(of: Anatomy, organ: Organ, z: Array, y: Array, x: Array) -> Array:
    if organ == "liver":
        across = _soft_max(_abdomen(of, z, y, x, RIGHT), x - 35 + 0.25 * (z + 90), 14)
        return _soft_max(across, y - 55 - 0.2 * x, 12)
    if organ == "spleen":
        return (np.sqrt(((x - 92) / 34) ** 2 + ((y - 42) / 42) ** 2 + ((z + 128) / 44) ** 2) - 1) * 34 + 0 * z
    stomach = (np.sqrt(((x - 62) / 40) ** 2 + ((y + 26) / 46) ** 2 + ((z + 140) / 42) ** 2) - 1) * 40
    return stomach if organ == "stomach" else _soft_max(stomach + 4, y + 42, 3)


def lobe_fields(of: Anatomy, z: Array, y: Array, x: Array) -> tuple[Array, Array]:
    """The two fissures as distances in mm: above the oblique one and above the horizontal one are positive."""
    lean = np.where(x > 0, 0.86, 0.80)
    bow = 5 * np.sin((np.abs(x) - 70) / 38)
    oblique = (z - 5 - lean * (y - 2) - bow) / np.sqrt(1 + lean**2)
    horizontal = z - 12 + 4 * np.cos((np.abs(x) - 60) / 40) + 0.06 * y
    return oblique + 0 * x, horizontal + 0 * x
