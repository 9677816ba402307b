"""A picture as its Haar wavelet packet, each band brought to the same spread.

Coarse shape and fine grain then weigh the same to a network, and each halving of the sides makes a step of learning about four times cheaper.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

MEASURED_TURNS = 24  # first turns of learning in which the spread of the bands is measured


class WaveletView(nn.Module):
    """Pictures (b, c, *shape) to bands (b, c * 2**(axes * levels), *shape / 2**levels) and back; orthonormal, so nothing is lost.

    The spread of each band is measured over the first turns of learning and then stays; it is kept with the weights.
    """

    spread: Tensor
    middle: Tensor
    square: Tensor
    seen: Tensor

    def __init__(self, axes: int, channels: int, levels: int) -> None:
        super().__init__()
        self.axes, self.channels, self.levels = axes, channels, levels
        self.bands = channels * 2 ** (axes * levels)
        for name, start in (("spread", 1.0), ("middle", 0.0), ("square", 0.0)):
            self.register_buffer(name, torch.full((1, self.bands, *[1] * axes), start))
        self.register_buffer("seen", torch.zeros(()))

    @torch.no_grad()
    def measure(self, pictures: Tensor) -> None:
        """One more batch of pictures to measure the middle and spread of the bands by."""
        bands = self._split(pictures.float())
        over = (0, *range(2, 2 + self.axes))
        middle, square = bands.mean(over, keepdim=True), (bands**2).mean(over, keepdim=True)
        share = 1 / (self.seen + 1)
        self.middle.lerp_(middle, share)
        self.square.lerp_(square, share)
        self.spread.copy_((self.square - self.middle**2).clamp(min=0).sqrt().clamp(min=1e-3))
        self.seen += 1

    def bands_of(self, pictures: Tensor) -> Tensor:
        """The bands, each of mean 0 and spread 1."""
        return (self._split(pictures) - self.middle) / self.spread

    def forward(self, bands: Tensor) -> Tensor:
        """The pictures of bands."""
        bands = bands * self.spread + self.middle
        for _ in range(self.levels):
            for axis in reversed(range(2, 2 + self.axes)):
                low, high = bands.chunk(2, 1)
                shape = [*low.shape]
                shape[axis] *= 2
                bands = torch.stack(((low + high), (low - high)), axis + 1).reshape(shape) * 0.5**0.5
        return bands

    def _split(self, pictures: Tensor) -> Tensor:
        bands = pictures
        for _ in range(self.levels):
            for axis in range(2, 2 + self.axes):
                even, odd = bands.unflatten(axis, (-1, 2)).unbind(axis + 1)
                bands = torch.cat((even + odd, even - odd), 1) * 0.5**0.5
        return bands
