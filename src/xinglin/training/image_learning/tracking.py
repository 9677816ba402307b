"""Where the losses of a learning are shown while it runs: TensorBoard, Weights & Biases or MLflow, all of them without a network.

Curves are kept in the folder in any case; a tracker is for watching.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.records.errors import UsageError, one_of
from xinglin.records.image_learning import LearningPlan, Settings

if TYPE_CHECKING:
    from accelerate import Accelerator

TRACKERS = {"tensorboard": "tensorboard", "wandb": "wandb", "mlflow": "mlflow"}


def see_trackers(names: Sequence[str]) -> None:
    """Raises UsageError XL-LEARN-030 for a tracker that is not known, 031 for one that is not installed."""
    for name in names:
        if name not in TRACKERS:
            raise UsageError("XL-LEARN-030", "no such tracker is known", where=name, fix=one_of(name, (*TRACKERS, "none")))
        if find_spec(TRACKERS[name]) is None:
            raise UsageError("XL-LEARN-031", "this tracker is not installed", where=name, fix=f"install {TRACKERS[name]}, or track none")


@contextmanager
def tracked(
    accelerator: Accelerator, names: Sequence[str], folder: Path, settings: Settings, plan: LearningPlan
) -> Iterator[Callable[[Mapping[str, float], int], None]]:
    """A function that shows values at a step. Nothing leaves this machine unless the tracker's own settings name a server."""
    if not names:
        yield lambda values, step: None
        return
    place = folder.resolve() / "tracking"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    told = {**settings, **{name: getattr(plan, name) for name in ("steps", "batch", "rate", "accumulate", "precision", "seed")}}
    with _offline_in(place):
        accelerator.init_trackers("xinglin", config=told, init_kwargs={"wandb": {"dir": str(place)}})
        try:
            yield lambda values, step: accelerator.log(dict(values), step=step)
        finally:
            accelerator.end_training()


@contextmanager
def _offline_in(place: Path) -> Iterator[None]:
    """What a person has not set themselves: no network, and everything in that folder. Afterwards the world is as it was: the next learning has its own."""
    wanted = {"WANDB_MODE": "offline"}
    if "MLFLOW_TRACKING_URI" not in os.environ:
        wanted |= {
            "MLFLOW_TRACKING_URI": (place / "mlflow").as_uri(),
            "MLFLOW_ALLOW_FILE_STORE": "true",
        }  # since MLflow 3 files are to be allowed
    ours = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
