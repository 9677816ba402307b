"""The network that marks voxels of nodules, how patches are changed while it learns, and one step of its learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from xinglin.records.image_learning import Settings
    from xinglin.shelf.promises import Turn

FIRST = 8  # channels at full resolution
RARE = -4.0  # log-odds it begins with: nodules are rare
NOISE, BRIGHTER, CONTRAST = 0.08, 0.06, 0.15  # in units of [-1, 1]


class Finder(nn.Module):
    """Log-odds (n, 1, slices, rows, columns) of pictures of that shape; each side a multiple of 8."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fine = _layer(1, FIRST)
        self.at_half = nn.Sequential(_layer(FIRST, width, 2), _layer(width, width))
        self.at_quarter = nn.Sequential(_layer(width, 2 * width, 2), _layer(2 * width, 2 * width))
        self.at_eighth = nn.Sequential(_layer(2 * width, 2 * width, 2), _layer(2 * width, 2 * width))
        self.to_quarter = _layer(4 * width, width)
        self.to_half = _layer(2 * width, width)
        self.to_fine = nn.Conv3d(width, FIRST, 1)
        self.last = nn.Sequential(_layer(2 * FIRST, FIRST), nn.Conv3d(FIRST, 1, 1))
        nn.init.constant_(self.last[-1].bias, RARE)  # type: ignore[arg-type]

    def forward(self, pictures: Tensor) -> Tensor:
        """Log-odds of a nodule in each voxel."""
        fine = self.fine(pictures)
        half = self.at_half(fine)
        quarter = self.at_quarter(half)
        seen = self.to_quarter(torch.cat((_larger(self.at_eighth(quarter)), quarter), 1))
        seen = self.to_half(torch.cat((_larger(seen), half), 1))
        return self.last(torch.cat((_larger(self.to_fine(seen)), fine), 1))


def networks(settings: Settings) -> nn.ModuleDict:
    """The finder."""
    return nn.ModuleDict({"network": Finder(int(settings["width"]))})


def step(parts: Any, turn: Turn, settings: Settings) -> dict[str, float]:
    """One step on patches changed at random."""
    pictures, masks = turn.batch["pictures"], (turn.batch["masks"] > 0).float()[:, None]
    if bool(settings["bend"]):
        pictures, masks = bent(pictures, masks)
    odds = parts["network"](pictures).float()
    inside, outside, dice = losses(odds, masks, float(settings["hardest"]))
    turn.backward(inside + outside + float(settings["dice"]) * dice, "all")
    turn.update("all")
    return {"inside": float(inside.detach()), "outside": float(outside.detach()), "1 - Dice": float(dice.detach())}


def losses(odds: Tensor, masks: Tensor, hardest: float) -> tuple[Tensor, Tensor, Tensor]:
    """(cross-entropy of nodule voxels, each nodule's patch counting the same; of the hardest others; 1 - Dice over the batch)."""
    each = functional.binary_cross_entropy_with_logits(odds, masks, reduction="none")
    sizes = masks.flatten(1).sum(1)
    has = sizes > 0
    inside = ((each * masks).flatten(1).sum(1)[has] / sizes[has]).mean() if bool(has.any()) else each.sum() * 0
    others = (each * (1 - masks)).flatten()
    outside = others.topk(max(1, int(hardest * len(others)))).values.mean()
    chances = torch.sigmoid(odds)
    dice = 1 - (2 * (chances * masks).sum() + 1) / (chances.sum() + masks.sum() + 1)
    return inside, outside, dice


def bent(pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Mirrored and with axes exchanged where the box allows, all alike in a step; noise, brightness and contrast of each its own."""
    flips = [axis for axis in (2, 3, 4) if bool(torch.rand(()) < 0.5)]
    pictures, masks = pictures.flip(flips), masks.flip(flips)
    if len(set(pictures.shape[2:])) == 1:
        order = (0, 1, *(2 + int(axis) for axis in torch.randperm(3)))
        pictures, masks = pictures.permute(order), masks.permute(order)
    each = (len(pictures), 1, 1, 1, 1)
    contrast, brighter = 1 + (torch.rand(each) * 2 - 1) * CONTRAST, (torch.rand(each) * 2 - 1) * BRIGHTER
    noise = torch.randn(pictures.shape) * torch.rand(each) * NOISE
    return pictures * contrast.to(pictures) + brighter.to(pictures) + noise.to(pictures), masks


def _layer(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv3d(channels_in, channels_out, 3, stride, 1, bias=False), nn.BatchNorm3d(channels_out), nn.ReLU(inplace=True)
    )


def _larger(seen: Tensor) -> Tensor:
    return functional.interpolate(seen, scale_factor=2.0, mode="nearest")
