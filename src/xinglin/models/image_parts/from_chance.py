"""Pictures from a row of chance in one go, as adversarial makers and decoders give them; noise they lack is added after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image_parts import sampling
from xinglin.models.image_parts.lacking_noise import noised, with_noise_measured
from xinglin.records.image_learning import ImageForm, SampleRequest, Settings

if TYPE_CHECKING:
    import torch


def maker_inputs(form: ImageForm, chance: int) -> dict[str, Any]:
    """Inputs of a maker's graph, for two pictures."""
    import torch

    inputs: dict[str, torch.Tensor] = {"chance": torch.zeros(2, chance)}
    return inputs | ({"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {})


def drawn(
    maker: Callable[..., NDArray[np.float32]], form: ImageForm, settings: Settings, request: SampleRequest
) -> NDArray[np.float32]:  # fmt: skip
    """(n, channels, *shape) in [-1, 1]."""
    made = []
    for places in sampling.portions(request):
        chance = sampling.noise(request, places, (int(settings["chance"]),))
        pictures = maker(chance=chance, **sampling.asked(request, places, form))
        made.append(noised(pictures, settings, request, places))
    return np.concatenate(made)


def noise_measured(maker: torch.nn.Module, pictures: NDArray[np.float32], form: ImageForm, settings: Settings) -> Settings:
    """The settings with the noise that some 200 made pictures lack beside the real ones."""
    from xinglin.models.image_parts.in_torch import evaluated

    request = SampleRequest(min(200, len(pictures)), seed=1, conditions=None)
    made = drawn(evaluated(maker), form, {**settings, "noise_again": False}, request)
    return with_noise_measured(settings, pictures, made)
