"""The trees, the curves of their leaves, and how they answer and explain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.survival.forecasts import step_at
from xinglin.models.tabular.columns import see_that_it_can_be_learnt, survival_of, values_of
from xinglin.models.tabular.keeping import packed, rebuilt, unpacked
from xinglin.models.trees.arrays import Trees
from xinglin.models.trees.explaining import explained
from xinglin.models.trees.surviving import chosen_leaf, forest
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

NAME, VERSION = "survival_forest", "1"
AT_A_TIME = 2_000  # rows answered together


class FittedForest(AbstractFittedOutcome):
    """`free`: (nodes, grid), the share free of the end in each leaf."""

    scale = "expected ends"

    def __init__(self, design: OutcomeDesign, trees: Trees, grid: NDArray[np.float64], free: NDArray[np.float64]) -> None:
        self.design, self.trees, self.grid, self.free = design, trees, grid, free

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) expected ends over the grid; higher is worse."""
        return self.trees.answer(values_of(rows, self.design.inputs))

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """(n, horizons) chances to be free of the end: the mean of the leaves' curves."""
        values, at = values_of(rows, self.design.inputs), step_at(self.grid, self.free, np.array(self.design.horizons), 1.0)
        parts = [at[self.trees.leaves(values[n : n + AT_A_TIME])].mean(axis=1) for n in range(0, len(values), AT_A_TIME)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.design.horizons)))

    def explain(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        """Baseline and what each feature moved: exact Shapley values of the trees."""
        return explained(self.trees, values_of(rows, self.design.inputs), len(self.design.features))

    def save(self) -> bytes:
        """Plain data."""
        return packed(NAME, VERSION, {"design": self.design}, self.trees.as_arrays() | {"grid": self.grid, "free": self.free})


def learnt(table: Rows, design: OutcomeDesign, seed: int) -> FittedForest:
    """Raises InvalidInput XL-OUTCOME-001 to 007, XL-OUTCOME-013 without horizons."""
    see_that_it_can_be_learnt(table, design, ("survival",))
    if not design.horizons:
        raise InvalidInput("XL-OUTCOME-013", "no time is named at which survival is to be told", fix="say --horizon 365")
    times, ended = survival_of(table, design)
    values = values_of(table, design.inputs)
    least = chosen_leaf(values, design.inputs, times, ended, seed)
    trees, grid, free = forest(values, design.inputs, times, ended, seed, least=least)
    return FittedForest(design, trees, grid, free)


def loaded(data: bytes) -> FittedForest:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010, 011."""
    plain, arrays = unpacked(data, NAME, VERSION)
    design = rebuilt(OutcomeDesign, plain["design"])
    trees = Trees.of_arrays(arrays, len(design.features))
    return FittedForest(design, trees, arrays["grid"], arrays["free"])
