"""Pictures of our own invention: bright and dark blobs of chance sizes on slow shading, with fine grain."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter


def blobs(count: int, seed: int, side: int = 64) -> np.ndarray:
    """(count, 1, side, side) float32 in [-1, 1]."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side] / side
    found = np.zeros((count, 1, side, side), dtype=np.float32)
    for one in found[:, 0]:
        one += gaussian_filter(chance.normal(0, 1, (side, side)), side / 5) * side / 8 - 0.3
        for _ in range(chance.integers(6, 12)):
            row, column = chance.uniform(0.1, 0.9, 2)
            wide, high = chance.uniform(0.03, 0.15, 2)
            inside = ((rows - row) / high) ** 2 + ((columns - column) / wide) ** 2 < 1
            one += gaussian_filter(inside * chance.uniform(-0.5, 0.8), 1)
        one += gaussian_filter(chance.normal(0, 1, (side, side)), 0.7) * 0.04
    return np.clip(found, -1, 1)
