"""How a lesion grew: its volume at each date, on a scale where a steady doubling time is a straight line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from PIL import Image, ImageDraw

from xinglin.formats.picture.lettering import burnt_in, letters
from xinglin.formats.picture.slices import INK, SHADE, font, png
from xinglin.records.draft import Language
from xinglin.records.errors import InvalidInput

_WIDTH, _HEIGHT, _LEFT, _EDGE = 460, 240, 62, 28
_LINE, _BAR = (255, 200, 60), (150, 150, 150)


def growth_picture(points: Sequence[tuple[str, float]], error_share: float, name: str, language: Language = "en") -> bytes:
    """A PNG of volumes (mm3) by day (YYYY-MM-DD), each with its measurement error as a bar (`error_share` 0.25 = 25 %).

    Volumes must be positive: raises InvalidInput XL-PICTURE-001.
    """
    if any(volume <= 0 for _, volume in points):
        raise InvalidInput("XL-PICTURE-001", "a volume is not positive", where="growth picture", fix="take back the mark: xinglin unmark")
    days = [date.fromisoformat(day).toordinal() for day, _ in points]
    logs = [math.log2(volume) for _, volume in points]
    reach = math.log2(1 + error_share)
    low, high = min(logs) - reach - 0.3, max(logs) + reach + 0.3
    image = Image.new("RGB", (_WIDTH, _HEIGHT), SHADE)
    draw = ImageDraw.Draw(image)

    def at(day: int, level: float) -> tuple[float, float]:
        across = (day - days[0]) / max(1, days[-1] - days[0])
        return _LEFT + 20 + across * (_WIDTH - _LEFT - 60), _EDGE + (high - level) / (high - low) * (_HEIGHT - 2 * _EDGE)

    for level in range(math.ceil(low), math.floor(high) + 1):
        y = at(days[0], level)[1]
        draw.line((_LEFT, y, _WIDTH - 12, y), fill=(60, 66, 72))
        volume = burnt_in(language, "volume", {"volume": f"{2.0**level:.0f}"})
        draw.text((6, y - 9), volume, fill=INK, font=letters(volume, 11))
    draw.line([at(*pair) for pair in zip(days, logs, strict=True)], fill=_LINE, width=2)
    for (when, measured), day, log in zip(points, days, logs, strict=True):
        x, y = at(day, log)
        draw.line((x, at(day, log + reach)[1], x, at(day, log - reach)[1]), fill=_BAR, width=2)
        draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=_LINE)
        draw.text((x - 24, _HEIGHT - 20), when, fill=INK, font=font(10))
        draw.text((x + 9, y + 4), f"{measured:.0f}", fill=INK, font=font(11))
    title = burnt_in(language, "growth", {"name": name})
    draw.text((8, 5), title, fill=INK, font=letters(title, 12))
    return png(image)
