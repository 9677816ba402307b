"""Learning under differential privacy (DP-SGD, Abadi et al. 2016, doi 10.1145/2976749.2978318): each picture's gradient is cut to a length and noise is
added, so that no one picture shows in the weights. Gradients of single pictures and the count of what was spent are opacus's.

Pictures are drawn by chance for each step. That chance and the noise come from a secret that is destroyed when learning ends: who knew it could
take the noise away again. What is protected is a picture; a person with several is protected less.
"""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from msgspec.structs import replace

from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan, Settings
from xinglin.training.image_learning.checkpoints import write_surely
from xinglin.training.image_learning.groups import Groups
from xinglin.training.image_learning.learner import Company, Learner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractImageModel
    from xinglin.training.image_sets import ImageSet

SECRET = ".secret"  # noqa: S105 (the name of a file)
NOTE = (
    "differential privacy holds for each picture, not for a person with several; the counts and the histogram of the data card, the choice of settings "
    "and what a person saw while it learnt are outside it"
)


def see_private(model: AbstractImageModel, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company) -> None:
    """Raises UsageError XL-LEARN-080 for what cannot learn under differential privacy."""
    from opacus.validators import ModuleValidator

    group = next(iter(model.groups))
    names = list(model.groups[group])
    wrong = (
        (len(model.groups) > 1 or len(names) > 1, "several networks learn from one another", "a model of one network, such as rectified_flow or vae"),
        (bool(model.needs), "more than one picture is behind a loss", "a model that learns from pictures alone"),
        (plan.accumulate > 1 or company.world > 1, "the pictures of a step are drawn by chance, all at once", "accumulate 1 and one process"),
        (plan.patience > 0 or not plan.average, "held-out pictures may not decide, and what is sampled is the running mean", "patience 0, average 0.995"),
        (plan.precision == "bfloat16", "noise and lengths are counted in full numbers", "precision float32"),
    )  # fmt: skip
    for holds, why, fix in wrong:
        if holds:
            raise UsageError(
                "XL-LEARN-080", "this cannot be learnt under differential privacy", where=f"{model.name}, {group}", why=why, fix=fix
            )
    if found := ModuleValidator.validate(networks[names[0]], strict=False):
        raise UsageError(
            "XL-LEARN-080", "this cannot be learnt under differential privacy", where=model.name, why=str(found[0]).splitlines()[0],
            fix="layers that look at one picture at a time: group norm in place of batch norm",
        )  # fmt: skip


class PrivateGroups(Groups):
    """The one group of a private learning. `secret`: 16 bytes. `noise`: its standard deviation in units of the length gradients are cut to."""

    def __init__(self, networks: torch.nn.ModuleDict, model: AbstractImageModel, plan: LearningPlan, count: int, secret: bytes) -> None:
        from opacus.accountants.utils import get_noise_multiplier
        from opacus.grad_sample import GradSampleModule

        super().__init__(networks, model, plan)
        self._key, self._count, self._share_drawn = np.frombuffer(secret, np.uint64), count, min(1.0, plan.batch / count)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # says that larger orders could be tried
            self.noise = float(
                get_noise_multiplier(
                    target_epsilon=plan.privacy, target_delta=plan.delta, sample_rate=self._share_drawn, steps=plan.steps, accountant="rdp"
                )
            )
        self._group, (self._name,) = next(iter(model.groups.items()))
        self._watched = GradSampleModule(networks[self._name], batch_first=True, loss_reduction="mean", strict=False)
        self._length, self.drawn = plan.clip or 1.0, 0

    def rows(self, step: int) -> NDArray[np.intp]:
        """Which pictures this step is of: each with the same chance, whatever the others."""
        return np.flatnonzero(self._chance(2 * step).random(self._count) < self._share_drawn)

    def begin(self, step: int, part: int) -> None:
        """A step begins."""
        super().begin(step, part)
        self._watched.zero_grad(set_to_none=True)

    def backward(self, loss: torch.Tensor, group: str) -> None:
        """Adds each picture's own gradients."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a hook of the first layer says that pictures have no gradient
            loss.float().backward()

    def update(self, group: str) -> None:
        """Cut, add up, add noise, step. Raises UsageError XL-LEARN-081 where a loss is not of one picture each."""
        parameters = self.parameters[group]
        each = [one for one in (getattr(parameter, "grad_sample", None) for parameter in parameters) if one is not None]
        if self.drawn and (len(each) < len(parameters) or any(not isinstance(one, torch.Tensor) or len(one) != self.drawn for one in each)):
            raise UsageError(
                "XL-LEARN-081", "the losses of this model are not of one picture each", where=self._name, fix="learn it without --epsilon"
            )
        shares = self._shares(each)
        chance = self._chance(2 * self._step + 1)
        for number, parameter in enumerate(parameters):
            total = torch.tensordot(shares, each[number], 1) if self.drawn else torch.zeros_like(parameter)
            noise = torch.from_numpy(chance.standard_normal(tuple(parameter.shape), np.float32)).to(parameter.device)
            parameter.grad = ((total + self.noise * self._length * noise) / self._plan.batch).to(parameter.dtype)
            if self.drawn:
                parameter.grad_sample = None  # type: ignore[attr-defined]
        self._moved(group)

    def _shares(self, each: list[torch.Tensor]) -> torch.Tensor:
        """What each picture's gradient is multiplied by, so that none is longer than allowed."""
        if not self.drawn:
            return torch.zeros(0)
        lengths = torch.stack([one.reshape(self.drawn, -1).norm(dim=1) for one in each]).norm(dim=0)
        return (self._length / (lengths + 1e-6)).clamp(max=1.0)

    def _chance(self, number: int) -> np.random.Generator:
        return np.random.Generator(np.random.Philox(key=self._key, counter=np.array([0, 0, 0, number], np.uint64)))

    def spent(self, steps: int) -> float:
        """Epsilon after so many steps, by Renyi differential privacy (Mironov 2017)."""
        from opacus.accountants import RDPAccountant

        if not steps:
            return 0.0
        accountant = RDPAccountant()
        accountant.history = [(self.noise, self._share_drawn, steps)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return float(accountant.get_epsilon(self._plan.delta))


class PrivateLearner(Learner):
    """A learner whose pictures are drawn by chance for each step."""

    def _one(self, part: int) -> dict[str, float]:
        groups = self.groups
        if not isinstance(groups, PrivateGroups):
            raise TypeError("a private learner has private groups")
        rows = self._train.rows[groups.rows(self.step)]
        groups.drawn = len(rows)
        if not len(rows):
            groups.update(next(iter(self.model.groups)))  # noise alone: that nobody was drawn may not show either
            return {}
        return self._stepped(self._train.of(rows))


def private_learner(
    pictures: ImageSet,
    model: AbstractImageModel,
    settings: Settings,
    plan: LearningPlan,
    networks: torch.nn.ModuleDict,
    company: Company,
    place: Path,
) -> Learner:
    """A learner under the plan's epsilon. Raises UsageError XL-LEARN-080."""
    see_private(model, plan, networks, company)
    count = len(pictures.rows("train"))

    def groups(learnt: torch.nn.ModuleDict) -> Groups:
        return PrivateGroups(learnt, model, plan, count, secret_of(place))

    return PrivateLearner(pictures, model, settings, replace(plan, precision="float32"), networks, company, groups)


def secret_of(place: Path) -> bytes:
    """The folder's secret, drawn from the operating system when it is first asked for."""
    path = place / SECRET
    if not path.exists():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_surely(path, os.urandom(16))
    return path.read_bytes()


def forget_secret(place: Path) -> None:
    """The noise cannot be taken away from now on."""
    (place / SECRET).unlink(missing_ok=True)
