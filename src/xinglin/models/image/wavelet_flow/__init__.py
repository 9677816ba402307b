"""Wavelet flow: a small smooth picture grown by a rectified flow, then the details of each doubling by a flow of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class WaveletFlow(AbstractImageModel):
    """Made for minutes on a processor and hundreds of pictures; two and three axes, conditions with guidance."""

    name = "wavelet_flow"
    version = "2"
    task = "generate"
    rates: Mapping[str, float] = {"all": 2.5}  # 1e-3 of the plan's usual 4e-4: with few steps the faster way was the better one
    settings = (
        Setting("coarsest", 8, "side, in pixels, that the picture is halved to before the first flow", low=4, high=64),
        Setting("width", 64, "channels of the network of the small picture; doubled on its second level", low=8, high=512, tuned=True),
        Setting("blocks", 2, "residual blocks of a level of that network", low=1, high=4),
        Setting(
            "detail_width",
            96,
            "channels of the networks of details; half at each doubling on their first level",
            low=8,
            high=256,
            tuned=True,
        ),
        Setting(
            "detail_share",
            1.0,
            "share of a batch from which the first details are learnt, half of it at each doubling after it: they are much alike from place to place",
            low=0.05,
            high=1.0,
        ),
        Setting("looks", 2, "times between noise and picture at which each small picture is learnt in one step", low=1, high=16),
        Setting("blind", 0.02, "noise on the smooth picture under the details while learning", low=0.0, high=0.5),
        Setting("time_middle", 0.0, "middle of the logit of the times learnt", low=-2.0, high=2.0, tuned=True),
        Setting("time_spread", 1.0, "spread of the logit of the times learnt", low=0.3, high=3.0),
        Setting("moved", 0.25, "share of pictures shown moved, zoomed, brighter, with the network told how", low=0.0, high=1.0, tuned=True),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting(
            "grain",
            0.75,
            "spread of the noise that details grow from: under 1 clearer, for networks that learnt for minutes; their loudness stays",
            low=0.5,
            high=1.2,
            tuned=True,
        ),
        Setting("steps", 24, "steps from noise to the small picture; half as many for each doubling", low=1, high=1000),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """The fields. Raises InvalidInput XL-IMGMODEL-001, 002."""
        settings = with_defaults(settings, self.settings, self.name)
        doublings = _doublings(form, settings)
        sides_divide(form, 2 << doublings, self.name)
        from torch import nn

        from xinglin.models.image.wavelet_flow.networks import WaveletFlowNetwork

        return nn.ModuleDict({"network": WaveletFlowNetwork(form, settings, doublings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch for all fields."""
        from xinglin.models.image.wavelet_flow.networks import learnt_from

        losses = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(sum(losses.values()), "all")
        turn.update("all")
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`coarse` and `start` for the small picture, `details_k` and `grown_k` for each doubling."""
        import torch

        from xinglin.models.image.wavelet_flow.networks import Grown, Start

        network = networks["network"]
        told = {"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {}
        time, style = torch.full((2,), 0.5), torch.zeros(2, network.coarse.styles)
        state = torch.zeros(2, form.channels + network.coarse.styles, *network.coarse.middle.shape[2:])
        graphs = {
            "coarse": (network.coarse, {"state": state, "time": time} | told),
            "start": (Start(network.coarse, network.style), {"state": state}),
        }
        for number, field in enumerate(network.details):
            shape = [side << number for side in network.coarse.middle.shape[2:]]
            state = torch.zeros(2, len(field.strength.sizes), *shape)
            smooth = torch.zeros(2, form.channels, *shape)
            graphs[f"details_{number}"] = (field, {"state": state, "time": time, "smooth": smooth, "style": style} | told)
            graphs[f"grown_{number}"] = (Grown(field.strength, network.style, number), {"state": state, "smooth": smooth, "style": style})
        return graphs

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        import numpy as np

        from xinglin.models.image_parts import sampling

        settings = with_defaults(settings, self.settings, self.name)
        doublings, steps = _doublings(form, settings), request.steps or int(settings["steps"])
        small, bands = [side >> doublings for side in form.shape], form.channels * (2 ** len(form.shape) - 1)
        made = []
        for places in sampling.portions(request):
            told, strength = sampling.asked(request, places, form), float(settings["guidance"])
            noise = sampling.noise(request, places, (form.channels, *small))
            style = sampling.noise(request, places, (2 + doublings * bands, *[1] * len(small)), stream=1 + doublings)
            noise = np.concatenate((noise, np.broadcast_to(style, (*style.shape[:2], *small))), 1)
            ended = sampling.walked(sampling.guided(graphs["coarse"], told, strength), noise, sampling.times_of(steps, 1.0), False)
            smooth, style = graphs["start"](state=ended), ended[:, form.channels :].reshape(len(ended), 2 + doublings * bands, -1).mean(2)
            for number in range(doublings):
                field = sampling.guided(graphs[f"details_{number}"], told, strength, {"smooth": smooth, "style": style})
                noise = sampling.noise(request, places, (bands, *smooth.shape[2:]), stream=1 + number) * np.float32(settings["grain"])
                ended = sampling.walked(field, noise, sampling.times_of(max(1, steps // 2), 1.0), False)
                smooth = graphs[f"grown_{number}"](state=ended, smooth=smooth, style=style)
            made.append(smooth)
        return np.concatenate(made)


def _doublings(form: ImageForm, settings: Settings) -> int:
    """How often the sides are halved until the shortest is as small as `coarsest`."""
    return max(0, (min(form.shape) // int(settings["coarsest"])).bit_length() - 1)


MODEL = WaveletFlow()
