"""What a treatment does, learnt from a table: rows that do not say it are counted out, the learner is judged fold by fold, the whole table is learnt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.causal.overlap import MOST_ONE_SIDED, NEVER, Chance, one_sided_of
from xinglin.models.causal.parts import FEWEST_IN_A_GROUP, parts_of, treated_of
from xinglin.models.foretelling.effects import EFFECT, EffectConduct, TrainedEffect, effect_models
from xinglin.models.foretelling.familiarity import Familiarity
from xinglin.models.kept import digest_of
from xinglin.models.tabular.columns import count_of, survival_of
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.records.prediction import ModelCard, OutcomeDesign
from xinglin.training.comparing import Comparison, held_apart, see_that_it_can_judge
from xinglin.training.judging import FOLDS
from xinglin.training.judging_effects import GAIN, STATED, HeldOutEffects, effect_scores, held_out_effects
from xinglin.training.outcomes import table_digest, with_horizons, with_outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractEffectModel

    Table = Mapping[str, NDArray[np.float64]]

NOT_FOR = (
    "It is not clinically validated. It was learnt from who happened to be treated: what decided about the treatment, bears on the outcome "
    "and is not among the features is mistaken for an effect. It is the effect on people like this one, not on this one."
)
_SAME = ("kind", "outcome", "positive", "horizons", "treatment", "treated", "effect_on")


def trained_effect(
    table: Table, design: OutcomeDesign, *, name: str, model: str = "dr_learner", seed: int = 0, repeats: int = 1, intended_use: str = "",
    note: Callable[[str], None] | None = None,
) -> tuple[TrainedEffect, HeldOutEffects]:  # fmt: skip
    """A learnt effect with its card, and what was told of held-out people.

    Raises NotFound XL-SHELF-001 for a learner nobody has, InvalidInput XL-EFFECT-001 to 004 and 006, XL-OUTCOME-001 to 014 for a table that
    cannot teach, Refused XL-EFFECT-005 where treated and untreated people do not overlap.
    """
    learner = effect_models()[model]
    teaching, left_out = with_outcome(table, design)
    treated = _groups(teaching, design)
    design = _with_one_horizon(teaching, design, treated)
    held = held_out_effects(learner, teaching, design, seed, repeats, note)
    if note:
        note(f"{learner.name}: the whole table")
    fitted = learner.fit(teaching, design, seed)
    how = EffectConduct(Familiarity.learnt(teaching, design), Chance.learnt(teaching, design, treated.astype(float), seed))
    card = ModelCard(
        name=name, digest="", kind=learner.name, version=learner.version, design=design, trained_rows=count_of(teaching),
        table_digest=table_digest(teaching, design), seed=seed, scores=effect_scores(held, seed), intended_use=intended_use, not_for=NOT_FOR,
        ranges=dict(how.familiarity.ranges), notes=_notes(learner, left_out, held, how, teaching), keeps=EFFECT,
    )  # fmt: skip
    made = TrainedEffect(card, fitted, how)
    return TrainedEffect(replace(card, digest=digest_of(made.files())), fitted, how), held


def _groups(table: Table, design: OutcomeDesign) -> NDArray[np.bool_]:
    """Who was treated; each group large enough that a fold may be held out of it."""
    if design.treatment not in table:
        raise InvalidInput("XL-EFFECT-001", "the treatment is not there", where=design.treatment, fix="say --treatment COLUMN")
    treated, fewest = treated_of(table, design), FEWEST_IN_A_GROUP * FOLDS // (FOLDS - 1)
    if min(treated.sum(), (~treated).sum()) < fewest:
        raise InvalidInput(
            "XL-EFFECT-004", "too few people had, or had not, the treatment", where=design.treatment,
            why=f"{int(treated.sum())} had it, {int((~treated).sum())} had not; {fewest} of each are needed", fix="use more people",
        )  # fmt: skip
    return treated


def _with_one_horizon(table: Table, design: OutcomeDesign, treated: NDArray[np.bool_]) -> OutcomeDesign:
    """The time asked for, or the last that `with_horizons` finds within the observation of both groups."""
    if design.kind != "survival":
        return design
    if len(design.horizons) > 1:
        raise UsageError("XL-EFFECT-007", "an effect on survival is counted until one time", where="--horizon", fix="name one")
    times, _ = survival_of(table, design)
    both = float(min(times[treated].max(), times[~treated].max()))
    return (
        with_horizons(table, design)
        if design.horizons
        else replace(design, horizons=(min(both, with_horizons(table, design).horizons[-1]),))
    )


def _notes(learner: AbstractEffectModel, left_out: int, held: HeldOutEffects, how: EffectConduct, table: Table) -> tuple[str, ...]:
    one_sided, silent = float(np.mean(one_sided_of(held.chance))), float(np.mean([bool(one.declined) for one in how.judged(table)]))
    low, high = np.quantile(held.chance, [0.05, 0.95])
    told = [
        f"{int(held.treated.sum())} were treated, {int((~held.treated).sum())} were not",
        f"overlap: the chance of treatment was {low:.0%} to {high:.0%} in nine of ten; {one_sided:.1%} had one under {NEVER:.0%} to be treated "
        f"otherwise ({MOST_ONE_SIDED:.0%} are allowed)",
        f"missing values: {learner.about_missing}",
        f"of those learnt from it would be silent about {silent:.1%}",
        f"limits, at 95 %, are {learner.about_limits}; they hold if the features tell all that decided about the treatment",
    ]
    if left_out:
        told.append(f"{left_out} rows did not say whether the person was treated, or what became of them, and taught nothing")
    return tuple(told)


def effect_against_no_model(challenger: TrainedEffect) -> Comparison:
    """Its effects against the mean effect told of everybody, on held-out people. Raises Refused XL-MODEL-009 where its card has no scores."""
    named = {one.name: one for one in challenger.card.scores}
    own, none, gain = (named.get(name) for name in (STATED, f"{STATED} of no model", GAIN))
    if own is None or none is None or gain is None or gain.low is None or gain.high is None:
        raise Refused("XL-MODEL-009", "the model has no score of held-out people", where=challenger.card.name, fix="train it again")
    return Comparison(
        STATED, challenger.card.digest, "", own.value, none.value, (gain.value, gain.low, gain.high), own.rows,
        f"held-out people, {own.split}; no model: one mean effect for all",
    )  # fmt: skip


def effects_compared(challenger: TrainedEffect, champion: TrainedEffect, table: Table, seed: int = 0) -> Comparison:
    """Both on a table of people that neither has learnt from, treated and not; their stand-in is learnt from that table alone, on all features of both.

    Raises UsageError XL-MODEL-010 where the two tell different effects, Refused XL-MODEL-011 for a table that one of them learnt, or too small,
    and what a table that cannot teach raises.
    """
    design = challenger.design
    if any(getattr(design, one) != getattr(champion.design, one) for one in _SAME):
        raise UsageError(
            "XL-MODEL-010",
            "the two models do not tell the same effect",
            where=challenger.card.name,
            fix="train with the same outcome and time",
        )
    rows, _ = with_outcome(table, design)
    see_that_it_can_judge(rows, challenger, champion)
    parts = parts_of(rows, _judging(design, champion.design), seed)
    stand_in = parts.doubly_robust(parts.either())
    ours, theirs = ((stand_in - one.fitted.effect(rows)[:, 0]) ** 2 for one in (challenger, champion))
    return held_apart(STATED, challenger, champion, ours, theirs, seed)


def _judging(one: OutcomeDesign, other: OutcomeDesign) -> OutcomeDesign:
    """The first with the features of both."""
    known = set(one.table.names)
    table = replace(one.table, columns=(*one.table.columns, *(column for column in other.table.columns if column.name not in known)))
    return replace(one, table=table, features=tuple(dict.fromkeys((*one.features, *other.features))))
