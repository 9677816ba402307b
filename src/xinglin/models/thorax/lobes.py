"""Lobes by position alone: a rule of thumb for where the fissures lie in an ordinary lung, not a search for them.

Real fissures bend and vary by centimetres; whoever states a lobe from here says that it is approximate.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from xinglin.records.imaging import Lobe

APPROXIMATE = "lobe by position in the lung, fissures not looked for: approximate"
# The oblique fissure falls from high at the back to low in front, the horizontal one lies at mid height; as shares of the
# lung's height from its lowest to its highest place and of its depth from front to back (our own rule).
OBLIQUE_FRONT, OBLIQUE_BACK, HORIZONTAL = 0.22, 0.80, 0.54


def lobe_numbers(height: NDArray, depth: NDArray, side: Literal["left", "right"]) -> NDArray[np.uint8]:
    """0 lower, 1 upper, 2 middle. height, depth: shares 0 to 1 of the lung's own box, from below and from the front."""
    above = height > OBLIQUE_FRONT + (OBLIQUE_BACK - OBLIQUE_FRONT) * depth
    if side == "left":
        return above.astype(np.uint8)
    return np.where(~above, 0, np.where(height > HORIZONTAL, 1, 2)).astype(np.uint8)


def lobe_name(number: int, side: Literal["left", "right"]) -> Lobe:
    """The word for a number of that side."""
    if side == "left":
        return "left-upper" if number else "left-lower"
    return ("right-lower", "right-upper", "right-middle")[number]
