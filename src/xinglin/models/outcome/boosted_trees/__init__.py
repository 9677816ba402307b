"""Gradient boosted trees of a number or a yes-or-no. What moved a prediction is told exactly; a missing value goes the way the split learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class BoostedTrees(AbstractOutcomeModel):
    """Grown by scikit-learn, kept as plain arrays, answered and explained by our own code."""

    name = "boosted_trees"
    version = "1"
    outcomes = ("number", "yes-no")
    about_missing = "a missing value goes the way that each split learnt for missing ones"

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn. Raises InvalidInput XL-OUTCOME-001 to 007."""
        from xinglin.models.trees.outcome import learnt

        return learnt(self.name, self.version, table, design, seed)

    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010, 011."""
        from xinglin.models.trees.outcome import loaded

        return loaded(self.name, self.version, data)


MODEL = BoostedTrees()
