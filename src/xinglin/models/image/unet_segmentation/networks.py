"""The U-Net, how pictures are bent while it learns, and one step of its learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageForm, Settings
    from xinglin.shelf.promises import Turn

TURNED, SCALED, SHIFTED = 0.26, 0.2, 0.08  # radians, share of the size, share of half a side
NOISE, BRIGHTER, CONTRAST = 0.08, 0.1, 0.2  # in units of [-1, 1]


def networks(form: ImageForm, settings: Settings) -> nn.ModuleDict:
    """MONAI's BasicUNet with five levels."""
    from monai.networks.nets.basic_unet import BasicUNet

    width = int(settings["width"])
    features = (width, width, 2 * width, 4 * width, 8 * width, width)
    network = BasicUNet(
        len(form.shape),
        form.channels,
        1 + len(form.masks),
        features,
        norm=("instance", {"affine": True}),
        dropout=float(settings["dropout"]),
    )
    return nn.ModuleDict({"network": network})


def step(parts: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
    """One step on pictures bent at random."""
    pictures, masks = turn.batch["pictures"], turn.batch["masks"].long()
    if bool(settings["bend"]):
        pictures, masks = bent(pictures, masks, form.mirrored)
    odds = parts["network"](pictures).float()
    entropy, dice = functional.cross_entropy(odds, masks), _far_from_dice(odds, masks)
    turn.backward(entropy + float(settings["dice"]) * dice, "all")
    turn.update("all")
    return {"cross-entropy": float(entropy.detach()), "1 - Dice": float(dice.detach())}


def bent(pictures: Tensor, masks: Tensor, mirrored: bool) -> tuple[Tensor, Tensor]:
    """Turned, scaled, shifted (2-D only), with noise, brightness and contrast changed; masks go along."""
    count, shape = len(pictures), pictures.shape[2:]
    if len(shape) == 2:
        turned, scaled = (torch.rand(count) * 2 - 1) * TURNED, 1 + (torch.rand(count) * 2 - 1) * SCALED
        across, along = torch.cos(turned) * scaled, torch.sin(turned) * scaled
        flip = torch.where(torch.rand(count) < 0.5, -1.0, 1.0) if mirrored else torch.ones(count)
        moved = (torch.rand(count, 2) * 2 - 1) * SHIFTED
        rows = torch.stack((across * flip, -along, moved[:, 0]), 1), torch.stack((along * flip, across, moved[:, 1]), 1)
        grid = functional.affine_grid(torch.stack(rows, 1), [count, 1, *shape], align_corners=False).to(pictures)
        pictures = functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)
        masks = functional.grid_sample(masks[:, None].float(), grid, mode="nearest", padding_mode="zeros", align_corners=False)[:, 0].long()
    each = (count, 1, *(1 for _ in shape))
    contrast, brighter = 1 + (torch.rand(each) * 2 - 1) * CONTRAST, (torch.rand(each) * 2 - 1) * BRIGHTER
    noise = torch.randn(pictures.shape) * torch.rand(each) * NOISE
    return pictures * contrast.to(pictures) + brighter.to(pictures) + noise.to(pictures), masks


def _far_from_dice(odds: Tensor, masks: Tensor) -> Tensor:
    """1 - the mean soft Dice over labels, the rest left out, counted over the whole batch as nnU-Net may do."""
    chances = torch.softmax(odds, dim=1)[:, 1:]
    truth = functional.one_hot(masks, odds.shape[1]).movedim(-1, 1)[:, 1:].to(chances)
    axes = (0, *range(2, odds.ndim))
    met, size = (chances * truth).sum(axes), chances.sum(axes) + truth.sum(axes)
    return 1 - ((2 * met + 1e-5) / (size + 1e-5)).mean()
