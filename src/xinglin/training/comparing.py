"""Two models held against each other on the same people, whom neither has learnt from: the stated score of each, and the difference with limits.

Without such people a first model is held against no model at all, by its own held-out score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from xinglin.models import scoring
from xinglin.models.foretelling.trained import TrainedOutcome
from xinglin.models.survival.forecasts import brier_scores, staying
from xinglin.models.tabular.columns import count_of, outcome_of, survival_of
from xinglin.records.errors import Refused, UsageError
from xinglin.training.judging import WORST_FIRST
from xinglin.training.outcomes import table_digest, with_outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.foretelling.effects import TrainedEffect

    _Trained = TrainedOutcome | TrainedEffect
    Table = Mapping[str, NDArray[np.float64]]

FEWEST_ROWS = 30


class Comparison(Struct, frozen=True):
    """`difference`: challenger less champion; lower is better. `champion` "" where the other side is no model."""

    score: str
    challenger: str
    champion: str
    ours: float
    theirs: float
    difference: tuple[float, float, float]  # with 95 % limits
    rows: int
    on: str

    @property
    def worse(self) -> bool:
        """Whether the challenger's score is above the champion's."""
        return not self.difference[0] <= 0

    def told(self) -> str:
        """In words."""
        other = f"champion {self.champion[:12]}" if self.champion else "no model"
        middle, low, high = self.difference
        return (
            f"{self.score} {self.ours:.4g}, {other} {self.theirs:.4g}: {middle:+.3g} ({low:+.3g} to {high:+.3g}) on {self.rows} {self.on}"
        )


def against_no_model(challenger: TrainedOutcome) -> Comparison:
    """The challenger's own held-out score against that of no model, as its card has them. Raises Refused XL-MODEL-009 where it has none."""
    named = {one.name: one for one in challenger.card.scores}
    stated = WORST_FIRST[challenger.design.kind]
    own, none = named.get(stated), named.get(f"{stated} of no model")
    if own is None or none is None:
        raise Refused("XL-MODEL-009", "the model has no score of held-out people", where=challenger.card.name, fix="train it again")
    low, high = (own.low or own.value) - none.value, (own.high or own.value) - none.value
    return Comparison(
        stated,
        challenger.card.digest,
        "",
        own.value,
        none.value,
        (own.value - none.value, low, high),
        own.rows,
        f"held-out people, {own.split}",
    )


def compared(challenger: TrainedOutcome, champion: TrainedOutcome, table: Table, seed: int = 0) -> Comparison:
    """Both on a table of people that neither has learnt from.

    Raises UsageError XL-MODEL-010 where the two foretell different things, Refused XL-MODEL-011 for a table that one of them learnt, or too small.
    """
    design = challenger.design
    if (design.kind, design.outcome, design.positive, design.horizons) != tuple(
        getattr(champion.design, one) for one in ("kind", "outcome", "positive", "horizons")
    ):
        raise UsageError(
            "XL-MODEL-010",
            "the two models do not foretell the same",
            where=challenger.card.name,
            fix="train with the same outcome and times",
        )
    rows, _ = with_outcome(table, design)
    see_that_it_can_judge(rows, challenger, champion)
    ours, theirs = losses(challenger, rows), losses(champion, rows)
    stated = WORST_FIRST[design.kind] if design.kind != "survival" else "mean Brier score at the horizons"
    return held_apart(stated, challenger, champion, ours, theirs, seed)


def see_that_it_can_judge(rows: Table, challenger: _Trained, champion: _Trained) -> None:
    """Raises Refused XL-MODEL-011 for a table that one of them learnt, or too small."""
    if any(one.card.table_digest == table_digest(rows, one.design) for one in (challenger, champion)) or count_of(rows) < FEWEST_ROWS:
        raise Refused(
            "XL-MODEL-011", "this table cannot judge the models", why=f"one of them learnt it, or it has under {FEWEST_ROWS} rows",
            fix="give people that neither has learnt from",
        )  # fmt: skip


def held_apart(
    stated: str, challenger: _Trained, champion: _Trained, ours: NDArray[np.float64], theirs: NDArray[np.float64], seed: int
) -> Comparison:
    """The comparison of two models by the loss of each person, lower is better; the interval is over people."""
    apart = ours - theirs
    low, high = scoring.interval(lambda places: float(apart[places].mean()), len(apart), seed, 2000)
    return Comparison(
        stated, challenger.card.digest, champion.card.digest, float(ours.mean()), float(theirs.mean()), (float(apart.mean()), low, high), len(apart),
        "people neither has learnt from",
    )  # fmt: skip


def losses(trained: TrainedOutcome, rows: Table) -> NDArray[np.float64]:
    """The stated score of each person."""
    design = trained.design
    if design.kind == "survival":
        times, ended = survival_of(rows, design)
        free, curve, at = trained.fitted.predict(rows), staying(times, ended), np.array(design.horizons)
        return np.array([brier_scores(times[n : n + 1], ended[n : n + 1], free[n : n + 1], at, curve).mean() for n in range(len(times))])
    actual = outcome_of(rows, design)
    return np.abs(trained.value(rows) - actual) if design.kind == "number" else (trained.value(rows) - actual) ** 2
