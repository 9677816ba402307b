"""A small network (a U-Net) that learns from real pictures and their masks which label each pixel has, and then looks for the labels in others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

WIDTHS, RATE, AT_ONCE, RARE = (16, 32, 48, 64), 4e-3, 64, 1e-3
"""Channels of each level; sides must be multiples of 8. Labels rarer than `RARE` of all pixels weigh as one so rare."""


def label_finder(
    pictures: NDArray[np.floating], masks: NDArray[np.integer], *, labels: int, steps: int, batch: int, seed: int
) -> Callable[[NDArray[np.floating]], NDArray[np.integer]]:
    """A function of pictures (n, 1, side, side) that tells the label of each pixel, learnt from masks (n, side, side), whole numbers below `labels`.

    Torch's chance is left as it was.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network, chance = _Finder(labels), np.random.default_rng(seed)
        optimiser = torch.optim.Adam(network.parameters(), RATE)
        weights = torch.from_numpy((np.bincount(masks.ravel(), minlength=labels) / masks.size + RARE) ** -0.5).float()
        pace = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps, RATE / 20)
        for _ in range(steps):
            rows = chance.integers(0, len(pictures), batch)
            seen = torch.from_numpy(np.ascontiguousarray(pictures[rows], dtype=np.float32))
            optimiser.zero_grad()
            _loss(network(seen), torch.from_numpy(np.ascontiguousarray(masks[rows], dtype=np.int64)), weights).backward()
            optimiser.step()
            pace.step()
    network.eval()

    def find(shown: NDArray[np.floating]) -> NDArray[np.integer]:
        with torch.no_grad():
            parts = torch.from_numpy(np.ascontiguousarray(shown, dtype=np.float32)).split(AT_ONCE)
            return np.concatenate([network(part).argmax(dim=1).numpy() for part in parts])

    return find


def _loss(told: Any, truth: Any, weights: Any) -> Any:
    """Cross-entropy, rare labels weighing more, and how far the mean soft Dice over labels is from 1."""
    chance, wanted = torch.softmax(told, dim=1)[:, 1:], functional.one_hot(truth, told.shape[1]).movedim(-1, 1)[:, 1:]
    overlap = (2 * (chance * wanted).sum(dim=(0, 2, 3)) + 1) / (chance.sum(dim=(0, 2, 3)) + wanted.sum(dim=(0, 2, 3)) + 1)
    return functional.cross_entropy(told, truth, weights) + (1 - overlap).mean()


def _block(inside: int, outside: int) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inside, outside, 3, padding=1), nn.GroupNorm(4, outside), nn.ReLU())


class _Finder(nn.Module):
    """A number for each label of each pixel, by a U-Net of four levels."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.down = nn.ModuleList(_block(inside, outside) for inside, outside in pairwise((1, *WIDTHS)))
        self.up = nn.ModuleList(_block(inside + outside, outside) for outside, inside in reversed(list(pairwise(WIDTHS))))
        self.last = nn.Conv2d(WIDTHS[0], labels, 1)

    def forward(self, pictures: Any) -> Any:
        kept: list[Any] = []
        for block in self.down:
            pictures = block(functional.avg_pool2d(pictures, 2) if kept else pictures)
            kept.append(pictures)
        kept.pop()
        for block in self.up:
            pictures = block(torch.cat((functional.interpolate(pictures, scale_factor=2.0), kept.pop()), dim=1))
        return self.last(pictures)
