"""The networks of pix2pix and one step of their learning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from xinglin.models.image_parts.translators import Translator, patch_critic, patches, see_that_sides_fit

if TYPE_CHECKING:
    from xinglin.records.image_learning import ImageForm, Settings
    from xinglin.shelf.promises import Turn


def networks(form: ImageForm, settings: Settings) -> nn.ModuleDict:
    """A translator, and a critic that sees a picture and its partner on top of each other."""
    see_that_sides_fit(form)
    dimensions = len(form.shape)
    translator = Translator(dimensions, form.channels, int(settings["width"]), int(settings["blocks"]), bool(settings["difference"]))
    critic = patch_critic(dimensions, 2 * form.channels, int(settings["critic_width"]), int(settings["critic_layers"]))
    return nn.ModuleDict({"network": translator, "critic": critic})


def _believed(critic: nn.Module, pictures: Tensor, partners: Tensor, real: bool) -> Tensor:
    said = patches(critic, torch.cat((pictures, partners), dim=1)).float()
    return functional.mse_loss(said, torch.full_like(said, float(real)))


def step(parts: Any, turn: Turn, settings: Settings) -> dict[str, float]:
    """One step of the translator, then one of the critic."""
    pictures, partners = turn.batch["pictures"], turn.batch["partners"]
    made = parts["network"](pictures)
    fooled, far = _believed(parts["critic"], pictures, made, True), functional.l1_loss(made, partners)
    turn.backward(fooled + float(settings["near"]) * far, "translator")
    turn.update("translator")
    seen = (_believed(parts["critic"], pictures, partners, True) + _believed(parts["critic"], pictures, made.detach(), False)) / 2
    turn.backward(seen, "critic")
    turn.update("critic")
    return {"fooled": float(fooled.detach()), "far": float(far.detach()), "critic": float(seen.detach())}
