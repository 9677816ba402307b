"""Two networks against each other: one makes a picture of a row of chance, one says whether a picture is real.

Shapes after Radford 2016 (DCGAN, arXiv 1511.06434), grown by nearest neighbours and a convolution instead of transposed convolutions, which
leave checkerboards (Odena 2016, doi 10.23915/distill.00003).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from xinglin.models.image_parts.conditions import ConditionEmbedding
from xinglin.models.image_parts.residual_unet import convolution
from xinglin.records.image_learning import Condition

LEAST = 4  # side of the smallest grid
TOLD = 32  # numbers in which conditions are told
MOST_CHANNELS = 512


def widths_of(width: int, halvings: int) -> list[int]:
    """Channels from the smallest grid to the largest: doubled at each halving, at most 512."""
    return [min(width << level, MOST_CHANNELS) for level in reversed(range(halvings))]


class Maker(nn.Module):
    """A row of chance (b, chance) and conditions to pictures (b, channels, *shape) in [-1, 1]."""

    def __init__(self, axes: int, channels: int, chance: int, width: int, halvings: int, conditions: Sequence[Condition] = ()) -> None:
        super().__init__()
        self.axes, widths = axes, widths_of(width, halvings)
        self.asked = ConditionEmbedding(conditions, TOLD) if conditions else None
        self.enter = nn.Linear(chance + (TOLD if conditions else 0), widths[0] * LEAST**axes, bias=False)
        norm = nn.BatchNorm2d if axes == 2 else nn.BatchNorm3d
        self.first = nn.Sequential(norm(widths[0]), nn.ReLU())
        layers: list[nn.Module] = []
        for before, after in zip(widths, [*widths[1:], widths[-1]], strict=True):
            layers += [nn.Upsample(scale_factor=2, mode="nearest"), convolution(axes, before, after), norm(after), nn.ReLU()]
        self.layers = nn.Sequential(*layers, convolution(axes, widths[-1], channels), nn.Tanh())
        normally(self)

    def forward(self, chance: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, channels, *shape)."""
        if self.asked is not None and conditions is not None:
            chance = torch.cat((chance, self.asked(conditions)), 1)
        grid = self.enter(chance).unflatten(1, (-1, *[LEAST] * self.axes))
        return self.layers(self.first(grid))


class Doubter(nn.Module):
    """Pictures and conditions to one number each: the higher, the more it holds the picture for real.

    Conditions enter as an inner product with what was seen (Miyato 2018, arXiv 1802.05637). `norm`: what normalises a layer, told its channels.
    """

    def __init__(
        self,
        axes: int,
        channels: int,
        width: int,
        halvings: int,
        norm: Callable[[int], nn.Module] | None,
        conditions: Sequence[Condition] = (),
    ) -> None:
        super().__init__()
        widths = widths_of(width, halvings)[::-1]
        layers: list[nn.Module] = []
        for level, (before, after) in enumerate(zip([channels, *widths], widths, strict=False)):
            layers.append((nn.Conv2d if axes == 2 else nn.Conv3d)(before, after, 4, 2, 1))
            if norm is not None and level:
                layers.append(norm(after))
            layers.append(nn.LeakyReLU(0.2))
        seen = widths[-1] * LEAST**axes
        self.layers, self.leave = nn.Sequential(*layers, nn.Flatten()), nn.Linear(seen, 1)
        self.asked = ConditionEmbedding(conditions, TOLD) if conditions else None
        self.met = nn.Linear(seen, TOLD, bias=False) if conditions else None
        normally(self)

    def forward(self, pictures: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b,)."""
        seen = self.layers(pictures)
        said = self.leave(seen)[:, 0]
        if self.asked is not None and self.met is not None and conditions is not None:
            said = said + (self.met(seen) * self.asked(conditions)).sum(1)
        return said


def normally(network: nn.Module) -> None:
    """Weights of convolutions from N(0, 0.02), of normalisations from N(1, 0.02), as Radford 2016 starts."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Conv3d | nn.Linear):
            nn.init.normal_(layer.weight, 0.0, 0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
        elif isinstance(layer, nn.BatchNorm2d | nn.BatchNorm3d):
            nn.init.normal_(layer.weight, 1.0, 0.02)
            nn.init.zeros_(layer.bias)


def picture_normed(channels: int) -> nn.Module:
    """Normalisation over one picture alone: a critic with a penalty on its slope must not mix pictures (Gulrajani 2017)."""
    return nn.GroupNorm(1, channels)
