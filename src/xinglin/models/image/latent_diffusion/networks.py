"""A codec that tells a picture in a small grid of numbers: MONAI's AutoencoderKL."""

from __future__ import annotations

import torch
from monai.networks.nets.autoencoderkl import AutoencoderKL
from torch import Tensor, nn

from xinglin.models.image_parts.grid_flow import Scaled
from xinglin.records.image_learning import ImageForm, Settings


class Codec(nn.Module):
    """Pictures to grids and back. A grid is kept as its mean: drawn ones would put noise under the flow that nobody can foretell."""

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        axes, halvings, width, numbers = len(form.shape), int(settings["halvings"]), int(settings["codec_width"]), int(settings["numbers"])
        self.kl = AutoencoderKL(
            spatial_dims=axes, in_channels=form.channels, out_channels=form.channels, latent_channels=numbers, norm_num_groups=8,
            channels=[width * min(1 + level, 2) for level in range(halvings + 1)], num_res_blocks=[1] * (halvings + 1),
            attention_levels=[False] * (halvings + 1), with_encoder_nonlocal_attn=False, with_decoder_nonlocal_attn=False,
        )  # fmt: skip
        self.scaled = Scaled(numbers, axes)

    @torch.no_grad()
    def grids(self, pictures: Tensor, measure: bool = False) -> Tensor:
        """The grids of pictures, as means, each number of middle 0 and spread 1 over the set; `measure`: told by the first turns that ask so."""
        return self.scaled.down(self.kl.encode(pictures)[0].float(), measure)

    def forward(self, state: Tensor) -> Tensor:
        """The pictures of grids."""
        return self.kl.decode(self.scaled.up(state))

    def loss(self, pictures: Tensor, weight: float) -> tuple[Tensor, Tensor]:
        """The loss of telling pictures and telling them again, and the mean error of it."""
        again, middle, sigma = self.kl(pictures)
        middle, sigma = middle.float(), sigma.float()
        error = (again.float() - pictures).abs().mean() + ((again.float() - pictures) ** 2).mean()
        beyond = 0.5 * (middle**2 + sigma**2 - 1 - torch.log(sigma**2 + 1e-8)).mean()
        return error + weight * beyond, error.detach()
