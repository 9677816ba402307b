"""A small U-Net of residual blocks that knows the time of a flow and what was asked: made so that a processor learns in minutes.

Every level has a width of its own, so that no level costs more than another; no attention (at 64 pixels it did not pay per second).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


def convolution(axes: int, inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Module:
    """A convolution over two or three axes that keeps the shape (but for its stride)."""
    return (nn.Conv2d if axes == 2 else nn.Conv3d)(inputs, outputs, size, stride, size // 2)


def normed(channels: int) -> nn.GroupNorm:
    """Group normalisation in groups of eight channels or more."""
    groups = next(g for g in (8, 4, 2, 1) if channels % g == 0)
    return nn.GroupNorm(groups, channels)


def quiet(layer: nn.Module) -> nn.Module:
    """The layer with weights of nothing: a block that starts as the identity."""
    for weights in layer.parameters():
        nn.init.zeros_(weights)
    return layer


class TimeEmbedding(nn.Module):
    """Time in [0, 1] as waves of many lengths, then two layers: (b,) to (b, width)."""

    lengths: Tensor

    def __init__(self, width: int, waves: int = 64) -> None:
        super().__init__()
        self.register_buffer("lengths", 1000 * torch.exp(-math.log(1e4) * torch.arange(waves) / waves))
        self.layers = nn.Sequential(nn.Linear(2 * waves, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, time: Tensor) -> Tensor:
        """(b, width)."""
        angle = time[:, None] * self.lengths[None]
        return self.layers(torch.cat((angle.cos(), angle.sin()), 1))


class ResidualBlock(nn.Module):
    """Two convolutions beside a short cut; what is known of time and asking scales and shifts the channels between them."""

    def __init__(self, axes: int, inputs: int, outputs: int, known: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.before, self.first = normed(inputs), convolution(axes, inputs, outputs)
        self.told = nn.Linear(known, 2 * outputs)
        self.between, self.second = normed(outputs), quiet(convolution(axes, outputs, outputs))
        self.dropout = nn.Dropout(dropout)
        self.short = nn.Identity() if inputs == outputs else convolution(axes, inputs, outputs, 1)

    def forward(self, picture: Tensor, known: Tensor) -> Tensor:
        """(b, outputs, *shape)."""
        inner = self.first(functional.silu(self.before(picture)))
        told = self.told(known)
        scale, shift = told[(...,) + (None,) * (inner.dim() - 2)].chunk(2, 1)
        inner = self.second(self.dropout(functional.silu(self.between(inner) * (1 + scale) + shift)))
        return self.short(picture) + inner


class ResidualUNet(nn.Module):
    """Pictures (b, inputs, *shape), times (b,), what else is known (b, known) or nothing, to (b, outputs, *shape)."""

    def __init__(self, axes: int, inputs: int, outputs: int, widths: Sequence[int], blocks: int, known: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.time = TimeEmbedding(known)
        self.enter = convolution(axes, inputs, widths[0])
        down, up, kept, width = [], [], [widths[0]], widths[0]
        for level, wide in enumerate(widths):
            for _ in range(blocks):
                down.append(ResidualBlock(axes, width, wide, known, dropout))
                width = wide
                kept.append(width)
            if level < len(widths) - 1:
                down.append(convolution(axes, width, width, stride=2))
                kept.append(width)
        self.middle = nn.ModuleList(ResidualBlock(axes, width, width, known, dropout) for _ in range(1))
        for level, wide in reversed(list(enumerate(widths))):
            for _ in range(blocks + 1):
                up.append(ResidualBlock(axes, width + kept.pop(), wide, known, dropout))
                width = wide
            if level:
                up.append(nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), convolution(axes, width, width)))
        self.down, self.up = nn.ModuleList(down), nn.ModuleList(up)
        self.leave = nn.Sequential(normed(width), nn.SiLU(), quiet(convolution(axes, width, outputs)))

    def forward(self, picture: Tensor, time: Tensor, asked: Tensor | None = None) -> Tensor:
        """(b, outputs, *shape)."""
        known = self.time(time)
        known = functional.silu(known if asked is None else known + asked)
        picture = self.enter(picture)
        kept = [picture]
        for layer in self.down:
            picture = layer(picture, known) if isinstance(layer, ResidualBlock) else layer(picture)
            kept.append(picture)
        for layer in self.middle:
            picture = layer(picture, known)
        for layer in self.up:
            picture = layer(torch.cat((picture, kept.pop()), 1), known) if isinstance(layer, ResidualBlock) else layer(picture)
        return self.leave(picture)
