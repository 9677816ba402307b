"""How far out must a surface lie so that exactly this volume is inside?

A body is given as a field that grows outwards (mm): its surface is where the field reaches a level. The level is found
by Newton's method on the very cells that are written, so that the volume agrees to float precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RELATIVE_ERROR = 2e-6


def inside(field: NDArray[np.float32], level: float, width: float) -> NDArray[np.float32]:
    """Share of each cell inside the surface field = level; `width`: over how many mm it goes from 1 to 0."""
    return np.clip((np.float32(level + 0.5 * width) - field) / np.float32(width), 0, 1)


def level_for(
    field: NDArray[np.float32],
    cells: float,
    width: float,
    span: tuple[float, float],
    least: NDArray[np.float32] | None = None,
    most: NDArray[np.float32] | None = None,
) -> float | None:
    """The level at which the sum of max(inside, least) * most is `cells`; None when it does not lie within `span`.

    least: what is inside in any case (spicules); most: what may be inside at all (the lung, the body around a solid part).
    """
    sure = field < span[0] - 0.5 * width
    never = field > span[1] + 0.5 * width
    open_ = ~(sure | never)
    weight = np.ones_like(field) if most is None else most
    total = weight[sure].sum(dtype=np.float64)
    if least is not None:
        total += (weight[never] * least[never]).sum(dtype=np.float64)
    near, near_weight = field[open_], weight[open_]
    near_least = least[open_] if least is not None else np.float32(0)

    def excess(level: float) -> tuple[float, float]:
        share = inside(near, level, width)
        moves = (share > near_least) & (share < 1)
        value = (np.maximum(share, near_least) * near_weight).sum(dtype=np.float64) + total - cells
        return float(value), float(near_weight[moves].sum(dtype=np.float64) / width)

    low, high = span
    if excess(low)[0] > 0 or excess(high)[0] < 0:
        return None
    level = 0.5 * (low + high)
    for _ in range(60):
        value, slope = excess(level)
        if abs(value) <= RELATIVE_ERROR * cells:
            break
        low, high = (level, high) if value < 0 else (low, level)
        stepped = level - value / slope if slope > 0 else low
        level = stepped if low < stepped < high else 0.5 * (low + high)
    return level
