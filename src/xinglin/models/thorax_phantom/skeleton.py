"""Ribs, spine, sternum and shoulder blades of the invented chest, and its great vessels, as bent tubes."""

from __future__ import annotations

import numpy as np

from xinglin.models.thorax_phantom.anatomy import SPINE_Y_MM, VERTEBRA_MM, Anatomy
from xinglin.models.thorax_phantom.branching import Tubes, chain, joined


def _cage_at(of: Anatomy, z: float, grow: float) -> tuple[float, float, float]:
    """Middle, half width and half depth of one half of the cage at a height, `grow` mm outside the lung."""
    above = max(z + 40, 0) / (of.lung_height_mm + grow)
    t = max(1 - above**2.35, 0.02) ** (1 / 2.35)
    return 0.97 * of.lung_width_mm, (of.lung_width_mm + grow) * t, (of.lung_depth_mm + grow) * t


def ribs(of: Anatomy) -> Tubes:
    """Twelve pairs; each starts at its vertebra, runs around outside the lung and falls towards the front."""
    parts = []
    for number in range(12):
        z0 = 112 - VERTEBRA_MM * number + of.rib_phase_mm
        around = np.linspace(0.0, 2.65 if number < 10 else 1.7, 22)
        drop = (18 + 6 * min(number, 7)) * (1 - np.cos(around)) / 2 * 1.25
        for side in (1, -1):
            points = [(z0 + 4, SPINE_Y_MM + 16, side * 17.0)]
            for angle, fall in zip(around, drop, strict=True):
                z = z0 - fall
                middle, wide, deep = _cage_at(of, z, 7.5)
                # a superellipse like the lung's own, walked from the back over the side to the front
                c, s = np.cos(angle), np.sin(angle)
                x = middle * min(1.0, 0.45 + s) + wide * np.sign(s) * abs(s) ** 0.85
                y = 2 + deep * np.sign(c) * abs(c) ** 0.85
                if x < 24 and c > 0:
                    continue
                points.append((z, y, side * x))
            parts.append(chain(points, [4.2] * len(points)))
    return joined(parts)


def vertebrae_arches(of: Anatomy) -> Tubes:
    """Spinous and transverse processes and the arch, one set per vertebra."""
    parts = []
    for number in range(16):
        z = 124 - VERTEBRA_MM * number + of.rib_phase_mm
        y = SPINE_Y_MM
        parts.append(chain([(z - 4, y + 31, 0), (z - 16, y + 44, 0)], [3.6, 3.0]))
        for side in (1, -1):
            parts.append(chain([(z, y + 12, side * 12.0), (z, y + 22, side * 14.0), (z - 4, y + 31, 0)], [4.4, 4.0, 3.6]))
            parts.append(chain([(z, y + 20, side * 14.0), (z + 2, y + 26, side * 32.0)], [4.0, 3.2]))
    return joined(parts)


def sternum(of: Anatomy) -> Tubes:
    """A flat bone in front, three rods side by side; and the collar bones."""
    front = -(of.lung_depth_mm + 5.0)
    parts = []
    for across in (-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0):
        wide = 1.35
        parts.append(
            chain(
                [(78, front + 34, across * wide), (52, front + 17, across * wide), (-5, front + 3, across), (-62, front + 1, across * 0.8)],
                [4.8, 4.6, 4.4, 4.0],
            )
        )
    for side in (1, -1):
        parts.append(
            chain([(84, front + 34, side * 18.0), (100, front + 42, side * 60.0), (118, front + 70, side * 115.0)], [7.0, 6.0, 6.0])
        )
    return joined(parts)


def shoulder_blades(of: Anatomy) -> Tubes:
    """Thin plates behind the upper ribs, as rods side by side."""
    parts = []
    out = of.lung_width_mm / 67
    for side in (1, -1):
        for step in range(16):
            x = 74 + 3.4 * step
            y = 100 - 0.011 * (x - 60) ** 2
            low = -8 + 4 * step
            parts.append(chain([(low, y, side * x * out), (112, y - 8, side * x * out)], [2.4, 2.8]))
    return joined(parts)


def great_vessels() -> dict[str, Tubes]:
    """Aorta, pulmonary trunk and its two arteries, caval veins, oesophagus."""
    aorta = chain(
        [
            (-12, -22, 2),
            (8, -26, -6),
            (32, -20, -8),
            (48, -6, 2),
            (52, 10, 12),
            (47, 26, 19),
            (32, 38, 23),
            (0, 45, 23),
            (-60, 48, 17),
            (-150, 50, 10),
            (-250, 46, 6),
        ],
        [15, 15.5, 15, 14.5, 14, 13.5, 12.5, 12, 11.5, 10.5, 10],
    )
    pulmonary = joined(
        [
            chain([(-8, -34, 18), (12, -28, 18), (22, -14, 18)], [14, 13.5, 12.5]),
            chain([(22, -14, 18), (22, 0, 30), (14, 0, 40)], [12, 10.5, 9]),
            chain([(22, -14, 18), (16, -8, 0), (13, -2, -24), (12, 0, -42)], [12, 10.5, 9.5, 8.6]),
        ]
    )
    veins = joined(
        [
            chain([(110, -18, -16), (60, -18, -21), (20, -16, -24), (-14, -14, -24)], [7.5, 8.5, 9.5, 10]),
            chain([(-30, 4, -22), (-80, 8, -20), (-250, 20, -18)], [11, 11.5, 11]),
            chain([(66, -26, -18), (84, -34, 20), (98, -36, 46)], [7, 6.5, 6]),
            chain([(48, -8, -2), (75, -10, -6), (110, -8, -14)], [7, 6, 5]),
            chain([(52, 8, 10), (80, 6, 16), (120, 0, 24)], [5, 5, 4.5]),
        ]
    )
    return {
        "aorta": aorta,
        "vessels": joined([pulmonary, veins]),
        "oesophagus": chain([(200, 20, 3), (60, 26, 3), (0, 30, 6), (-80, 30, 12), (-250, 24, 18)], [6, 6.5, 7, 7.5, 8]),
    }
