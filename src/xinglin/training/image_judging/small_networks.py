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
    apprentice = Apprentice(of_masks=of_masks, batch=batch, seed=seed)
    for pictures, labels, steps in plan:
        apprentice.learn(pictures, labels, steps)
    return apprentice.tell


class Apprentice:
    """A network that learns in portions and can be asked between them. A copy (`copy.deepcopy`) goes on its own way from there.

    side: of the pictures it is shown, 32, or 64 of which its first layer takes every second. moved: pixels by which pictures are shifted at
    random while it learns; mirrored: whether it may see them mirrored. Its chance is its own: torch's is left as it was.
    """

    def __init__(self, *, of_masks: bool, batch: int, seed: int, side: int = 32, moved: int = 0, mirrored: bool = False) -> None:
        self.of_masks, self.batch, self.moved, self.mirrored = of_masks, batch, moved, mirrored
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = _Marker() if of_masks else _Teller(side)
            self._of_torch = torch.get_rng_state()
        self.optimiser, self.chance = torch.optim.Adam(self.network.parameters(), RATE), np.random.default_rng(seed)

    def learn(self, pictures: NDArray[np.floating], labels: NDArray[np.floating], steps: int) -> None:
        """So many steps more. pictures: (n, 1, side, side); labels: (n,) 0 or 1, in equal shares, or masks (n, side, side)."""
        self.network.train()
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._of_torch)
            for _ in range(steps):
                rows = _drawn(labels, self.batch, self.chance)
                shown = _shifted(pictures[rows], self.moved, self.mirrored, self.chance) if self.moved else pictures[rows]
                seen, told = (torch.from_numpy(np.ascontiguousarray(one, dtype=np.float32)) for one in (shown, labels[rows]))
                self.optimiser.zero_grad()
                _loss(self.network(seen), told, self.of_masks).backward()
                self.optimiser.step()
            self._of_torch = torch.get_rng_state()

    def tell(self, pictures: NDArray[np.floating]) -> NDArray[np.floating]:
        """A number for each picture, or each pixel; above 0 is yes."""
        self.network.eval()
        with torch.no_grad():
            return self.network(torch.from_numpy(np.ascontiguousarray(pictures, dtype=np.float32))).numpy()


def _shifted(pictures: NDArray[np.floating], most: int, mirrored: bool, chance: np.random.Generator) -> NDArray[np.floating]:
    """Each picture moved by up to `most` pixels, its edge drawn out, and mirrored by chance. Pictures alone: masks would stay behind."""
    count, _, height, width = pictures.shape
    wide = np.pad(pictures[:, 0], ((0, 0), (most, most), (most, most)), mode="edge")
    rows, columns = (chance.integers(0, 2 * most + 1, count)[:, None] + np.arange(side) for side in (height, width))
    shown = wide[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]][:, None]
    return np.where(chance.random(count)[:, None, None, None] < 0.5, shown[..., ::-1], shown) if mirrored else shown


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


def _halving(inside: int, outside: int, across: int = 3) -> nn.Module:
    """As a block, for every second pixel."""
    return nn.Sequential(nn.Conv2d(inside, outside, across, stride=2, padding=across // 2), nn.GroupNorm(4, outside), nn.ReLU())


class _Teller(nn.Module):
    """One number per picture of 32 pixels, or of 64 by a network that looks at every second pixel each time."""

    def __init__(self, side: int = 32) -> None:
        super().__init__()
        pool = nn.AvgPool2d(2)
        layers = [_block(1, WIDTH), pool, _block(WIDTH, 2 * WIDTH), pool, _block(2 * WIDTH, 4 * WIDTH), pool]
        if side == 64:
            layers = [_halving(1, WIDTH, 5), _halving(WIDTH, 2 * WIDTH), _halving(2 * WIDTH, 4 * WIDTH), _halving(4 * WIDTH, 4 * WIDTH)]
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
