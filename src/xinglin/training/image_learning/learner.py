"""One learning in memory: networks, running means, optimisers, the order of the pictures, and where it stands.

`advance` does one step. All chance of a step is seeded from (seed, step), so that nothing else need be remembered to go on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import LearningPlan, Settings
from xinglin.shelf.promises import AbstractImageModel, Turn
from xinglin.training.image_learning.alike import Alike
from xinglin.training.image_learning.averages import Averages
from xinglin.training.image_learning.batches import Pictures, mixed, share
from xinglin.training.image_learning.checkpoints import Standing, Tensors
from xinglin.training.image_learning.curves import POINTS, Curves
from xinglin.training.image_learning.groups import Groups
from xinglin.training.image_learning.precision import computed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.training.image_sets import ImageSet

_WEIGHTS, _LOOK = 11, 12  # words of chance beside the number of a step


@dataclass(frozen=True)
class Company:
    """The processes that learn together: which one this is, of how many, on what, and how they take the mean of a tensor."""

    device: torch.device
    rank: int = 0
    world: int = 1
    mean: Any = None


def fresh_networks(model: AbstractImageModel, form: Any, settings: Settings, seed: int) -> torch.nn.ModuleDict:
    """The networks with the weights that this seed draws."""
    torch.manual_seed(mixed(seed, _WEIGHTS))
    return model.networks(form, settings)


class Learner:
    """`networks` are changed in place. Raises what `Pictures` and `share` raise."""

    def __init__(
        self, pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company,
        groups: Callable[[torch.nn.ModuleDict], Groups] | None = None,
    ) -> None:  # fmt: skip
        self.model, self.settings, self.plan, self.company, self.form = model, settings, plan, company, pictures.form
        self.networks = networks.to(company.device).train()
        share(plan.batch, company.world)
        self._train = Pictures(pictures, "train", model.needs, plan.seed, mirrored=pictures.form.mirrored)
        self._held_out = Pictures(pictures, "held-out", model.needs, plan.seed) if plan.look_every else None
        self.averages = Averages(self.networks, model.averaged, plan.average)
        self.alike = Alike(self.networks, company)
        self.groups = groups(self.networks) if groups else Groups(self.networks, model, plan, company.mean)
        self.step, self.best = 0, Tensors()
        self._at: list[int] = []
        self._curves: dict[str, list[float | None]] = {}
        self._sums, self._counts = dict[str, float](), dict[str, int]()
        self.looks: list[tuple[int, float]] = []

    # ---- one step

    def advance(self) -> dict[str, float]:
        """One step. Raises InvalidInput XL-LEARN-010 where a loss is no number any more."""
        plan, losses = self.plan, dict[str, float]()
        for part in range(plan.accumulate):
            torch.manual_seed(mixed(plan.seed, self.step, part, self.company.rank))
            self.groups.begin(self.step, part)
            for name, value in self._one(part).items():
                losses[name] = losses.get(name, 0.0) + float(value) / plan.accumulate
        if not all(math.isfinite(value) for value in losses.values()):
            raise InvalidInput(
                "XL-LEARN-010", "the losses are no numbers any more", where=f"step {self.step + 1}", why="the weights ran away",
                fix="a smaller rate, clip 1, or precision float32; the last checkpoint before is kept",
            )  # fmt: skip
        self.alike.after(self.step)
        self.step += 1
        self.averages.follow(self.step)
        self._note(losses)
        return losses

    def _one(self, part: int) -> dict[str, float]:
        number = self.step * self.plan.accumulate + part
        return self._stepped(self._train.part(number, self.plan.batch, self.company.rank, self.company.world))

    def _stepped(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, float]:
        turn = Turn(self.step, self.plan.steps, self._tensors(arrays), self.groups.backward, self.groups.update)
        with computed(self.plan.precision, self.company.device):
            return self.model.step(self.networks, turn, self.form, self.settings)

    def _tensors(self, arrays: Mapping[str, NDArray[Any]]) -> dict[str, torch.Tensor]:
        return {name: torch.from_numpy(values).to(self.company.device) for name, values in arrays.items()}

    # ---- looking

    def look(self) -> float:
        """The mean loss on held-out pictures with the averaged networks, always with the same chance; kept among `looks`."""
        if self._held_out is None:
            raise ValueError("the plan looks at no held-out pictures")
        shown, found = self.averages.shown(), list[float]()

        def gathered(loss: torch.Tensor, group: str) -> None:
            found[-1] += float(loss.detach())

        for number, arrays in enumerate(self._held_out.first(self.plan.batch)):
            torch.manual_seed(mixed(self.plan.seed, _LOOK, number))
            found.append(0.0)
            turn = Turn(self.step, self.plan.steps, self._tensors(arrays), gathered, lambda group: None)
            with computed(self.plan.precision, self.company.device):
                self.model.step(shown, turn, self.form, self.settings)
        loss = sum(found) / len(found)
        if self.plan.patience and loss < min((value for _, value in self.looks), default=math.inf):
            self.best = {name: value.detach().cpu().clone() for name, value in shown.state_dict().items()}
        self.looks.append((self.step, loss))
        return loss

    @property
    def tired(self) -> bool:
        """Whether the last looks, as many as the plan's patience, found nothing better."""
        patience = self.plan.patience
        if not patience or len(self.looks) <= patience:
            return False
        return min(value for _, value in self.looks[-patience:]) >= min(value for _, value in self.looks[:-patience])

    # ---- curves and checkpoints

    def _note(self, losses: Mapping[str, float]) -> None:
        for name, value in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] = self._counts.get(name, 0) + 1
        if self.step % max(1, self.plan.steps // POINTS) and self.step != self.plan.steps:
            return
        for name in {**self._curves, **self._sums}:
            told = self._sums[name] / self._counts[name] if name in self._sums else None
            self._curves.setdefault(name, [None] * len(self._at)).append(told)
        self._at.append(self.step)
        self._sums, self._counts = {}, {}

    @property
    def curves(self) -> Curves:
        """The losses so far."""
        return Curves(tuple(self._at), {name: tuple(values) for name, values in self._curves.items()}, tuple(self.looks))

    def standing(self) -> tuple[Standing, dict[str, Tensors]]:
        """All that must be kept to go on from here."""
        curves = self.curves
        told = Standing(self.step, curves.at, curves.values, dict(self._sums), dict(self._counts), curves.looks)
        tensors = {
            "weights": dict(self.networks.state_dict()),
            "means": dict(self.averages.kept.state_dict()),
            "optimisers": self.groups.tensors(),
            "best": self.best,
        }
        return told, {name: group for name, group in tensors.items() if group}

    def go_on_from(self, told: Standing, tensors: Mapping[str, Tensors]) -> None:
        """What `standing` gave is how it stands now."""
        self.networks.load_state_dict(tensors["weights"])
        self.averages.kept.load_state_dict(tensors.get("means", {}))
        self.groups.remember(tensors.get("optimisers", {}))
        self.best, self.step, self._at = tensors.get("best", {}), told.step, list(told.at)
        self._curves = {name: list(values) for name, values in told.curves.items()}
        self._sums, self._counts, self.looks = dict(told.sums), dict(told.counts), list(told.looks)

    def finished(self) -> torch.nn.ModuleDict:
        """The networks to sample with, on the CPU: the means, and of an early stop the best that was seen."""
        shown = self.averages.shown().cpu()
        if self.best:
            shown.load_state_dict(self.best)
        return shown.eval()
