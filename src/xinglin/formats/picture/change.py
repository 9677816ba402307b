"""What a draft changes in a scan: three planes with it, without it, and the difference alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from xinglin.formats.picture.lettering import burnt_in, letters, plane_words
from xinglin.formats.picture.slices import (
    LUNG_WINDOW,
    PLANES,
    as_image,
    grey,
    labelled,
    measured,
    oriented,
    plane_through,
    png,
    side_for,
    tiled,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.draft import Language
    from xinglin.records.imaging import ImageCase

DIFFERENCE_HU = 1000.0  # the strongest colour of the difference picture
_LABEL_PX = 20


def change_picture(case: ImageCase, language: Language = "en") -> bytes:
    """A PNG of nine tiles: columns axial, coronal, sagittal; rows with, without and difference. Its own label is burnt in."""
    edit = case.edit
    x_mm, y_mm, z_mm = (edit.truth.get(f"center_{name}_mm", 0.0) for name in "xyz")
    side_mm = side_for(edit.truth.get("diameter_mm", 10.0))
    rows: list[list[Image.Image]] = [[], [], []]
    for plane in PLANES:
        after, before = (plane_through(volume, (x_mm, y_mm, z_mm), plane, side_mm) for volume in (case.result, case.source))
        rows[0].append(labelled(oriented(as_image(grey(after, *LUNG_WINDOW)), plane), plane_words(language, "with", plane)))
        rows[1].append(labelled(oriented(as_image(grey(before, *LUNG_WINDOW)), plane), plane_words(language, "without", plane)))
        rows[2].append(labelled(oriented(Image.fromarray(_signed(after - before)), plane), plane_words(language, "difference", plane)))
    measured(rows[0][0], side_mm)
    return png(_with_label(tiled(rows), burnt_in(language, "no_finding", {"label": case.label})))


def _signed(difference: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Brighter than before in orange, darker in blue, unchanged in dark grey."""
    share = np.clip(difference / DIFFERENCE_HU, -1, 1)
    up, down = np.clip(share, 0, 1)[..., None], np.clip(-share, 0, 1)[..., None]
    base, orange, blue = (np.array(colour, np.float32) for colour in ((28, 32, 36), (255, 170, 60), (70, 150, 255)))
    return np.rint(base * (1 - up - down) + orange * up + blue * down).astype(np.uint8)


def _with_label(sheet: Image.Image, words: str) -> Image.Image:
    framed = Image.new("RGB", (sheet.width, sheet.height + _LABEL_PX), (120, 24, 24))
    framed.paste(sheet, (0, _LABEL_PX))
    ImageDraw.Draw(framed).text((6, 3), words, fill=(255, 255, 255), font=letters(words, 12))
    return framed
