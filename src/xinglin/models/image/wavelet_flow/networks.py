"""One velocity field for the small smooth picture, one for the details of each doubling: small networks, each for what it alone must know."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xinglin.models.image.wavelet_flow.pyramid import Strength, drawn_in, drawn_out, halved, joined
from xinglin.models.image_parts.conditions import ConditionEmbedding, forgotten
from xinglin.models.image_parts.moving import moved, told_count
from xinglin.models.image_parts.residual_unet import ResidualUNet
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time, conditions and movement are told to every block
MEASURED_TURNS = 24  # first turns, in which middle, spread and strength are measured


class Field(nn.Module):
    """Where a state is heading at a time, told what lies under it (`smooth`), what is asked and how the picture was moved."""

    def __init__(self, form: ImageForm, bands: int, under: int, widths: list[int], blocks: int) -> None:
        super().__init__()
        axes = len(form.shape)
        self.unet = ResidualUNet(axes, bands + under, bands, widths, blocks, KNOWN)
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None
        self.moved = nn.Linear(told_count(axes), KNOWN, bias=False)

    def heading(self, state: Tensor, time: Tensor, conditions: Tensor | None, told: Tensor | None) -> Tensor:
        """(b, bands, *shape)."""
        said = None if conditions is None or self.asked is None else self.asked(conditions)
        if told is not None:
            said = self.moved(told) if said is None else said + self.moved(told)
        return self.unet(state, time, said)


class Coarse(Field):
    """The field of the small smooth picture, which it holds at mean 0 and spread 1."""

    middle: Tensor
    spread: Tensor
    seen: Tensor

    def __init__(self, form: ImageForm, shape: tuple[int, ...], widths: list[int], blocks: int) -> None:
        super().__init__(form, form.channels, 0, widths, blocks)
        self.register_buffer("middle", torch.zeros(1, form.channels, *shape))
        self.register_buffer("spread", torch.ones(()))
        self.register_buffer("seen", torch.zeros(()))

    @torch.no_grad()
    def measure(self, smooth: Tensor) -> None:
        """One more batch of small smooth pictures to measure by."""
        share = 1 / (self.seen + 1)
        self.middle.lerp_(smooth.mean(0, keepdim=True), share)
        self.spread.lerp_((smooth - self.middle).std().clamp(min=1e-3), share)
        self.seen += 1

    def forward(self, state: Tensor, time: Tensor, conditions: Tensor | None = None) -> Tensor:
        """The velocity of a state."""
        return self.heading(state, time, conditions, None)


class Details(Field):
    """The field of the details that one doubling adds, in units of the strength foretold by the smooth picture."""

    def __init__(self, form: ImageForm, widths: list[int], blocks: int) -> None:
        axes = len(form.shape)
        bands = form.channels * (2**axes - 1)
        super().__init__(form, bands, form.channels, widths, blocks)
        self.strength = Strength(axes, bands)

    def forward(self, state: Tensor, time: Tensor, smooth: Tensor, conditions: Tensor | None = None) -> Tensor:
        """The velocity of a state of the details of `smooth`."""
        return self.heading(torch.cat((state, smooth), 1), time, conditions, None)


class Start(nn.Module):
    """The small smooth picture of an ended state."""

    def __init__(self, coarse: Coarse) -> None:
        super().__init__()
        self.coarse = coarse

    def forward(self, state: Tensor) -> Tensor:
        """(b, channels, *shape) in [-1, 1]."""
        return (state * self.coarse.spread + self.coarse.middle).clamp(-1, 1)


class Grown(nn.Module):
    """The picture of twice the sides, of a smooth one and an ended state of its details."""

    def __init__(self, strength: Strength) -> None:
        super().__init__()
        self.strength = strength

    def forward(self, state: Tensor, smooth: Tensor) -> Tensor:
        """(b, channels, *shape * 2) in [-1, 1]."""
        return joined(smooth, drawn_out(state, self.strength(smooth))).clamp(-1, 1)


class WaveletFlowNetwork(nn.Module):
    """All fields together, the smallest picture first."""

    def __init__(self, form: ImageForm, settings: Settings, doublings: int) -> None:
        super().__init__()
        small = tuple(side >> doublings for side in form.shape)
        width, blocks, detail = int(settings["width"]), int(settings["blocks"]), int(settings["detail_width"])
        self.coarse = Coarse(form, small, [width, 2 * width], blocks)
        self.details = nn.ModuleList(Details(form, [max(8, detail >> level), detail], 1) for level in range(doublings))

    @property
    def fields(self) -> list[Details]:
        """The fields of details, those of the smallest picture first."""
        return [field for field in self.details if isinstance(field, Details)]


def learnt_from(network: WaveletFlowNetwork, turn: Turn, settings: Settings) -> dict[str, Tensor]:
    """The loss of each field over a batch: how far the velocity told is from the straight way between noise and state."""
    pictures, conditions = turn.batch["pictures"].float(), turn.batch.get("conditions")
    shown, told = moved(pictures, float(settings["moved"]))
    if conditions is not None:
        conditions = forgotten(conditions, float(settings["forgotten"]))
    levels = []
    for _ in network.fields:
        shown, details = halved(shown)
        levels.insert(0, (shown, details))
    if network.coarse.seen < MEASURED_TURNS:  # a fine-tuned model keeps what was measured of its first set
        network.coarse.measure(shown)
        for field, (smooth, details) in zip(network.fields, levels, strict=True):
            field.strength.measure(smooth, details)
    state = (shown - network.coarse.middle) / network.coarse.spread
    losses = {"coarse": _straight(network.coarse, state, None, conditions, told, settings)}
    some = max(1, round(len(pictures) * float(settings["detail_share"])))
    for number, (field, (smooth, details)) in enumerate(zip(network.fields, levels, strict=True)):
        state, part = drawn_in(details[:some], field.strength(smooth[:some])), None if conditions is None else conditions[:some]
        losses[f"details_{number}"] = _straight(field, state, smooth[:some], part, told[:some], settings)
    return losses


def _straight(
    field: Field, state: Tensor, smooth: Tensor | None, conditions: Tensor | None, told: Tensor, settings: Settings
) -> Tensor:  # fmt: skip
    """Liu 2022, Lipman 2022; the smooth picture under the details a little noised, as made ones are never quite as real ones (Ho 2021)."""
    time = torch.sigmoid(torch.randn(len(state), device=state.device) * float(settings["time_spread"]) + float(settings["time_middle"]))
    share, noise = time[(...,) + (None,) * (state.dim() - 1)], torch.randn_like(state)
    mixed = (1 - share) * state + share * noise
    if smooth is not None:
        mixed = torch.cat((mixed, smooth + float(settings["blind"]) * torch.randn_like(smooth)), 1)
    return ((field.heading(mixed, time, conditions, told).float() - (noise - state)) ** 2).mean()
