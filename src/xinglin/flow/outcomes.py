"""The road of a trained model: a user's table is learnt and judged, the model kept; a challenger is compared and brought into use; persons are foretold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from xinglin.flow.house import House
from xinglin.intake.model_rows import header, read_rows, row_of
from xinglin.intake.tables import read_table
from xinglin.models.kept_images import read_folder, shipped
from xinglin.records.errors import UsageError
from xinglin.records.prediction import ListedModel, ModelCard, OutcomeDesign, OutcomeKind, Prediction
from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.training.comparing import Comparison
    from xinglin.training.registry import Named, Registry

    Table = Mapping[str, NDArray[np.float64]]

BY_TASK = {"number": "boosted_trees", "yes-no": "boosted_trees", "survival": "cox"}


def registry(house: House) -> Registry:
    """The models of a house."""
    from xinglin.training.registry import Registry

    return Registry(house.store)


def listed(house: House) -> list[ListedModel]:
    """The house's own models in the order of their names and of arrival, then those that come with Xinglin."""
    kept = registry(house)
    own = [_listed(kept.card(f"{named.name}@{digest}"), at, named.aliases(digest)) for named in kept.names() for digest, at in named.made]
    names = {named.name for named in kept.names()}
    cards = {name: read_folder(folder).card for name, folder in shipped().items()}
    return own + [
        replace(_listed(replace(card, name=name), "", ("shipped",)), shipped=True, hidden=name in names) for name, card in cards.items()
    ]


def _listed(card: ModelCard, at: str, aliases: tuple[str, ...]) -> ListedModel:
    score = card.scores[0] if card.scores else None
    return ListedModel(f"{card.name}@{card.digest[:12]}", card.keeps, card.kind, at, aliases, card.promoted_by, score)


def table_asked(
    path: str | Path, *, outcome: str = "", time: str = "", event: str = "", features: Sequence[str] = (), categories: Sequence[str] = (),
    leave_out: Sequence[str] = (), encoding: str = "utf-8", treatment: str = "",
) -> tuple[Table, TableDesign]:  # fmt: skip
    """The columns asked for of a CSV, and what each is. Raises UsageError XL-OUTCOME-020, and what `read_table` raises."""
    wanted = [*features, outcome, time, event.partition("=")[0], treatment]
    names = header(path, encoding)
    if bool(outcome.partition("=")[0]) == bool(time):
        raise UsageError("XL-OUTCOME-020", "it is not clear what to foretell", fix="say --outcome COLUMN, or --survival TIME,EVENT")
    others = [one for one in names if one not in wanted] if features else list(leave_out)
    return read_table(path, time=time, event=event, categories=categories, leave_out=others, encoding=encoding)


def design_of(
    table: Table, columns: TableDesign, *, outcome: str = "", positive: str = "", features: Sequence[str] = (), horizons: Sequence[float] = (),
    groups: Mapping[str, str] | None = None, actionable: Sequence[str] = (), unit: str = "",
) -> OutcomeDesign:  # fmt: skip
    """What is to be foretold from what. A column of two levels, or of 0 and 1, is a yes-or-no. Raises UsageError XL-OUTCOME-021 to 023."""
    own = {outcome, columns.time, columns.event}
    chosen = tuple(features) or tuple(name for name in columns.names if name not in own)
    if unknown := sorted({*chosen, *(groups or {}), *actionable} - set(columns.names)) or sorted(set(actionable) - set(chosen)):
        raise UsageError(
            "XL-OUTCOME-021",
            "the table has no such column to learn from",
            where=", ".join(unknown),
            fix="one of: " + ", ".join(columns.names),
        )
    kind: OutcomeKind = "survival" if columns.time else "number"
    if kind != "survival":
        kind, positive = _kind(table, columns, outcome, positive)
    return OutcomeDesign(
        columns,
        kind,
        chosen,
        outcome,
        positive,
        tuple(horizons),
        dict(groups or {}),
        unit=unit if kind == "number" else "",
        actionable=tuple(actionable),
    )


def effect_design_of(
    table: Table, columns: TableDesign, *, treatment: str, treated: str = "", outcome: str = "", positive: str = "", features: Sequence[str] = (),
    horizon: float | None = None, unit: str = "", effect_on: Literal["mean-time", "free"] = "mean-time",
) -> OutcomeDesign:  # fmt: skip
    """Of what the effect is to be learnt, on what, told from what. Raises UsageError XL-OUTCOME-021 to 023."""
    if treatment not in columns.names:
        raise UsageError(
            "XL-OUTCOME-021", "the table has no such column to learn from", where=treatment, fix="one of: " + ", ".join(columns.names)
        )
    chosen = tuple(features) or tuple(one for one in columns.names if one not in (outcome, columns.time, columns.event, treatment))
    plain = design_of(
        table, columns, outcome=outcome, positive=positive, features=chosen, horizons=() if horizon is None else (horizon,), unit=unit
    )  # fmt: skip
    in_time = plain.kind == "survival" and effect_on == "mean-time"
    return replace(plain, treatment=treatment, treated=treated, effect_on=effect_on, unit=unit if in_time else plain.unit)


def _kind(table: Table, columns: TableDesign, outcome: str, positive: str) -> tuple[OutcomeKind, str]:
    import numpy as np

    if outcome not in columns.names:
        raise UsageError(
            "XL-OUTCOME-021", "the table has no such column to learn from", where=outcome, fix="one of: " + ", ".join(columns.names)
        )
    column, values = columns.column(outcome), table[outcome]
    if column.kind == "category":
        if len(column.levels) != 2 or positive not in column.levels:
            raise UsageError(
                "XL-OUTCOME-022", "it is not clear which value counts as yes", where=outcome, why="two values are needed",
                fix=f"say --outcome {outcome}=VALUE",
            )  # fmt: skip
        return "yes-no", positive
    two = set(np.unique(values[~np.isnan(values)]).tolist()) <= {0.0, 1.0}
    if positive and not (two and positive in ("0", "1")):
        raise UsageError(
            "XL-OUTCOME-022", "it is not clear which value counts as yes", where=outcome, fix="a column of two words, or of 0 and 1"
        )
    if column.kind == "date":
        raise UsageError("XL-OUTCOME-023", "a day cannot be foretold", where=outcome, fix="give the time until it as --survival TIME,EVENT")
    return ("yes-no", positive or "1") if two else ("number", "")


def name_of(words: str) -> str:
    """What a model is kept under where no name was said.

    >>> name_of("Tamoxifen on relapse")
    'tamoxifen-on-relapse'
    """
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]


def learnt(
    house: House, table: Table, design: OutcomeDesign, *, name: str, model: str = "", seed: int = 0, repeats: int = 1, intended_use: str = "",
    by: str, keep: bool = True, note: Callable[[str], None] | None = None,
) -> ModelCard:  # fmt: skip
    """Judged fold by fold, learnt whole, kept as the challenger of its name."""
    from xinglin.training.outcomes import trained

    made, _ = trained(
        table, design, name=name, model=model or BY_TASK[design.kind], seed=seed, repeats=repeats, intended_use=intended_use, note=note
    )
    return registry(house).keep(made, by) if keep else made.card


def effect_learnt(
    house: House, table: Table, design: OutcomeDesign, *, name: str, model: str = "", seed: int = 0, repeats: int = 1, intended_use: str = "",
    by: str, keep: bool = True, note: Callable[[str], None] | None = None,
) -> ModelCard:  # fmt: skip
    """What a treatment does, judged fold by fold, learnt whole, kept as the challenger of its name."""
    from xinglin.training.effects import trained_effect

    made, _ = trained_effect(
        table, design, name=name, model=model or "dr_learner", seed=seed, repeats=repeats, intended_use=intended_use, note=note
    )  # fmt: skip
    return registry(house).keep(made, by) if keep else made.card


def compared(house: House, name: str, path: str | Path | None = None, encoding: str = "utf-8") -> Comparison:
    """The challenger of a name against its champion on a table; a first one against no model. Raises UsageError XL-MODEL-012 without a table."""
    from xinglin.models.foretelling.effects import TrainedEffect
    from xinglin.models.foretelling.trained import TrainedOutcome
    from xinglin.training.comparing import against_no_model, compared
    from xinglin.training.effects import effect_against_no_model, effects_compared

    kept = registry(house)
    challenger = kept.load(f"{name}:challenger")
    first = not kept.named(name).champion
    if isinstance(challenger, TrainedEffect):
        if first:
            return effect_against_no_model(challenger)
        champion = kept.load_as(name, TrainedEffect)
        return effects_compared(challenger, champion, _people(name, path, encoding, challenger.design, champion.design))
    challenger = kept.load_as(f"{name}:challenger", TrainedOutcome)
    if first:
        return against_no_model(challenger)
    return compared(challenger, kept.load_as(name, TrainedOutcome), _people(name, path, encoding, challenger.design))


def _people(name: str, path: str | Path | None, encoding: str, *designs: OutcomeDesign) -> Table:
    """The rows of a table by which two models are compared. Raises UsageError XL-MODEL-012 without one."""
    if path is None:
        raise UsageError(
            "XL-MODEL-012",
            "there is a champion to be compared with",
            where=name,
            fix="say --table FILE.csv: people neither has learnt from",
        )
    asked = {}
    for design in designs:
        own = (*design.features, design.outcome, design.table.time, design.table.event, design.treatment)
        asked |= {one.name: one for one in design.table.columns if one.name in own and one.name not in asked}
    return read_rows(path, list(asked.values()), encoding)


def promoted(
    house: House, name: str, by: str, *, table: str | Path | None = None, why: str = "", encoding: str = "utf-8"
) -> tuple[Named, Comparison]:
    """The challenger comes into use, where the comparison allows it."""
    comparison = compared(house, name, table, encoding)
    return registry(house).promote(name, by, comparison, why), comparison


def foretold(
    house: House, model: str, *, table: str | Path | None = None, row: Sequence[str] = (), changes: bool = False, at_most: float | None = None,
    at_least: float | None = None, encoding: str = "utf-8",
) -> list[tuple[Prediction, ...]]:  # fmt: skip
    """For each row one prediction, of survival one for each time; of an effect what treatment adds.

    Raises UsageError XL-OUTCOME-024 unless a table or a row is given, 027 where a change of an effect is asked for.
    """
    from xinglin.models.foretelling.effects import TrainedEffect
    from xinglin.models.foretelling.trained import TrainedOutcome

    if (table is None) == (not row):
        raise UsageError("XL-OUTCOME-024", "whom to speak of was not said, or twice", fix="give a CSV file, or --row NAME=VALUE ...")
    kept = registry(house)
    trained = kept.load(model)
    if not isinstance(trained, TrainedEffect):
        trained = kept.load_as(model, TrainedOutcome)
    rows = read_rows(table, trained.design.inputs, encoding) if table is not None else row_of(row, trained.design.inputs)
    if isinstance(trained, TrainedOutcome):
        return trained.predictions(rows, changes=changes, at_most=at_most, at_least=at_least)
    if changes or at_most is not None or at_least is not None:
        raise UsageError("XL-OUTCOME-027", "what would change an effect is not told", where=model, fix="ask without --changes")
    return trained.predictions(rows)
