"""Who would have been treated, and whether both groups hold people like each: where one could only have gone one way, nothing can be said.

The chance of treatment is foretold of each person by a model that has not seen them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.penalised.families import Family, Logistic
from xinglin.models.penalised.fitting import Held, chosen, fitted
from xinglin.models.smooth.waves import Ranked
from xinglin.records.errors import Refused
from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

NEVER = 0.05  # a chance of treatment below this, or of the other above it
MOST_ONE_SIDED = 0.1  # of the people
LESS_HELD = 0.1  # of the strength that foretells best: what is held back too much stays in the effect as bias


@dataclass(frozen=True, eq=False)
class Chance:
    """The chance of treatment of people like those learnt from: logistic regression with curves, intercept first."""

    ranked: Ranked
    weights: Row

    @classmethod
    def learnt(cls, table: Rows, design: OutcomeDesign, treated: Row, seed: int) -> Chance:
        """From everybody, as strongly held back as `chances` does."""
        ranked, made, held = _held_back(table, design, treated, seed)
        return cls(
            ranked, fitted(made(np.ones(len(treated), np.bool_)), ranked.matrix(table).shape[1], held.strength * LESS_HELD, held.mixture)
        )

    def of(self, rows: Rows) -> Row:
        """(n,) the chance of each."""
        return 1 / (1 + np.exp(-(self.weights[0] + self.ranked.matrix(rows) @ self.weights[1:])))

    def as_data(self) -> Any:
        """Plain data."""
        return {"ranked": self.ranked.as_data(), "weights": self.weights.tolist()}

    @classmethod
    def of_data(cls, columns: Sequence[TableColumn], data: Any) -> Chance:
        """What `as_data` gave. Raises KeyError, TypeError, ValueError."""
        ranked, weights = Ranked.of_data(columns, data["ranked"]), np.array(data["weights"], dtype=np.float64)
        if weights.shape != (1 + len(ranked.encoding.owners),):
            raise ValueError("weights")
        return cls(ranked, weights)


def _held_back(table: Rows, design: OutcomeDesign, treated: Row, seed: int) -> tuple[Ranked, Callable[[NDArray[np.bool_]], Family], Held]:
    ranked = Ranked.learnt(table, design.inputs, bends=True)
    matrix = ranked.matrix(table)

    def made(part: NDArray[np.bool_]) -> Family:
        return Logistic(matrix[part], treated[part])

    return ranked, made, chosen(made, len(treated), matrix.shape[1], seed, treated.astype(np.int64))


def chances(table: Rows, design: OutcomeDesign, treated: Row, fold: NDArray[np.integer], seed: int) -> Row:
    """(n,) the chance of treatment, by logistic regression with curves, each fold foretold by the others."""
    ranked, made, held = _held_back(table, design, treated, seed)
    matrix = ranked.matrix(table)
    found = np.zeros(len(treated))
    for one in np.unique(fold):
        out = fold == one
        weights = fitted(made(~out), matrix.shape[1], held.strength * LESS_HELD, held.mixture)
        found[out] = 1 / (1 + np.exp(-(weights[0] + matrix[out] @ weights[1:])))
    return found


def one_sided_of(chance: Row) -> NDArray[np.bool_]:
    """Who could hardly have been treated otherwise."""
    return (chance < NEVER) | (chance > 1 - NEVER)


def see_that_they_overlap(chance: Row) -> None:
    """Raises Refused XL-EFFECT-005 where too many could hardly have been treated otherwise."""
    one_sided = float(np.mean(one_sided_of(chance)))
    if one_sided > MOST_ONE_SIDED:
        raise Refused(
            "XL-EFFECT-005", "the treated and the others are not alike enough to compare",
            why=f"{one_sided:.0%} of the people had a chance under {NEVER:.0%} to be treated otherwise; {MOST_ONE_SIDED:.0%} are allowed",
            fix="learn from people who could have had either, or leave out a feature that merely tells the treatment",
        )  # fmt: skip
