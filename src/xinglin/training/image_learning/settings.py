"""What is set of a model and of a plan: words from a door become checked numbers, with the model's defaults for the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from xinglin.records.errors import UsageError, one_of
from xinglin.records.image_learning import DataCard, LearningPlan, Setting, Settings
from xinglin.shelf.promises import AbstractImageModel

_WORDS_OF_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def settings_of(model: AbstractImageModel, given: Mapping[str, Any] | None = None) -> dict[str, float | int | str | bool]:
    """The model's defaults with what was given in their place; words ("0.2", "yes") are read as what the default is.

    Raises UsageError XL-LEARN-001 for a setting the model has not, 002 for a value it cannot have.
    """
    known = {one.name: one for one in model.settings}
    for name in given or {}:
        if name not in known:
            raise UsageError("XL-LEARN-001", f"{model.name} has no such setting", where=name, fix=one_of(name, known))
    return {one.name: _value(one, given[one.name]) if given and one.name in given else one.default for one in model.settings}


def _value(setting: Setting, given: Any) -> float | int | str | bool:
    try:
        value = _read(setting.default, given)
    except (ValueError, KeyError):
        raise _wrong(setting, f"it is a {type(setting.default).__name__}") from None
    if setting.choices and value not in setting.choices:
        raise _wrong(setting, "one of: " + ", ".join(map(str, setting.choices)))
    if not isinstance(value, str) and not setting.choices:
        low, high = setting.low, setting.high
        if (low is not None and value < low) or (high is not None and value > high):
            raise _wrong(setting, f"from {low} to {high}")
    return value


def _read(default: float | int | str | bool, given: Any) -> float | int | str | bool:
    if isinstance(default, bool):
        return given if isinstance(given, bool) else _WORDS_OF_TRUTH[str(given).lower()]
    if isinstance(default, int):
        if isinstance(given, float) and not given.is_integer():
            raise ValueError(given)
        return int(given)
    return float(given) if isinstance(default, float) else str(given)


def _wrong(setting: Setting, fix: str) -> UsageError:
    return UsageError("XL-LEARN-002", "a setting cannot be that", where=setting.name, why=setting.about, fix=fix)


def see_plan(plan: LearningPlan, model: AbstractImageModel) -> None:
    """Raises UsageError XL-LEARN-003 for a plan that cannot be followed, 004 where an early stop has nothing to go by."""
    rules = (
        (plan.steps >= 1, "steps", "one or more"), (plan.batch >= 1, "batch", "one or more"), (plan.rate > 0, "rate", "above 0"),
        (plan.accumulate >= 1, "accumulate", "one or more"), (0 <= plan.average < 1, "average", "from 0 to below 1"),
        (plan.keep_every >= 1, "keep_every", "one or more"), (plan.privacy >= 0, "privacy", "0, or an epsilon"), (plan.seed >= 0, "seed", "0 or more"),
        (0 < plan.delta < 1, "delta", "between 0 and 1"), (plan.clip >= 0 and plan.decay >= 0 and plan.warm_up >= 0, "clip, decay, warm_up", "0 or more"),
    )  # fmt: skip
    for holds, where, fix in rules:
        if not holds:
            raise UsageError("XL-LEARN-003", "this plan cannot be followed", where=where, fix=fix)
    if plan.patience and (not plan.look_every or len(model.groups) > 1):
        raise UsageError(
            "XL-LEARN-004", "there is nothing an early stop could go by", where="patience",
            why="several groups of networks learn against each other" if plan.look_every else "held-out pictures are never looked at",
            fix="patience 0" if plan.look_every else "look_every above 0",
        )  # fmt: skip


def learning_digest(data: DataCard, model: AbstractImageModel, settings: Settings, plan: LearningPlan, started_from: str = "") -> str:
    """The name of one learning: SHA-256 over the set, the model, its settings, the plan as it was asked for, and what it started from."""
    said = [data.digest, f"{model.name}@{model.version}", dict(settings), plan, started_from]
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()
