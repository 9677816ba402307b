"""Rectified flow: pictures grown from noise along nearly straight ways; of those here the one with the most variety per minute of learning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class RectifiedFlow(AbstractImageModel):
    """A flow over the wavelet bands of pictures with two or three axes; knows conditions, with guidance."""

    name = "rectified_flow"
    version = "1"
    task = "generate"
    rates: Mapping[str, float] = {"all": 2.5}  # 1e-3 of the plan's usual 4e-4: with few steps the faster way was the better one
    settings = (
        Setting("halvings", 1, "how often the picture is split into wavelet bands of half the side", low=0, high=3, tuned=True),
        Setting("width", 48, "channels of the first level of the network; each deeper one has as many more", low=8, high=512, tuned=True),
        Setting("depth", 3, "levels of the network, each of half the side", low=1, high=6),
        Setting("blocks", 1, "residual blocks of a level", low=1, high=4),
        Setting("dropout", 0.0, "share of channels left out while learning", low=0.0, high=0.5),
        Setting(
            "time_middle",
            0.0,
            "middle of the logit of the times learnt: over 0 more noise, under 0 more picture",
            low=-2.0,
            high=2.0,
            tuned=True,
        ),
        Setting("time_spread", 1.0, "spread of the logit of the times learnt", low=0.3, high=3.0),
        Setting("moved", 0.15, "share of pictures shown moved, zoomed, brighter, with the network told how", low=0.0, high=1.0, tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 25, "steps from noise to picture", low=1, high=1000),
        Setting("bend", 1.0, "over 1 lingers near the noise, under 1 near the picture", low=0.1, high=10.0),
        Setting("second_order", False, "Heun's steps: twice the work of a step, a straighter walk"),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """The velocity field. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["halvings"]) + int(settings["depth"]) - 1), self.name)
        from torch import nn

        from xinglin.models.image.rectified_flow.networks import VelocityField

        return nn.ModuleDict({"network": VelocityField(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch at times of its own."""
        from xinglin.models.image.rectified_flow.networks import learnt_from

        loss = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`velocity` over the bands, and `picture`: the bands put together."""
        from xinglin.models.image.rectified_flow.networks import examples

        network = networks["network"]
        inputs = examples(network, form, with_defaults(settings, self.settings, self.name))
        return {"velocity": (network, inputs), "picture": (network.view, {"bands": inputs["state"]})}

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        import numpy as np

        from xinglin.models.image_parts import sampling

        settings = with_defaults(settings, self.settings, self.name)
        halvings, axes = int(settings["halvings"]), len(form.shape)
        shape = (form.channels << (halvings * axes), *(side >> halvings for side in form.shape))
        times = sampling.times_of(request.steps or int(settings["steps"]), float(settings["bend"]))
        made = []
        for places in sampling.portions(request):
            field = sampling.guided(graphs["velocity"], sampling.asked(request, places, form), float(settings["guidance"]))
            bands = sampling.walked(field, sampling.noise(request, places, shape), times, bool(settings["second_order"]))
            made.append(np.clip(graphs["picture"](bands=bands), -1, 1))
        return np.concatenate(made)


MODEL = RectifiedFlow()
