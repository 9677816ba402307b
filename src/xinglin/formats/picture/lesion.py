"""A marked lesion in its slice: the outline, the long and the short axis, and two planes more for orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from xinglin.formats.picture.slices import LUNG_WINDOW, PLANES, SIDE_PX, Plane, as_image, grey, labelled, plane_through, png, tiled

if TYPE_CHECKING:
    from xinglin.records.imaging import Lesion, Point_mm
    from xinglin.records.volume import Volume

_LONG, _SHORT, _EDGE = (255, 200, 60), (90, 220, 255), (255, 90, 90)
_AXES: dict[Plane, tuple[int, int]] = {"axial": (1, 2), "coronal": (0, 2), "sagittal": (0, 1)}


def lesion_picture(volume: Volume, lesion: Lesion) -> bytes:
    """A PNG of three tiles through the measured slice; both axes are drawn in the axial one, the outline in all."""
    measures = lesion.measures
    at = volume.index_of(measures.center_mm)
    at = (float(measures.slice_index) if measures.slice_index >= 0 else at[0], at[1], at[2])
    side_mm = min(120.0, max(40.0, 4 * measures.long_axis_mm))
    tiles = [_tile(volume, lesion, at, plane, side_mm) for plane in PLANES]
    for ends, colour in ((measures.long_axis_ends, _LONG), (measures.short_axis_ends, _SHORT)):
        places = [_pixel(volume, at, end, side_mm) for end in ends]
        ImageDraw.Draw(tiles[0]).line((*places[0], *places[1]), fill=colour, width=2)
    when = f", {lesion.when[:10]}" if lesion.when else ""
    labelled(tiles[0], f"{lesion.name}{when}, slice {measures.slice_index + 1}")
    return png(tiled([tiles]))


def _tile(volume: Volume, lesion: Lesion, at: tuple[float, float, float], plane: Plane, side_mm: float) -> Image.Image:
    from scipy import ndimage

    tile = as_image(grey(plane_through(volume, at, plane, side_mm), *LUNG_WINDOW))
    mask = _mask_plane(volume, lesion, at, plane, side_mm)
    edge = mask & ~np.asarray(ndimage.binary_erosion(mask), bool)
    levels = np.array(tile)
    levels[edge] = _EDGE
    return Image.fromarray(levels)


def _mask_plane(volume: Volume, lesion: Lesion, at: tuple[float, float, float], plane: Plane, side_mm: float) -> np.ndarray:
    """The outline of the lesion in the picture's pixels."""
    outline = lesion.outline
    box = outline.mask()
    steps = (np.arange(SIDE_PX) - (SIDE_PX - 1) / 2) * (side_mm / SIDE_PX)
    down, across = _AXES[plane]
    flip = -1.0 if down == 0 and volume.affine[2, 0] > 0 else 1.0
    index = [np.full((SIDE_PX, SIDE_PX), round(at[axis]) - outline.start[axis], int) for axis in range(3)]
    for axis, moved in ((down, flip * steps[:, None]), (across, steps[None, :])):
        index[axis] = (
            np.rint(at[axis] + moved / volume.spacing_mm[axis]).astype(int) - outline.start[axis] + np.zeros((SIDE_PX, SIDE_PX), int)
        )
    inside = np.logical_and.reduce([(index[axis] >= 0) & (index[axis] < outline.shape[axis]) for axis in range(3)])
    clipped = [np.clip(index[axis], 0, outline.shape[axis] - 1) for axis in range(3)]
    return inside & box[clipped[0], clipped[1], clipped[2]]


def _pixel(volume: Volume, at: tuple[float, float, float], place: Point_mm, side_mm: float) -> tuple[float, float]:
    """Where a place lies in the axial tile, in pixels (x, y)."""
    _, row, column = volume.index_of(place)
    middle, scale = (SIDE_PX - 1) / 2, SIDE_PX / side_mm
    return middle + (column - at[2]) * volume.spacing_mm[2] * scale, middle + (row - at[1]) * volume.spacing_mm[1] * scale
