"""From voxels to grey pictures: a window of densities, square pixels in millimetres, three planes through one place.

The planes are the patient's, not the array's: seen from the feet or from the front, the patient's right is on the left of
the picture; seen from the side, the front is on the left; the head is up. Letters at the edges say so.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from xinglin.formats.picture.lettering import letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.imaging import Point_mm
    from xinglin.records.volume import Volume

Plane = Literal["axial", "coronal", "sagittal"]
PLANES: tuple[Plane, ...] = ("axial", "coronal", "sagittal")
LUNG_WINDOW = (-600.0, 1500.0)  # centre, width in HU: the usual lung window
SIDE_PX, BAND_PX = 220, 20
# from left to right, and from top to bottom of a picture, as directions in LPS (to the left, to the back, to the head)
_WAYS = {"axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)), "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)), "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))}  # fmt: skip
_EDGES = {"axial": "RLAP", "coronal": "RLHF", "sagittal": "APHF"}  # left, right, top, bottom
INK, SHADE, GAP = (235, 235, 235), (20, 24, 28), 6


def grey(values: NDArray[np.generic], center: float, width: float) -> NDArray[np.uint8]:
    """Densities as grey levels 0 to 255 under a window."""
    scaled = (np.asarray(values, np.float32) - (center - width / 2)) * (255.0 / width)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def plane_through(volume: Volume, at_mm: Point_mm, plane: Plane, side_mm: float) -> NDArray[np.float32]:
    """A square of `side_mm` through a place (LPS mm), SIDE_PX pixels wide, along the patient's axes however the scan was acquired.

    Linear between voxels; beyond the scan it is -1024.
    """
    from scipy import ndimage

    grid = indices_in(volume, at_mm, plane, side_mm)
    box, offset = _around(volume, grid)
    drawn = ndimage.map_coordinates(box, grid - offset[:, None, None], order=1, mode="constant", cval=-1024.0)
    return np.asarray(drawn, np.float32)


def indices_in(volume: Volume, at_mm: Point_mm, plane: Plane, side_mm: float) -> NDArray[np.float64]:
    """The index (slice, row, column) in the scan of each pixel of a picture: array (3, SIDE_PX, SIDE_PX), fractional."""
    steps = (np.arange(SIDE_PX) - (SIDE_PX - 1) / 2) * (side_mm / SIDE_PX)
    across, down = (np.array(way) for way in _WAYS[plane])
    places = np.array(at_mm)[:, None, None] + across[:, None, None] * steps[None, None, :] + down[:, None, None] * steps[None, :, None]
    moved = places - volume.affine[:3, 3][:, None, None]
    # rounded, so that a picture in the first slice does not fall a rounding error outside of the scan
    return np.round(np.einsum("ab,bij->aij", np.linalg.inv(volume.affine[:3, :3]), moved), 6)


def pixel_of(place_mm: Point_mm, at_mm: Point_mm, plane: Plane, side_mm: float) -> tuple[float, float]:
    """Where a place lies in the picture of a plane through `at_mm`, seen straight on: pixels (x, y)."""
    moved = np.array(place_mm) - np.array(at_mm)
    x, y = ((SIDE_PX - 1) / 2 + float(moved @ np.array(way)) * SIDE_PX / side_mm for way in _WAYS[plane])
    return x, y


def plane_acquired(volume: Volume) -> Plane:
    """The plane of the patient in which the scan's slices lie, or nearly lie."""
    across = np.abs(np.cross(volume.affine[:3, 1], volume.affine[:3, 2]))
    return ("sagittal", "coronal", "axial")[int(np.argmax(across))]


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
    ImageDraw.Draw(image).text((5, 3), words, fill=INK, font=letters(words), stroke_width=1, stroke_fill=SHADE)
    return image


def measured(image: Image.Image, side_mm: float) -> Image.Image:
    """The picture with a scale bar of 10 mm in its lower left corner."""
    draw = ImageDraw.Draw(image)
    draw.line((8, SIDE_PX - 10, 8 + 10.0 / side_mm * SIDE_PX, SIDE_PX - 10), fill=INK, width=2)
    draw.text((8, SIDE_PX - 26), "10 mm", fill=INK, font=font(11), stroke_width=1, stroke_fill=SHADE)
    return image


def side_for(size_mm: float) -> float:
    """How many millimetres a picture of something of that size shows across: four times as much, 40 to 120."""
    return min(120.0, max(40.0, 4 * size_mm))


def oriented(image: Image.Image, plane: Plane) -> Image.Image:
    """The picture with the letters of its sides: right and left, anterior and posterior, head and feet."""
    draw, middle = ImageDraw.Draw(image), SIDE_PX // 2
    places = ((8, middle), (SIDE_PX - 8, middle), (middle, 26), (middle, SIDE_PX - 10))
    for letter, place in zip(_EDGES[plane], places, strict=True):
        draw.text(place, letter, fill=INK, font=font(11), anchor="mm", stroke_width=1, stroke_fill=SHADE)
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


def under_words(sheet: Image.Image, words: str, least_px: int = 0) -> Image.Image:
    """The sheet under a red band with the words that mark it, at least `least_px` wide."""
    framed = Image.new("RGB", (max(sheet.width, least_px), sheet.height + BAND_PX), SHADE)
    framed.paste((120, 24, 24), (0, 0, framed.width, BAND_PX))
    framed.paste(sheet, (0, BAND_PX))
    ImageDraw.Draw(framed).text((6, 3), words, fill=(255, 255, 255), font=letters(words, 12))
    return framed


def signed(share: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Differences as shares from -1 to 1: brighter than before in orange, darker in blue, unchanged in dark grey."""
    share = np.clip(share, -1, 1)
    up, down = np.clip(share, 0, 1)[..., None], np.clip(-share, 0, 1)[..., None]
    base, orange, blue = (np.array(colour, np.float32) for colour in ((28, 32, 36), (255, 170, 60), (70, 150, 255)))
    return np.rint(base * (1 - up - down) + orange * up + blue * down).astype(np.uint8)


def png(image: Image.Image) -> bytes:
    """The picture as a PNG file without any metadata."""
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False, compress_level=6)
    return out.getvalue()
