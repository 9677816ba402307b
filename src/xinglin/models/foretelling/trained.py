"""A trained model that speaks of single persons: value with interval, what moved it, what is missing, what lies outside, or why it declines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from xinglin.models.foretelling.changes import what_would_change
from xinglin.models.foretelling.conduct import SURVIVAL_LEVEL, Conduct
from xinglin.models.kept import card_of, files_of, part_of
from xinglin.models.tabular.columns import count_of, values_of, written
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
        return self.conduct.line.chance(self.fitted.score(rows)) if self.conduct.line else self.fitted.predict(rows)

    def predictions(
        self, rows: Rows, *, changes: bool = False, at_most: float | None = None, at_least: float | None = None
    ) -> list[tuple[Prediction, ...]]:
        """For each row one prediction, of survival one for each horizon.

        rows: feature -> (n,); nan or left out where nothing is known, below 0 a level that the model does not know. `changes`: tell what would
        change it; with `at_most` or `at_least` the fewest changes that reach that value.
        """
        familiar = self.conduct.familiarity.judged(rows)
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
            found.append(tuple(self._of_one(one, baseline, parts, quad, offered) for quad in told[row]))
        return found

    def _of_one(
        self,
        one: Familiar,
        baseline: float,
        parts: tuple[Contribution, ...],
        quad: tuple[float, float, float, float | None],
        offered: tuple,
    ) -> Prediction:
        design, (value, low, high, horizon) = self.design, quad
        plain = Prediction(
            model=f"{self.card.name}@{self.card.digest[:12]}", outcome=design.outcome or design.table.event, unit=design.unit if design.kind == "number" else "",
            horizon=horizon, missing=one.missing, outside=one.outside, declined=one.declined, level=SURVIVAL_LEVEL if horizon is not None else 0.9,
        )  # fmt: skip
        if one.declined:
            return plain
        return replace(
            plain, value=value, low=low if np.isfinite(low) else None, high=high if np.isfinite(high) else None, baseline=baseline, contributions=parts,
            changes=offered,
        )  # fmt: skip

    def _explained(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        baseline, moved = self.fitted.explain(rows)
        line = self.conduct.line
        return (line.tilt * baseline + line.shift, line.tilt * moved) if line else (baseline, moved)

    def _told(self, rows: Rows) -> list[list[tuple[float, float, float, float | None]]]:
        """For each row (value, low, high, horizon), several for survival."""
        if self.design.kind == "survival":
            free = self.fitted.predict(rows)
            limits = [shares.around(free[:, n]) for n, shares in enumerate(self.conduct.horizons)]
            return [
                [(float(free[row, n]), float(limits[n][0][row]), float(limits[n][1][row]), h) for n, h in enumerate(self.design.horizons)]
                for row in range(count_of(rows))
            ]
        value = self.value(rows)
        around = self.conduct.bands or self.conduct.shares
        low, high = around.around(value) if around else (np.full(len(value), -np.inf), np.full(len(value), np.inf))
        if self.design.kind == "number" and self.fitted.scale != "number":
            low = np.maximum(low, 0.0)  # a number told on a bent scale is never below 0
        return [[(float(v), float(lo), float(hi), None)] for v, lo, hi in zip(value, low, high, strict=True)]

    def files(self) -> dict[str, bytes]:
        """What is kept, name -> bytes."""
        return files_of(self.card, {"model.json": self.fitted.save(), "conduct.json": self.conduct.saved()})


def trained_of(files: Mapping[str, bytes], card: ModelCard | None = None) -> TrainedOutcome:
    """What `files` gave, with the card given or its own. Raises InvalidInput XL-OUTCOME-010, 011, NotFound XL-SHELF-001 for a model nobody has."""
    card = card or card_of(files)
    fitted = outcome_models()[card.kind].load(part_of(files, "model.json"))
    return TrainedOutcome(card, fitted, Conduct.of_saved(fitted.design, part_of(files, "conduct.json")))
