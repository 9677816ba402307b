"""Which settings and which rate serve a set best: tried one after another on short learnings, the hopeless ones ended early (Optuna).

A generator is scored by how far its samples lie from held-out pictures as a whole, any other model by its loss on them. What was tried stands in a
journal in the folder: begun again, the search goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from msgspec import Struct, field
from msgspec.structs import replace

from xinglin.records.errors import UsageError, XinglinError
from xinglin.records.image_learning import LearningPlan, SampleRequest, Settings
from xinglin.training.image_learning import checkpoints
from xinglin.training.image_learning.batches import mixed
from xinglin.training.image_learning.company import company_of
from xinglin.training.image_learning.estimate import decided
from xinglin.training.image_learning.export import torch_graphs
from xinglin.training.image_learning.learner import Company, Learner, fresh_networks
from xinglin.training.image_learning.precision import repeatable
from xinglin.training.image_learning.settings import learning_digest, see_plan, settings_of

if TYPE_CHECKING:
    import optuna

    from xinglin.shelf.promises import AbstractImageModel
    from xinglin.training.image_sets import ImageSet

RUNGS = (1 / 3, 2 / 3, 1.0)  # of the steps, where hopeless ones end
SCORED_ON = 128  # pictures at most
_RATE_SPAN = 4.0  # the rate is tried from a quarter to four times the plan's
_SEARCH = 21


class Trial(Struct, frozen=True):
    """One try: what was set, how it ended (done, ended early, failed), its score; lower is better."""

    number: int
    settings: Mapping[str, float | int | str | bool]
    rate: float
    ended: str
    score: float | None = None


class Search(Struct, frozen=True):
    """What was tried, the best first among those that were done. `plan`: as all were learnt, but for the rate."""

    model: str
    scored_by: str
    plan: LearningPlan
    trials: tuple[Trial, ...] = field(default=())

    @property
    def best(self) -> Trial:
        """The best that was done to its end. Raises UsageError XL-LEARN-091 where none was."""
        done = sorted(
            (one for one in self.trials if one.ended == "done" and one.score is not None), key=lambda one: (one.score, one.number)
        )
        if not done:
            raise UsageError(
                "XL-LEARN-091", "no try came to its end", where=self.model, fix="more trials, a smaller rate or a smaller batch"
            )
        return done[0]


def searched(
    pictures: ImageSet, model: AbstractImageModel, settings: Mapping[str, Any], plan: LearningPlan, folder: str | Path, *, trials: int,
    note: Callable[[str], None] | None = None,
) -> Search:  # fmt: skip
    """So many tries in all, those of an earlier call in the same folder among them. settings: what is given is not searched.

    Raises UsageError XL-LEARN-090 where there is nothing to search or no trial is asked for, 011 where the folder is of another search.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    place, say = Path(folder), note or (lambda text: None)
    fixed = settings_of(model, settings)
    if trials < 1 or plan.privacy:
        raise UsageError("XL-LEARN-090", "there is nothing to search", where="trials", fix="one or more, and without --epsilon")
    plan = replace(plan, patience=0, look_every=plan.look_every or plan.steps)
    see_plan(plan, model)
    _, company = company_of()
    with repeatable(company.device):
        study, plan = _begun(place, pictures, model, fixed, settings, plan, company)
        score = _scorer(pictures, model)
        while len(study.trials) < trials:
            number = len(study.trials)
            study.sampler = optuna.samplers.TPESampler(seed=mixed(plan.seed, _SEARCH, number) % 2**32, n_startup_trials=5)
            trial = study.ask()
            chosen, rate = _chosen(trial, model, fixed, settings, plan)
            try:
                value = _tried(trial, pictures, model, chosen, replace(plan, rate=rate), company, score)
                study.tell(trial, value, optuna.trial.TrialState.PRUNED if value is None else None)
                say(f"try {number + 1} of {trials}: {'ended early' if value is None else f'{value:.4g}'}")
            except XinglinError as error:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                say(f"try {number + 1} of {trials}: {error.code} {error.what}")
    how = "Frechet distance to held-out pictures" if model.task == "generate" else "loss on held-out pictures"
    return Search(model.name, how, plan, tuple(_told(one, model, fixed) for one in study.trials))


def _begun(
    place: Path,
    pictures: ImageSet,
    model: AbstractImageModel,
    fixed: Settings,
    given: Mapping[str, Any],
    plan: LearningPlan,
    company: Company,
) -> tuple[optuna.Study, LearningPlan]:
    """The study of the folder; what was running when it was killed has failed. The plan as it was decided when the search began."""
    import optuna
    from optuna.storages.journal import JournalFileBackend

    digest = learning_digest(pictures.card, model, fixed, plan, "search " + " ".join(sorted(given)))
    path = place / "search.json"
    if path.exists():
        kept, plan = msgspec.json.decode(path.read_bytes(), type=tuple[str, LearningPlan])
        if kept != digest:
            raise UsageError(
                "XL-LEARN-011", "this folder is of another learning", where=str(place), fix="another folder, or the same asking"
            )
    else:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        networks = fresh_networks(model, pictures.form, fixed, plan.seed).to(company.device)
        plan, _ = decided(pictures, model, fixed, plan, networks, company)
        checkpoints.write_surely(path, msgspec.json.encode((digest, plan)))
    storage = optuna.storages.JournalStorage(JournalFileBackend(str(place / "search.journal")))
    pruner = optuna.pruners.MedianPruner(n_startup_trials=3)
    study = optuna.create_study(storage=storage, study_name="search", load_if_exists=True, pruner=pruner)
    for one in study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
        study.tell(one.number, state=optuna.trial.TrialState.FAIL)
    return study, plan


def _chosen(
    trial: optuna.Trial, model: AbstractImageModel, fixed: Settings, given: Mapping[str, Any], plan: LearningPlan
) -> tuple[dict[str, Any], float]:
    """The settings of this try, and its rate."""
    chosen: dict[str, Any] = dict(fixed)
    for one in model.settings:
        if not one.tuned or one.name in given:
            continue
        if one.choices or isinstance(one.default, bool):
            chosen[one.name] = trial.suggest_categorical(one.name, list(one.choices) or [False, True])
        elif one.low is not None and one.high is not None:
            suggest = trial.suggest_int if isinstance(one.default, int) else trial.suggest_float
            chosen[one.name] = suggest(one.name, one.low, one.high, log=one.logarithmic)  # type: ignore[arg-type]
    return chosen, trial.suggest_float("plan.rate", plan.rate / _RATE_SPAN, plan.rate * _RATE_SPAN, log=True)


def _tried(
    trial: optuna.Trial, pictures: ImageSet, model: AbstractImageModel, settings: Settings, plan: LearningPlan, company: Company,
    score: Callable[[Learner], float],
) -> float | None:  # fmt: skip
    """The score at the end, None where it was ended early. Raises what networks, memory and steps raise."""
    networks = fresh_networks(model, pictures.form, settings, plan.seed).to(company.device)
    decided(pictures, model, settings, replace(plan, steps=min(plan.steps, 1)), networks, company)  # memory alone
    learner = Learner(pictures, model, settings, plan, networks, company)
    rungs = sorted({max(1, round(share * plan.steps)) for share in RUNGS})
    value = float("inf")
    while learner.step < plan.steps:
        learner.advance()
        if learner.step in rungs:
            value = score(learner)
            trial.report(value, learner.step)
            if learner.step < plan.steps and trial.should_prune():
                return None
    return value


def _scorer(pictures: ImageSet, model: AbstractImageModel) -> Callable[[Learner], float]:
    if model.task != "generate" or model.needs:
        return lambda learner: learner.look()
    from xinglin.training.image_judging.encoder import encoded
    from xinglin.training.image_judging.frechet import frechet

    rows = pictures.rows("held-out")
    held_out = pictures.scaled(rows[:SCORED_ON])
    real = encoded(held_out)
    middle, spread = real.mean(0), real.std(0) + 1e-6
    asked = pictures.conditions(rows[:SCORED_ON]) if pictures.form.conditions else None

    def score(learner: Learner) -> float:
        networks = learner.finished()
        torch.manual_seed(mixed(learner.plan.seed, _SEARCH))
        with torch.no_grad():
            settings = model.prepared(networks, pictures.scaled(pictures.rows("train")[:512]), pictures.form, learner.settings)
        made = model.sample(
            torch_graphs(model, networks, pictures.form, settings),
            pictures.form,
            settings,
            SampleRequest(len(held_out), learner.plan.seed, asked),
        )
        value = frechet((encoded(np.clip(made, -1, 1)) - middle) / spread, (real - middle) / spread)
        return value if np.isfinite(value) else 1e30

    return score


def _told(trial: optuna.trial.FrozenTrial, model: AbstractImageModel, fixed: Settings) -> Trial:
    ended = {"COMPLETE": "done", "PRUNED": "ended early"}.get(trial.state.name, "failed")
    chosen = {name: value for name, value in trial.params.items() if name != "plan.rate"}
    return Trial(trial.number, {**fixed, **chosen}, trial.params.get("plan.rate", 0.0), ended, trial.value)
