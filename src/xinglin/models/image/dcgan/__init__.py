"""DCGAN: the textbook pair of networks, one making pictures, one telling them from real ones. Fast to sample; tends to make few kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xinglin.models.image_parts.asking import square_power, with_defaults
from xinglin.models.image_parts.maker_and_judge import AbstractAdversary
from xinglin.records.image_learning import ImageForm, Setting, Settings
from xinglin.shelf.promises import Turn


class Dcgan(AbstractAdversary):
    """Batch normalisation, the non-saturating loss, Adam at 2e-4 and 0.5 as the paper has them (rate of the plan halved: 4e-4 by default)."""

    name = "dcgan"
    version = "1"
    groups: Mapping[str, tuple[str, ...]] = {"maker": ("network",), "doubter": ("doubter",)}
    betas: Mapping[str, tuple[float, float]] = {"maker": (0.5, 0.999), "doubter": (0.5, 0.999)}
    rates: Mapping[str, float] = {"maker": 0.5, "doubter": 0.5}
    settings = (
        Setting("chance", 100, "numbers of chance a picture is made of", low=8, high=1024),
        Setting("width", 32, "channels of the finest grid; doubled at each halving", low=4, high=256, tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("noise_again", True, "where pictures come out smoother than real ones, noise as measured on real ones is added"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """Maker and doubter. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        halvings = square_power(form, 4, self.name)
        from torch import nn

        from xinglin.models.image_parts.adversaries import Doubter, Maker

        axes, width = len(form.shape), int(settings["width"])
        norm = nn.BatchNorm2d if axes == 2 else nn.BatchNorm3d
        maker = Maker(axes, form.channels, int(settings["chance"]), width, halvings, form.conditions)
        return nn.ModuleDict({"network": maker, "doubter": Doubter(axes, form.channels, width, halvings, norm, form.conditions)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """The doubter learns one batch of real and made pictures, then the maker learns from the doubter (Goodfellow 2014, arXiv 1406.2661)."""
        import torch
        from torch.nn.functional import softplus

        from xinglin.models.image_parts.conditions import told_of

        settings = with_defaults(settings, self.settings, self.name)
        real, conditions = turn.batch["pictures"].float(), told_of(turn.batch, settings)
        chance = torch.randn(len(real), int(settings["chance"]), device=real.device)
        made = networks["network"](chance, conditions)
        doubter = networks["doubter"]
        doubt = softplus(-doubter(real, conditions)).mean() + softplus(doubter(made.detach(), conditions)).mean()
        turn.backward(doubt, "doubter")
        turn.update("doubter")
        belief = softplus(-doubter(made, conditions)).mean()
        turn.backward(belief, "maker")
        turn.update("maker")
        return {"doubter": float(doubt.detach()), "maker": float(belief.detach())}


MODEL = Dcgan()
