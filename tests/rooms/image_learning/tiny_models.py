"""Two tiny networks of images that the tests of the loop learn with: one that rebuilds, one of two that learn against each other."""

from __future__ import annotations

import numpy as np

from xinglin.records.image_learning import ImageForm, Setting
from xinglin.shelf.promises import AbstractImageModel
from xinglin.training.image_sets import ImageSet

SHAPE = (16, 16)


def blobs(count: int = 60, seed: int = 0, mirrored: bool = False, **beside) -> ImageSet:
    """Pictures of one bright spot each, in grey values from 0 to 100."""
    random = np.random.default_rng(seed)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    at = random.uniform(4, 12, (count, 2, 1, 1))
    spots = 100 * np.exp(-((rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2) / 8)
    form = beside.pop("form", ImageForm(SHAPE, low=0, high=100, mirrored=mirrored))
    return ImageSet.of(spots[:, None].astype(np.float32), form, seed=seed, name="blobs", **beside)


class Rebuilder(AbstractImageModel):
    """Squeezes a noisy picture through a few numbers and rebuilds it; samples by rebuilding noise."""

    name, version, task = "rebuilder", "1", "generate"
    settings = (
        Setting("width", 8, "channels", low=2, high=64, tuned=True),
        Setting("noise", 0.1, "noise added before", low=0.0, high=1.0, tuned=True),
        Setting("norm", "none", "how layers are kept in bounds", choices=("none", "batch", "group")),
        Setting("mean", 0.0, "of the learnt-from pictures, measured"),
    )

    def networks(self, form, settings):
        import torch

        width = settings["width"]
        norm = {"none": torch.nn.Identity, "batch": lambda: torch.nn.BatchNorm2d(width), "group": lambda: torch.nn.GroupNorm(2, width)}
        network = torch.nn.Sequential(
            torch.nn.Conv2d(form.channels, width, 3, stride=2, padding=1), norm[settings["norm"]](), torch.nn.SiLU(),
            torch.nn.Upsample(scale_factor=2, mode="nearest"), torch.nn.Conv2d(width, form.channels, 3, padding=1),
        )  # fmt: skip
        return torch.nn.ModuleDict({"network": network})

    def step(self, networks, turn, form, settings):
        import torch

        pictures = turn.batch["pictures"]
        rebuilt = networks["network"](pictures + settings["noise"] * torch.randn_like(pictures))
        loss = torch.nn.functional.mse_loss(rebuilt, pictures)
        turn.backward(loss, "all")
        turn.update("all")
        return {"loss": float(loss.detach())}

    def graphs(self, networks, form, settings):
        import torch

        return {"rebuild": (networks["network"], {"pictures": torch.zeros(2, form.channels, *form.shape)})}

    def sample(self, graphs, form, settings, request):
        noise = np.random.default_rng(request.seed).normal(0, 0.3, (request.count, form.channels, *form.shape)).astype(np.float32)
        return np.clip(graphs["rebuild"](pictures=noise + np.float32(settings["mean"])), -1, 1)

    def prepared(self, networks, pictures, form, settings):
        return {**settings, "mean": float(pictures.mean())}


class Opponents(AbstractImageModel):
    """A maker and a judge, the judge moved `turns` times a step."""

    name, version, task = "opponents", "1", "generate"
    groups = {"maker": ("maker",), "judge": ("judge",)}
    averaged = ("maker",)
    settings = (Setting("turns", 1, "of the judge in a step"),)

    def networks(self, form, settings):
        import torch

        size = form.channels * int(np.prod(form.shape))
        maker = torch.nn.Sequential(torch.nn.Linear(4, size), torch.nn.Tanh(), torch.nn.Unflatten(1, (form.channels, *form.shape)))
        return torch.nn.ModuleDict({"maker": maker, "judge": torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(size, 1))})

    def step(self, networks, turn, form, settings):
        import torch

        real = turn.batch["pictures"]
        for _ in range(settings["turns"]):
            made = networks["maker"](torch.randn(len(real), 4, device=real.device)).detach()
            judged = (torch.relu(1 - networks["judge"](real)) + torch.relu(1 + networks["judge"](made))).mean()
            turn.backward(judged, "judge")
            turn.update("judge")
        fooled = -networks["judge"](networks["maker"](torch.randn(len(real), 4, device=real.device))).mean()
        turn.backward(fooled, "maker")
        turn.update("maker")
        return {"judge": float(judged.detach()), "maker": float(fooled.detach())}

    def graphs(self, networks, form, settings):
        import torch

        return {"maker": (networks["maker"], {"code": torch.zeros(2, 4)})}

    def sample(self, graphs, form, settings, request):
        code = np.random.default_rng(request.seed).normal(size=(request.count, 4)).astype(np.float32)
        return graphs["maker"](code=code)
