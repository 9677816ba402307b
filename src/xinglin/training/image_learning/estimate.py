"""What a learning will take, before it starts: memory from one small step that counts what it holds on to, time from a few steps tried on a copy.

What would not fit is refused, with the batch that would; minutes asked for become steps, so that the run can be repeated.
"""

from __future__ import annotations

import copy
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from msgspec import Struct
from msgspec.structs import replace

from xinglin.records.errors import OutOfResources
from xinglin.records.image_learning import LearningPlan, Settings
from xinglin.training.image_learning.learner import Company, Learner
from xinglin.training.image_learning.precision import has_bfloat16

if TYPE_CHECKING:
    from xinglin.shelf.promises import AbstractImageModel
    from xinglin.training.image_sets import ImageSet

_WORTH_TRYING = 30  # steps; shorter learnings are not timed
_WARM, _TIMED = 2, 4
_COPIES = 6  # of the weights: they, gradients, two of the optimiser, the mean, what is written
_ROOM = 1.3  # what a step holds beside what it saves for going back
_FREE_SHARE = 0.9


class Need(Struct, frozen=True):
    """Bytes a step needs: `fixed` whatever the batch, `each` for each picture a process takes at once."""

    fixed: int
    each: int

    def of(self, batch: int) -> int:
        """For a batch of that size."""
        return self.fixed + self.each * batch


def decided(
    pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company,
    minutes: float = 0.0,
) -> tuple[LearningPlan, tuple[str, ...]]:  # fmt: skip
    """The plan with its steps and precision, and what is told of time and memory. Raises OutOfResources XL-LEARN-020 where memory would not do."""
    mine = max(1, plan.batch // company.world)
    need = memory_needed(pictures, model, settings, plan, networks, company)
    free = memory_free(company.device)
    see_memory(need, mine, free)
    notes = [f"memory: about {_gigabytes(need.of(mine))} of {_gigabytes(free)} free"]
    choices = ["float32", "bfloat16"] if has_bfloat16(company.device) else ["float32"]
    if plan.precision != "auto":
        choices = [plan.precision]
    if not minutes and plan.steps < _WORTH_TRYING:
        return replace(plan, precision=choices[0]), tuple(notes)
    seconds = {one: seconds_of_a_step(pictures, model, settings, replace(plan, precision=one), networks, company) for one in choices}
    best = min(choices, key=lambda one: seconds[one] * (0.95 if one == "float32" else 1.0))  # equal ones stay exact
    made = replace(plan, precision=best, steps=max(1, math.floor(60 * minutes / seconds[best])) if minutes else plan.steps)
    tried = ", ".join(f"{one} {seconds[one]:.3g} s a step" for one in choices)
    notes.append(f"time: {tried}; {made.steps} steps in {made.precision}, about {made.steps * seconds[best] / 60:.1f} min")
    return made, tuple(notes)


def memory_needed(
    pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company
) -> Need:
    """From steps with two and with four pictures: what they save for going back, counted once for each piece of memory."""
    weights = sum(one.numel() * one.element_size() for one in (*networks.parameters(), *networks.buffers()))
    small, large = (_saved(pictures, model, settings, plan, networks, company, count) for count in (2, 4))
    each = max(1, (large - small) // 2)
    return Need(_COPIES * weights + max(0, int(_ROOM * (small - 2 * each))), int(_ROOM * each))


def _saved(
    pictures: ImageSet,
    model: AbstractImageModel,
    settings: Settings,
    plan: LearningPlan,
    networks: torch.nn.ModuleDict,
    company: Company,
    count: int,
) -> int:
    own = {one.untyped_storage().data_ptr() for one in networks.parameters()}
    held: dict[int, int] = {}

    def count_it(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            held[storage.data_ptr()] = storage.nbytes()
        return tensor

    learner = _trial(pictures, model, settings, replace(plan, batch=count, precision="float32"), networks, company)
    own |= {one.untyped_storage().data_ptr() for one in learner.networks.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(count_it, lambda tensor: tensor):
        learner.advance()
    return sum(held.values())


def seconds_of_a_step(
    pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company
) -> float:
    """How long one step takes here and now: the median of a few, with all parts that are gathered."""
    batch = max(1, plan.batch // company.world)
    learner = _trial(pictures, model, settings, replace(plan, batch=batch), networks, company)
    taken = []
    for number in range(_WARM + _TIMED):
        began = time.perf_counter()
        learner.advance()
        if company.device.type == "cuda":
            torch.cuda.synchronize(company.device)
        if number >= _WARM:
            taken.append(time.perf_counter() - began)
    return sorted(taken)[len(taken) // 2] * plan.accumulate


def _trial(
    pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company
) -> Learner:
    """A learner on a copy, alone, so that nothing of the trial stays."""
    calm = replace(plan, accumulate=1, look_every=0, patience=0, privacy=0.0, steps=max(plan.steps, _WORTH_TRYING))
    return Learner(pictures, model, settings, calm, copy.deepcopy(networks), Company(company.device))


def see_memory(need: Need, batch: int, free: int) -> None:
    """Raises OutOfResources XL-LEARN-020 with the batch that would fit."""
    allowed = int(free * _FREE_SHARE)
    if need.of(batch) <= allowed:
        return
    fits = (allowed - need.fixed) // need.each
    smaller = 2 ** int(math.log2(fits)) if fits >= 1 else 0
    parts = math.ceil(batch / smaller) if smaller else 0
    raise OutOfResources(
        "XL-LEARN-020", "this would not fit into memory", where=f"batch {batch}", why=f"{_gigabytes(need.of(batch))} of {_gigabytes(free)} free",
        fix=f"batch {smaller} with accumulate {parts}: the same step in parts" if smaller else "smaller networks or smaller pictures",
    )  # fmt: skip


def memory_free(device: torch.device) -> int:
    """Bytes that can still be taken: of the GPU, or of the machine and its control group, whichever is less."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    free = [os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free = [int(line.split()[1]) * 1024]
    most, taken = _read("/sys/fs/cgroup/memory.max").strip(), _read("/sys/fs/cgroup/memory.current").strip()
    if most.isdigit() and taken.isdigit():
        free.append(int(most) - int(taken))
    return max(0, min(free))


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.2f} GB"
