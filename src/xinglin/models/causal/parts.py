"""What every learner of an effect needs of a table: the outcome as a number, who was treated, folds, and how each would fare either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.causal.overlap import chances, see_that_they_overlap
from xinglin.models.causal.pseudo_values import pseudo_values
from xinglin.models.penalised.fitting import folds_of
from xinglin.models.smooth.regression import Smooth, smoothed
from xinglin.models.smooth.waves import Ranked
from xinglin.models.tabular.columns import outcome_of, see_that_it_can_be_learnt, survival_of
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

FOLDS, FEWEST_IN_A_GROUP, FURTHEST = 5, 40, 0.02
KINDS = ("number", "yes-no", "survival")


@dataclass(frozen=True, eq=False)
class Parts:
    """`either` (n, 2): how each would fare untreated and treated, foretold by people of the other folds. `chance`: of treatment."""

    table: Rows
    design: OutcomeDesign
    ranked: Ranked
    value: Row
    treated: NDArray[np.bool_]
    fold: NDArray[np.int64]
    chance: Row
    seed: int

    def arm(self, treated: bool, inside: NDArray[np.bool_] | None = None) -> tuple[dict[str, NDArray[np.float64]], Row]:
        """(rows, values) of one group, or a part of it."""
        rows = (self.treated == treated) & (True if inside is None else inside)
        return {name: values[rows] for name, values in self.table.items()}, self.value[rows]

    def smooth_of(self, treated: bool, inside: NDArray[np.bool_] | None = None, like: Smooth | None = None) -> Smooth:
        """How people fare, treated or not. `like`: as wavy as another."""
        return smoothed(self.ranked, *self.arm(treated, inside), self.seed, like=like)

    def either(self) -> NDArray[np.float64]:
        """(n, 2): how each would fare untreated and treated, by people of the other folds."""
        found = np.zeros((len(self.value), 2))
        for treated in (False, True):
            whole = self.smooth_of(treated)  # how wavy and how noisy; what is foretold of a fold is learnt from the others
            for fold in range(FOLDS):
                out = self.fold == fold
                new = {name: values[out] for name, values in self.table.items()}
                found[out, int(treated)] = self.smooth_of(treated, ~out, whole).at(new)[0]
        return found

    def doubly_robust(self, either: NDArray[np.float64]) -> Row:
        """(n,) the effect on each, mended by what really happened: its mean is right where either model is."""
        e, t = np.clip(self.chance, FURTHEST, 1 - FURTHEST), self.treated.astype(float)
        told = np.where(self.treated, either[:, 1], either[:, 0])
        return either[:, 1] - either[:, 0] + (t - e) / (e * (1 - e)) * (self.value - told)

    def average(self, either: NDArray[np.float64]) -> tuple[float, float, float]:
        """The mean effect with 95 % limits (augmented inverse weighting; Robins, Rotnitzky and Zhao 1994, doi:10.1080/01621459.1994.10476818)."""
        each = self.doubly_robust(either)
        middle, error = float(each.mean()), float(each.std(ddof=1) / np.sqrt(len(each)))
        return middle, middle - 1.959964 * error, middle + 1.959964 * error


def parts_of(table: Rows, design: OutcomeDesign, seed: int) -> Parts:
    """Raises InvalidInput XL-EFFECT-001 to 004 and 006, XL-OUTCOME-001 to 007, Refused XL-EFFECT-005."""
    _see(table, design)
    see_that_it_can_be_learnt(table, design, KINDS)
    treated = treated_of(table, design)
    if min(treated.sum(), (~treated).sum()) < FEWEST_IN_A_GROUP:
        raise InvalidInput("XL-EFFECT-004", "too few people had, or had not, the treatment", why=f"{FEWEST_IN_A_GROUP} of each are needed")
    fold = folds_of(len(treated), FOLDS, seed, treated.astype(np.int64))
    chance = chances(table, design, treated.astype(float), fold, seed)
    see_that_they_overlap(chance)
    ranked = Ranked.learnt(table, design.inputs)
    return Parts(
        {name: table[name] for name in design.features}, design, ranked, value_of(table, design, treated), treated, fold, chance, seed
    )


def _see(table: Rows, design: OutcomeDesign) -> None:
    targets = (design.outcome, design.table.time, design.table.event)
    if not design.treatment or design.treatment not in table or design.treatment in (*design.features, *targets):
        raise InvalidInput(
            "XL-EFFECT-001",
            "the treatment is not named, not there, or among the features or what is foretold",
            where=design.treatment,
            fix="say --treatment COLUMN",
        )
    if design.kind == "survival" and not design.horizons:
        raise InvalidInput("XL-EFFECT-002", "no time is named until which the effect is counted", fix="say --horizon 1825")


def treated_of(table: Rows, design: OutcomeDesign) -> NDArray[np.bool_]:
    """Who was treated: who has the value `treated` of the design; where it names none, of a number 1, of two words the second.

    Raises InvalidInput XL-EFFECT-003 for a treatment of more than two values or one that misses, 006 where everybody is of one group.
    """
    values, column = np.asarray(table[design.treatment], float), design.table.column(design.treatment)
    found = np.unique(values)
    at = _treated_at(column, design.treated)
    if not np.all(np.isfinite(values)) or len(found) > 2 or at is None or (len(found) == 2 and (at not in found or _unsaid(design, found))):
        raise InvalidInput(
            "XL-EFFECT-003", "the treatment has not two values, or it is not clear which of them means treated", where=design.treatment,
            fix=f"a column of two values in every row; say --treatment {design.treatment}=VALUE",
        )  # fmt: skip
    if len(found) < 2:
        raise InvalidInput(
            "XL-EFFECT-006", "everybody is of one group, treated or not", where=design.treatment, fix="give a table that has people of both"
        )
    return values == at


def _treated_at(column: TableColumn, treated: str) -> float | None:
    """The number that means treated in the column; None where the word is none of its values."""
    if column.kind == "category":
        return (float(column.levels.index(treated)) if treated in column.levels else None) if treated else 1.0
    try:
        return float(treated or 1)
    except ValueError:
        return None


def _unsaid(design: OutcomeDesign, found: NDArray[np.float64]) -> bool:
    return not design.treated and found.tolist() != [0.0, 1.0]


def value_of(table: Rows, design: OutcomeDesign, treated: NDArray[np.bool_]) -> Row:
    """The outcome as a number: of survival a pseudo-value within each group. Raises InvalidInput XL-EFFECT-002."""
    if design.kind != "survival":
        return outcome_of(table, design)
    times, ended = survival_of(table, design)
    limit, found = max(design.horizons), np.zeros(len(times))
    for group in (treated, ~treated):
        if times[group].max() < limit:
            raise InvalidInput(
                "XL-EFFECT-002", "a group is not followed until the time named", where="--horizon", fix="name an earlier time"
            )
        found[group] = pseudo_values(times[group], ended[group], limit, design.effect_on)
    return found
