"""Whether a rim of ground glass lies around a solid body: it must go around most of it, be even, and be thicker than the blur.

Vessels, spicules and the scanner's blur around a solid mass are no rim. What they explain is taken away first; what is left
is looked at in two shells. Where a rim is neither sure nor excluded, that is said and the body alone is measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.workup.imaging.mask_shapes import distance, shrunk, smoothed
from xinglin.workup.imaging.partial_volume import Levels, blur_distance
from xinglin.workup.imaging.two_levels import USUAL_BLUR_MM, blurred

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rim = Literal["none", "not sure", "rim"]

NEAR, FAR = (0.9, 1.4), (1.4, 2.0)  # widths of blur from the body; blur alone does not reach the second shell
SOMETHING_ELSE_HU = 400.0  # so far above the lung it is vessel or wall
LEAST_SEEN = 0.4  # share of a shell that must be free of vessel and wall to be judged
LEAST_VOXELS = 12
GLASS_HU = 60.0  # three quarters of a shell of glass are so far above the lung; blur and vessels leave less
NEAR_GLASS_HU = 75.0  # the same in the shell that the blur reaches
USUAL_GLASS_HU = 75.0  # the middle of a shell of glass is so far above
EVEN, NEAR_EVEN = 1.3, 0.8  # the middle half of a shell of glass spreads over less than this times its level
CALCIUM_HU = 130.0  # around a body as bright, a dim shell may be tissue in part of a voxel
TRACE_HU = 15.0  # three quarters of the second shell are so far above the lung where a thin rim fills the first
MAYBE_HU = 45.0  # a shell whose middle is brighter may be glass
HIDDEN_HU = 80.0  # surroundings so much brighter than the lung further away are glass themselves
THICK_SLICES = 2.5  # slices so many widths of the blur within them are thick
WIDEST = 0.75  # share of the largest cut from which a slice runs through the middle
CALM_MM = 0.8
LEAST_MIRROR = 6
OVER_HU, USUAL_OVER_HU = 50.0, 60.0  # three quarters, and half, of a shell of glass stand so far over what its mirror inside misses
PERHAPS_HU, USUAL_PERHAPS_HU = 15.0, 50.0  # the same where glass may be
MOST_GAINED_HU = 25.0
MOST_WHOLE = 12  # glass with less than a twelfth of it solid, all around one place, is taken for something else


def rim_around(
    voxels: NDArray[np.float32], body: NDArray[np.bool_], levels: Levels, lung_hu: float, spacing_mm: tuple[float, float, float]
) -> Rim:
    """What lies around the solid `body`; one box for all. Numbers: policy of this project, from our own nodules and real masses.

    lung_hu: level of the lung further away (a thick rim hides it from the surroundings of the body).
    """
    outside = lung_hu if levels.outside - lung_hu > HIDDEN_HU else levels.outside
    left = (voxels - outside - (levels.inside - outside) * blurred(body, spacing_mm)).astype(np.float32)
    left = smoothed(left, [CALM_MM / length for length in spacing_mm])
    away = _away(body, spacing_mm)
    shells = [left[(away > low) & (away <= high)] for low, high in (NEAR, FAR)]
    near, far = (shell[shell < SOMETHING_ELSE_HU] for shell in shells)
    if far.size < max(LEAST_VOXELS, LEAST_SEEN * shells[1].size) or near.size < LEAST_VOXELS:
        return "none"
    thick, thin = _is_glass(far, GLASS_HU, EVEN), _is_glass(near, NEAR_GLASS_HU, NEAR_EVEN)
    seen = float(np.median(far)) >= MAYBE_HU
    maybe = seen or (float(np.median(near)) >= USUAL_GLASS_HU and float(np.quantile(near, 0.25)) >= MAYBE_HU)
    low, middle = _standing_over(near, left[_mirror(body, spacing_mm)]) if max(spacing_mm[1:]) <= USUAL_BLUR_MM else (0.0, 0.0)
    over, perhaps = low >= OVER_HU and middle >= USUAL_OVER_HU, low >= PERHAPS_HU and middle >= USUAL_PERHAPS_HU
    around = over or thick or (thin and seen and float(np.quantile(far, 0.25)) >= TRACE_HU)
    if levels.inside < CALCIUM_HU and around:
        return "rim"
    return "not sure" if around or thin or maybe or perhaps else "none"


def dwarfs(whole: NDArray[np.bool_], body: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> bool:
    """Whether what was grown at the level of glass is no rim of this body: it holds many times the body, or runs far on one side.

    A rim goes around: nine tenths of its outer edge lie no further from the body than its nearest quarter and one body's radius.
    """
    if int(whole.sum()) > MOST_WHOLE * int(body.sum()):
        return True
    radius_mm = (3 * float(body.sum()) * float(np.prod(spacing_mm)) / (4 * np.pi)) ** (1 / 3)
    edge = whole & ~shrunk(whole)
    near, far = (float(q) for q in np.quantile(distance(~body, spacing_mm)[edge], (0.25, 0.9)))
    return far - near > max(radius_mm, 2 * max(spacing_mm))


def _mirror(body: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.bool_]:
    """The shell inside the body that mirrors the near one outside."""
    depth = blur_distance(body, spacing_mm)
    return body & (depth > NEAR[0]) & (depth <= NEAR[1])


def _standing_over(near: NDArray[np.float32], mirror: NDArray[np.float32]) -> tuple[float, float]:
    """How far three quarters, and half, of the near shell stand over what any blur explains: blur takes from the inside what it gives to the outside.

    The usual blur is taken away from both already; a blurrier picture leaves as much over outside as it misses inside. A rim
    of glass, however thin, is left over outside and missed nowhere. Zeros where too little of the inside is seen.
    """
    if mirror.size < LEAST_MIRROR:
        return 0.0, 0.0
    gained = min(float(np.median(mirror)), MOST_GAINED_HU)
    return float(np.quantile(near, 0.25)) + gained, float(np.median(near)) + gained


def _away(body: NDArray[np.bool_], spacing_mm: tuple[float, float, float]) -> NDArray[np.float32]:
    """Widths of blur from the body. Where slices are thick, within the slices through its middle alone: others hold rim and lung at once."""
    if spacing_mm[0] < THICK_SLICES * max(USUAL_BLUR_MM, *spacing_mm[1:]):
        return blur_distance(~body, spacing_mm)
    areas = body.sum(axis=(1, 2))
    middle = areas >= WIDEST * areas.max()
    away = np.full(body.shape, np.inf, np.float32)
    for index in np.flatnonzero(middle):
        away[index] = blur_distance(~body[index : index + 1], (1e6, spacing_mm[1], spacing_mm[2]))[0]
    return away


def _is_glass(shell: NDArray[np.float32], least_hu: float, even: float) -> bool:
    """Whether a shell is filled to three quarters and evenly."""
    low, middle, high = (float(q) for q in np.quantile(shell, (0.25, 0.5, 0.75)))
    return low >= least_hu and middle >= USUAL_GLASS_HU and high - low <= even * middle
