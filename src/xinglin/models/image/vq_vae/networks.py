"""A codec that tells a picture in a grid of words: MONAI's VQVAE, its words kept as running means of what they stand for."""

from __future__ import annotations

import torch
from monai.networks.nets.vqvae import VQVAE
from torch import Tensor, nn

from xinglin.models.image_parts.grid_flow import Scaled
from xinglin.records.image_learning import ImageForm, Settings


class Codec(nn.Module):
    """Pictures to grids and back. The flow sees grids before words are chosen; what it makes is brought to the nearest words."""

    begun: Tensor

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        axes, halvings, width, numbers = len(form.shape), int(settings["halvings"]), int(settings["codec_width"]), int(settings["numbers"])
        wide = [width * min(1 + level, 2) for level in range(halvings)]
        self.vq = VQVAE(
            spatial_dims=axes, in_channels=form.channels, out_channels=form.channels, channels=wide, num_res_layers=1, num_res_channels=wide,
            downsample_parameters=[(2, 4, 1, 1)] * halvings, upsample_parameters=[(2, 4, 1, 1, 0)] * halvings, num_embeddings=int(settings["words"]),
            embedding_dim=numbers, commitment_cost=float(settings["weight"]), decay=0.99, ddp_sync=False,
        )  # fmt: skip
        self.scaled = Scaled(numbers, axes)
        self.register_buffer("begun", torch.zeros((), dtype=torch.bool))

    @torch.no_grad()
    def grids(self, pictures: Tensor, measure: bool = False) -> Tensor:
        """The grids of pictures, each number of middle 0 and spread 1 over the set; `measure`: told by the first turns that ask so."""
        return self.scaled.down(self.vq.encode(pictures).float(), measure)

    def forward(self, state: Tensor) -> Tensor:
        """The pictures of grids, each place brought to its nearest word."""
        axes, words = range(2, state.dim()), self.vq.quantizer.quantizer.embedding.weight
        told = self.scaled.up(state).permute(0, *axes, 1)
        far = (words**2).sum(1) - 2 * told @ words.T
        return self.vq.decode(nn.functional.embedding(far.argmin(-1), words).permute(0, state.dim() - 1, *range(1, state.dim() - 1)))

    @torch.no_grad()
    def _begin(self, told: Tensor) -> None:
        """The first words are places of the first pictures: words drawn from nowhere are never said, and stay unsaid."""
        quantizer = self.vq.quantizer.quantizer
        places = told.movedim(1, -1).flatten(0, -2)
        words = places[torch.randint(0, len(places), (quantizer.num_embeddings,), device=places.device)]
        quantizer.embedding.weight.copy_(words)
        quantizer.ema_w.copy_(words)
        quantizer.ema_cluster_size.fill_(1.0)
        self.begun.fill_(True)

    def loss(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of telling pictures and telling them again, and the mean error of it; words are chosen in full precision."""
        told = self.vq.encode(pictures)
        with torch.autocast(pictures.device.type, enabled=False):
            if not self.begun:
                self._begin(told.detach().float())
            said, beyond = self.vq.quantize(told.float())
        again = self.vq.decode(said).float()
        error = (again - pictures).abs().mean() + ((again - pictures) ** 2).mean()
        return error + beyond, error.detach()
