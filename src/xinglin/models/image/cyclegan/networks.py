"""The networks of CycleGAN and one step of their learning."""

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
    """Two translators and two critics."""
    see_that_sides_fit(form)
    dimensions = len(form.shape)

    def translator() -> Translator:
        return Translator(dimensions, form.channels, int(settings["width"]), int(settings["blocks"]), bool(settings["difference"]))

    def critic() -> nn.Module:
        return patch_critic(dimensions, form.channels, int(settings["critic_width"]), int(settings["critic_layers"]))

    return nn.ModuleDict({"there": translator(), "back": translator(), "critic_there": critic(), "critic_back": critic()})


def _believed(critic: nn.Module, pictures: Tensor, real: bool) -> Tensor:
    """Least squares from what the critic should say."""
    said = patches(critic, pictures).float()
    return functional.mse_loss(said, torch.full_like(said, float(real)))


def step(parts: Any, turn: Turn, settings: Settings) -> dict[str, float]:
    """One step of the translators, then one of the critics on the pictures just made."""
    first, second = turn.batch["pictures"], turn.batch["others"]
    made_second, made_first = parts["there"](first), parts["back"](second)
    fooled = _believed(parts["critic_there"], made_second, True) + _believed(parts["critic_back"], made_first, True)
    came_back = functional.l1_loss(parts["back"](made_second), first) + functional.l1_loss(parts["there"](made_first), second)
    loss = fooled + float(settings["cycle"]) * came_back
    left_alone = first.new_zeros(())
    if float(settings["identity"]) > 0:
        left_alone = functional.l1_loss(parts["there"](second), second) + functional.l1_loss(parts["back"](first), first)
        loss = loss + float(settings["identity"]) * left_alone
    turn.backward(loss, "translators")
    turn.update("translators")
    seen = (
        _believed(parts["critic_there"], second, True) + _believed(parts["critic_there"], made_second.detach(), False)
        + _believed(parts["critic_back"], first, True) + _believed(parts["critic_back"], made_first.detach(), False)
    ) / 2  # fmt: skip
    turn.backward(seen, "critics")
    turn.update("critics")
    return {
        "fooled": float(fooled.detach()),
        "cycle": float(came_back.detach()),
        "identity": float(left_alone.detach()),
        "critics": float(seen.detach()),
    }
