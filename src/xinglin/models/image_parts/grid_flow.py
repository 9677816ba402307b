"""A flow over the small grids that a codec tells pictures in, and the scale on which they are held."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.residual_unet import ResidualUNet
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time and conditions are told to every block
MEASURED_TURNS = 24  # first turns of the flow, in which middle and spread of the grids are measured


class Scaled(nn.Module):
    """Grids held at middle 0 and spread 1, each number by itself; a fine-tuned model keeps what was measured of its first set."""

    middle: Tensor
    spread: Tensor
    seen: Tensor

    def __init__(self, numbers: int, axes: int) -> None:
        super().__init__()
        for name, start in (("middle", 0.0), ("spread", 1.0)):
            self.register_buffer(name, torch.full((1, numbers, *[1] * axes), start))
        self.register_buffer("seen", torch.zeros(()))

    @torch.no_grad()
    def down(self, told: Tensor, measure: bool) -> Tensor:
        """Grids as told to grids as held; `measure`: the first turns that ask so tell middle and spread."""
        if measure and self.seen < MEASURED_TURNS:
            over, share = (0, *range(2, told.dim())), 1 / (self.seen + 1)
            self.middle.lerp_(told.mean(over, keepdim=True), share)
            self.spread.lerp_((told - self.middle).std(over, keepdim=True).clamp(min=1e-4), share)
            self.seen += 1
        return (told - self.middle) / self.spread

    def up(self, held: Tensor) -> Tensor:
        """Grids as held to grids as told."""
        return held * self.spread + self.middle


class GridField(nn.Module):
    """Where a grid is heading at a time: (b, numbers, *shape), (b,), (b, k) to (b, numbers, *shape)."""

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        numbers, width = int(settings["numbers"]), int(settings["width"])
        widths = [width * (level + 1) for level in range(int(settings["depth"]))]
        self.unet = ResidualUNet(len(form.shape), numbers, numbers, widths, int(settings["blocks"]), KNOWN)
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None

    def forward(self, state: Tensor, time: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, numbers, *shape)."""
        return self.unet(state, time, None if self.asked is None or conditions is None else self.asked(conditions))


def flow_loss(field: GridField, codec: Any, turn: Turn, settings: Settings) -> Tensor:
    """How far the velocity told is from the straight way between noise and grid (Liu 2022)."""
    grids = codec.grids(turn.batch["pictures"].float(), measure=True)
    conditions = told_of(turn.batch, settings)
    time, noise = torch.sigmoid(torch.randn(len(grids), device=grids.device)), torch.randn_like(grids)
    share = time[(...,) + (None,) * (grids.dim() - 1)]
    return ((field((1 - share) * grids + share * noise, time, conditions).float() - (noise - grids)) ** 2).mean()
