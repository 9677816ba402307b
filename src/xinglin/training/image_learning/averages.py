"""The running mean of weights: what a model samples with. It follows fast at first and slowly later."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch


class Averages:
    """A copy of the networks named, moved a little towards them after each step. `strength`: 0.995 remembers about 200 steps."""

    def __init__(self, networks: torch.nn.ModuleDict, names: Sequence[str], strength: float) -> None:
        self._networks, self.strength = networks, strength
        self.names = tuple(names) if strength else ()
        self.kept = torch.nn.ModuleDict({name: copy.deepcopy(networks[name]) for name in self.names})
        for parameter in self.kept.parameters():
            parameter.requires_grad_(False)

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """After the step of that number (from 1). The mean of the first steps is short: (1 + step) / (10 + step)."""
        share = 1 - min(self.strength, (1 + step) / (10 + step))
        for name in self.names:
            for mine, other in zip(self.kept[name].parameters(), self._networks[name].parameters(), strict=True):
                mine.lerp_(other, share)
            for mine, other in zip(self.kept[name].buffers(), self._networks[name].buffers(), strict=True):
                mine.copy_(other)

    def shown(self) -> torch.nn.ModuleDict:
        """A copy of all networks, the means in place of those that have one, ready to be looked at or sampled."""
        shown = {name: copy.deepcopy(self.kept[name] if name in self.names else network) for name, network in self._networks.items()}
        return torch.nn.ModuleDict(shown).eval()
