"""VQ-VAE: pictures told in a grid of words from one small dictionary, and a flow over the words; sharper than a VAE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class VqVae(AbstractImageModel):
    """Oord 2017 (arXiv 1711.00937), a rectified flow for the prior; the first part of the turns learns the codec, the rest the flow. Two and three axes."""

    name = "vq_vae"
    version = "1"
    task = "generate"
    groups: Mapping[str, tuple[str, ...]] = {"codec": ("codec",), "flow": ("network",)}
    averaged: tuple[str, ...] = ("network",)
    betas: Mapping[str, tuple[float, float]] = {"codec": (0.9, 0.999), "flow": (0.9, 0.999)}
    rates: Mapping[str, float] = {"codec": 2.0, "flow": 2.0}
    settings = (
        Setting("halvings", 2, "how often the codec halves the sides", low=1, high=5),
        Setting("numbers", 8, "numbers that a word is", low=1, high=64, tuned=True),
        Setting("codec_width", 32, "channels of the codec; doubled below its first level", low=8, high=256),
        Setting("codec_share", 0.4, "share of the turns that learn the codec", low=0.05, high=0.95),
        Setting("words", 256, "words of the dictionary", low=8, high=8192, tuned=True),
        Setting("weight", 0.25, "how dear it is to be far from the word that is said", low=0.0, high=10.0),
        Setting(
            "width", 64, "channels of the first level of the flow's network; each deeper one has as many more", low=8, high=512, tuned=True
        ),
        Setting("depth", 2, "levels of the flow's network", low=1, high=5),
        Setting("blocks", 2, "residual blocks of a level of it", low=1, high=4),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 25, "steps from noise to grid", low=1, high=1000),
        Setting("noise_again", True, "the grain that the codec leaves out is added as measured on real pictures"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """Codec and flow. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name)
        from torch import nn

        from xinglin.models.image.vq_vae.networks import Codec
        from xinglin.models.image_parts.grid_flow import GridField

        return nn.ModuleDict({"codec": Codec(form, settings), "network": GridField(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch for the codec in the first part, for the flow in the rest; the codec stays as it is then."""
        from xinglin.models.image_parts.grid_flow import flow_loss

        settings = with_defaults(settings, self.settings, self.name)
        codec, first = networks["codec"], round(turn.steps * float(settings["codec_share"]))
        if turn.step < first:
            loss, error = codec.loss(turn.batch["pictures"].float())
            turn.backward(loss, "codec")
            turn.update("codec")
            return {"codec": float(error)}
        loss = flow_loss(networks["network"], codec, turn, settings)
        turn.backward(loss, "flow")
        turn.update("flow")
        return {"flow": float(loss.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`velocity` over grids, and `picture`: a grid told as a picture."""
        from xinglin.models.image_parts.from_grids import grid_inputs

        velocity, picture = grid_inputs(form, with_defaults(settings, self.settings, self.name))
        return {"velocity": (networks["network"], velocity), "picture": (networks["codec"], picture)}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        from xinglin.models.image_parts.from_grids import grown

        return grown(graphs, form, with_defaults(settings, self.settings, self.name), request)

    def prepared(self, networks: Any, pictures: NDArray[np.float32], form: ImageForm, settings: Settings) -> Settings:
        """The grain that the codec leaves out, measured on pictures told and told again."""
        from xinglin.models.image_parts.from_grids import noise_measured

        return noise_measured(networks["codec"], pictures, with_defaults(settings, self.settings, self.name))


MODEL = VqVae()
