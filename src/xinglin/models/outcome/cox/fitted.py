"""The log hazard ratios, the baseline, and how they answer and explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.penalised.families import Cox, Family
from xinglin.models.penalised.fitting import chosen
from xinglin.models.survival.forecasts import breslow, step_at
from xinglin.models.tabular.columns import see_that_it_can_be_learnt, survival_of
from xinglin.models.tabular.encoding import Encoding
from xinglin.models.tabular.keeping import packed, rebuilt, unpacked
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

NAME, VERSION = "cox", "1"
ENDS_FOR_BENDS = 100
MOST_STEPS = 200  # of the kept baseline, so that it is no list of the times people had


class FittedCox(AbstractFittedOutcome):
    """`weights` of the encoded columns, `means` of these columns, and the baseline hazard of a person at the means."""

    scale = "log-hazard"

    def __init__(
        self, design: OutcomeDesign, encoding: Encoding, weights: NDArray[np.float64], means: NDArray[np.float64], moments: NDArray[np.floating],
        hazard: NDArray[np.floating],
    ) -> None:  # fmt: skip
        self.design, self.encoding, self.weights, self.means, self.moments, self.hazard = design, encoding, weights, means, moments, hazard

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) log hazard against a person at the means."""
        return (self.encoding.matrix(rows) - self.means) @ self.weights

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """(n, horizons) chances to be free of the end."""
        at = step_at(self.moments, self.hazard, np.array(self.design.horizons))
        return np.exp(-np.exp(np.clip(self.score(rows), -50, 50))[:, None] * at)

    def explain(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        """Baseline 0 and what each feature moved."""
        return 0.0, self.encoding.gathered((self.encoding.matrix(rows) - self.means) * self.weights)

    def save(self) -> bytes:
        """Plain data."""
        arrays = {"weights": self.weights, "means": self.means, "moments": self.moments, "hazard": self.hazard}
        return packed(NAME, VERSION, {"design": self.design, "encoding": self.encoding.as_data()}, arrays)


def learnt(table: Rows, design: OutcomeDesign, seed: int) -> FittedCox:
    """Raises InvalidInput XL-OUTCOME-001 to 007, XL-OUTCOME-013 without horizons."""
    see_that_it_can_be_learnt(table, design, ("survival",))
    times, ended = survival_of(table, design)
    if not design.horizons:
        raise InvalidInput("XL-OUTCOME-013", "no time is named at which survival is to be told", fix="say --horizon 365")
    encoding = Encoding.learnt(table, design.inputs, bends=int(ended.sum()) >= ENDS_FOR_BENDS)
    matrix = encoding.matrix(table)

    def made(part: NDArray[np.bool_]) -> Family:
        return Cox(matrix[part], times[part], ended[part])

    held = chosen(made, len(times), matrix.shape[1], seed, ended.astype(np.int64))
    means = matrix.mean(axis=0)
    moments, hazard = breslow(times, ended, (matrix - means) @ held.weights)
    kept = np.unique(np.round(np.linspace(0, len(moments) - 1, min(MOST_STEPS, len(moments)))).astype(int))
    return FittedCox(design, encoding, held.weights, means, moments[kept], hazard[kept])


def loaded(data: bytes) -> FittedCox:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
    plain, arrays = unpacked(data, NAME, VERSION)
    design = rebuilt(OutcomeDesign, plain["design"])
    encoding = Encoding.of_data(design.inputs, plain["encoding"])
    return FittedCox(design, encoding, arrays["weights"], arrays["means"], arrays["moments"], arrays["hazard"])
