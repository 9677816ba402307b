"""The optimisers of one learning, a group of networks each: gradients are added for one group alone, cut to a length, and followed.

The rate rises in a straight line, then falls along a cosine; it follows from the number of the step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan

if TYPE_CHECKING:
    from collections.abc import Callable

    from xinglin.shelf.promises import AbstractImageModel


def rate_at(step: int, plan: LearningPlan) -> float:
    """The rate of a step (from 0).

    >>> plan = LearningPlan(steps=100, rate=1.0, warm_up=10, last_rate=0.1)
    >>> rate_at(4, plan), rate_at(9, plan), round(rate_at(99, plan), 3)
    (0.5, 1.0, 0.1)
    """
    warm = min(plan.warm_up, plan.steps)
    if step < warm:
        return plan.rate * (step + 1) / warm
    way = (step + 1 - warm) / max(1, plan.steps - warm)
    return plan.rate * (plan.last_rate + (1 - plan.last_rate) * 0.5 * (1 + math.cos(math.pi * way)))


class Groups:
    """AdamW for each group. `together`: the mean of a tensor over all processes, where there are several."""

    def __init__(
        self, networks: torch.nn.ModuleDict, model: AbstractImageModel, plan: LearningPlan,
        together: Callable[[torch.Tensor], torch.Tensor] | None = None,
    ) -> None:  # fmt: skip
        self._plan, self._together = plan, together
        self.parameters = {
            group: [one for name in names for one in networks[name].parameters() if one.requires_grad]
            for group, names in model.groups.items()
        }
        usual = (0.9, 0.999) if len(model.groups) == 1 else (0.5, 0.999)
        self._factors = {group: model.rates.get(group, 1.0) for group in model.groups}
        self.optimisers: Mapping[str, torch.optim.Optimizer] = {
            group: torch.optim.AdamW(
                parameters, plan.rate, betas=model.betas.get(group, usual), weight_decay=plan.decay, fused=True
            )
            for group, parameters in self.parameters.items()
        }  # fmt: skip
        self._step, self._last, self._updated = 0, True, set[str]()

    def begin(self, step: int, part: int) -> None:
        """A part of a step begins; only the last part of `accumulate` moves the weights."""
        self._step, self._last = step, part == self._plan.accumulate - 1
        self._updated = set()

    def backward(self, loss: torch.Tensor, group: str) -> None:
        """Adds the gradients of the loss to those networks; other groups that it passed through get none."""
        with torch.autocast(loss.device.type, enabled=False):
            torch.autograd.backward(loss.float() / self._plan.accumulate, inputs=self.parameters[group])

    def update(self, group: str) -> None:
        """One step of the group's optimiser. Raises UsageError XL-LEARN-008 where gradients are gathered but the model moves a group repeatedly."""
        if self._plan.accumulate > 1 and group in self._updated:
            raise UsageError(
                "XL-LEARN-008", "this model moves its networks several times a step: gradients cannot be gathered over parts",
                where="accumulate", fix="accumulate 1 and a larger batch",
            )  # fmt: skip
        self._updated.add(group)
        if not self._last:
            return
        parameters = [one for one in self.parameters[group] if one.grad is not None]
        self._share(parameters)
        if self._plan.clip:
            torch.nn.utils.clip_grad_norm_(parameters, self._plan.clip)
        self._moved(group)

    def _moved(self, group: str) -> None:
        """The weights follow the gradients they have; these are cleared."""
        optimiser = self.optimisers[group]
        for one in optimiser.param_groups:
            one["lr"] = rate_at(self._step, self._plan) * self._factors[group]
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)

    def _share(self, parameters: list[torch.nn.Parameter]) -> None:
        """The mean gradient over all processes, sent as one row of numbers."""
        if self._together is None or not parameters:
            return
        row = self._together(torch.cat([one.grad.reshape(-1) for one in parameters if one.grad is not None]))
        start = 0
        for one in parameters:
            one.grad = row[start : start + one.numel()].view_as(one).clone()
            start += one.numel()

    def tensors(self) -> dict[str, torch.Tensor]:
        """What the optimisers remember, by "group/number/name"."""
        return {
            f"{group}/{number}/{name}": value
            for group, optimiser in self.optimisers.items()
            for number, remembered in optimiser.state_dict()["state"].items()
            for name, value in remembered.items()
        }

    def remember(self, tensors: Mapping[str, torch.Tensor]) -> None:
        """What `tensors` gave is what the optimisers remember from now on."""
        for group, optimiser in self.optimisers.items():
            state: dict[int, dict[str, torch.Tensor]] = {}
            for key, value in tensors.items():
                owner, number, name = key.split("/")
                if owner == group:
                    state.setdefault(int(number), {})[name] = value
            optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
