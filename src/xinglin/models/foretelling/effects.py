"""A learnt effect that speaks of single persons: what treatment adds, with limits; silent where nobody like this person was seen both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec.structs import replace

from xinglin.models.causal.overlap import NEVER, Chance
from xinglin.models.foretelling.familiarity import Familiar, Familiarity
from xinglin.models.kept import card_of, files_of, part_of
from xinglin.records.errors import InvalidInput
from xinglin.records.prediction import ModelCard, OutcomeDesign, Prediction
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractEffectModel, AbstractFittedEffect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

EFFECT, LEVEL = "effect", 0.95


def effect_models() -> Shelf[AbstractEffectModel]:
    """Every way to learn an effect, by name."""
    return Shelf("xinglin.models.effect", "MODEL", AbstractEffectModel)


@dataclass(frozen=True, eq=False)
class EffectConduct:
    """Of whom it may speak: who is like those learnt from (`familiarity`), and could have gone either way (`chance` of treatment)."""

    familiarity: Familiarity
    chance: Chance

    def judged(self, rows: Rows) -> list[Familiar]:
        """One judgement per row."""
        return [
            self._either_way(one, float(chance)) for one, chance in zip(self.familiarity.judged(rows), self.chance.of(rows), strict=True)
        ]

    @staticmethod
    def _either_way(one: Familiar, chance: float) -> Familiar:
        if one.declined or NEVER <= chance <= 1 - NEVER:
            return one
        seen = "treated" if chance > 0.5 else "not treated"
        return replace(
            one, declined=f"people like this one were nearly always {seen} (chance of treatment {chance:.0%}): none to compare with"
        )

    def saved(self) -> bytes:
        """Plain data."""
        return msgspec.json.encode(msgspec.to_builtins({"familiarity": self.familiarity.as_data(), "chance": self.chance.as_data()}))

    @classmethod
    def of_saved(cls, design: OutcomeDesign, data: bytes) -> EffectConduct:
        """What `saved` gave. Raises InvalidInput XL-OUTCOME-010."""
        try:
            found = msgspec.json.decode(data)
            return cls(Familiarity.of_data(design, found["familiarity"]), Chance.of_data(design.inputs, found["chance"]))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput("XL-OUTCOME-010", "this is no kept model", why=type(error).__name__, fix="give what was saved") from None


@dataclass(frozen=True, eq=False)
class TrainedEffect:
    """What was learnt, of whom it may speak, and its card."""

    card: ModelCard
    fitted: AbstractFittedEffect
    conduct: EffectConduct

    @property
    def design(self) -> OutcomeDesign:
        """Of what the effect is, on what, told from which columns."""
        return self.fitted.design

    def predictions(self, rows: Rows) -> list[tuple[Prediction, ...]]:
        """For each row one: the effect on people like this one with 95 % limits, or why nothing is said.

        rows: feature -> (n,); nan or left out where nothing is known, below 0 a level that the model does not know.
        """
        most = most_of(self.design)
        familiar, told = self.conduct.judged(rows), np.clip(self.fitted.effect(rows), -most, most)
        return [(self._of_one(one, *map(float, told[row])),) for row, one in enumerate(familiar)]

    def _of_one(self, one: Familiar, value: float, low: float, high: float) -> Prediction:
        design = self.design
        plain = Prediction(
            model=f"{self.card.name}@{self.card.digest[:12]}", outcome=what_is_changed(design), unit=design.unit, treatment=design.treatment,
            horizon=max(design.horizons) if design.kind == "survival" else None, missing=one.missing, outside=one.outside, declined=one.declined,
            level=LEVEL,
        )  # fmt: skip
        return plain if one.declined else replace(plain, value=value, low=low, high=high)

    def files(self) -> dict[str, bytes]:
        """What is kept, name -> bytes."""
        return files_of(self.card, {"model.json": self.fitted.save(), "conduct.json": self.conduct.saved()})


def most_of(design: OutcomeDesign) -> float:
    """The largest effect there can be: 1 on a chance, the time until the horizon on a mean time."""
    if design.kind == "number":
        return np.inf
    return max(design.horizons) if design.kind == "survival" and design.effect_on == "mean-time" else 1.0


def what_is_changed(design: OutcomeDesign) -> str:
    """The outcome that the effect is added to, in words.

    >>> from xinglin.records.table import TableDesign
    >>> what_is_changed(OutcomeDesign(TableDesign((), "years", "died"), "survival", (), horizons=(5.0,)))
    'mean time free of died until 5'
    """
    if design.kind == "number":
        return design.outcome
    if design.kind == "yes-no":
        return f"chance of {design.outcome}={design.positive}"
    told = "mean time free of {} until {:g}" if design.effect_on == "mean-time" else "chance to be free of {} at {:g}"
    return told.format(design.table.event, max(design.horizons))


def effect_of(files: Mapping[str, bytes], card: ModelCard | None = None) -> TrainedEffect:
    """What `files` gave, with the card given or its own. Raises InvalidInput XL-OUTCOME-010, NotFound XL-SHELF-001 for a learner nobody has."""
    card = card or card_of(files)
    fitted = effect_models()[card.kind].load(part_of(files, "model.json"))
    return TrainedEffect(card, fitted, EffectConduct.of_saved(fitted.design, part_of(files, "conduct.json")))
