"""A codec that tells a picture in a small grid of numbers (MONAI's AutoencoderKL), a flow over those grids, and the loss of a batch of each."""

from __future__ import annotations

import torch
from monai.networks.nets.autoencoderkl import AutoencoderKL
from torch import Tensor, nn

from xinglin.models.image_parts.conditions import ConditionEmbedding, forgotten
from xinglin.models.image_parts.residual_unet import ResidualUNet
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time and conditions are told to every block
MEASURED_TURNS = 24  # first turns of the flow, in which middle and spread of the grids are measured


class Codec(nn.Module):
    """Pictures to grids and back. A grid is kept as its mean: drawn ones would put noise under the flow that nobody can foretell."""

    middle: Tensor
    spread: Tensor
    seen: Tensor

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        axes, halvings, width, numbers = len(form.shape), int(settings["halvings"]), int(settings["codec_width"]), int(settings["numbers"])
        self.kl = AutoencoderKL(
            spatial_dims=axes, in_channels=form.channels, out_channels=form.channels, latent_channels=numbers, norm_num_groups=8,
            channels=[width * min(1 + level, 2) for level in range(halvings + 1)], num_res_blocks=[1] * (halvings + 1),
            attention_levels=[False] * (halvings + 1), with_encoder_nonlocal_attn=False, with_decoder_nonlocal_attn=False,
        )  # fmt: skip
        for name, start in (("middle", 0.0), ("spread", 1.0)):
            self.register_buffer(name, torch.full((1, numbers, *[1] * axes), start))
        self.register_buffer("seen", torch.zeros(()))

    @torch.no_grad()
    def grids(self, pictures: Tensor, measure: bool = False) -> Tensor:
        """The grids of pictures, as means, each number of middle 0 and spread 1 over the set; `measure`: told by the first turns that ask so."""
        told = self.kl.encode(pictures)[0].float()
        if measure and self.seen < MEASURED_TURNS:  # a fine-tuned model keeps what was measured of its first set
            over, share = (0, *range(2, told.dim())), 1 / (self.seen + 1)
            self.middle.lerp_(told.mean(over, keepdim=True), share)
            self.spread.lerp_((told - self.middle).std(over, keepdim=True).clamp(min=1e-4), share)
            self.seen += 1
        return (told - self.middle) / self.spread

    def forward(self, state: Tensor) -> Tensor:
        """The pictures of grids."""
        return self.kl.decode(state * self.spread + self.middle)

    def loss(self, pictures: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        """The loss of telling pictures and telling them again, and the mean error of it."""
        again, middle, sigma = self.kl(pictures)
        middle, sigma = middle.float(), sigma.float()
        error = (again.float() - pictures).abs().mean() + ((again.float() - pictures) ** 2).mean()
        beyond = 0.5 * (middle**2 + sigma**2 - 1 - torch.log(sigma**2 + 1e-8)).mean()
        return error + weight * beyond, error.detach()


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


def flow_loss(field: GridField, codec: Codec, turn: Turn, settings: Settings) -> Tensor:
    """How far the velocity told is from the straight way between noise and grid (Liu 2022)."""
    grids = codec.grids(turn.batch["pictures"].float(), measure=True)
    conditions = turn.batch.get("conditions")
    if conditions is not None:
        conditions = forgotten(conditions, float(settings["forgotten"]))
    time, noise = torch.sigmoid(torch.randn(len(grids), device=grids.device)), torch.randn_like(grids)
    share = time[(...,) + (None,) * (grids.dim() - 1)]
    return ((field((1 - share) * grids + share * noise, time, conditions).float() - (noise - grids)) ** 2).mean()
