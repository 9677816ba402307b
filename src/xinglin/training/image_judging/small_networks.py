"""Two small networks by which the use of made pictures is tried: one that tells pictures apart, one that marks a region (a U-Net)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

WIDTH, RATE = 16, 2e-3


def learnt(plan: Sequence[tuple], *, of_masks: bool, batch: int, seed: int) -> Callable[[NDArray[np.floating]], NDArray[np.floating]]:
    """A network that learnt each part of a plan (pictures (n, 1, 32, 32), labels (n,) or masks (n, 32, 32), steps) one after the other.

    Classes are drawn in equal shares. What it returns tells of pictures a number each, or of each pixel; above 0 is yes. Torch's chance is
    left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _Marker() if of_masks else _Teller()
        optimiser, chance = torch.optim.Adam(network.parameters(), RATE), np.random.default_rng(seed)
        for pictures, labels, steps in plan:
            for _ in range(steps):
                rows = _drawn(labels, batch, chance)
                seen, told = (torch.from_numpy(np.ascontiguousarray(one[rows], dtype=np.float32)) for one in (pictures, labels))
                optimiser.zero_grad()
                _loss(network(seen), told, of_masks).backward()
                optimiser.step()
    network.eval()

    def predict(pictures: NDArray[np.floating]) -> NDArray[np.floating]:
        with torch.no_grad():
            return network(torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))).numpy()

    return predict


def _drawn(labels: NDArray[np.floating], batch: int, chance: np.random.Generator) -> NDArray[np.integer]:
    if labels.ndim > 1:
        return chance.integers(0, len(labels), batch)
    return np.concatenate([chance.choice(np.flatnonzero(labels == side), batch // 2) for side in (0, 1)])


def _loss(told: Any, truth: Any, of_masks: bool) -> Any:
    entropy = nn.functional.binary_cross_entropy_with_logits(told, truth)
    if not of_masks:
        return entropy
    chance = torch.sigmoid(told)
    overlap = 2 * (chance * truth).sum(dim=(1, 2)) + 1
    return entropy + (1 - overlap / (chance.sum(dim=(1, 2)) + truth.sum(dim=(1, 2)) + 1)).mean()


def _block(inside: int, outside: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1), nn.GroupNorm(4, outside), nn.ReLU())


class _Teller(nn.Module):
    """One number per picture."""

    def __init__(self) -> None:
        super().__init__()
        layers = [
            _block(1, WIDTH),
            nn.AvgPool2d(2),
            _block(WIDTH, 2 * WIDTH),
            nn.AvgPool2d(2),
            _block(2 * WIDTH, 4 * WIDTH),
            nn.AvgPool2d(2),
        ]
        self.layers = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * WIDTH * 16, 1))

    def forward(self, pictures: Any) -> Any:
        return self.layers(pictures)[:, 0]


class _Marker(nn.Module):
    """One number per pixel, by a U-Net of three levels."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList([_block(1, WIDTH), _block(WIDTH, 2 * WIDTH), _block(2 * WIDTH, 4 * WIDTH)])
        self.up = nn.ModuleList([_block(6 * WIDTH, 2 * WIDTH), _block(3 * WIDTH, WIDTH)])
        self.last = nn.Conv2d(WIDTH, 1, 1)

    def forward(self, pictures: Any) -> Any:
        first = self.down[0](pictures)
        second = self.down[1](nn.functional.avg_pool2d(first, 2))
        deep = self.down[2](nn.functional.avg_pool2d(second, 2))
        for block, beside in zip(self.up, (second, first), strict=True):
            deep = block(torch.cat([nn.functional.interpolate(deep, scale_factor=2), beside], dim=1))
        return self.last(deep)[:, 0]
