"""One velocity field for the small smooth picture, one for the details of each doubling: small networks, each for what it alone must know."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xinglin.models.image.wavelet_flow.pyramid import Strength, drawn_in, drawn_out, halved, joined
from xinglin.models.image.wavelet_flow.style import Style, evened, exposure, loudness
from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.moving import moved, told_count
from xinglin.models.image_parts.residual_unet import ResidualUNet
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time, conditions and movement are told to every block
MEASURED_TURNS = 24  # first turns, in which middle, spread and strength are measured
STYLE_SHARE = 0.5  # weight of the style beside that of the small picture


class Field(nn.Module):
    """Where a state is heading at a time, told what lies under it (`smooth`), what is asked and how the picture was moved."""

    def __init__(self, form: ImageForm, bands: int, under: int, widths: list[int], blocks: int) -> None:
        super().__init__()
        axes = len(form.shape)
        self.unet = ResidualUNet(axes, bands + under, bands, widths, blocks, KNOWN)
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None
        self.moved = nn.Linear(told_count(axes), KNOWN, bias=False)

    def heading(self, state: Tensor, time: Tensor, conditions: Tensor | None, told: Tensor | None, more: Tensor | None = None) -> Tensor:
        """(b, bands, *shape); `more` (b, KNOWN): what else is known."""
        said = [] if more is None else [more]
        if conditions is not None and self.asked is not None:
            said.append(self.asked(conditions))
        if told is not None:
            said.append(self.moved(told))
        return self.unet(state, time, torch.stack(said).sum(0) if said else None)


class Coarse(Field):
    """The field of the small smooth picture, which it holds at mean 0 and spread 1, and of the style beside it: one even channel for each number."""

    middle: Tensor
    spread: Tensor
    seen: Tensor

    def __init__(self, form: ImageForm, shape: tuple[int, ...], widths: list[int], blocks: int, styles: int) -> None:
        super().__init__(form, form.channels + styles, 0, widths, blocks)
        self.channels, self.styles = form.channels, styles
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

    def state_of(self, smooth: Tensor, style: Tensor) -> Tensor:
        """(b, channels + styles, *shape) of a small smooth picture and its style (b, styles)."""
        return torch.cat(((smooth - self.middle) / self.spread, self.evenly(style)), 1)

    def evenly(self, style: Tensor) -> Tensor:
        """(b, styles) as even channels (b, styles, *shape)."""
        return style[(...,) + (None,) * (self.middle.dim() - 2)].expand(-1, -1, *self.middle.shape[2:])

    def forward(self, state: Tensor, time: Tensor, conditions: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """The velocity of a state; that of the style is even."""
        heading = self.heading(state, time, conditions, told)
        picture, style = heading.split((self.channels, self.styles), 1)
        return torch.cat((picture, self.evenly(style.flatten(2).mean(2))), 1)


class Details(Field):
    """The field of the details that one doubling adds, in units of the strength foretold by the smooth picture and the picture's style."""

    def __init__(self, form: ImageForm, widths: list[int], blocks: int, styles: int) -> None:
        axes = len(form.shape)
        bands = form.channels * (2**axes - 1)
        super().__init__(form, bands, form.channels, widths, blocks)
        self.strength = Strength(axes, bands)
        self.styled = nn.Linear(styles, KNOWN, bias=False)

    def forward(
        self, state: Tensor, time: Tensor, smooth: Tensor, style: Tensor, conditions: Tensor | None = None, told: Tensor | None = None
    ) -> Tensor:
        """The velocity of a state of the details of `smooth`."""
        said = self.styled(style)
        return self.heading(torch.cat((state, smooth), 1), time, conditions, told, said)


class Start(nn.Module):
    """The small smooth picture of an ended state, of the exposure that its style tells."""

    def __init__(self, coarse: Coarse, style: Style) -> None:
        super().__init__()
        self.coarse, self.style = coarse, style

    def forward(self, state: Tensor) -> Tensor:
        """(b, channels, *shape) in [-1, 1]."""
        picture, style = state.split((self.coarse.channels, self.coarse.styles), 1)
        picture, told = picture * self.coarse.spread + self.coarse.middle, self.style.whole(style.flatten(2).mean(2))
        spread = (...,) + (None,) * (picture.dim() - 1)
        return (evened(picture, exposure(picture)) * told[:, 1].exp()[spread] + told[:, 0][spread]).clamp(-1, 1)


class Grown(nn.Module):
    """The picture of twice the sides, of a smooth one, its style and an ended state of its details."""

    def __init__(self, strength: Strength, style: Style, place: int) -> None:
        super().__init__()
        self.strength, self.style, self.place = strength, style, place

    def forward(self, state: Tensor, smooth: Tensor, style: Tensor) -> Tensor:
        """(b, channels, *shape * 2) in [-1, 1]; the details as loud as the style tells."""
        strength = self.strength(smooth)
        details, told = drawn_out(state, strength), self.style.loud(style, self.place)
        gain = (told - loudness(details, strength)).exp()
        return joined(smooth, details * gain[(...,) + (None,) * (smooth.dim() - 2)]).clamp(-1, 1)


class WaveletFlowNetwork(nn.Module):
    """All fields together, the smallest picture first."""

    def __init__(self, form: ImageForm, settings: Settings, doublings: int) -> None:
        super().__init__()
        small = tuple(side >> doublings for side in form.shape)
        width, blocks, detail = int(settings["width"]), int(settings["blocks"]), int(settings["detail_width"])
        bands = form.channels * (2 ** len(form.shape) - 1)
        self.style = Style(doublings, bands)
        self.coarse = Coarse(form, small, [width, 2 * width], blocks, self.style.count)
        self.details = nn.ModuleList(Details(form, [max(8, detail >> level), detail], 1, self.style.count) for level in range(doublings))

    @property
    def fields(self) -> list[Details]:
        """The fields of details, those of the smallest picture first."""
        return [field for field in self.details if isinstance(field, Details)]


def learnt_from(network: WaveletFlowNetwork, turn: Turn, settings: Settings) -> dict[str, Tensor]:
    """The loss of each field over a batch: how far the velocity told is from the straight way between noise and state."""
    pictures = turn.batch["pictures"].float()
    shown, told = moved(pictures, float(settings["moved"]))
    conditions = told_of(turn.batch, settings)
    levels = []
    for _ in network.fields:
        shown, details = halved(shown)
        levels.insert(0, (shown, details))
    told_whole = exposure(shown)
    small = evened(shown, told_whole)
    if network.coarse.seen < MEASURED_TURNS:  # a fine-tuned model keeps what was measured of its first set
        network.coarse.measure(small)
        for field, (smooth, details) in zip(network.fields, levels, strict=True):
            field.strength.measure(smooth, details)
    strengths = [field.strength(smooth) for field, (smooth, _) in zip(network.fields, levels, strict=True)]
    loud = [loudness(details, strength) for (_, details), strength in zip(levels, strengths, strict=True)]
    style = network.style(torch.cat((told_whole, *loud), 1))
    looks = int(settings["looks"])
    again = None if conditions is None else conditions.repeat(looks, 1)
    state = network.coarse.state_of(small, style).repeat(looks, *[1] * (small.dim() - 1))
    losses = {"coarse": _coarse(network.coarse, state, again, told.repeat(looks, 1), settings)}
    for number, (field, (smooth, details), strength) in enumerate(zip(network.fields, levels, strengths, strict=True)):
        some = max(1, round(len(pictures) * float(settings["detail_share"]) / 2**number))
        gain = loud[number].exp()[(...,) + (None,) * (details.dim() - 2)]
        state, noise = drawn_in(details[:some], strength[:some] * gain[:some]), torch.randn_like(details[:some])
        time, under = _times(some, state, settings), smooth[:some] + float(settings["blind"]) * torch.randn_like(smooth[:some])
        part = None if conditions is None else conditions[:some]
        said = field(_between(state, noise, time), time, under, style[:some], part, told[:some])
        losses[f"details_{number}"] = ((said.float() - (noise - state)) ** 2).mean()
    return losses


def _coarse(coarse: Coarse, state: Tensor, conditions: Tensor | None, told: Tensor, settings: Settings) -> Tensor:
    """How far the velocity told is from the straight way between noise and state (Liu 2022, Lipman 2022); the style has one noise for a whole channel."""
    time, noise = _times(len(state), state, settings), torch.randn_like(state)
    noise[:, coarse.channels :] = coarse.evenly(torch.randn_like(state[:, coarse.channels :].flatten(2)[..., 0]))
    apart = (coarse(_between(state, noise, time), time, conditions, told).float() - (noise - state)) ** 2
    picture, style = apart.split((coarse.channels, coarse.styles), 1)
    return picture.mean() + STYLE_SHARE * style.mean()


def _times(count: int, like: Tensor, settings: Settings) -> Tensor:
    return torch.sigmoid(torch.randn(count, device=like.device) * float(settings["time_spread"]) + float(settings["time_middle"]))


def _between(state: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    share = time[(...,) + (None,) * (state.dim() - 1)]
    return (1 - share) * state + share * noise
