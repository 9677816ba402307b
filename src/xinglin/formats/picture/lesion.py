"""A marked lesion in its slice: the outline, the long and the short axis, and two planes more for orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from xinglin.formats.picture.lettering import burnt_in
from xinglin.formats.picture.slices import (
    LUNG_WINDOW,
    PLANES,
    Plane,
    as_image,
    grey,
    indices_in,
    labelled,
    measured,
    oriented,
    pixel_of,
    plane_acquired,
    plane_through,
    png,
    side_for,
    tiled,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.draft import Language
    from xinglin.records.imaging import Lesion, Point_mm
    from xinglin.records.volume import Volume

_LONG, _SHORT, _EDGE = (255, 200, 60), (90, 220, 255), (255, 90, 90)


def lesion_picture(volume: Volume, lesion: Lesion, language: Language = "en", side_mm: float = 0.0) -> bytes:
    """A PNG of three tiles (axial, coronal, sagittal) through the measured slice, the outline in all, with a scale bar.

    Both axes are drawn in the plane in which the scan was acquired and measured; in an oblique scan, in the nearest. Each tile is
    `side_mm` wide (0: as the lesion's size asks for); pictures to be compared need the same.
    """
    measures = lesion.measures
    at_mm = _middle_of_slice(volume, lesion)
    side_mm = side_mm or side_for(measures.long_axis_mm)
    tiles = {plane: _tile(volume, lesion, at_mm, plane, side_mm) for plane in PLANES}
    acquired = plane_acquired(volume)
    for ends, colour in ((measures.long_axis_ends, _LONG), (measures.short_axis_ends, _SHORT)):
        places = [pixel_of(end, at_mm, acquired, side_mm) for end in ends]
        ImageDraw.Draw(tiles[acquired]).line((*places[0], *places[1]), fill=colour, width=2)
    told = {"name": lesion.name, "day": lesion.when[:10], "number": measures.slice_index + 1}
    labelled(measured(tiles[acquired], side_mm), burnt_in(language, "slice" if lesion.when else "undated", told))
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
