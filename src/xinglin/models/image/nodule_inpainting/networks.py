"""What is taken out of a patch, what would lie there at the simplest, and the flow that learns the rest.

At the simplest: lung as even as around it, and a nodule of the asked density behind the scanner's blur. A small network says what more is to be
expected of each wavelet band and how surely; the flow learns the rest, and begins as noise of that strength: never far from a nodule.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.residual_unet import ResidualBlock, ResidualUNet, convolution, normed, quiet
from xinglin.models.image_parts.wavelets import WaveletView
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 96  # numbers in which time and conditions are told to every block
DENSITY = "density_hu"  # the condition that says the mean density itself
AIRY, SOFT = -0.55, 0.06  # in [-1, 1]: of what is brighter less and less is taken for lung
LEAST = 1e-4
UNTOLD = 0.3  # of patches whose density alone is hidden while learning
FIRST_SPREAD = -3.0  # logarithm, in [-1, 1]: 50 HU of a window of 2000


class Hole(nn.Module):
    """Masks (b, *shape) to (b, 1, *shape): 1 where the patch is taken out, `margin` voxels around the mask, in whole blocks of the bands."""

    limit: Tensor

    def __init__(self, margin: int, block: int) -> None:
        super().__init__()
        self.margin, self.block = margin, block
        self.register_buffer("limit", torch.full((1,), 0.5))

    def forward(self, masks: Tensor) -> Tensor:
        """(b, 1, *shape)."""
        hole = (masks[:, None] > self.limit).float()
        hole = functional.max_pool3d(hole, 2 * self.margin + 1, 1, self.margin)
        hole = functional.max_pool3d(hole, self.block, self.block)
        return functional.interpolate(hole, scale_factor=float(self.block), mode="nearest")


class Simplest(nn.Module):
    """What would lie in the hole at the simplest: `forward` gives the patch with that in it, (b, 1, *shape)."""

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        block = 1 << int(settings["halvings"])
        self.hole = Hole(int(settings["margin"]), block)
        self.seen = Smooth(float(settings["edge"]))
        self.asked = ConditionEmbedding(form.conditions, 32) if form.conditions else None
        self.guess = nn.Linear(32, 1) if form.conditions else None
        self.untold = nn.Parameter(torch.zeros(1))
        names = [one.name for one in form.conditions]
        self.place = names.index(DENSITY) if DENSITY in names else -1
        self.middle, self.reach = (form.high + form.low) / 2, (form.high - form.low) / 2

    def level(self, pictures: Tensor, hole: Tensor) -> Tensor:
        """(b, 1, 1, 1, 1): how dense the lung is, from the air-filled voxels beyond the hole."""
        weight = (1 - hole) * (torch.sigmoid((AIRY - pictures) / SOFT) + LEAST)
        return (weight * pictures).sum((2, 3, 4), keepdim=True) / weight.sum((2, 3, 4), keepdim=True).clamp(min=LEAST)

    def guessed(self, conditions: Tensor | None, count: int) -> Tensor:
        """(b,): the density learnt for what is asked, where the density itself is not."""
        if self.asked is None or self.guess is None or conditions is None:
            return self.untold.expand(count)
        return self.guess(functional.silu(self.asked(conditions)))[:, 0]

    def density(self, conditions: Tensor | None, count: int) -> Tensor:
        """(b,): as asked, or guessed."""
        guess = self.guessed(conditions, count)
        if self.place < 0 or conditions is None:
            return guess
        told = (conditions[:, self.place] - self.middle) / self.reach
        unknown = torch.isnan(told)
        return torch.where(unknown, guess, torch.where(unknown, torch.zeros_like(told), told))

    def forward(self, pictures: Tensor, masks: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, 1, *shape)."""
        hole = self.hole(masks)
        lung, share = self.level(pictures, hole), self.seen((masks[:, None] > self.hole.limit).float())
        dense = self.density(conditions, len(pictures)).reshape(-1, 1, 1, 1, 1)
        return pictures * (1 - hole) + hole * (lung + share * (dense - lung))

    def found(self, pictures: Tensor, masks: Tensor) -> Tensor:
        """(b,): the density of the nodule that is in a patch, its softened edge allowed for."""
        lung, share = self.level(pictures, self.hole(masks)), self.seen((masks[:, None] > self.hole.limit).float())
        return ((share * (pictures - lung * (1 - share))).sum((1, 2, 3, 4)) / (share**2).sum((1, 2, 3, 4)).clamp(min=LEAST)).clamp(-2, 2)


class Smooth(nn.Module):
    """A Gaussian of so many voxels over the last three axes of (b, 1, *shape); beyond the faces there is nothing."""

    taps: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        reach = max(1, int(3 * sigma + 0.5))
        at = torch.arange(-reach, reach + 1, dtype=torch.float32)
        taps = torch.exp(-0.5 * (at / max(sigma, 1e-3)) ** 2)
        self.register_buffer("taps", taps / taps.sum())

    def forward(self, values: Tensor) -> Tensor:
        """(b, 1, *shape)."""
        reach = len(self.taps) // 2
        for axis in range(3):
            shape, pad = [1, 1, 1, 1, 1], [0, 0, 0]
            shape[2 + axis], pad[axis] = len(self.taps), reach
            values = functional.conv3d(values, self.taps.reshape(shape), padding=tuple(pad))
        return values


class Bands(WaveletView):
    """The wavelet bands of a patch as they are, and back."""

    def split(self, pictures: Tensor) -> Tensor:
        """(b, bands, *shape / block)."""
        return self._split(pictures)


class Around(nn.Module):
    """What the networks are told of a patch beside their state: bands of the patch at the simplest, of the mask, and where the hole is."""

    def __init__(self, simplest: Simplest, view: Bands) -> None:
        super().__init__()
        self.simplest, self.view = simplest, view

    def told(self, plain: Tensor, masks: Tensor, hole: Tensor) -> Tensor:
        """The same of a patch at the simplest that is known already."""
        mask = (masks[:, None] > self.simplest.hole.limit).float()
        return torch.cat((self.view.split(plain), self.view.split(mask), functional.max_pool3d(hole, self.simplest.hole.block)), 1)

    def forward(self, pictures: Tensor, masks: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, 2 * bands + 1, *shape / block)."""
        return self.told(self.simplest(pictures, masks, conditions), masks, self.simplest.hole(masks))


class Expected(nn.Module):
    """What is to be expected of each band beyond the simplest, and the logarithm of how far off that is: (b, 2 * bands, *small)."""

    def __init__(self, form: ImageForm, settings: Settings, bands: int) -> None:
        super().__init__()
        width = int(settings["width"])
        self.enter = convolution(3, 2 * bands + 1, width)
        self.blocks = nn.ModuleList(ResidualBlock(3, width, width, KNOWN) for _ in range(2))
        self.leave = nn.Sequential(normed(width), nn.SiLU(), quiet(convolution(3, width, 2 * bands)))
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None
        self.untold = nn.Parameter(torch.zeros(1, KNOWN))

    def forward(self, around: Tensor, conditions: Tensor | None = None) -> Tensor:
        """Middles, then logarithms of spreads; a spread is first that of ordinary noise."""
        said = self.untold.expand(len(around), -1) if conditions is None or self.asked is None else self.asked(conditions)
        inner = self.enter(around)
        for block in self.blocks:
            inner = block(inner, functional.silu(said))
        middle, spread = self.leave(inner).chunk(2, 1)
        return torch.cat((middle, (spread + FIRST_SPREAD).clamp(-6.0, 1.0)), 1)


class Velocity(nn.Module):
    """Where the bands in the hole are heading at a time: (b, bands, *small), (b,), (b, told, *small), (b, k) to (b, bands, *small).

    What is the best guess for bands that are noise of spread 1 is built in (the skip and output scales of Karras 2022, arXiv 2206.00364, written for
    straight ways); the network learns what is beyond it.
    """

    def __init__(self, form: ImageForm, settings: Settings, bands: int) -> None:
        super().__init__()
        width, depth = int(settings["width"]), int(settings["depth"])
        widths = [width * (level + 1) for level in range(depth)]
        self.unet = ResidualUNet(3, 3 * bands + 1, bands, widths, int(settings["blocks"]), KNOWN, float(settings["dropout"]))
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None

    def forward(self, state: Tensor, time: Tensor, around: Tensor, conditions: Tensor | None = None) -> Tensor:
        """(b, bands, *small), 0 beyond the hole."""
        hole = around[:, -1:]
        share = time.reshape(-1, 1, 1, 1, 1)
        size = share**2 + (1 - share) ** 2
        said = None if conditions is None or self.asked is None else self.asked(conditions)
        beyond = self.unet(torch.cat((state / size.sqrt(), around), 1), time, said)
        return hole * ((2 * share - 1) / size * state + beyond / size.sqrt())


class Filler(nn.Module):
    """All of it."""

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        self.simplest, self.view = Simplest(form, settings), Bands(3, form.channels, int(settings["halvings"]))
        self.around = Around(self.simplest, self.view)
        self.expected, self.velocity = Expected(form, settings, self.view.bands), Velocity(form, settings, self.view.bands)

    def forward(self, pictures: Tensor, masks: Tensor, conditions: Tensor | None = None) -> Tensor:
        """The patch at the simplest."""
        return self.simplest(pictures, masks, conditions)


def learnt_from(network: Filler, turn: Turn, settings: Settings) -> tuple[Tensor, Tensor, Tensor]:
    """Of one batch how far the velocity told is from the straight way in the hole, how unlikely the bands were held, how far the density guessed is off."""
    pictures, masks = turn.batch["pictures"].float(), (turn.batch["masks"] == 1).float()
    conditions = told_of(turn.batch, settings)
    simplest, block = network.simplest, network.simplest.hole.block
    with torch.no_grad():
        hole, density = simplest.hole(masks), simplest.found(pictures, masks)
        plain = simplest(pictures, masks, conditions)
        around, bands = network.around.told(plain, masks, hole), network.view.split(pictures - plain)
        weight = around[:, -1:] * (1 + (float(settings["inside"]) - 1) * functional.avg_pool3d(masks[:, None], block))
        total = (weight.sum() * bands.shape[1]).clamp(min=1)
    off = ((simplest.guessed(conditions, len(pictures)) - density) ** 2).mean()
    middle, spread = network.expected(around, conditions).float().chunk(2, 1)
    unlikely = ((0.5 * ((bands - middle) / spread.exp()) ** 2 + spread) * weight).sum() / total
    even = ((bands - middle) / spread.exp()).detach() * around[:, -1:]
    time = torch.sigmoid(torch.randn(len(bands), device=bands.device) * float(settings["time_spread"]) + float(settings["time_middle"]))
    share = time.reshape(-1, 1, 1, 1, 1)
    noise = torch.randn_like(bands) * around[:, -1:]
    heading = network.velocity((1 - share) * even + share * noise, time, around, conditions)
    wrong = ((heading.float() - (noise - even)) ** 2 * weight).sum() / total
    return wrong, unlikely, off


def examples(network: Filler, form: ImageForm, settings: Settings) -> dict[str, dict[str, Tensor]]:
    """Inputs of each graph, for two patches."""
    asked = {"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {}
    small, bands = tuple(side >> int(settings["halvings"]) for side in form.shape), network.view.bands
    patch = {"pictures": torch.zeros(2, form.channels, *form.shape), "masks": torch.zeros(2, *form.shape)}
    state, around = torch.zeros(2, bands, *small), torch.zeros(2, 2 * bands + 1, *small)
    told = {"state": state, "time": torch.full((2,), 0.5), "around": around}
    return {
        "hole": {"masks": patch["masks"]}, "simplest": patch | asked, "around": patch | asked, "expected": {"around": around} | asked,
        "velocity": told | asked, "difference": {"bands": state},
    }  # fmt: skip
