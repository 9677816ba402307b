"""WGAN-GP: a maker against a critic whose slope is held near 1; steadier than DCGAN, some six times dearer a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xinglin.models.image_parts.asking import square_power, with_defaults
from xinglin.models.image_parts.maker_and_judge import AbstractAdversary
from xinglin.records.image_learning import ImageForm, Setting, Settings
from xinglin.shelf.promises import Turn


class WganGp(AbstractAdversary):
    """Gulrajani 2017 (arXiv 1704.00028): penalty 10, five critic steps a step of the maker, Adam at 1e-4, 0 and 0.9 (a quarter of the plan's rate)."""

    name = "wgan_gp"
    version = "1"
    groups: Mapping[str, tuple[str, ...]] = {"maker": ("network",), "critic": ("critic",)}
    betas: Mapping[str, tuple[float, float]] = {"maker": (0.0, 0.9), "critic": (0.0, 0.9)}
    rates: Mapping[str, float] = {"maker": 0.25, "critic": 0.25}
    settings = (
        Setting("chance", 128, "numbers of chance a picture is made of", low=8, high=1024),
        Setting("width", 32, "channels of the finest grid; doubled at each halving", low=4, high=256, tuned=True),
        Setting("penalty", 10.0, "how dear a slope other than 1 is to the critic", low=0.0, high=1000.0),
        Setting("critic_steps", 5, "steps of the critic for one of the maker", low=1, high=20),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("noise_again", True, "where pictures come out smoother than real ones, noise as measured on real ones is added"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """Maker and critic. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        halvings = square_power(form, 4, self.name)
        from torch import nn

        from xinglin.models.image_parts.adversaries import Doubter, Maker, picture_normed

        axes, width = len(form.shape), int(settings["width"])
        maker = Maker(axes, form.channels, int(settings["chance"]), width, halvings, form.conditions)
        return nn.ModuleDict({"network": maker, "critic": Doubter(axes, form.channels, width, halvings, picture_normed, form.conditions)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One step of the critic; every fifth time one of the maker as well, so that a turn costs about the same for every model."""
        from xinglin.models.image.wgan_gp.duel import critic_loss, maker_loss

        settings = with_defaults(settings, self.settings, self.name)
        loss, apart = critic_loss(networks, turn, settings)
        turn.backward(loss, "critic")
        turn.update("critic")
        told = {"critic": float(loss.detach()), "distance": apart}
        if (turn.step + 1) % int(settings["critic_steps"]) == 0 or turn.step == 0:
            loss = maker_loss(networks, turn, settings)
            turn.backward(loss, "maker")
            turn.update("maker")
        return told


MODEL = WganGp()
