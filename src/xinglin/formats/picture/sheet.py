"""Pictures that a model made, side by side on one sheet: numbered, under a line that says what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from xinglin.formats.picture.lettering import burnt_in
from xinglin.formats.picture.slices import grey, labelled, png, tiled, under_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.draft import Language
    from xinglin.records.image_learning import MadePictures

SHOWN = 64
_SIDE_PX, _NARROWEST = 128, 420


def sheet_picture(made: MadePictures, language: Language = "en") -> bytes:
    """A PNG of up to 64 pictures over the whole range of their form, at most 8 beside each other; of volumes the middle slice.

    Three channels are shown as colours, of any other number the first as grey.
    """
    form = made.card.form
    tiles = [labelled(_tile(one, form.low, form.high), str(number)) for number, one in enumerate(made.array()[:SHOWN], 1)]
    across = min(8, max(1, round(len(tiles) ** 0.5 * 1.3)))
    blank = Image.new("RGB", tiles[0].size)
    rows = [(tiles[start : start + across] + [blank] * across)[:across] for start in range(0, len(tiles), across)]
    return png(under_words(tiled(rows), burnt_in(language, "of_nobody", {"label": made.label}), _NARROWEST))


def _tile(picture: NDArray[np.float32], low: float, high: float) -> Image.Image:
    """One picture (channels, *shape), enlarged by whole steps so that its pixels stay what they are."""
    flat = picture if picture.ndim == 3 else picture[:, picture.shape[1] // 2]
    levels = grey(flat, (low + high) / 2, high - low)
    image = Image.fromarray(np.moveaxis(levels, 0, -1) if len(levels) == 3 else levels[0]).convert("RGB")
    times = max(1, -(-_SIDE_PX // max(image.size)))
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
