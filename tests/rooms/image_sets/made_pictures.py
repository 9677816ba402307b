"""Pictures of nobody: soft blobs on a slope, each folder another chance; as PNG, as DICOM of a small CT, as arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def blobs(count: int, shape: tuple[int, int] = (40, 48), seed: int = 0) -> NDArray[np.uint8]:
    """(count, rows, columns) 0 to 255, no two alike."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    found = np.zeros((count, *shape))
    for picture in found:
        picture += rng.uniform(-40, 40) * rows / shape[0] + rng.uniform(-40, 40) * columns / shape[1] + 60
        for _ in range(8):
            row, column, width = rng.uniform(0, shape[0]), rng.uniform(0, shape[1]), rng.uniform(3, 9)
            picture += rng.uniform(-60, 150) * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * width**2))
    return np.clip(found + rng.normal(0, 2, found.shape), 0, 255).astype(np.uint8)


def written(folder: Path, pictures: NDArray[np.generic], name: str = "{n:03}.png") -> Path:
    """The pictures as files of a folder."""
    for number, picture in enumerate(pictures):
        path = folder / name.format(n=number)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(path)
    return folder


def hounsfield(count: int, shape: tuple[int, int] = (40, 48), seed: int = 0) -> NDArray[np.int16]:
    """(count, rows, columns): air at one side, tissue beside it."""
    pictures = blobs(count, shape, seed).astype(np.float64)
    return np.where(np.arange(shape[1]) < shape[1] // 5, -1000, pictures * 8 - 1000).astype(np.int16)
