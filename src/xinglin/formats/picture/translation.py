"""A series that a model translated: slices before, after, and the difference alone, at the window of what was translated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xinglin.formats.picture.lettering import burnt_in
from xinglin.formats.picture.slices import SIDE_PX, as_image, grey, labelled, png, signed, tiled, under_words

if TYPE_CHECKING:
    from xinglin.records.draft import Language
    from xinglin.records.imaging import ImageCase

_SHOWN, _LEAST, _STRONGEST = (
    (0.25, 0.5, 0.75),
    0.05,
    0.25,
)  # which slices; least share at an end; share of the window in the strongest colour


def translation_picture(case: ImageCase, language: Language = "en") -> bytes:
    """A PNG of up to three rows: a slice as it was, as it was made, and what became brighter (orange) or darker (blue).

    The window holds all of the source but the outermost 0.05 % of its values at each end.
    """
    low, high = (float(one) for one in np.percentile(case.source.voxels.astype(np.float32), (_LEAST, 100 - _LEAST)))
    width = max(high - low, 1e-6)
    rows = []
    for k in sorted({int(share * case.source.shape[0]) for share in _SHOWN}):
        before, after = (volume.voxels[k].astype(np.float32) for volume in (case.source, case.result))
        tiles = [as_image(grey(one, (low + high) / 2, width)) for one in (before, after)]
        tiles.append(Image.fromarray(signed((after - before) / (_STRONGEST * width))))
        words = [burnt_in(language, key, {"number": k + 1}) for key in ("before", "after", "changed")]
        rows.append([labelled(_fitted(tile), said) for tile, said in zip(tiles, words, strict=True)])
    return png(under_words(tiled(rows), burnt_in(language, "translated", {"label": case.label})))


def _fitted(tile: Image.Image) -> Image.Image:
    """The tile in a square of the usual size, its proportions kept."""
    share = SIDE_PX / max(tile.size)
    fitted = tile.resize((max(1, round(tile.width * share)), max(1, round(tile.height * share))), Image.Resampling.BILINEAR)
    square = Image.new("RGB", (SIDE_PX, SIDE_PX))
    square.paste(fitted, ((SIDE_PX - fitted.width) // 2, (SIDE_PX - fitted.height) // 2))
    return square
