"""Pictures of few people are shown moved, turned, zoomed, darker: the network is told how, so that what it makes by itself is not moved.

The idea of non-leaking augmentation by telling it is of Jun 2020 (distribution augmentation) and Karras 2022 (arXiv 2206.00364, appendix F).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def told_count(axes: int) -> int:
    """How many numbers say how a picture was moved."""
    return 2 * axes + 3


def moved(pictures: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """The pictures, a share of them moved, and how (b, told_count): nothing but zeros for one left as it was."""
    told = _drawn(pictures, share)
    return _shown(pictures, told, _grid(pictures, told)), told


def moved_with_masks(pictures: Tensor, masks: Tensor, share: float) -> tuple[Tensor, Tensor, Tensor]:
    """The same with masks (b, *shape) of labels, each moved as its picture is, and neither brighter nor smoothed."""
    told = _drawn(pictures, share)
    grid = _grid(pictures, told)
    labels = functional.grid_sample(masks[:, None].to(grid.dtype), grid, mode="nearest", padding_mode="reflection", align_corners=False)
    left = (told == 0).all(1)[(...,) + (None,) * (masks.dim() - 1)]
    return _shown(pictures, told, grid), torch.where(left, masks, labels[:, 0].round().to(masks.dtype)), told


def _drawn(pictures: Tensor, share: float) -> Tensor:
    count, axes = len(pictures), pictures.dim() - 2
    told = torch.randn(count, told_count(axes), device=pictures.device).clamp(-2, 2)
    return torch.where(torch.rand(count, 1, device=pictures.device) < share, told, torch.zeros_like(told))


def _grid(pictures: Tensor, told: Tensor) -> Tensor:
    """Where each pixel of a moved picture is taken from."""
    count, axes = len(pictures), pictures.dim() - 2
    zoom, shift, turn = told[:, : 2 * axes + 1].split((axes, axes, 1), 1)
    matrix = torch.diag_embed(torch.exp(0.06 * zoom))
    angle = 0.07 * turn[:, 0]
    rotation = torch.eye(axes, device=pictures.device).repeat(count, 1, 1)
    rotation[:, 0, 0], rotation[:, 0, 1], rotation[:, 1, 0], rotation[:, 1, 1] = angle.cos(), -angle.sin(), angle.sin(), angle.cos()
    affine = torch.cat((rotation @ matrix, 0.08 * shift[..., None]), 2)
    return functional.affine_grid(affine, list(pictures.shape), align_corners=False)


def _shown(pictures: Tensor, told: Tensor, grid: Tensor) -> Tensor:
    bright, contrast = told[:, -2:].split((1, 1), 1)
    shown = functional.grid_sample(pictures, grid, padding_mode="reflection", align_corners=False)
    spread = (...,) + (None,) * (pictures.dim() - 1)
    shown = shown * torch.exp(0.1 * contrast[:, 0])[spread] + 0.08 * bright[:, 0][spread]
    return torch.where((told == 0).all(1)[spread], pictures, shown)
