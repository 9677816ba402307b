"""What a draft changes in a scan: three planes with it, without it, and the difference alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from xinglin.formats.picture.lettering import burnt_in, plane_words
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
    signed,
    tiled,
    under_words,
)

if TYPE_CHECKING:
    from xinglin.records.draft import Language
    from xinglin.records.imaging import ImageCase

DIFFERENCE_HU = 1000.0  # the strongest colour of the difference picture


def change_picture(case: ImageCase, language: Language = "en") -> bytes:
    """A PNG of nine tiles: columns axial, coronal, sagittal; rows with, without and difference. Its own label is burnt in."""
    edit = case.edit
    if edit is None:
        raise ValueError("of a translated series there is translation_picture")
    x_mm, y_mm, z_mm = (edit.truth.get(f"center_{name}_mm", 0.0) for name in "xyz")
    side_mm = side_for(edit.truth.get("diameter_mm", 10.0))
    rows: list[list[Image.Image]] = [[], [], []]
    for plane in PLANES:
        after, before = (plane_through(volume, (x_mm, y_mm, z_mm), plane, side_mm) for volume in (case.result, case.source))
        rows[0].append(labelled(oriented(as_image(grey(after, *LUNG_WINDOW)), plane), plane_words(language, "with", plane)))
        rows[1].append(labelled(oriented(as_image(grey(before, *LUNG_WINDOW)), plane), plane_words(language, "without", plane)))
        rows[2].append(
            labelled(oriented(Image.fromarray(signed((after - before) / DIFFERENCE_HU)), plane), plane_words(language, "difference", plane))
        )
    measured(rows[0][0], side_mm)
    return png(under_words(tiled(rows), burnt_in(language, "no_finding", {"label": case.label})))
