"""Copies put among made pictures on purpose, to see that the search for near-copies finds them: mirrored, noised, cropped, moved, lighter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]
    Way = Callable[[Pictures, np.random.Generator], Pictures]


def _mirrored(planes: Pictures, chance: np.random.Generator) -> Pictures:
    return planes[..., ::-1]


def _noised(planes: Pictures, chance: np.random.Generator) -> Pictures:
    return planes + chance.normal(0, 0.05, planes.shape)


def _cropped(planes: Pictures, chance: np.random.Generator) -> Pictures:
    rows, columns = planes.shape[-2:]
    share = chance.uniform(0.8, 0.95)
    high, wide = round(rows * share), round(columns * share)
    top, left = chance.integers(0, rows - high + 1), chance.integers(0, columns - wide + 1)
    return _resized(planes[..., top : top + high, left : left + wide], rows, columns)


def _moved(planes: Pictures, chance: np.random.Generator) -> Pictures:
    most = max(planes.shape[-1] // 16, 1)
    down, right = chance.integers(-most, most + 1, 2)
    width = [(0, 0)] * (planes.ndim - 2) + [(most, most)] * 2
    grown = np.pad(planes, width, mode="edge")
    rows, columns = planes.shape[-2:]
    return grown[..., most + down : most + down + rows, most + right : most + right + columns]


def _lighter(planes: Pictures, chance: np.random.Generator) -> Pictures:
    return planes * chance.uniform(0.7, 1.2) + chance.uniform(-0.15, 0.15)


def _smaller(planes: Pictures, chance: np.random.Generator) -> Pictures:
    rows, columns = planes.shape[-2:]
    share = chance.uniform(0.85, 0.95)
    high, wide = round(rows * share), round(columns * share)
    top, left = (rows - high) // 2, (columns - wide) // 2
    width = [(0, 0)] * (planes.ndim - 2) + [(top, rows - high - top), (left, columns - wide - left)]
    return np.pad(_resized(planes, high, wide), width, mode="edge")


def _all_at_once(planes: Pictures, chance: np.random.Generator) -> Pictures:
    return _noised(_lighter(_cropped(planes, chance), chance), chance)


WAYS: dict[str, Way] = {
    "unchanged": lambda planes, chance: planes, "mirrored": _mirrored, "noised": _noised, "cropped": _cropped, "moved": _moved,
    "lighter": _lighter, "smaller": _smaller, "cropped, lighter, noised": _all_at_once,
}  # fmt: skip
SINGLE = tuple(WAYS)[:-1]
"""The ways without the last, which does several at once: the threshold of a near-copy is set by these."""


def planted(learnt: Pictures, way: str, seed: int) -> Pictures:
    """The same pictures, each changed in one of `WAYS`: noise of 0.05, crops of 80 to 95 %, moves of 1/16, all in units of [-1, 1]."""
    chance = np.random.default_rng((seed, list(WAYS).index(way)))
    each = [np.clip(WAYS[way](one.astype(np.float64), chance), -1, 1) for one in learnt]
    return np.stack(each).astype(np.float32)


def _resized(planes: Pictures, rows: int, columns: int) -> Pictures:
    from scipy.ndimage import zoom

    factors = [1.0] * (planes.ndim - 2) + [rows / planes.shape[-2], columns / planes.shape[-1]]
    return np.asarray(zoom(planes, factors, order=1, mode="nearest", grid_mode=True))
