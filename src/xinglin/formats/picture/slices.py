"""From voxels to grey pictures: a window of densities, square pixels in millimetres, three planes through one place."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

Plane = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
LUNG_WINDOW = (-600.0, 1500.0)  # centre, width in HU: the usual lung window
SIDE_PX = 220
INK, SHADE, GAP = (235, 235, 235), (20, 24, 28), 6


def grey(values: NDArray[np.generic], center: float, width: float) -> NDArray[np.uint8]:
    """Densities as grey levels 0 to 255 under a window."""
    scaled = (np.asarray(values, np.float32) - (center - width / 2)) * (255.0 / width)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def plane_through(volume: Volume, at: tuple[float, float, float], plane: Plane, side_mm: float) -> NDArray[np.float32]:
    """A square of `side_mm` through an index (slice, row, column), SIDE_PX pixels wide, head up where slices run up.

    Linear between voxels; beyond the scan it is -1024.
    """
    from scipy import ndimage

    spacing = volume.spacing_mm
    steps = (np.arange(SIDE_PX) - (SIDE_PX - 1) / 2) * (side_mm / SIDE_PX)
    down, across = {"axial": (1, 2), "coronal": (0, 2), "sagittal": (0, 1)}[plane]
    flip = -1.0 if down == 0 and volume.affine[2, 0] > 0 else 1.0
    grid = np.empty((3, SIDE_PX, SIDE_PX))
    for axis in range(3):
        grid[axis] = at[axis]
    grid[down] += flip * steps[:, None] / spacing[down]
    grid[across] += steps[None, :] / spacing[across]
    box, offset = _around(volume, grid)
    drawn = ndimage.map_coordinates(box, grid - offset[:, None, None], order=1, mode="constant", cval=-1024.0)
    return np.asarray(drawn, np.float32)


def _around(volume: Volume, grid: NDArray[np.float64]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """The part of the scan the picture needs, as float, and where it begins."""
    low = np.clip(np.floor(grid.reshape(3, -1).min(1)).astype(int) - 1, 0, np.array(volume.shape) - 1)
    high = np.clip(np.ceil(grid.reshape(3, -1).max(1)).astype(int) + 2, low + 1, volume.shape)
    box = volume.voxels[low[0] : high[0], low[1] : high[1], low[2] : high[2]].astype(np.float32)
    return box, low.astype(np.float64)


def font(size: int = 13) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The letters Pillow brings along: the same on every machine."""
    return ImageFont.load_default(size)


def labelled(image: Image.Image, words: str) -> Image.Image:
    """The picture with words in its upper left corner."""
    ImageDraw.Draw(image).text((5, 3), words, fill=INK, font=font(), stroke_width=1, stroke_fill=SHADE)
    return image


def as_image(levels: NDArray[np.uint8]) -> Image.Image:
    """A grey array as a colour picture, to draw on."""
    return Image.fromarray(levels).convert("RGB")


def tiled(rows: list[list[Image.Image]]) -> Image.Image:
    """Pictures of one size side by side, in rows."""
    width, height = rows[0][0].size
    sheet = Image.new("RGB", (len(rows[0]) * (width + GAP) - GAP, len(rows) * (height + GAP) - GAP), SHADE)
    for y, row in enumerate(rows):
        for x, one in enumerate(row):
            sheet.paste(one, (x * (width + GAP), y * (height + GAP)))
    return sheet


def png(image: Image.Image) -> bytes:
    """The picture as a PNG file without any metadata."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()
