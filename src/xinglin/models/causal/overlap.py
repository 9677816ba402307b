"""Who would have been treated, and whether both groups hold people like each: where one could only have gone one way, nothing can be said.

The chance of treatment is foretold of each person by a model that has not seen them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.penalised.families import Family, Logistic
from xinglin.models.penalised.fitting import chosen, fitted
from xinglin.models.smooth.waves import Ranked
from xinglin.records.errors import Refused
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]

NEVER = 0.05  # a chance of treatment below this, or of the other above it
MOST_ONE_SIDED = 0.1  # of the people
LESS_HELD = 0.1  # of the strength that foretells best: what is held back too much stays in the effect as bias


def chances(table: Rows, design: OutcomeDesign, treated: Row, fold: NDArray[np.integer], seed: int) -> Row:
    """(n,) the chance of treatment, by logistic regression with curves, each fold foretold by the others."""
    matrix = Ranked.learnt(table, design.inputs, bends=True).matrix(table)

    def made(part: NDArray[np.bool_]) -> Family:
        return Logistic(matrix[part], treated[part])

    held = chosen(made, len(treated), matrix.shape[1], seed, treated.astype(np.int64))
    found = np.zeros(len(treated))
    for one in np.unique(fold):
        out = fold == one
        weights = fitted(made(~out), matrix.shape[1], held.strength * LESS_HELD, held.mixture)
        found[out] = 1 / (1 + np.exp(-(weights[0] + matrix[out] @ weights[1:])))
    return found


def see_that_they_overlap(chance: Row) -> None:
    """Raises Refused XL-EFFECT-005 where too many could hardly have been treated otherwise."""
    one_sided = float(np.mean((chance < NEVER) | (chance > 1 - NEVER)))
    if one_sided > MOST_ONE_SIDED:
        raise Refused(
            "XL-EFFECT-005", "the treated and the others are not alike enough to compare",
            why=f"{one_sided:.0%} of the people had a chance under {NEVER:.0%} to be treated otherwise; {MOST_ONE_SIDED:.0%} are allowed",
            fix="learn from people who could have had either, or leave out a feature that merely tells the treatment",
        )  # fmt: skip
