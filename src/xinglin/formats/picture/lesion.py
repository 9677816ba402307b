"""A marked lesion in its slice: the outline, the long and the short axis, and two planes more for orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from xinglin.formats.picture.slices import (
    LUNG_WINDOW,
    PLANES,
    Plane,
    as_image,
    grey,
    indices_in,
    labelled,
    oriented,
    pixel_of,
    plane_acquired,
    plane_through,
    png,
    tiled,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.imaging import Lesion, Point_mm
    from xinglin.records.volume import Volume

_LONG, _SHORT, _EDGE = (255, 200, 60), (90, 220, 255), (255, 90, 90)


def lesion_picture(volume: Volume, lesion: Lesion) -> bytes:
    """A PNG of three tiles (axial, coronal, sagittal) through the measured slice, the outline in all.

    Both axes are drawn in the plane in which the scan was acquired and measured; in an oblique scan, in the nearest.
    """
    measures = lesion.measures
    at_mm = _middle_of_slice(volume, lesion)
    side_mm = min(120.0, max(40.0, 4 * measures.long_axis_mm))
    tiles = {plane: _tile(volume, lesion, at_mm, plane, side_mm) for plane in PLANES}
    measured = plane_acquired(volume)
    for ends, colour in ((measures.long_axis_ends, _LONG), (measures.short_axis_ends, _SHORT)):
        places = [pixel_of(end, at_mm, measured, side_mm) for end in ends]
        ImageDraw.Draw(tiles[measured]).line((*places[0], *places[1]), fill=colour, width=2)
    when = f", {lesion.when[:10]}" if lesion.when else ""
    labelled(tiles[measured], f"{lesion.name}{when}, slice {measures.slice_index + 1}")
    return png(tiled([list(tiles.values())]))


def _middle_of_slice(volume: Volume, lesion: Lesion) -> Point_mm:
    """The centre of the lesion, moved into the slice in which it was measured."""
    measures = lesion.measures
    if measures.slice_index < 0:
        return measures.center_mm
    _, row, column = volume.index_of(measures.center_mm)
    return volume.point_mm((float(measures.slice_index), row, column))


def _tile(volume: Volume, lesion: Lesion, at_mm: Point_mm, plane: Plane, side_mm: float) -> Image.Image:
    from scipy import ndimage

    tile = as_image(grey(plane_through(volume, at_mm, plane, side_mm), *LUNG_WINDOW))
    mask = _mask_plane(volume, lesion, at_mm, plane, side_mm)
    edge = mask & ~np.asarray(ndimage.binary_erosion(mask), bool)
    levels = np.array(tile)
    levels[edge] = _EDGE
    return oriented(Image.fromarray(levels), plane)


def _mask_plane(volume: Volume, lesion: Lesion, at_mm: Point_mm, plane: Plane, side_mm: float) -> NDArray[np.bool_]:
    """The outline of the lesion in the picture's pixels."""
    outline = lesion.outline
    start, last = (np.array(three)[:, None, None] for three in (outline.start, [size - 1 for size in outline.shape]))
    index = np.rint(indices_in(volume, at_mm, plane, side_mm)).astype(int) - start
    inside = ((index >= 0) & (index <= last)).all(axis=0)
    k, j, i = np.clip(index, 0, last)
    return inside & outline.mask()[k, j, i]
