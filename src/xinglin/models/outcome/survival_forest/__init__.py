"""A random survival forest: survival by many trees, without the assumption that hazards are proportional. What moved a score is told exactly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SurvivalForest(AbstractOutcomeModel):
    """The score is the expected number of ends over the grid of times, were the leaf's hazard one's own; trees add up to it."""

    name = "survival_forest"
    version = "1"
    outcomes = ("survival",)
    about_missing = "a missing value goes the way that each split chose for missing ones"

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn. Raises InvalidInput XL-OUTCOME-001 to 007, 013."""
        from xinglin.models.outcome.survival_forest.fitted import learnt

        return learnt(table, design, seed)

    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010, 011."""
        from xinglin.models.outcome.survival_forest.fitted import loaded

        return loaded(data)


MODEL = SurvivalForest()
