"""Pictures from grids that a flow grows and a codec tells as pictures; grain that the codec leaves out is measured and added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xinglin.models.image_parts import sampling
from xinglin.models.image_parts.lacking_noise import noised, with_noise_measured
from xinglin.records.image_learning import ImageForm, SampleRequest, Settings

TOLD_TOGETHER, TOLD = 20, 200


def grid_shape(form: ImageForm, settings: Settings) -> tuple[int, ...]:
    """The shape of one grid."""
    return (int(settings["numbers"]), *(side >> int(settings["halvings"]) for side in form.shape))


def grid_inputs(form: ImageForm, settings: Settings) -> tuple[dict[str, Any], dict[str, Any]]:
    """Inputs of the graphs `velocity` and `picture`, for two pictures."""
    import torch

    state = torch.zeros(2, *grid_shape(form, settings))
    told = {"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {}
    return {"state": state, "time": torch.full((2,), 0.5)} | told, {"state": state}


def grown(
    graphs: Mapping[str, Callable[..., NDArray[np.float32]]], form: ImageForm, settings: Settings, request: SampleRequest
) -> NDArray[np.float32]:  # fmt: skip
    """(n, channels, *shape) in [-1, 1]."""
    times = sampling.times_of(request.steps or int(settings["steps"]), 1.0)
    made = []
    for places in sampling.portions(request):
        field = sampling.guided(graphs["velocity"], sampling.asked(request, places, form), float(settings["guidance"]))
        grids = sampling.walked(field, sampling.noise(request, places, grid_shape(form, settings)), times, False)
        made.append(noised(graphs["picture"](state=grids), settings, request, places))
    return np.concatenate(made)


def noise_measured(codec: Any, pictures: NDArray[np.float32], settings: Settings) -> Settings:
    """The settings with the grain that real pictures lose when the codec tells them and tells them again."""
    import torch

    from xinglin.models.image_parts.in_torch import evaluated

    real, picture = pictures[:TOLD], evaluated(codec)
    again = []
    for start in range(0, len(real), TOLD_TOGETHER):
        grids = codec.grids(torch.as_tensor(real[start : start + TOLD_TOGETHER], device=codec.scaled.middle.device))
        again.append(picture(state=grids.cpu().numpy()))
    return with_noise_measured(settings, real, np.concatenate(again))
