"""A trained model that speaks of single persons: value with interval, what moved it, what is missing, what lies outside, or why it declines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.foretelling.changes import what_would_change
from xinglin.models.foretelling.conduct import SURVIVAL_LEVEL, Conduct, Limits
from xinglin.models.foretelling.sources import lacking
from xinglin.models.kept import card_of, files_of, part_of
from xinglin.models.tabular.columns import values_of, written
from xinglin.records.prediction import Contribution, ModelCard, OutcomeDesign, Prediction
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractFittedOutcome, AbstractOutcomeModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.foretelling.familiarity import Familiar

    Rows = Mapping[str, NDArray[np.float64]]
    Row = NDArray[np.float64]


def outcome_models() -> Shelf[AbstractOutcomeModel]:
    """Every way to learn an outcome, by name."""
    return Shelf("xinglin.models.outcome", "MODEL", AbstractOutcomeModel)


@dataclass(frozen=True, eq=False)
class TrainedOutcome:
    """What was learnt, how it must behave, and its card."""

    card: ModelCard
    fitted: AbstractFittedOutcome
    conduct: Conduct

    @property
    def design(self) -> OutcomeDesign:
        """What is foretold from which columns."""
        return self.fitted.design

    def value(self, rows: Rows) -> Row:
        """(n,) what is told first: the number, the calibrated chance, or the chance to be free of the end at the last horizon."""
        if self.design.kind == "survival":
            return self.fitted.predict(rows)[:, -1]
        if not self.conduct.whole.line:
            return self.fitted.predict(rows)
        found = self.fitted.score(rows).copy()
        for places, limits in self._apart(rows):
            found[places] = limits.line.chance(found[places]) if limits.line else found[places]
        return found

    def predictions(
        self, rows: Rows, *, changes: bool = False, at_most: float | None = None, at_least: float | None = None
    ) -> list[tuple[Prediction, ...]]:
        """For each row one prediction, of survival one for each horizon.

        rows: feature -> (n,); nan or left out where nothing is known, below 0 a level that the model does not know. `changes`: tell what would
        change it; with `at_most` or `at_least` the fewest changes that reach that value.
        """
        familiar, without = self.conduct.familiarity.judged(rows), lacking(rows, self.design)
        values, (baseline, moved) = values_of(rows, self.design.inputs), self._explained(rows)
        told = self._told(rows)
        found = []
        for row, one in enumerate(familiar):
            parts = tuple(
                Contribution(column.name, written(column, values[row, n]), float(moved[row, n]), self.fitted.scale)
                for n, column in enumerate(self.design.inputs)
            )
            offered = (
                what_would_change(self, {name: v[row : row + 1] for name, v in rows.items()}, at_most, at_least)
                if changes and not one.declined
                else ()
            )
            found.append(tuple(self._of_one(one, without[row], float(baseline[row]), parts, quad, offered) for quad in told[row]))
        return found

    def _of_one(
        self,
        one: Familiar,
        without: tuple[str, ...],
        baseline: float,
        parts: tuple[Contribution, ...],
        quad: tuple[float, float, float, float | None],
        offered: tuple,
    ) -> Prediction:
        design, (value, low, high, horizon) = self.design, quad
        plain = Prediction(
            model=f"{self.card.name}@{self.card.digest[:12]}", outcome=design.outcome or design.table.event, unit=design.unit if design.kind == "number" else "",
            horizon=horizon, missing=one.missing, outside=one.outside, declined=one.declined, without=without, level=SURVIVAL_LEVEL if horizon is not None else 0.9,
        )  # fmt: skip
        if one.declined:
            return plain
        return replace(
            plain, value=value, low=low if np.isfinite(low) else None, high=high if np.isfinite(high) else None, baseline=baseline, contributions=parts,
            changes=offered,
        )  # fmt: skip

    def _apart(self, rows: Rows) -> list[tuple[NDArray[np.integer], Limits]]:
        """The rows parted by the kinds of sources they lack, each part with its limits."""
        kinds = lacking(rows, self.design)
        return [
            (np.array([row for row, own in enumerate(kinds) if own == one], dtype=np.int64), self.conduct.limits(one))
            for one in sorted(set(kinds))
        ]

    def _explained(self, rows: Rows) -> tuple[Row, NDArray[np.float64]]:
        """The baseline of each row, and what moved it."""
        start, own = self.fitted.explain(rows)
        baseline, moved = np.full(len(own), start), own.copy()
        for places, limits in self._apart(rows):
            if limits.line:
                baseline[places] = limits.line.tilt * start + limits.line.shift
                moved[places] = limits.line.tilt * moved[places]
        return baseline, moved

    def _told(self, rows: Rows) -> list[list[tuple[float, float, float, float | None]]]:
        """For each row (value, low, high, horizon), several for survival."""
        design = self.design
        if design.kind == "survival":
            value, horizons = self.fitted.predict(rows), design.horizons
        else:
            value, horizons = self.value(rows)[:, None], (None,)
        low, high = np.full(value.shape, -np.inf), np.full(value.shape, np.inf)
        for places, limits in self._apart(rows):
            for n, around in enumerate(limits.horizons or (limits.bands or limits.shares,)):
                if around:
                    low[places, n], high[places, n] = around.around(value[places, n])
        if design.kind == "number" and self.fitted.scale != "number":
            low = np.maximum(low, 0.0)  # a number told on a bent scale is never below 0
        return [
            [(float(value[row, n]), float(low[row, n]), float(high[row, n]), h) for n, h in enumerate(horizons)]
            for row in range(len(value))
        ]

    def files(self) -> dict[str, bytes]:
        """What is kept, name -> bytes."""
        return files_of(self.card, {"model.json": self.fitted.save(), "conduct.json": self.conduct.saved()})


def trained_of(files: Mapping[str, bytes], card: ModelCard | None = None) -> TrainedOutcome:
    """What `files` gave, with the card given or its own. Raises InvalidInput XL-OUTCOME-010, 011, NotFound XL-SHELF-001 for a model nobody has."""
    card = card or card_of(files)
    fitted = outcome_models()[card.kind].load(part_of(files, "model.json"))
    return TrainedOutcome(card, fitted, Conduct.of_saved(fitted.design, part_of(files, "conduct.json")))
