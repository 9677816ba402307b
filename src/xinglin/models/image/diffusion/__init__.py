"""Diffusion (DDPM, sampled by DDIM): noise taken away little by little; the classic beside the rectified flow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from xinglin.models.image_parts.asking import sides_divide, with_defaults
from xinglin.records.errors import UsageError
from xinglin.records.image_learning import ImageForm, SampleRequest, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Diffusion(AbstractImageModel):
    """Ho 2020 in continuous time, told as a velocity; pictures of two or three axes, conditions with guidance."""

    name = "diffusion"
    version = "1"
    task = "generate"
    settings = (
        Setting("width", 32, "channels of the finest level of the network; doubled at each deeper one", low=8, high=512, tuned=True),
        Setting("depth", 3, "levels of the network, each of half the side", low=1, high=6),
        Setting("blocks", 1, "residual blocks of a level", low=1, high=4),
        Setting(
            "network",
            "residual",
            "our own residual U-Net, or MONAI's DiffusionModelUNet with attention (needs einops)",
            choices=("residual", "monai"),
        ),
        Setting("schedule", "cosine", "how noise grows with time", choices=("cosine", "linear")),
        Setting("weight_limit", 5.0, "times of little noise weigh no more than at this ratio of signal to noise", low=0.1, high=1000.0),
        Setting("forgotten", 0.1, "share of pictures whose conditions are hidden while learning", low=0.0, high=1.0),
        Setting("guidance", 1.0, "how strongly conditions are followed; 1 as learnt", low=0.0, high=10.0),
        Setting("steps", 50, "steps from noise to picture", low=1, high=1000),
        Setting("eta", 0.0, "new noise at each step: 0 none (DDIM), 1 as in DDPM", low=0.0, high=1.0),
    )

    def networks(self, form: ImageForm, settings: Settings) -> Any:
        """The denoiser. Raises InvalidInput XL-IMGMODEL-001, 002, UsageError 003 where MONAI's network is asked for without einops."""
        settings = with_defaults(settings, self.settings, self.name)
        sides_divide(form, 1 << (int(settings["depth"]) - 1), self.name)
        if settings["network"] == "monai" and find_spec("einops") is None:
            raise UsageError(
                "XL-IMGMODEL-003", "MONAI's network cannot be built here", why="its attention needs einops", fix="pip install einops"
            )
        from torch import nn

        from xinglin.models.image.diffusion.networks import denoiser

        return nn.ModuleDict({"network": denoiser(form, settings)})

    def step(self, networks: Any, turn: Turn, form: ImageForm, settings: Settings) -> dict[str, float]:
        """One batch at times of its own."""
        from xinglin.models.image.diffusion.networks import learnt_from

        loss = learnt_from(networks["network"], turn, with_defaults(settings, self.settings, self.name))
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks: Any, form: ImageForm, settings: Settings) -> dict[str, tuple[Any, dict[str, Any]]]:
        """`velocity` of a state at a time."""
        import torch

        inputs = {"state": torch.zeros(2, form.channels, *form.shape), "time": torch.full((2,), 0.5)}
        return {
            "velocity": (networks["network"], inputs | ({"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {}))
        }

    def sample(
        self, graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
    ) -> NDArray[np.float32]:
        """(n, channels, *shape) in [-1, 1]."""
        import numpy as np

        from xinglin.models.image.diffusion.schedule import walked_back
        from xinglin.models.image_parts import sampling

        settings = with_defaults(settings, self.settings, self.name)
        shape, steps = (form.channels, *form.shape), request.steps or int(settings["steps"])
        made = []
        for places in sampling.portions(request):
            said = sampling.guided(graphs["velocity"], sampling.asked(request, places, form), float(settings["guidance"]))
            made.append(walked_back(said, request, places, shape, str(settings["schedule"]), steps, float(settings["eta"])))
        return np.concatenate(made)


MODEL = Diffusion()
