"""An outcome learnt from a table: rows that cannot teach are counted out, the way of learning is judged fold by fold, the whole table is learnt.

What comes of it has a card that says how good it is on people it had not seen, and how it treats what is missing and what is unlike.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec.structs import replace

from xinglin.models.foretelling import conduct
from xinglin.models.foretelling.familiarity import Familiarity
from xinglin.models.foretelling.trained import TrainedOutcome, outcome_models
from xinglin.models.kept import digest_of
from xinglin.models.tabular.columns import count_of, see_that_it_can_be_learnt, survival_of
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.prediction import ModelCard, OutcomeDesign
from xinglin.training.judging import HeldOut, held_out, scores_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractOutcomeModel

    Table = Mapping[str, NDArray[np.float64]]

LEVEL = 0.9
NOT_FOR = "It is not clinically validated. What moved a prediction is no cause, and what would change it is no effect of a treatment."


def trained(
    table: Table, design: OutcomeDesign, *, name: str, model: str, seed: int = 0, repeats: int = 1, intended_use: str = "",
    note: Callable[[str], None] | None = None,
) -> tuple[TrainedOutcome, HeldOut]:  # fmt: skip
    """A trained model with its card, and the held-out predictions it was judged by.

    Raises NotFound XL-SHELF-001 for a model nobody has, InvalidInput XL-OUTCOME-001 to 013 for a table that cannot teach.
    """
    learner = outcome_models()[model]
    teaching, left_out = with_outcome(table, design)
    design = with_horizons(teaching, design)
    see_that_it_can_be_learnt(teaching, design, learner.outcomes)
    held = held_out(learner, teaching, design, seed, repeats, note)
    if note:
        note(f"{learner.name}: the whole table")
    fitted = learner.fit(teaching, design, seed)
    how = _conduct(teaching, design, held)
    card = ModelCard(
        name=name, digest="", kind=learner.name, version=learner.version, design=design, trained_rows=count_of(teaching),
        table_digest=table_digest(teaching, design), seed=seed, scores=scores_of(held, teaching, seed, LEVEL), intended_use=intended_use,
        not_for=NOT_FOR, ranges=dict(how.familiarity.ranges), notes=_notes(learner, left_out, how, teaching),
    )  # fmt: skip
    made = TrainedOutcome(card, fitted, how)
    return replace_card(made, digest_of(made.files())), held


def replace_card(made: TrainedOutcome, digest: str) -> TrainedOutcome:
    """The same with its digest on the card."""
    return TrainedOutcome(replace(made.card, digest=digest), made.fitted, made.conduct)


def with_outcome(table: Table, design: OutcomeDesign) -> tuple[dict[str, NDArray[np.float64]], int]:
    """(the rows that say what became of the person, and of an effect whether they were treated; how many did not)."""
    targets = (design.table.time, design.table.event) if design.kind == "survival" else (design.outcome,)
    targets = (*targets, design.treatment) if design.treatment else targets
    if absent := [name for name in targets if name not in table]:
        raise InvalidInput(
            "XL-OUTCOME-003", "a column to learn from is not there", where=", ".join(absent), fix="name columns of the table"
        )
    known = np.all([np.isfinite(np.asarray(table[name], float)) for name in targets], axis=0)
    return {name: np.asarray(values, float)[known] for name, values in table.items()}, int(np.sum(~known))


def with_horizons(table: Table, design: OutcomeDesign) -> OutcomeDesign:
    """Survival is told at the quartiles of the times of ends where no times were asked. Raises UsageError XL-OUTCOME-014 beyond the last time."""
    if design.kind != "survival":
        return design
    times, ended = survival_of(table, design)
    if not ended.any():
        raise InvalidInput("XL-OUTCOME-007", "nobody's end was seen", where=design.table.event, fix="say --event COL=VALUE")
    if design.horizons:
        if min(design.horizons) <= 0 or max(design.horizons) > times.max():
            raise UsageError(
                "XL-OUTCOME-014", "a time to tell survival at lies beyond the observation", where="--horizon", fix="name earlier times"
            )
        return replace(design, horizons=tuple(sorted(design.horizons)))
    quartiles = np.quantile(times[ended], [0.25, 0.5, 0.75])
    return replace(design, horizons=tuple(float(f"{one:.3g}") for one in np.unique(quartiles)))


def table_digest(table: Table, design: OutcomeDesign) -> str:
    """The SHA-256 of the columns that were learnt from, in their order."""
    own = design.table.time, design.table.event, design.outcome, design.treatment
    names = [name for name in design.table.names if name in (*design.features, *own) and name in table]
    told = hashlib.sha256(msgspec.json.encode(names))
    for name in names:
        told.update(np.ascontiguousarray(table[name], dtype="<f8").tobytes())
    return told.hexdigest()


def _conduct(table: Table, design: OutcomeDesign, held: HeldOut) -> conduct.Conduct:
    """From the held-out predictions of the first repetition: one of each person, and one more for each way to lack a kind of source."""

    def limits(predicted: NDArray[np.float64], score: NDArray[np.float64]) -> conduct.Limits:
        told = predicted[:, : len(design.horizons)] if design.kind == "survival" else predicted
        return conduct.limits_of(table, design, told, score, LEVEL)

    without = {"+".join(kinds): limits(*pair) for kinds, pair in held.without.items()}
    return conduct.Conduct(Familiarity.learnt(table, design), limits(held.predicted[0], held.score[0]), without)


def _notes(learner: AbstractOutcomeModel, left_out: int, how: conduct.Conduct, table: Table) -> tuple[str, ...]:
    silent = float(np.mean([bool(one.declined) for one in how.familiarity.judged(table)]))
    told = [f"missing values: {learner.about_missing}", f"of those learnt from it would be silent about {silent:.1%}"]
    if left_out:
        told.append(f"{left_out} rows did not say what became of the person and taught nothing")
    if how.whole.line:
        told.append("chances are calibrated by Platt's line on held-out predictions; the limits are those of people with like chances")
    if how.whole.bands:
        told.append(f"intervals are conformal at {LEVEL:.0%}, within {len(how.whole.bands.people)} groups of predictions")
    if how.whole.horizons:
        told.append("limits of survival are those of people with like chances (Kaplan-Meier, 95 %)")
    if how.without:
        told.append("where whole kinds of sources are missing, calibration and limits are those learnt with the same kinds hidden")
    return tuple(told)
