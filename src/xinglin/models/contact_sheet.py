"""Pictures as PNG files, alone or side by side on one sheet that says in words that nobody was photographed; the same pictures, the same bytes.

Three channels are shown as colours, of any other number the first as grey; of a volume its middle slice.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

WORDS = "SYNTHETIC - AI-generated, of nobody"
_EDGE, _BAND, _LEAST = 2, 18, 96  # pixels


def grey_values(pictures: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(n, channels, *shape) in [-1, 1] -> (n, rows, columns) or (n, rows, columns, 3), whole numbers to show."""
    flat = pictures if pictures.ndim == 4 else pictures[:, :, pictures.shape[2] // 2]
    levels = np.rint((np.clip(flat, -1, 1) + 1) * 127.5).astype(np.uint8)
    return np.moveaxis(levels, 1, -1) if levels.shape[1] == 3 else levels[:, 0]


def picture_png(levels: NDArray[np.uint8], words: Mapping[str, str]) -> bytes:
    """One picture; `words` stand in the file's own text fields."""
    from PIL import Image

    return _saved(Image.fromarray(levels), words)


def sheet_png(pictures: NDArray[np.float32], words: Mapping[str, str], across: int = 8, told: str = WORDS) -> bytes:
    """All of them on one sheet under a line of words that people see."""
    from PIL import Image, ImageDraw

    shown = grey_values(pictures)
    factor = max(1, -(-_LEAST // max(shown.shape[1:3])))
    rows, columns = shown.shape[1] * factor, shown.shape[2] * factor
    across = max(1, min(across, len(shown)))
    down = -(-len(shown) // across)
    wide = max(across * (columns + _EDGE) + _EDGE, 8 * len(told))
    sheet = Image.new("RGB", (wide, _BAND + down * (rows + _EDGE) + _EDGE), (24, 24, 24))
    for number, levels in enumerate(shown):
        one = Image.fromarray(levels).convert("RGB").resize((columns, rows), Image.Resampling.NEAREST)
        sheet.paste(one, (_EDGE + number % across * (columns + _EDGE), _BAND + _EDGE + number // across * (rows + _EDGE)))
    ImageDraw.Draw(sheet).text((_EDGE + 2, 3), told, fill=(255, 210, 0))
    return _saved(sheet, words)


def _saved(image: Image.Image, words: Mapping[str, str]) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    text, file = PngInfo(), io.BytesIO()
    for name, value in words.items():
        text.add_itxt(name, value) if not value.isascii() else text.add_text(name, value)
    image.save(file, "PNG", pnginfo=text)
    return file.getvalue()
