"""The style of a picture: how bright and how rich in contrast it is as a whole, and how loud the details of each doubling and direction are.

Films differ from one another in exposure, noise and sharpness all over; a field that sees a few pixels at a time, or hundreds of pictures, makes
them all alike. So the style is taken out of the small picture and of the details, made beside them, and given back.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

PASSED, MEASURED_TURNS = 24, 48  # first turns are left to the strength; in the next 48 middle and spread of the style are measured
LEAST, FARTHEST = 0.02, 4.0  # smallest contrast and loudness told apart; farthest style, in spreads
WHOLE = 2  # numbers of the picture as a whole: mean, and logarithm of the spread


def exposure(smooth: Tensor) -> Tensor:
    """(b, 2): mean and logarithm of the spread of small pictures (b, c, *shape)."""
    flat = smooth.flatten(1)
    return torch.stack((flat.mean(1), (flat.std(1) + LEAST).log()), 1)


def evened(smooth: Tensor, told: Tensor) -> Tensor:
    """Small pictures without the exposure that was told of them."""
    spread = (...,) + (None,) * (smooth.dim() - 1)
    return (smooth - told[:, 0][spread]) / told[:, 1].exp()[spread]


def loudness(details: Tensor, strength: Tensor) -> Tensor:
    """(b, bands): logarithm of the mean size of details (b, bands, *shape) in units of their likely strength; 0 where they are as foretold."""
    return (1.25 * (details / strength).abs().flatten(2).mean(2) + LEAST).log()


class Style(nn.Module):
    """Exposure and loudness (b, 2 + doublings * bands), each brought to mean 0 and spread 1."""

    middle: Tensor
    square: Tensor
    seen: Tensor

    def __init__(self, doublings: int, bands: int) -> None:
        super().__init__()
        self.bands, self.count = bands, WHOLE + doublings * bands
        self.register_buffer("middle", torch.zeros(self.count))
        self.register_buffer("square", torch.full((self.count,), 0.25))
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, loud: Tensor) -> Tensor:
        """(b, count); while it learns, the turns after the first are measured by."""
        if self.training and self.seen < PASSED + MEASURED_TURNS:
            self._measure(loud.detach())
        return ((loud - self.middle) / self._spread()).clamp(-FARTHEST, FARTHEST)

    def whole(self, style: Tensor) -> Tensor:
        """(b, 2): the exposure."""
        return self._meant(style)[:, :WHOLE]

    def loud(self, style: Tensor, place: int) -> Tensor:
        """(b, bands): the loudness of a doubling's details."""
        return self._meant(style)[:, WHOLE + place * self.bands : WHOLE + (place + 1) * self.bands]

    def _meant(self, style: Tensor) -> Tensor:
        return style.clamp(-FARTHEST, FARTHEST) * self._spread() + self.middle

    def _spread(self) -> Tensor:
        return (self.square - self.middle**2).clamp(min=1e-4).sqrt()

    @torch.no_grad()
    def _measure(self, loud: Tensor) -> None:
        if self.seen >= PASSED:
            share = 1 / (self.seen - PASSED + 1)
            self.middle.lerp_(loud.mean(0), share)
            self.square.lerp_((loud**2).mean(0), share)
        self.seen += 1
