"""Learning pictures from beginning to end: planned, estimated, learnt step by step with checkpoints, ready to be sampled and kept.

The same set, model, settings and plan end in the same weights on one machine, however often the work was killed on the way.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import torch
from msgspec import Struct

from xinglin.records.errors import OutOfResources, UsageError
from xinglin.records.image_learning import DataCard, ImageForm, LearningPlan, Settings
from xinglin.shelf.promises import AbstractImageModel
from xinglin.training.image_learning import checkpoints
from xinglin.training.image_learning.adapters import adapted, merged
from xinglin.training.image_learning.batches import mixed
from xinglin.training.image_learning.curves import Curves
from xinglin.training.image_learning.learner import Company, Learner, fresh_networks
from xinglin.training.image_learning.precision import repeatable, see_precision
from xinglin.training.image_learning.settings import learning_digest, see_plan, settings_of
from xinglin.training.image_learning.taken import Taken, Watch

if TYPE_CHECKING:
    from xinglin.training.image_sets import ImageSet

Note = Callable[[str], None]
_PREPARED_FROM = 2048  # pictures at most
_PREPARE = 13


@dataclass(frozen=True)
class Start:
    """Weights that a learning begins with instead of drawn ones. `digest`: of the model they are from."""

    digest: str
    weights: Mapping[str, torch.Tensor]
    adapter: bool = False  # learn thin changes beside its weights alone


@dataclass(frozen=True)
class LearntImages:
    """What was learnt. `networks`: to sample with, on the CPU. `settings`: with what was measured at the end. `plan`: as it was carried out."""

    model: AbstractImageModel
    form: ImageForm
    data: DataCard
    networks: torch.nn.ModuleDict
    settings: Settings
    plan: LearningPlan
    curves: Curves
    steps: int
    folder: Path
    started_from: str = ""
    engine: str = ""
    epsilon: float = 0.0
    notes: tuple[str, ...] = ()
    first: bool = True  # of several processes: whether this is the one that keeps it
    taken: Taken = field(default_factory=Taken)


class _Asked(Struct, frozen=True):
    """What a folder was begun for, and the plan with its steps and its precision decided."""

    digest: str
    plan: LearningPlan
    notes: tuple[str, ...] = ()


def learnt(
    pictures: ImageSet, model: AbstractImageModel, settings: Mapping[str, Any], plan: LearningPlan, folder: str | Path, *,
    note: Note | None = None, start: Start | None = None, trackers: Sequence[str] = (), minutes: float = 0.0,
) -> LearntImages:  # fmt: skip
    """The model, learnt. `folder` holds checkpoints and curves; called again with the same asking it goes on where it was.

    minutes: 0, or how long; the plan's steps are then those that fit. trackers: tensorboard, wandb, mlflow.
    Raises UsageError XL-LEARN-001 to 004, 007 to 009, 011 where the folder is of another learning, OutOfResources XL-LEARN-012 where another
    process learns in it, 015 where processes end apart, 020 where memory would not do, InvalidInput XL-LEARN-005, 006, 010, 013.
    """
    from xinglin.training.image_learning.company import company_of
    from xinglin.training.image_learning.tracking import tracked

    say, place = note or (lambda text: None), Path(folder)
    see_plan(plan, model)
    settings = settings_of(model, settings)
    digest = learning_digest(
        pictures.card, model, settings, plan, f"{start.digest if start else ''}|{minutes:g}|{bool(start and start.adapter)}"
    )
    accelerator, company = company_of(trackers, place)
    see_precision(plan.precision, company.device)
    with _alone(place, company), repeatable(company.device):
        networks = begun(model, pictures.form, settings, plan.seed, start)
        asked = _decided(place, digest, pictures, model, settings, plan, networks, company, minutes, say)
        learner = _learner(pictures, model, settings, asked.plan, networks, company, place)
        with tracked(accelerator, trackers, place, settings, asked.plan) as log:
            taken = _carried_out(learner, place, say, log)
        learner.alike.see()
        epsilon = _spent(learner, place)
        finished = merged(learner.finished())
        settings = _prepared(model, finished, pictures, settings, plan.seed, private=bool(plan.privacy))
    curves = Curves() if plan.privacy else learner.curves  # losses are of private pictures
    if company.rank == 0:
        checkpoints.write_surely(place / "curves.json", curves.as_json())
        checkpoints.write_surely(place / "curves.svg", curves.picture().encode())
    return LearntImages(
        model, pictures.form, pictures.card, finished, settings, asked.plan, curves, learner.step, place,
        start.digest if start else "", _engine(company), epsilon, asked.notes, company.rank == 0, taken,
    )  # fmt: skip


def begun(model: AbstractImageModel, form: ImageForm, settings: Settings, seed: int, start: Start | None) -> torch.nn.ModuleDict:
    """Fresh networks, or with the weights to start from. Raises UsageError XL-LEARN-014 where those are of other networks."""
    networks = fresh_networks(model, form, settings, seed)
    if start:
        ours = {name: tuple(value.shape) for name, value in networks.state_dict().items()}
        theirs = {name: tuple(value.shape) for name, value in start.weights.items()}
        if different := sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)):
            raise UsageError(
                "XL-LEARN-014", "the weights to start from are of other networks", where=different[0],
                why=f"{len(different)} of {len(ours)} differ", fix="the same model, settings, channels and conditions as the one to start from",
            )  # fmt: skip
        networks.load_state_dict(dict(start.weights))
        if start.adapter:
            adapted(networks, (name for names in model.groups.values() for name in names))
    return networks


def _decided(
    place: Path, digest: str, pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict,
    company: Company, minutes: float, say: Note,
) -> _Asked:  # fmt: skip
    """The plan with steps and precision decided, as it was decided when the folder was begun."""
    from xinglin.training.image_learning.company import shared
    from xinglin.training.image_learning.estimate import decided

    path, asked = place / "learning.json", None
    if path.exists():
        asked = msgspec.json.decode(path.read_bytes(), type=_Asked)
        if asked.digest != digest:
            raise UsageError(
                "XL-LEARN-011", "this folder is of another learning", where=str(place), why="the set, the model, its settings or the plan differ",
                fix="another folder, or the same asking as before",
            )  # fmt: skip
    elif company.rank == 0:
        made, notes = decided(pictures, model, settings, plan, networks, company, minutes)
        asked = _Asked(digest, made, notes)
        checkpoints.write_surely(path, msgspec.json.format(msgspec.json.encode(asked), indent=1))
    asked = shared(asked, company)
    for line in asked.notes:
        say(line)
    return asked


def _learner(
    pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, networks: torch.nn.ModuleDict, company: Company, place: Path,
) -> Learner:  # fmt: skip
    if plan.privacy:
        from xinglin.training.image_learning.private import private_learner

        learner = private_learner(pictures, model, settings, plan, networks, company, place)
    else:
        learner = Learner(pictures, model, settings, plan, networks, company)
    if found := checkpoints.newest(place / "checkpoints"):
        learner.go_on_from(*found)
    return learner


def _carried_out(learner: Learner, place: Path, say: Note, log: Callable[[Mapping[str, float], int], None]) -> Taken:
    """All steps that are left, with looks and checkpoints on the way; what all steps took, those of earlier calls among them."""
    plan, began, first, watch = learner.plan, time.monotonic(), learner.step, Watch(place, learner.step)
    every = max(1, plan.steps // 20)
    if first:
        say(f"goes on after step {first} of {plan.steps}")
    while learner.step < plan.steps and not learner.tired:
        losses = learner.advance()
        log(losses, learner.step)
        if plan.look_every and learner.step % plan.look_every == 0:
            log({"held-out": learner.look()}, learner.step)
        if learner.step % plan.keep_every == 0:
            _keep(learner, place, watch)
        if learner.step % every == 0:
            left = (time.monotonic() - began) / (learner.step - first) * (plan.steps - learner.step)
            told = ", ".join(f"{name} {value:.4g}" for name, value in losses.items())
            say(f"step {learner.step} of {plan.steps}: {told}; about {_span(left)} left")
    if learner.tired and learner.step < plan.steps:
        say(f"stopped after step {learner.step}: {plan.patience} looks at held-out pictures found nothing better")
    return _keep(learner, place, watch)


def _keep(learner: Learner, place: Path, watch: Watch) -> Taken:
    taken = watch.taken(learner.step)
    if learner.company.rank == 0:
        checkpoints.write(place / "checkpoints", *learner.standing())
        watch.keep(taken)
    return taken


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def _spent(learner: Learner, place: Path) -> float:
    """The epsilon that a private learning spent; its secret is destroyed."""
    if not learner.plan.privacy:
        return 0.0
    from xinglin.training.image_learning.private import PrivateGroups, forget_secret

    forget_secret(place)
    return learner.groups.spent(learner.step) if isinstance(learner.groups, PrivateGroups) else 0.0


def _prepared(
    model: AbstractImageModel, networks: torch.nn.ModuleDict, pictures: ImageSet, settings: Settings, seed: int, *, private: bool
) -> Settings:
    """The settings with what the model measures of the learnt-from pictures; nothing where those are private."""
    if private:
        return settings
    torch.manual_seed(mixed(seed, _PREPARE))
    with torch.no_grad():
        return model.prepared(networks, pictures.scaled(pictures.rows("train")[:_PREPARED_FROM]), pictures.form, settings)


def _engine(company: Company) -> str:
    what = torch.cuda.get_device_name(company.device) if company.device.type == "cuda" else f"CPU, {torch.get_num_threads()} threads"
    return f"torch {torch.__version__}, {what}" + (f", {company.world} processes" if company.world > 1 else "")


@contextmanager
def _alone(place: Path, company: Company) -> Iterator[None]:
    """One learning at a time in a folder. Raises OutOfResources XL-LEARN-012."""
    if company.rank:
        yield
        return
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(place / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise OutOfResources(
            "XL-LEARN-012", "another process learns in this folder", where=str(place), fix="wait for it, or end it"
        ) from None
    finally:
        os.close(descriptor)
