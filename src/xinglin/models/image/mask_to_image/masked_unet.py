"""A small residual U-Net that is told a mask at every level: the mask scales and shifts, place by place, what normalisation would wash away.

Spatially adaptive normalisation: Park 2019 (arXiv 1903.07291). What is seen of the mask is worked out once a level, with what lies around; each
block then takes it pixel by pixel, since which label lies here tells more than how finely the scaling varies (CLADE, its abstract).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from xinglin.models.image_parts.residual_unet import TimeEmbedding, convolution, normed, quiet


class MaskLevels(nn.Module):
    """Labels (b, *shape) as features (b, width, ...) of each level of a network whose first level has half the side `halvings` times over.

    Squares of pixels are folded into channels by a layer of their own, so that the first level loses nothing of an outline.
    """

    numbers: Tensor

    def __init__(self, axes: int, labels: int, width: int, halvings: int, levels: int) -> None:
        super().__init__()
        self.register_buffer("numbers", torch.arange(labels).reshape(1, labels, *[1] * axes), persistent=False)
        fold = 1 << halvings
        self.fold = (nn.Conv2d if axes == 2 else nn.Conv3d)(labels, width, fold, fold)
        self.levels = nn.ModuleList(convolution(axes, width, width, stride=2 if level else 1) for level in range(levels))

    def forward(self, mask: Tensor) -> list[Tensor]:
        """One of each level, the largest first."""
        told = functional.silu(self.fold((mask[:, None] == self.numbers).to(self.fold.weight.dtype)))
        found = []
        for layer in self.levels:
            told = functional.silu(layer(told))
            found.append(told)
        return found


class MaskNorm(nn.Module):
    """Group normalisation whose scale and shift differ from place to place, as the mask says."""

    def __init__(self, axes: int, channels: int, mask_width: int) -> None:
        super().__init__()
        self.norm, self.told = normed(channels), convolution(axes, mask_width, 2 * channels, 1)

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        """(b, channels, *shape)."""
        scale, shift = self.told(mask).chunk(2, 1)
        return self.norm(picture) * (1 + scale) + shift


class MaskedBlock(nn.Module):
    """Two convolutions beside a short cut, each behind a normalisation by the mask; time and asking scale and shift whole channels."""

    def __init__(self, axes: int, inputs: int, outputs: int, known: int, mask_width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.before, self.first = MaskNorm(axes, inputs, mask_width), convolution(axes, inputs, outputs)
        self.told = nn.Linear(known, 2 * outputs)
        self.between, self.second = MaskNorm(axes, outputs, mask_width), quiet(convolution(axes, outputs, outputs))
        self.dropout = nn.Dropout(dropout)
        self.short = nn.Identity() if inputs == outputs else convolution(axes, inputs, outputs, 1)

    def forward(self, picture: Tensor, known: Tensor, mask: Tensor) -> Tensor:
        """(b, outputs, *shape)."""
        inner = self.first(functional.silu(self.before(picture, mask)))
        scale, shift = self.told(known)[(...,) + (None,) * (inner.dim() - 2)].chunk(2, 1)
        inner = self.second(self.dropout(functional.silu(self.between(inner, mask) * (1 + scale) + shift)))
        return self.short(picture) + inner


class MaskedUNet(nn.Module):
    """Bands (b, bands, *shape), times (b,), features of the mask of each level, what else is known (b, known) or nothing, to the like of bands."""

    def __init__(
        self, axes: int, bands: int, widths: Sequence[int], blocks: int, known: int, mask_width: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.time = TimeEmbedding(known)
        self.enter = convolution(axes, bands, widths[0])
        self.down, self.up = nn.ModuleList(), nn.ModuleList()
        self.smaller, self.larger = nn.ModuleList(), nn.ModuleList()
        kept, width = [widths[0]], widths[0]

        def block(inputs: int, outputs: int) -> MaskedBlock:
            return MaskedBlock(axes, inputs, outputs, known, mask_width, dropout)

        for level, wide in enumerate(widths):
            level_blocks = nn.ModuleList()
            for _ in range(blocks):
                level_blocks.append(block(width, wide))
                width = wide
                kept.append(width)
            self.down.append(level_blocks)
            if level < len(widths) - 1:
                self.smaller.append(convolution(axes, width, width, stride=2))
                kept.append(width)
        self.middle = block(width, width)
        for level, wide in reversed(list(enumerate(widths))):
            level_blocks = nn.ModuleList()
            for _ in range(blocks + 1):
                level_blocks.append(block(width + kept.pop(), wide))
                width = wide
            self.up.append(level_blocks)
            if level:
                self.larger.append(nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), convolution(axes, width, width)))
        self.after, self.leave = MaskNorm(axes, width, mask_width), quiet(convolution(axes, width, bands))

    def forward(self, picture: Tensor, time: Tensor, masks: Sequence[Tensor], asked: Tensor | None = None) -> Tensor:
        """(b, bands, *shape)."""
        known = self.time(time)
        known = functional.silu(known if asked is None else known + asked)
        picture = self.enter(picture)
        kept, last = [picture], len(masks) - 1
        for level, blocks in enumerate(self.down):
            for layer in cast("nn.ModuleList", blocks):
                picture = layer(picture, known, masks[level])
                kept.append(picture)
            if level < last:
                picture = self.smaller[level](picture)
                kept.append(picture)
        picture = self.middle(picture, known, masks[last])
        for place, blocks in enumerate(self.up):
            for layer in cast("nn.ModuleList", blocks):
                picture = layer(torch.cat((picture, kept.pop()), 1), known, masks[last - place])
            if place < last:
                picture = self.larger[place](picture)
        return self.leave(functional.silu(self.after(picture, masks[0])))
