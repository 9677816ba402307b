"""Effects imputed in each group from the other, joined by the chance of treatment (Kuenzel et al. 2019, doi:10.1073/pnas.1804597116: unverified)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractEffectModel, AbstractFittedEffect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class XLearner(AbstractEffectModel):
    """Of a number, a yes-or-no, or survival by pseudo-values; every nuisance is foretold by people of other folds where it must be."""

    name = "x_learner"
    version = "1"
    outcomes = ("number", "yes-no", "survival")

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedEffect:
        """Learn. Raises InvalidInput XL-EFFECT-001 to 004 and 006, XL-OUTCOME-001 to 007, Refused XL-EFFECT-005 without overlap."""
        from xinglin.models.causal.learning import x_learner

        return x_learner(self.name, self.version, table, design, seed)

    def load(self, data: bytes) -> AbstractFittedEffect:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010."""
        from xinglin.models.causal.fitted import loaded

        return loaded(self.name, self.version, data)


MODEL = XLearner()
