"""The network that tells the velocity of a state, ours or MONAI's, and the loss of a batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xinglin.models.image.diffusion.schedule import LATEST, shares
from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.residual_unet import ResidualUNet
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time and conditions are told to every block
PLANES = 8  # planes in which conditions are laid beside the picture for MONAI's network


def denoiser(form: ImageForm, settings: Settings) -> nn.Module:
    """The velocity of a state at a time: (b, channels, *shape), (b,), (b, k) to (b, channels, *shape)."""
    widths = [int(settings["width"]) << level for level in range(int(settings["depth"]))]
    return (OfMonai if settings["network"] == "monai" else Residual)(form, widths, int(settings["blocks"]))


class Residual(nn.Module):
    """Our residual U-Net, conditions added to the time."""

    def __init__(self, form: ImageForm, widths: list[int], blocks: int) -> None:
        super().__init__()
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None
        self.unet = ResidualUNet(len(form.shape), form.channels, form.channels, widths, blocks, KNOWN)

    def forward(self, state: Tensor, time: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, channels, *shape)."""
        return self.unet(state, time, None if self.asked is None or conditions is None else self.asked(conditions))


class OfMonai(nn.Module):
    """MONAI's DiffusionModelUNet with attention on its coarsest level, conditions laid beside the picture."""

    def __init__(self, form: ImageForm, widths: list[int], blocks: int) -> None:
        super().__init__()
        from monai.networks.nets.diffusion_model_unet import DiffusionModelUNet

        self.asked = ConditionEmbedding(form.conditions, PLANES) if form.conditions else None
        self.unet = DiffusionModelUNet(
            spatial_dims=len(form.shape), in_channels=form.channels + (PLANES if form.conditions else 0), out_channels=form.channels,
            num_res_blocks=blocks, channels=widths, attention_levels=[wide == widths[-1] for wide in widths],
            norm_num_groups=8, num_head_channels=min(32, widths[-1]),
        )  # fmt: skip

    def forward(self, state: Tensor, time: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, channels, *shape)."""
        if self.asked is not None and conditions is not None:
            planes = self.asked(conditions)[(...,) + (None,) * (state.dim() - 2)].expand(-1, -1, *state.shape[2:])
            state = torch.cat((state, planes), 1)
        return self.unet(state, 1000 * time)


def learnt_from(network: nn.Module, turn: Turn, settings: Settings) -> Tensor:
    """The squared error of the velocity, no time weighing more than `weight_limit` (min-SNR, Hang 2023, arXiv 2303.09556)."""
    pictures, conditions = turn.batch["pictures"].float(), told_of(turn.batch, settings)
    time = torch.rand(len(pictures), device=pictures.device) * LATEST
    signal, noise = (share[(...,) + (None,) * (pictures.dim() - 1)] for share in shares(time, str(settings["schedule"]), torch))
    drawn = torch.randn_like(pictures)
    said = network(signal * pictures + noise * drawn, time, conditions).float()
    error = ((said - (signal * drawn - noise * pictures)) ** 2).flatten(1).mean(1)
    ratio = (signal / noise.clamp(min=1e-4)).flatten() ** 2
    return (error * (ratio + 1).clamp(max=float(settings["weight_limit"]) + 1) / (ratio + 1)).mean()
