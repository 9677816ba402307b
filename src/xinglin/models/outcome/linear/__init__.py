"""A weighted sum, held back: elastic-net regression of a number, or logistic regression of a yes-or-no. What moved it is exact by nature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LinearModel(AbstractOutcomeModel):
    """Numbers act along a curve with three knots where the table is large enough; missing ones are the median, with a mark of their own."""

    name = "linear"
    version = "1"
    outcomes = ("number", "yes-no")
    about_missing = (
        "a missing number counts as the median, a missing level as the usual one, with a weight of its own where five or more lacked it"
    )

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn. Raises InvalidInput XL-OUTCOME-001 to 007."""
        from xinglin.models.outcome.linear.fitted import learnt

        return learnt(table, design, seed)

    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
        from xinglin.models.outcome.linear.fitted import loaded

        return loaded(data)


MODEL = LinearModel()
