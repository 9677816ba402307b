"""Table, image, gene and simulation in one model: boosted trees that practised with whole kinds of sources hidden, so that one may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HIDDEN = 0.35  # how often a kind of source is hidden in a practice row


class Fusion(AbstractOutcomeModel):
    """Modality drop-out (Neverova et al. 2016, doi:10.1109/TPAMI.2015.2461544: unverified) over the groups of the design."""

    name = "fusion"
    version = "1"
    outcomes = ("number", "yes-no")
    about_missing = "it practised with whole kinds of sources hidden; a missing value goes the way that each split learnt for missing ones"

    def fit(self, table: Mapping[str, NDArray[np.float64]], design: OutcomeDesign, seed: int = 0) -> AbstractFittedOutcome:
        """Learn. Raises InvalidInput XL-OUTCOME-001 to 007, XL-OUTCOME-012 where all features are of one kind of source."""
        from xinglin.models.trees.outcome import learnt

        kinds = {design.groups.get(name, "table") for name in design.features}
        if len(kinds) < 2:
            raise InvalidInput(
                "XL-OUTCOME-012",
                "there is nothing to fuse",
                why="all features are of one kind of source",
                fix="say --group gene=cyp2c9,vkorc1",
            )
        return learnt(self.name, self.version, table, design, seed, dict.fromkeys(kinds, HIDDEN))

    def load(self, data: bytes) -> AbstractFittedOutcome:
        """What `save` wrote. Raises InvalidInput XL-OUTCOME-010, 011."""
        from xinglin.models.trees.outcome import loaded

        return loaded(self.name, self.version, data)


MODEL = Fusion()
