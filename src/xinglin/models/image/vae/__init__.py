"""VAE: pictures told in a short row of numbers and told again. Learns at once and never fails; smooth, so measured grain is added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import square_power, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Vae(AbstractImageModel):
    """Kingma 2014 (arXiv 1312.6114) with the decoder's spread at its best for each batch; two and three axes, conditional."""

    name = "vae"
    version = "1"
    task = "generate"
    settings = (
        Setting("chance", 64, "numbers a picture is told in", low=2, high=1024, tuned=True),
        Setting("width", 32, "channels of the finest grid; doubled at each halving", low=4, high=256, tuned=True),
        Setting("weight", 1.0, "how dear it is to tell more than chance", low=0.0, high=100.0, tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("noise_again", True, "the grain that a smooth decoder leaves out is added as measured on real pictures"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """Encoder and decoder. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        halvings = square_power(form, 4, self.name)
        from torch import nn

        from xinglin.models.image.vae.networks import Variational

        return nn.ModuleDict({"network": Variational(form, settings, halvings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch told and told again."""
        from xinglin.models.image.vae.networks import learnt_from

        loss, told = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss, "all")
        turn.update("all")
        return told

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`maker`: the decoder."""
        from xinglin.models.image_parts.from_chance import maker_inputs

        chance = int(with_defaults(settings, self.settings, self.name)["chance"])
        return {"maker": (networks["network"].decoder, maker_inputs(form, chance))}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        from xinglin.models.image_parts.from_chance import drawn

        return drawn(graphs["maker"], form, with_defaults(settings, self.settings, self.name), request)

    def prepared(self, networks: Any, pictures: NDArray[np.float32], form: ImageForm, settings: Settings) -> Settings:
        """The grain that the decoder leaves out, measured against real pictures."""
        from xinglin.models.image_parts.from_chance import noise_measured

        return noise_measured(networks["network"].decoder, pictures, form, with_defaults(settings, self.settings, self.name))


MODEL = Vae()
