"""Charts of courses: lines with their bands over time, survival in steps, and the road of a trial's people.

Drawn from the numbers alone with letters that come with the program: the same numbers give the same bytes on every machine. Colours are those
of Okabe and Ito, told apart also by people who do not see red and green; every arm has its own dashes as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from xinglin.formats.picture.slices import png
from xinglin.records.errors import InvalidInput, OutOfResources

WIDTH, HEIGHT = 1200, 660
LEFT, RIGHT, TOP, BOTTOM = 130, 40, 84, 96
_ROW = 34  # of the legend
_LOG_REACH = 1e6  # from the bottom to the top of a logarithmic axis, at most
PAPER, INK, FAINT, GRID = (255, 255, 255), (34, 40, 49), (110, 118, 129), (226, 230, 235)
COLOURS = ((0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167), (230, 159, 0), (86, 180, 233), (60, 60, 60), (150, 130, 0))
DASHES = ((), (18, 10), (6, 8), (24, 8, 6, 8), (12, 12), (3, 7), (30, 8), (16, 6))
_FONT = Path(__file__).parents[1] / "pdf" / "fonts" / "NotoSansSC_400Regular.ttf"

Place = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """One arm: its name, the middle course, and an interval around it where there is one."""

    name: str
    times: Sequence[float]
    middle: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    steps: bool = False  # survival falls in steps


@dataclass(frozen=True)
class Axes:
    """What stands at the axes. `limit`: a horizontal line with its words; `beyond`: from where on it is extrapolation, with its words.

    `until`: a vertical line with its words, such as the last reading: what lies after it was not seen.
    """

    title: str
    across: str
    up: str
    limit: tuple[float, str] | None = None
    beyond: tuple[float, str] | None = None
    least: float | None = None
    greatest: float | None = None
    logarithmic: bool = False
    until: tuple[float, str] | None = None


@lru_cache(maxsize=8)
def letters(size: int) -> ImageFont.FreeTypeFont:
    """Noto Sans SC: English and Chinese in one. Raises OutOfResources XL-PICTURE-003 where the fonts are not installed."""
    if not _FONT.is_file():
        raise OutOfResources(
            "XL-PICTURE-003", "the letters of charts are not installed", where=_FONT.name, why="without them units and Chinese cannot be drawn",
            fix="install the package again with the npm registry in reach, or with XINGLIN_FONTS set to a folder that holds the fonts",
        )  # fmt: skip
    return ImageFont.truetype(str(_FONT), size)


def course_picture(lines: Sequence[Line], axes: Axes, points: Sequence[Place] = (), points_name: str = "") -> bytes:
    """A PNG of courses over time, bands shaded, with what was measured as points. Raises InvalidInput XL-PICTURE-002 for nothing to draw."""
    frame = _Frame.around(lines, axes, points)
    legend = _legend_rows([line.name for line in lines], points_name if points else "")
    image = Image.new("RGB", (WIDTH, HEIGHT + _ROW * (len(legend) - 1)), PAPER)
    frame.draw_axes(image, axes)
    for number, line in enumerate(lines):
        if len(line.low):
            _shade(image, frame, line, COLOURS[number % len(COLOURS)])
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        _stroke(draw, frame.path(line.times, line.middle, line.steps), COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)])
    for point in points:
        x, y = frame.at(*point)
        draw.ellipse((x - 7, y - 7, x + 7, y + 7), fill=INK, outline=PAPER, width=2)
    _legend(draw, legend, len(lines))
    return png(image)


@dataclass(frozen=True)
class _Frame:
    """From numbers to pixels."""

    across: tuple[float, float]
    up: tuple[float, float]
    logarithmic: bool

    @classmethod
    def around(cls, lines: Sequence[Line], axes: Axes, points: Sequence[Place]) -> _Frame:
        times = [t for line in lines for t in line.times] + [t for t, _ in points]
        values = [v for line in lines for row in (line.middle, line.low, line.high) for v in row] + [v for _, v in points]
        values += [axes.limit[0]] if axes.limit else []
        if not times or not all(map(math.isfinite, (*times, *values))):
            raise InvalidInput(
                "XL-PICTURE-002", "there is nothing to draw, or a value is not a number", where=axes.title, fix="run it again"
            )
        if axes.logarithmic:
            values = [v for v in values if v > 0] or [1.0]
        low = min(values) if axes.least is None else axes.least
        high = max(values) if axes.greatest is None else axes.greatest
        if axes.logarithmic:
            low = max(low, high / _LOG_REACH)  # what is smaller is drawn at the edge
            return cls((min(times), _apart(min(times), max(times))), (math.log10(low), _apart(math.log10(low), math.log10(high))), True)
        low = 0.0 if axes.least is None and 0 < low < 0.6 * high else low
        return cls((min(times), _apart(min(times), max(times))), (low, _apart(low, high + 0.04 * (high - low))), False)

    def at(self, time: float, value: float) -> Place:
        """The pixel of a time and a value; what lies outside is drawn at the edge."""
        level = math.log10(max(value, 1e-300)) if self.logarithmic else value
        share = min(1.0, max(0.0, (level - self.up[0]) / (self.up[1] - self.up[0])))
        x = LEFT + (time - self.across[0]) / (self.across[1] - self.across[0]) * (WIDTH - LEFT - RIGHT)
        return x, HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def path(self, times: Sequence[float], values: Sequence[float], steps: bool) -> list[Place]:
        """The pixels of a course; in steps, a value holds until the next."""
        places = [self.at(t, v) for t, v in zip(times, values, strict=True)]
        if not steps:
            return places
        return [place for one, after in pairwise(places) for place in (one, (after[0], one[1]))] + places[-1:]

    def draw_axes(self, image: Image.Image, axes: Axes) -> None:
        """Grid, ticks, words, the limit and the end of the data."""
        draw = ImageDraw.Draw(image)
        if axes.beyond and axes.beyond[0] < self.across[1]:
            x = self.at(max(axes.beyond[0], self.across[0]), 1)[0]
            draw.rectangle((x, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), fill=(246, 243, 236))
            draw.text((x + 8, TOP + 6), axes.beyond[1], fill=FAINT, font=letters(18))
        for value in self._ticks_up():
            y = self.at(self.across[0], value)[1]
            draw.line((LEFT, y, WIDTH - RIGHT, y), fill=GRID, width=2)
            draw.text((LEFT - 12, y), _number(value), fill=INK, font=letters(20), anchor="rm")
        for value in ticks(*self.across):
            x = self.at(value, 1)[0]
            draw.line((x, HEIGHT - BOTTOM, x, HEIGHT - BOTTOM + 8), fill=FAINT, width=2)
            draw.text((x, HEIGHT - BOTTOM + 12), _number(value), fill=INK, font=letters(20), anchor="ma")
        draw.line((LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM), fill=FAINT, width=2)
        draw.text((LEFT, 12), axes.title, fill=INK, font=letters(26))
        draw.text((LEFT, 50), axes.up, fill=FAINT, font=letters(20))
        draw.text((LEFT - 12, HEIGHT - BOTTOM + 12), axes.across, fill=FAINT, font=letters(20), anchor="ra")
        if axes.until and self.across[0] < axes.until[0] < self.across[1]:
            self._draw_until(draw, *axes.until)
        if axes.limit:
            y = self.at(self.across[0], axes.limit[0])[1]
            _stroke(draw, [(LEFT, y), (WIDTH - RIGHT, y)], (180, 30, 30), (10, 8))
            draw.text((WIDTH - RIGHT - 6, y - 26), axes.limit[1], fill=(180, 30, 30), font=letters(18), anchor="ra")

    def _draw_until(self, draw: ImageDraw.ImageDraw, time: float, words: str) -> None:
        """A vertical line, its words on the side that has more room."""
        x = self.at(time, 1)[0]
        _stroke(draw, [(x, TOP), (x, HEIGHT - BOTTOM)], FAINT, (4, 6))
        right = x < (LEFT + WIDTH - RIGHT) / 2
        draw.text((x + 10 if right else x - 10, TOP + 30), words, fill=FAINT, font=letters(18), anchor="la" if right else "ra")

    def _ticks_up(self) -> list[float]:
        if not self.logarithmic:
            return ticks(*self.up)
        return [10.0**n for n in range(math.ceil(self.up[0]), math.floor(self.up[1]) + 1)] or [10 ** self.up[0], 10 ** self.up[1]]


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers between two ends: steps of 1, 2 or 5 times a power of ten.

    >>> ticks(0, 180)
    [0.0, 50.0, 100.0, 150.0]
    """
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    return [round(n * step, 12) for n in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]


def _apart(low: float, high: float) -> float:
    """The upper end, apart from the lower one also where all values are the same."""
    return high if high - low > 1e-12 * max(1.0, abs(high)) else low + max(1.0, abs(low))


def _number(value: float) -> str:
    if value and not 1e-3 <= abs(value) < 1e6:
        return f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
    return f"{value:,.4f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.0f}"


def _shade(image: Image.Image, frame: _Frame, line: Line, colour: tuple[int, int, int]) -> None:
    """The interval of one arm, seen through."""
    top, bottom = frame.path(line.times, line.high, line.steps), frame.path(line.times, line.low, line.steps)
    mask = Image.new("L", image.size, 0)
    ImageDraw.Draw(mask).polygon([*top, *reversed(bottom)], fill=46)
    image.paste(Image.new("RGB", image.size, colour), (0, 0), mask)


def _stroke(draw: ImageDraw.ImageDraw, path: Sequence[Place], colour: tuple[int, int, int], dashes: Sequence[int]) -> None:
    """A line, whole or in dashes."""
    if not dashes:
        draw.line(list(path), fill=colour, width=5, joint="curve")
        return
    number, left = 0, float(dashes[0])
    for (x, y), (to_x, to_y) in pairwise(path):
        length, gone = math.hypot(to_x - x, to_y - y), 0.0
        while gone < length:
            go = min(left, length - gone)
            if number % 2 == 0:
                a, b = gone / length, (gone + go) / length
                draw.line((x + (to_x - x) * a, y + (to_y - y) * a, x + (to_x - x) * b, y + (to_y - y) * b), fill=colour, width=5)
            gone, left = gone + go, left - go
            if left <= 1e-9:
                number = (number + 1) % len(dashes)
                left = float(dashes[number])


def _legend_rows(names: Sequence[str], points: str) -> list[list[str]]:
    """The words of the legend in rows that fit the picture."""
    rows: list[list[str]] = [[]]
    x = LEFT + 10.0
    for name in (*names, *([points] if points else [])):
        width = 86 + letters(20).getlength(name)
        if rows[-1] and x + width > WIDTH:
            rows.append([])
            x = LEFT + 10.0
        rows[-1].append(name)
        x += width
    return rows


def _legend(draw: ImageDraw.ImageDraw, rows: Sequence[Sequence[str]], lines: int) -> None:
    number = 0
    for place, row in enumerate(rows):
        x, y = LEFT + 10.0, HEIGHT - 44.0 + _ROW * place
        for name in row:
            if number < lines:
                _stroke(draw, [(x, y + 13), (x + 46, y + 13)], COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)])
            else:
                draw.ellipse((x + 16, y + 6, x + 30, y + 20), fill=INK)
            draw.text((x + 56, y), name, fill=INK, font=letters(20))
            x += 86 + draw.textlength(name, font=letters(20))
            number += 1
