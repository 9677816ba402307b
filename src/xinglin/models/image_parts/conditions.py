"""What a picture is asked to have, as a network takes it: numbers and levels, with a learnt place for 'not known'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from xinglin.records.image_learning import Condition, Settings


class ConditionEmbedding(nn.Module):
    """Conditions (b, k), nan where not known, to (b, width): the sum of what each says; an unknown one has a learnt place of its own."""

    def __init__(self, conditions: Sequence[Condition], width: int) -> None:
        super().__init__()
        self.conditions = tuple(conditions)
        self.unknown = nn.ParameterList(torch.randn(1, width) * 0.5 for _ in conditions)
        self.said = nn.ModuleList(_Number(c, width) if c.kind == "number" else _Level(c, width) for c in conditions)

    def forward(self, asked: Tensor) -> Tensor:
        """(b, width)."""
        total = 0.0
        for place, (said, unknown) in enumerate(zip(self.said, self.unknown, strict=True)):
            value = asked[:, place : place + 1]
            missing = torch.isnan(value)
            total = total + torch.where(missing, unknown, said(torch.where(missing, torch.zeros_like(value), value)))
        return total  # pyright: ignore[reportReturnType]


class _Number(nn.Module):
    def __init__(self, condition: Condition, width: int) -> None:
        super().__init__()
        self.middle, self.reach = (condition.low + condition.high) / 2, max((condition.high - condition.low) / 2, 1e-6)
        self.layers = nn.Sequential(nn.Linear(1, width), nn.SiLU(), nn.Linear(width, width))

    def forward(self, value: Tensor) -> Tensor:
        return self.layers((value - self.middle) / self.reach)


class _Level(nn.Module):
    places: Tensor

    def __init__(self, condition: Condition, width: int) -> None:
        super().__init__()
        self.register_buffer("places", torch.arange(len(condition.levels), dtype=torch.float32)[None])
        self.layer = nn.Linear(len(condition.levels), width)

    def forward(self, value: Tensor) -> Tensor:
        return self.layer(((value - self.places).abs() < 0.5).to(value.dtype))


def forgotten(asked: Tensor, share: float) -> Tensor:
    """The conditions with all of a picture's turned to unknown for a share of the pictures, so that a network learns both with and without."""
    drop = torch.rand(len(asked), 1, device=asked.device) < share
    return torch.where(drop, torch.full_like(asked, float("nan")), asked)


def told_of(batch: Mapping[str, Tensor], settings: Settings) -> Tensor | None:
    """The conditions of a batch with a share (`forgotten`) of them hidden: what was never hidden cannot be left unasked when pictures are made."""
    conditions = batch.get("conditions")
    return None if conditions is None else forgotten(conditions, float(settings["forgotten"]))
