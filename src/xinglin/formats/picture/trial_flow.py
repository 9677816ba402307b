"""The road of a trial's people, as reports of trials draw it: assessed, randomised, and what became of them in each arm."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from xinglin.formats.picture.chart import FAINT, INK, PAPER, WIDTH, letters
from xinglin.formats.picture.slices import png

_BOX, _LINE, _STEP = (238, 244, 250), 30, 56


def trial_flow_picture(above: Sequence[Sequence[str]], arms: Sequence[Sequence[Sequence[str]]], aside: Sequence[str] = ()) -> bytes:
    """A PNG: boxes (each a few lines of words) below each other, then one column per arm; `aside` stands beside the first box."""
    rows = max((len(arm) for arm in arms), default=0)
    heights = [_height(box) for box in above] + [max(_height(arm[n]) for arm in arms if n < len(arm)) for n in range(rows)]
    image = Image.new("RGB", (WIDTH, 40 + sum(heights) + _STEP * (len(heights) - 1) + 20), PAPER)
    draw = ImageDraw.Draw(image)
    y, middle = 20, WIDTH // 2
    for number, box in enumerate(above):
        _box(draw, middle, y, heights[number], 460, box)
        if number == 0 and aside:
            _box(draw, WIDTH - 180, y, max(heights[0], _height(aside)), 300, aside)
            draw.line((middle + 230, y + heights[0] // 2, WIDTH - 330, y + heights[0] // 2), fill=FAINT, width=3)
        y += heights[number]
        if number < len(above) - 1:
            _arrow(draw, middle, y, y + _STEP)
        y += _STEP
    columns = [WIDTH * (2 * n + 1) // (2 * max(1, len(arms))) for n in range(len(arms))]
    for column in columns:
        draw.line((middle, y - _STEP, middle, y - _STEP // 2, column, y - _STEP // 2), fill=FAINT, width=3)
        _arrow(draw, column, y - _STEP // 2, y)
    for number in range(rows):
        height = heights[len(above) + number]
        for column, arm in zip(columns, arms, strict=True):
            if number < len(arm):
                _box(draw, column, y, height, min(460, WIDTH // max(1, len(arms)) - 30), arm[number])
            if number < len(arm) - 1:
                _arrow(draw, column, y + height, y + height + _STEP)
        y += height + _STEP
    return png(image)


def _height(lines: Sequence[str]) -> int:
    return 24 + _LINE * len(lines)


def _box(draw: ImageDraw.ImageDraw, middle: int, top: int, height: int, width: int, lines: Sequence[str]) -> None:
    draw.rounded_rectangle((middle - width // 2, top, middle + width // 2, top + height), 10, fill=_BOX, outline=FAINT, width=2)
    for number, line in enumerate(lines):
        draw.text((middle, top + 12 + _LINE * number), line, fill=INK, font=letters(21), anchor="ma")


def _arrow(draw: ImageDraw.ImageDraw, x: int, top: int, bottom: int) -> None:
    draw.line((x, top, x, bottom - 6), fill=FAINT, width=3)
    draw.polygon([(x - 8, bottom - 12), (x + 8, bottom - 12), (x, bottom)], fill=FAINT)
