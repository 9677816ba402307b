"""The processes that learn together, as `torchrun` or `accelerate launch` started them; alone it is one, on a GPU where there is one.

Each takes its share of a step's pictures; gradients are averaged by hand, so that networks with several losses and methods need no wrapper.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xinglin.training.image_learning.learner import Company

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator

T = TypeVar("T")


def company_of(trackers: Sequence[str] = (), folder: Path | None = None) -> tuple[Accelerator, Company]:
    """What accelerate found, and the company it makes."""
    from accelerate import Accelerator

    from xinglin.training.image_learning.tracking import see_trackers

    see_trackers(trackers)
    accelerator = Accelerator(
        mixed_precision="no", log_with=list(trackers) or None, project_dir=str(folder / "tracking") if folder else None
    )

    def mean(row: torch.Tensor) -> torch.Tensor:
        return accelerator.reduce(row, "mean")  # type: ignore[return-value]

    several = accelerator.num_processes > 1
    return accelerator, Company(accelerator.device, accelerator.process_index, accelerator.num_processes, mean if several else None)


def shared(told: T | None, company: Company) -> T:
    """What the first process says, in all of them."""
    if company.world > 1:
        from accelerate.utils import broadcast_object_list

        box = [told]
        broadcast_object_list(box, from_process=0)
        told = box[0]
    if told is None:
        raise ValueError("the first process said nothing")
    return told
