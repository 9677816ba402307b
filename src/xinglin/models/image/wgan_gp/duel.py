"""The losses of critic and maker: how far apart made and real pictures are held to be, and the price of a slope other than 1."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from xinglin.models.image_parts.conditions import told_of
from xinglin.records.image_learning import Settings
from xinglin.shelf.promises import Turn


def critic_loss(networks: Any, turn: Turn, settings: Settings) -> tuple[Tensor, float]:
    """The loss of the critic, and the distance it holds between made and real pictures."""
    real, conditions = turn.batch["pictures"].float(), told_of(turn.batch, settings)
    critic = networks["critic"]
    with torch.no_grad():
        made = networks["network"](_chance(real, settings), conditions).to(real.dtype)
    apart = critic(real, conditions).mean() - critic(made, conditions).mean()
    return float(settings["penalty"]) * _slope_price(critic, real, made, conditions) - apart, float(apart.detach())


def maker_loss(networks: Any, turn: Turn, settings: Settings) -> Tensor:
    """The lower, the more real the critic holds what is made."""
    conditions = told_of(turn.batch, settings)
    made = networks["network"](_chance(turn.batch["pictures"], settings), conditions)
    return -networks["critic"](made, conditions).mean()


def _chance(like: Tensor, settings: Settings) -> Tensor:
    return torch.randn(len(like), int(settings["chance"]), device=like.device)


def _slope_price(critic: Any, real: Tensor, made: Tensor, conditions: Tensor | None) -> Tensor:
    """Mean squared distance of the slope from 1, between real and made pictures; in full precision, a slope of a slope needs it."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1), device=real.device)
    between = (share * real + (1 - share) * made).requires_grad_()
    with torch.autocast(real.device.type, enabled=False):
        said = critic(between, conditions)
        slope = torch.autograd.grad(said.sum(), between, create_graph=True)[0]
    return ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
