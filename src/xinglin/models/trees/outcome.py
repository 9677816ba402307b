"""Boosted trees that foretell a number or a yes-or-no, with or without practice in the absence of whole kinds of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.tabular.columns import outcome_of, see_that_it_can_be_learnt, values_of
from xinglin.models.tabular.encoding import Encoding
from xinglin.models.tabular.keeping import packed, rebuilt, unpacked
from xinglin.models.tabular.links import SCALES, chosen_link, linked, unlinked
from xinglin.models.trees.arrays import Trees
from xinglin.models.trees.boosting import boosted
from xinglin.models.trees.explaining import explained
from xinglin.records.prediction import OutcomeDesign
from xinglin.shelf.promises import AbstractFittedOutcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]


class FittedTrees(AbstractFittedOutcome):
    """The trees, what they are added to and the scale they answer on."""

    def __init__(self, name: str, version: str, design: OutcomeDesign, link: str, start: float, trees: Trees) -> None:
        self.name, self.version, self.design, self.link, self.start, self.trees = name, version, design, link, start, trees
        self.scale = SCALES[link]

    def score(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) on the additive scale."""
        return self.start + self.trees.answer(values_of(rows, self.design.inputs))

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """(n,) numbers or chances."""
        return unlinked(self.score(rows), self.link)

    def explain(self, rows: Rows) -> tuple[float, NDArray[np.float64]]:
        """Baseline (the average of the people learnt from) and what each feature moved: exact Shapley values of the trees."""
        baseline, found = explained(self.trees, values_of(rows, self.design.inputs), len(self.design.features))
        return self.start + baseline, found

    def save(self) -> bytes:
        """Plain data."""
        plain = {"design": self.design, "link": self.link, "start": self.start}
        return packed(self.name, self.version, plain, self.trees.as_arrays())


def learnt(
    name: str, version: str, table: Rows, design: OutcomeDesign, seed: int, absent: Mapping[str, float] | None = None
) -> FittedTrees:
    """Grow. `absent`: how often each kind of source is hidden in practice rows. Raises InvalidInput XL-OUTCOME-001 to 007."""
    see_that_it_can_be_learnt(table, design, ("number", "yes-no"))
    answers, values = outcome_of(table, design), values_of(table, design.inputs)
    yes_no = design.kind == "yes-no"
    link = "logit" if yes_no else chosen_link(Encoding.learnt(table, design.inputs).matrix(table), answers, seed)
    aims = answers if yes_no else linked(answers, link)
    groups = np.arange(len(values))
    if absent:
        values, aims, groups = practised(values, aims, design, absent, seed)
    grown = boosted(values, design.inputs, aims, yes_no=yes_no, seed=seed, groups=groups if absent else None)
    return FittedTrees(name, version, design, link, grown.start, grown.trees)


def loaded(name: str, version: str, data: bytes) -> FittedTrees:
    """What `save` wrote. Raises InvalidInput XL-OUTCOME-010, 011."""
    plain, arrays = unpacked(data, name, version)
    design = rebuilt(OutcomeDesign, plain["design"])
    return FittedTrees(name, version, design, plain["link"], plain["start"], Trees.of_arrays(arrays, len(design.features)))


def practised(
    values: NDArray[np.float64], aims: NDArray[np.float64], design: OutcomeDesign, absent: Mapping[str, float], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Every row as it is, and twice with whole kinds of sources hidden by chance, never all: (values, aims, whose row it is)."""
    rng = np.random.default_rng([seed, 23])
    kinds = sorted(absent)
    parts, people = [values], np.arange(len(values))
    for _ in range(2):
        hidden = rng.random((len(values), len(kinds))) < [absent[kind] for kind in kinds]
        hidden[np.arange(len(values)), rng.integers(0, len(kinds), len(values))] &= ~hidden.all(axis=1)
        copy = values.copy()
        for n, kind in enumerate(kinds):
            columns = [place for place, name in enumerate(design.features) if design.groups.get(name, "table") == kind]
            copy[np.ix_(np.flatnonzero(hidden[:, n]), np.array(columns, dtype=np.int64))] = np.nan
        parts.append(copy)
    return np.concatenate(parts), np.tile(aims, 3), np.tile(people, 3)
