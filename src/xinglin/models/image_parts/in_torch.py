"""A network called as the sampler calls a kept graph: arrays in by name, an array out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def evaluated(network: torch.nn.Module) -> Callable[..., NDArray[np.float32]]:
    """The network as a function of numpy arrays; as it samples, without gradients."""
    place = next(iter((*network.parameters(), *network.buffers()))).device

    def _said(**inputs: Any) -> NDArray[np.float32]:
        learning = network.training
        network.eval()
        with torch.no_grad():
            out = network(**{name: torch.as_tensor(value, device=place) for name, value in inputs.items()})
        network.train(learning)
        return out.float().cpu().numpy()

    return _said
