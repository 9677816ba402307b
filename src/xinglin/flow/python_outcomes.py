"""Trained models in Python: `xl.train_outcome`, `xl.train_effect`, `xl.predict`, `xl.list_models`, `xl.model_cards`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from xinglin.flow.asked import who
from xinglin.flow.house import House

if TYPE_CHECKING:
    from xinglin.records.prediction import ListedModel, ModelCard, Prediction


def train_outcome(
    table: str | Path, outcome: str = "", *, positive: str = "", time: str = "", event: str = "", horizons: Sequence[float] = (),
    features: Sequence[str] = (), model: str = "", name: str = "", categories: Sequence[str] = (), leave_out: Sequence[str] = (),
    actionable: Sequence[str] = (), groups: Mapping[str, str] | None = None, unit: str = "", use: str = "", repeats: int = 1,
    encoding: str = "utf-8", seed: int = 0, by: str = "", keep: bool = True, home: str | Path | None = None,
) -> ModelCard:  # fmt: skip
    """The card of a model learnt from a CSV, judged on people it had not seen and kept as the challenger of its name.

    outcome: a column; `positive` the value that counts as yes. time, event: or survival, told at `horizons`. groups: feature -> kind of source.
    """
    from xinglin.flow import outcomes

    values, columns = outcomes.table_asked(
        table, outcome=outcome, time=time, event=event, features=features, categories=categories, leave_out=leave_out, encoding=encoding
    )
    design = outcomes.design_of(
        values,
        columns,
        outcome=outcome,
        positive=positive,
        features=features,
        horizons=horizons,
        groups=groups,
        actionable=actionable,
        unit=unit,
    )
    kept_under = name or outcomes.name_of(outcome or columns.event)
    return outcomes.learnt(
        House.at(home),
        values,
        design,
        name=kept_under,
        model=model,
        seed=seed,
        repeats=repeats,
        intended_use=use,
        by=by or who(),
        keep=keep,
    )


def train_effect(
    table: str | Path, treatment: str, outcome: str = "", *, treated: str = "", positive: str = "", time: str = "", event: str = "",
    horizon: float | None = None, effect_on: Literal["mean-time", "free"] = "mean-time", features: Sequence[str] = (), model: str = "",
    name: str = "", categories: Sequence[str] = (), leave_out: Sequence[str] = (), unit: str = "", use: str = "", repeats: int = 1,
    encoding: str = "utf-8", seed: int = 0, by: str = "", keep: bool = True, home: str | Path | None = None,
) -> ModelCard:  # fmt: skip
    """The card of what a treatment does, learnt from a CSV, judged on people it had not seen and kept as the challenger of its name.

    treatment: a column of two values; `treated` the one that means treated. outcome: a column; `positive` the value that counts as yes. time,
    event: or survival, counted until `horizon`. features: what decided about the treatment or bears on the outcome. Refused without overlap.
    """
    from xinglin.flow import outcomes

    values, columns = outcomes.table_asked(
        table, outcome=outcome, time=time, event=event, features=features, categories=categories, leave_out=leave_out, encoding=encoding,
        treatment=treatment,
    )  # fmt: skip
    design = outcomes.effect_design_of(
        values, columns, treatment=treatment, treated=treated, outcome=outcome, positive=positive, features=features, horizon=horizon, unit=unit,
        effect_on=effect_on,
    )  # fmt: skip
    return outcomes.effect_learnt(
        House.at(home), values, design, name=name or outcomes.name_of(f"{treatment} on {outcome or columns.event}"), model=model, seed=seed,
        repeats=repeats, intended_use=use, by=by or who(), keep=keep,
    )  # fmt: skip


def predict(
    model: str, rows: str | Path | Mapping[str, object], *, changes: bool = False, at_most: float | None = None, at_least: float | None = None,
    encoding: str = "utf-8", home: str | Path | None = None,
) -> list[tuple[Prediction, ...]]:  # fmt: skip
    """What a kept model says: for each row one prediction, of survival one for each time; of an effect what treatment adds, with 95 % limits.

    model: NAME for the one in use, NAME:challenger or NAME@DIGEST. rows: a CSV file, or one person as {"age": 61, "sex": "f"}.
    """
    from xinglin.flow import outcomes

    one = [f"{name}={'' if value is None else value}" for name, value in rows.items()] if isinstance(rows, Mapping) else []
    path = None if isinstance(rows, Mapping) else rows
    return outcomes.foretold(
        House.at(home), model, table=path, row=one, changes=changes or at_most is not None or at_least is not None, at_most=at_most,
        at_least=at_least, encoding=encoding,
    )  # fmt: skip


def list_models(home: str | Path | None = None) -> list[ListedModel]:
    """Every model that can be used here: the house's own, then those that come with Xinglin (`.shipped`)."""
    from xinglin.flow import outcomes

    return outcomes.listed(House.at(home))


def model_cards(home: str | Path | None = None) -> list[ModelCard]:
    """The card of every model that the house keeps; `xl.model_cards()[0].promoted_by` says who brought it into use."""
    from xinglin.flow import outcomes

    kept = outcomes.registry(House.at(home))
    return [kept.card(f"{named.name}@{digest}") for named in kept.names() for digest, _ in named.made]
