"""How alike pictures of one set are to each other: structural similarity at several sizes. Made pictures more alike than real ones lack variety."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xinglin.training.image_judging.encoder import shrunk
from xinglin.training.image_judging.features import checked, planes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pictures = NDArray[np.floating]

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, RANGE, LARGEST = 1.5, 2.0, 128
FIRST, SECOND = (0.01 * RANGE) ** 2, (0.03 * RANGE) ** 2


def structural_likeness(one: Pictures, other: Pictures) -> NDArray[np.floating]:
    """MS-SSIM of pairs of pictures (n, channels, ...) in [-1, 1]: 1 for the same, about 0 for nothing alike. Wang, Simoncelli & Bovik 2003.

    As many of its five sizes as leave 11 pixels (doi 10.1109/ACSSC.2003.1292216), their weights brought to a sum of 1. Of channels the mean
    grey, of a volume its three middle planes. Raises InvalidInput XL-JUDGE-002.
    """
    pairs = zip(planes_of(checked(one).mean(axis=1)), planes_of(checked(other).mean(axis=1)), strict=True)
    return np.mean([_of_planes(_fitting(mine), _fitting(yours)) for mine, yours in pairs], axis=0)


def _fitting(planes: Pictures) -> Pictures:
    return shrunk(planes, LARGEST) if max(planes.shape[1:]) > LARGEST else planes


def _of_planes(one: Pictures, other: Pictures) -> NDArray[np.floating]:
    sizes = max(1, min(len(WEIGHTS), int(np.log2(min(one.shape[1:]) / 11)) + 1))
    weights = np.array(WEIGHTS[:sizes]) / sum(WEIGHTS[:sizes])
    found = np.ones(len(one))
    for size, weight in enumerate(weights):
        whole, structure = _once(one, other)
        found = found * np.maximum(whole if size == sizes - 1 else structure, 1e-6) ** weight
        one, other = (_halved(planes) for planes in (one, other))
    return found


def _once(one: Pictures, other: Pictures) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Means of SSIM and of its terms of contrast and structure."""
    from scipy.ndimage import gaussian_filter

    def smooth(planes: Pictures) -> Pictures:
        return gaussian_filter(planes, (0, WINDOW, WINDOW), truncate=3.5)

    mine, yours = smooth(one), smooth(other)
    spread = smooth(one * one) - mine**2 + smooth(other * other) - yours**2
    together = smooth(one * other) - mine * yours
    structure = (2 * together + SECOND) / (spread + SECOND)
    light = (2 * mine * yours + FIRST) / (mine**2 + yours**2 + FIRST)
    return (light * structure).mean(axis=(1, 2)), structure.mean(axis=(1, 2))


def _halved(planes: Pictures) -> Pictures:
    rows, columns = planes.shape[1] // 2, planes.shape[2] // 2
    return planes[:, : 2 * rows, : 2 * columns].reshape(len(planes), rows, 2, columns, 2).mean(axis=(2, 4))
