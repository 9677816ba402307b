"""What a learning looked like: its losses as numbers (curves.json) and as a picture (curves.svg), drawn without any library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import msgspec
from msgspec import Struct, field

POINTS = 400
_WIDTH, _HEIGHT, _EDGE = 720, 320, 48
_COLOURS = ("#0b6e99", "#b3541e", "#3f7d20", "#7a3b8f", "#a61e4d", "#5c5c5c")


class Curves(Struct, frozen=True):
    """Losses: `values` name -> mean since the point before, at the steps `at`, None where no step told it. `looks`: (step, loss on held-out pictures)."""

    at: tuple[int, ...] = ()
    values: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    looks: tuple[tuple[int, float], ...] = ()

    def as_json(self) -> bytes:
        """What `curves.json` holds."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=1)

    def last(self) -> dict[str, float]:
        """The losses at the end."""
        told = {name: [one for one in values if one is not None] for name, values in self.values.items()}
        ends = {name: values[-1] for name, values in told.items() if values}
        return ends | ({"held-out": self.looks[-1][1]} if self.looks else {})

    def picture(self) -> str:
        """The curves as an SVG, each scaled to its own span, which stands beside its name."""
        lines = [
            (name, [(place, one) for place, one in zip(self.at, values, strict=True) if one is not None])
            for name, values in sorted(self.values.items())
        ]
        if self.looks:
            lines.append(("held-out", list(self.looks)))
        last = max([place for _, points in lines for place, _ in points], default=1)
        drawn = [_line(number, name, points, last) for number, (name, points) in enumerate(lines)]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT + 16 * len(lines)}" font-family="sans-serif" font-size="12">'
            f'<rect width="100%" height="100%" fill="white"/><path d="M{_EDGE} {_EDGE}V{_HEIGHT - _EDGE}H{_WIDTH - _EDGE}" fill="none" stroke="#999"/>'
            f'<text x="{_WIDTH - _EDGE}" y="{_HEIGHT - _EDGE + 16}" text-anchor="end">step {last}</text>{"".join(drawn)}</svg>\n'
        )


def _line(number: int, name: str, points: Sequence[tuple[int, float]], last: int) -> str:
    values = [value for _, value in points]
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    places = " ".join(
        f"{_EDGE + (_WIDTH - 2 * _EDGE) * place / last:.1f},{_HEIGHT - _EDGE - (_HEIGHT - 2 * _EDGE) * (value - low) / span:.1f}"
        for place, value in points
    )
    colour = _COLOURS[number % len(_COLOURS)]
    words = f"{name}: {low:.4g} to {high:.4g}, at the end {values[-1]:.4g}"
    return (
        f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        f'<text x="{_EDGE}" y="{_HEIGHT + 12 + 16 * number}" fill="{colour}">{escape(words)}</text>'
    )
