"""The velocity field of the flow by a mask over the wavelet bands of a picture, and the graphs that its sampler calls."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from xinglin.models.image.mask_to_image.masked_unet import MaskedUNet, MaskLevels
from xinglin.models.image_parts.conditions import ConditionEmbedding, told_of
from xinglin.models.image_parts.moving import moved_with_masks, told_count
from xinglin.models.image_parts.wavelets import MEASURED_TURNS, WaveletView
from xinglin.records.image_learning import ImageForm, Settings
from xinglin.shelf.promises import Turn

KNOWN = 128  # numbers in which time, conditions and movement are told to every block


class VelocityField(nn.Module):
    """Where the bands of a picture are heading at a time: (b, bands, *shape), (b,), labels (b, *shape), (b, k) to (b, bands, *shape)."""

    def __init__(self, form: ImageForm, settings: Settings) -> None:
        super().__init__()
        axes, width, depth, mask_width = len(form.shape), int(settings["width"]), int(settings["depth"]), int(settings["mask_width"])
        self.view = WaveletView(axes, form.channels, int(settings["halvings"]))
        self.masks = MaskLevels(axes, 1 + len(form.masks), mask_width, int(settings["halvings"]), depth)
        widths = [width * (level + 1) for level in range(depth)]
        self.unet = MaskedUNet(axes, self.view.bands, widths, int(settings["blocks"]), KNOWN, mask_width, float(settings["dropout"]))
        self.asked = ConditionEmbedding(form.conditions, KNOWN) if form.conditions else None
        self.moved = nn.Linear(told_count(axes), KNOWN, bias=False)

    def forward(self, state: Tensor, time: Tensor, mask: Tensor, conditions: Tensor | None = None, told: Tensor | None = None) -> Tensor:
        """(b, bands, *shape)."""
        said = None if conditions is None or self.asked is None else self.asked(conditions)
        if told is not None:
            said = self.moved(told) if said is None else said + self.moved(told)
        return self.unet(state, time, self.masks(mask), said)


def learnt_from(network: VelocityField, turn: Turn, settings: Settings) -> Tensor:
    """The loss of one batch: how far the velocity told is from the straight way between noise and picture (Liu 2022, Lipman 2022)."""
    pictures, masks = turn.batch["pictures"].float(), turn.batch["masks"].long()
    if network.view.seen < MEASURED_TURNS:  # a fine-tuned model keeps what was measured of its first set
        network.view.measure(pictures)
    shown, masks, told = moved_with_masks(pictures, masks, float(settings["moved"]))
    bands = network.view.bands_of(shown)
    conditions = told_of(turn.batch, settings)
    time = torch.sigmoid(torch.randn(len(bands), device=bands.device) * float(settings["time_spread"]) + float(settings["time_middle"]))
    noise = torch.randn_like(bands)
    share = time[(...,) + (None,) * (bands.dim() - 1)]
    heading = network((1 - share) * bands + share * noise, time, masks, conditions, told)
    return ((heading.float() - (noise - bands)) ** 2).mean()


def examples(network: VelocityField, form: ImageForm, settings: Settings) -> dict[str, Tensor]:
    """Inputs of the velocity graph, for two pictures."""
    shape = (2, network.view.bands, *(side >> int(settings["halvings"]) for side in form.shape))
    inputs = {"state": torch.zeros(shape), "time": torch.full((2,), 0.5), "mask": torch.full((2, *form.shape), len(form.masks))}
    return inputs | ({"conditions": torch.zeros(2, len(form.conditions))} if form.conditions else {})
