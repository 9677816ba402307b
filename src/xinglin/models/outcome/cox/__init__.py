"""Cox's proportional hazards, held back by an elastic net, with Breslow's baseline. What moved a prediction is exact on the log-hazard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class CoxModel(AbstractOutcomeModel):
    """Numbers act along a curve with three knots where there are enough ends; missing ones are the median, with a mark of their own."""

    name = "cox"
    version = "1"
    outcomes = ("survival",)
    about_missing = (
        "a missing number counts as the median, a missing level as the usual one, with a weight of its own where five or more lacked it"
    )

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn. Raises InvalidInput XL-OUTCOME-001 to 007, 013."""
        from xinglin.models.outcome.cox.fitted import learnt

        return learnt(table, design, seed)

    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
        from xinglin.models.outcome.cox.fitted import loaded

        return loaded(data)


MODEL = CoxModel()
