"""Encoder and decoder, and what one batch says of both: how well pictures are told again, and how far the told row is from chance alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xinglin.models.image_parts.adversaries import LEAST, TOLD, Maker, widths_of
from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.residual_unet import convolution, normed
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn


class Encoder(nn.Module):
    """Pictures and conditions to the middle and the logarithm of the variance of a row of numbers: twice (b, chance)."""

    def __init__(self, form: ImageForm, chance: int, width: int, halvings: int) -> None:
        super().__init__()
        axes, widths = len(form.shape), widths_of(width, halvings)[::-1]
        layers: list[nn.Module] = []
        for before, after in zip([form.channels, *widths], widths, strict=False):
            layers += [convolution(axes, before, after, stride=2), normed(after), nn.SiLU()]
        self.layers = nn.Sequential(*layers, nn.Flatten())
        self.asked = ConditionEmbedding(form.conditions, TOLD) if form.conditions else None
        self.leave = nn.Linear(widths[-1] * LEAST**axes + (TOLD if form.conditions else 0), 2 * chance)

    def forward(self, pictures: Tensor, conditions: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Middle and log variance."""
        seen = self.layers(pictures)
        if self.asked is not None and conditions is not None:
            seen = torch.cat((seen, self.asked(conditions)), 1)
        middle, spread = self.leave(seen).float().chunk(2, 1)
        return middle, spread.clamp(-12, 4)


class Variational(nn.Module):
    """Encoder and decoder together, so that one running mean serves both."""

    def __init__(self, form: ImageForm, settings: Settings, halvings: int) -> None:
        super().__init__()
        chance, width = int(settings["chance"]), int(settings["width"])
        self.encoder = Encoder(form, chance, width, halvings)
        self.decoder = Maker(len(form.shape), form.channels, chance, width, halvings, form.conditions)


def learnt_from(network: Variational, turn: Turn, settings: Settings) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch in nats per pixel.

    The spread of the decoder is the best for the batch, so nothing is weighed by hand (sigma-VAE, Rybkin 2021, arXiv 2006.13202); `weight` over 1
    holds the row of numbers nearer to chance (Higgins 2017).
    """
    pictures, conditions = turn.batch["pictures"].float(), told_of(turn.batch, settings)
    middle, spread = network.encoder(pictures, conditions)
    told_again = network.decoder(middle + torch.randn_like(middle) * (0.5 * spread).exp(), conditions).float()
    error = ((told_again - pictures) ** 2).mean()
    pixels = pictures[0].numel()
    beyond = 0.5 * (middle**2 + spread.exp() - 1 - spread).sum(1).mean()
    loss = 0.5 * (error + 1e-6).log() + float(settings["weight"]) * beyond / pixels
    return loss, {"loss": float(loss.detach()), "error": float(error.detach()), "beyond": float(beyond.detach())}
