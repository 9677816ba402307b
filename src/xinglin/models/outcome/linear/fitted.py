"""The weights of the sum, and how they answer and explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.penalised.families import Family, Gaussian, Logistic
from xinglin.models.penalised.fitting import chosen
from xinglin.models.tabular.columns import outcome_of, see_that_it_can_be_learnt
from xinglin.models.tabular.encoding import Encoding
from xinglin.models.tabular.keeping import packed, rebuilt, unpacked
from xinglin.models.tabular.links import SCALES, chosen_link, linked, unlinked
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

NAME, VERSION = "linear", "1"
ENOUGH_FOR_BENDS = 200


class FittedLinear(AbstractFittedOutcome):
    """`weights` of the encoded columns; `means` of these columns among the people learnt from, which the baseline is told at."""

    def __init__(
        self,
        design: OutcomeDesign,
        encoding: Encoding,
        link: str,
        intercept: float,
        weights: NDArray[np.float64],
        means: NDArray[np.float64],
    ) -> None:
        self.design, self.encoding, self.link = design, encoding, link
        self.intercept, self.weights, self.means = intercept, weights, means
        self.scale = SCALES[link]

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) on the additive scale."""
        return self.intercept + self.encoding.matrix(rows) @ self.weights

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) numbers or chances."""
        return unlinked(self.score(rows), self.link)

    def explain(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        """Baseline (the average person) and what each feature moved."""
        terms = (self.encoding.matrix(rows) - self.means) * self.weights
        return float(self.intercept + self.means @ self.weights), self.encoding.gathered(terms)

    def save(self) -> bytes:
        """Plain data."""
        plain = {"design": self.design, "encoding": self.encoding.as_data(), "link": self.link, "intercept": self.intercept}
        return packed(NAME, VERSION, plain, {"weights": self.weights, "means": self.means})


def learnt(table: Rows, design: OutcomeDesign, seed: int) -> FittedLinear:
    """Weights by elastic-net regression, the strength by cross-validation. Raises InvalidInput XL-OUTCOME-001 to 007."""
    see_that_it_can_be_learnt(table, design, ("number", "yes-no"))
    answers = outcome_of(table, design)
    encoding = Encoding.learnt(table, design.inputs, bends=len(answers) >= ENOUGH_FOR_BENDS)
    matrix = encoding.matrix(table)
    link = chosen_link(matrix, answers, seed) if design.kind == "number" else "logit"
    aims = linked(answers, link) if design.kind == "number" else answers
    spread = float(np.std(aims)) if design.kind == "number" else 1.0

    def made(part: NDArray[np.bool_]) -> Family:
        return Gaussian(matrix[part], aims[part] / spread) if design.kind == "number" else Logistic(matrix[part], aims[part])

    strata = answers.astype(np.int64) if design.kind == "yes-no" else None
    held = chosen(made, len(answers), matrix.shape[1], seed, strata)
    return FittedLinear(design, encoding, link, held.intercept * spread, held.weights * spread, matrix.mean(axis=0))


def loaded(data: bytes) -> FittedLinear:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
    plain, arrays = unpacked(data, NAME, VERSION)
    design = rebuilt(OutcomeDesign, plain["design"])
    encoding = Encoding.of_data(design.inputs, plain["encoding"])
    return FittedLinear(design, encoding, plain["link"], plain["intercept"], arrays["weights"], arrays["means"])
