"""Learning on from a kept model by small changes alone: beside each weight of its layers a product of two thin matrices is learnt, the rest stands still
(LoRA, Hu et al. 2021, arXiv 2106.09685). When learning ends they are added to the weights, so that the model is kept as any other.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.nn.utils import parametrize

from xinglin.training.image_learning.alike import STILL

RANK = 8
_LAYERS = (torch.nn.Linear, torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d)


class _ThinChange(torch.nn.Module):
    """weight + up @ down, at the beginning the weight itself."""

    def __init__(self, weight: torch.Tensor, rank: int) -> None:
        super().__init__()
        rows, columns = weight.shape[0], weight[0].numel()
        rank = min(rank, rows, columns)
        self.down = torch.nn.Parameter(torch.randn(rank, columns) / columns**0.5)
        self.up = torch.nn.Parameter(torch.zeros(rows, rank))

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        return weight + (self.up @ self.down).view_as(weight)


def adapted(networks: torch.nn.ModuleDict, names: Iterable[str], rank: int = RANK) -> torch.nn.ModuleDict:
    """The same networks; of those named only thin changes beside the weights of linear and convolving layers learn."""
    for name in names:
        for parameter in networks[name].parameters():
            setattr(parameter, STILL, parameter.requires_grad)  # a codebook moves without gradients
            parameter.requires_grad_(False)
        for layer in [one for one in networks[name].modules() if isinstance(one, _LAYERS)]:
            parametrize.register_parametrization(layer, "weight", _ThinChange(layer.weight, rank))
    return networks


def merged(networks: torch.nn.ModuleDict) -> torch.nn.ModuleDict:
    """The same networks, the changes added to their weights."""
    for layer in [one for one in networks.modules() if parametrize.is_parametrized(one, "weight")]:
        if any(isinstance(one, _ThinChange) for one in layer.parametrizations["weight"]):  # type: ignore[index]
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
    for parameter in networks.parameters():
        parameter.requires_grad_(True)
    return networks
