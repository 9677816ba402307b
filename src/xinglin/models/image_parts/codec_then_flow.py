"""Models of two parts: a codec that tells a picture in a small grid of numbers, and a flow that learns which grids there are.

What such models share: the codec learns first, then the flow; sampling draws a grid and tells it as a picture. Each brings its own codec.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class AbstractCodecFlow(AbstractImageModel):
    """A codec, then a flow over its grids. The settings hold `halvings`, `codec_share` and what `grid_flow` asks for."""

    task = "generate"
    groups: Mapping[str, tuple[str, ...]] = {"codec": ("codec",), "flow": ("network",)}
    averaged: tuple[str, ...] = ("network",)
    betas: Mapping[str, tuple[float, float]] = {"codec": (0.9, 0.999), "flow": (0.9, 0.999)}
    rates: Mapping[str, float] = {"codec": 2.0, "flow": 2.0}

    @abstractmethod
    def codec(self, form: ImageForm, settings: Settings) -> Any:
        """The torch module that tells pictures as grids and grids as pictures."""

    @abstractmethod
    def codec_loss(self, codec: Any, pictures: Any, settings: Settings) -> tuple[Any, Any]:
        """(what is learnt by, how far pictures told again are from themselves)."""

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """Codec and flow. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name)
        from torch import nn

        from xinglin.models.image_parts.grid_flow import GridField

        return nn.ModuleDict({"codec": self.codec(form, settings), "network": GridField(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch for the codec in the first part, for the flow in the rest; the codec stays as it is then."""
        from xinglin.models.image_parts.grid_flow import flow_loss

        settings = with_defaults(settings, self.settings, self.name)
        codec, first = networks["codec"], round(turn.steps * float(settings["codec_share"]))
        if turn.step < first:
            loss, error = self.codec_loss(codec, turn.batch["pictures"].float(), settings)
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
