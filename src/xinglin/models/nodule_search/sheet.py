"""Candidates as a reader sees them first: a piece of the slice around each, a ring where it lies, its number, score and about how large it is."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.candidates import NOT_A_FINDING, Candidate

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from xinglin.records.volume import Volume

AROUND_MM, SIDE, ACROSS, SHOWN = 64.0, 176, 4, 16  # of a piece; its pixels; pieces in a row; pieces on the sheet
WINDOW_HU = (-1250.0, 250.0)
_BAND, _EDGE, _RING = 20, 4, (255, 210, 0)


def sheet_of(scan: Volume, candidates: Sequence[Candidate]) -> Image.Image:
    """One picture under a line that says what it is; of no candidates the line alone."""
    from PIL import Image, ImageDraw

    shown = candidates[:SHOWN]
    down = -(-len(shown) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (SIDE + _EDGE) + _EDGE, _BAND + down * (SIDE + _EDGE + 14) + _EDGE), (24, 24, 24))
    draw = ImageDraw.Draw(sheet)
    draw.text((_EDGE + 2, 4), f"{NOT_A_FINDING['en']} - marked by a model, {len(shown)} of {len(candidates)}", fill=_RING)
    for place, one in enumerate(shown):
        left, top = _EDGE + place % ACROSS * (SIDE + _EDGE), _BAND + _EDGE + place // ACROSS * (SIDE + _EDGE + 14)
        sheet.paste(Image.fromarray(_piece(scan, one)), (left, top))
        reach = max(9.0, (one.diameter_mm / 2 + 4) * SIDE / AROUND_MM)
        middle = (left + SIDE / 2, top + SIDE / 2)
        draw.ellipse((middle[0] - reach, middle[1] - reach, middle[0] + reach, middle[1] + reach), outline=_RING)
        draw.text(
            (left + 2, top + SIDE + 1),
            f"{one.number}  slice {one.slice_index + 1}  {one.diameter_mm:.0f} mm  {one.score:.2f}",
            fill=(230, 230, 230),
        )
    return sheet


def png_of(sheet: Image.Image, words: Mapping[str, str]) -> bytes:
    """The sheet as a file; `words` stand in its own text fields."""
    from PIL.PngImagePlugin import PngInfo

    told, file = PngInfo(), io.BytesIO()
    for name, value in words.items():
        told.add_text(name, value) if value.isascii() else told.add_itxt(name, value)
    sheet.save(file, "PNG", pnginfo=told)
    return file.getvalue()


def _piece(scan: Volume, one: Candidate) -> NDArray[np.uint8]:
    """(SIDE, SIDE, 3) grey around a candidate in its slice, nearest voxel; black beyond the scan."""
    _, j, i = scan.index_of(one.place_mm)
    _, row_mm, column_mm = scan.spacing_mm
    away = (np.arange(SIDE) + 0.5) / SIDE * AROUND_MM - AROUND_MM / 2
    rows, columns = np.rint(j + away / row_mm).astype(int), np.rint(i + away / column_mm).astype(int)
    plane = scan.voxels[min(max(one.slice_index, 0), scan.shape[0] - 1)]
    inside = ((rows >= 0) & (rows < plane.shape[0]))[:, None] & ((columns >= 0) & (columns < plane.shape[1]))[None]
    values = plane[np.clip(rows, 0, plane.shape[0] - 1)][:, np.clip(columns, 0, plane.shape[1] - 1)].astype(np.float32)
    low, high = WINDOW_HU
    grey = np.where(inside, np.clip((values - low) / (high - low), 0, 1) * 255, 0).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)
