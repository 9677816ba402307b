"""What a learnt network loses on people it has not learnt from, one by one, always by the same chance, so that two networks can be held against each other.

A loss tells something of two networks only where one group of networks has it to itself, and where both tell it in one unit: some networks measure
their set over the first steps and lose in what they measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from xinglin.records.image_learning import LearningPlan, Settings, Split, Spread
from xinglin.shelf.promises import AbstractImageModel, Turn
from xinglin.training.image_learning.batches import Pictures, mixed
from xinglin.training.image_learning.learner import Company, Learner
from xinglin.training.image_learning.precision import computed, repeatable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from xinglin.training.image_sets import ImageSet

PEOPLE_AT_MOST, TURNS = 200, 4  # a flow's loss at one time by chance is noisy; each person is looked at four times
_OF_A_NORM = ("running_mean", "running_var", "num_batches_tracked")  # learnt, and no unit
_UNSEEN, _DRAWS, _REDRAWN = 31, 2000, 32


def has_own_loss(model: AbstractImageModel) -> bool:
    """Whether its loss tells how well it does."""
    return len(model.groups) == 1 and "others" not in model.needs


def one_unit(networks: Sequence[torch.nn.ModuleDict]) -> bool:
    """Whether what these networks measured of their sets, if anything, is the same in all: only then are their losses in one unit."""
    measured = [{name: value for name, value in one.named_buffers() if name.rpartition(".")[2] not in _OF_A_NORM} for one in networks]
    return all(torch.equal(value, other[name]) for other in measured[1:] for name, value in measured[0].items())


def people_losses(
    pictures: ImageSet, split: Split, model: AbstractImageModel, networks: torch.nn.ModuleDict, settings: Settings, plan: LearningPlan
) -> dict[str, float]:
    """Person -> mean loss over their pictures on that side of the set, of at most 200 people. `networks` on the CPU, ready to be sampled."""
    side, whose = Pictures(pictures, split, model.needs, plan.seed), dict[str, list[int]]()
    for row, person in zip(side.rows, pictures.persons(side.rows), strict=True):
        whose.setdefault(person, []).append(int(row))
    found, device = dict[str, float](), torch.device("cpu")

    def gathered(loss: torch.Tensor, group: str) -> None:
        told.append(float(loss.detach()))

    with repeatable(device):
        for number, person in enumerate(sorted(whose)[:PEOPLE_AT_MOST]):
            told = list[float]()
            for again in range(TURNS):
                torch.manual_seed(mixed(plan.seed, _UNSEEN, number, again))
                arrays = side.of(np.array(whose[person][: plan.batch], np.intp))
                batch = {name: torch.from_numpy(values) for name, values in arrays.items()}
                with computed(plan.precision, device):
                    model.step(networks, Turn(plan.steps, plan.steps, batch, gathered, lambda group: None), pictures.form, settings)
            found[person] = sum(told) / TURNS
    return found


def first_look(
    pictures: ImageSet, model: AbstractImageModel, networks: torch.nn.ModuleDict, settings: Settings, plan: LearningPlan
) -> float:
    """The loss on held-out pictures before the first step, as `Learner.look` tells it after later ones."""
    device = torch.device("cpu")
    with repeatable(device):
        return Learner(pictures, model, settings, plan, networks, Company(device)).look()


def mean_of(losses: Mapping[str, float], seed: int) -> Spread:
    """The mean over people with its 95 % interval, by people drawn again 2,000 times."""
    values = np.array([losses[person] for person in sorted(losses)])
    chance = np.random.default_rng(mixed(seed, _REDRAWN))
    means = values[chance.integers(0, len(values), (_DRAWS, len(values)))].mean(axis=1)
    low, high = (float(one) for one in np.quantile(means, (0.025, 0.975)))
    return Spread(float(values.mean()), low, high)


def difference_of(one: Mapping[str, float], other: Mapping[str, float], seed: int) -> Spread:
    """How much more `one` loses than `other` on the same people, person by person."""
    return mean_of({person: one[person] - other[person] for person in one}, seed)
