"""Pictures that are copies of one another, also mirrored, brightened or saved anew: found by a coarse look at 32 x 32 values.

Two pictures are near-copies when their coarse looks, each freed of its own brightness and contrast, differ by at most `THRESHOLD` of their contrast.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from xinglin.training.image_sets.resizing import resized

SIDE = 32
THRESHOLD = 0.2  # correlation 0.98. Measured: noise of 10 % gives 0.12 to 0.2, the nearest of 473 people's chest films are 0.29 apart
KIN = 0.3  # of pictures whose people are not known: so alike that they are taken to be of one person
_AT_ONCE = 512
_PAIRS = 50  # of one picture
Floats = NDArray[np.float32]


def coarse(picture: NDArray[np.float32]) -> Floats:
    """(1024,): a whole picture (channels, *axes) as 32 x 32 means (of a volume its middle slice), mean 0 and length 1."""
    plane = np.asarray(picture, np.float32).mean(0)
    plane = plane[len(plane) // 2] if plane.ndim == 3 else plane
    flat = resized(plane[None], (SIDE, SIDE)).ravel()
    flat = flat - flat.mean()
    return (flat / max(float(np.linalg.norm(flat)), 1e-9)).astype(np.float32)


def mirrored(looks: Floats) -> list[Floats]:
    """The looks as they are, left for right, upside down, and both."""
    square = looks.reshape(-1, SIDE, SIDE)
    return [one.reshape(len(looks), -1) for one in (square, square[:, :, ::-1], square[:, ::-1], square[:, ::-1, ::-1])]


def copies(
    looks: Floats, apart: Sequence[str], threshold: float = THRESHOLD, note: Callable[[str], None] | None = None
) -> list[tuple[int, int, float]]:
    """(picture, earlier picture, distance) for each pair within the threshold, of different words in `apart`; of each picture the nearest 50.

    apart: what the picture belongs to (a person, a series): slices of one scan are alike, and are no copies.
    """
    least = 1 - threshold**2 / 2  # the squared distance of two vectors of length 1 is 2 - 2 r
    words = {word: number for number, word in enumerate(dict.fromkeys(apart))}
    belongs = np.array([words[word] for word in apart])
    found: list[tuple[int, int, float]] = []
    turned = mirrored(looks)
    for start in range(0, len(looks), _AT_ONCE):
        block = looks[start : start + _AT_ONCE]
        end = start + len(block)
        alike = np.max([block @ other[:end].T for other in turned], 0)
        alike[belongs[start:end, None] == belongs[None, :end]] = -1
        alike[np.arange(end)[None] >= np.arange(start, end)[:, None]] = -1
        for row in np.flatnonzero((alike >= least).any(1)):
            near = np.flatnonzero(alike[row] >= least)
            near = near[np.argsort(-alike[row, near], kind="stable")][:_PAIRS]
            found += [(start + int(row), int(one), float(np.sqrt(max(0.0, 2 - 2 * float(alike[row, one]))))) for one in near]
        if note and end > 4096:
            note(f"{end:,} of {len(looks):,} pictures compared")
    return found
