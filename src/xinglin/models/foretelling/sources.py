"""Kinds of sources (table, image, gene, simulation ...): which of them a person lacks whole, and every way to lack some but never all."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.tabular.columns import values_of
from xinglin.records.errors import UsageError
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]
    Kinds = tuple[str, ...]

MOST_KINDS = 5  # 30 ways to lack some: for each the limits are learnt


def features_of(design: OutcomeDesign) -> dict[str, tuple[str, ...]]:
    """Kind of source -> its features, by name."""
    kinds = sorted({design.groups.get(name, "table") for name in design.features})
    return {kind: tuple(name for name in design.features if design.groups.get(name, "table") == kind) for kind in kinds}


def ways_to_lack(design: OutcomeDesign) -> tuple[Kinds, ...]:
    """Every set of kinds that can be missing while another is there; none where all features are of one kind. Raises UsageError XL-OUTCOME-015."""
    kinds = tuple(features_of(design))
    if len(kinds) > MOST_KINDS:
        raise UsageError(
            "XL-OUTCOME-015",
            "there are too many kinds of sources",
            where="--group",
            why=f"{len(kinds)}; {MOST_KINDS} at most",
            fix="join some",
        )
    return tuple(one for size in range(1, len(kinds)) for one in combinations(kinds, size))


def lacking(rows: Rows, design: OutcomeDesign) -> list[Kinds]:
    """Of each row the kinds of which nothing is known; () where that is all of them, or there is one kind alone."""
    kinds, absent = features_of(design), np.isnan(values_of(rows, design.inputs))
    places = {kind: [design.features.index(name) for name in names] for kind, names in kinds.items()}
    found = [tuple(kind for kind, own in places.items() if all(gone[place] for place in own)) for gone in absent.tolist()]
    return [() if len(one) == len(kinds) else one for one in found]


def hidden(rows: Rows, design: OutcomeDesign, kinds: Kinds) -> dict[str, NDArray[np.float64]]:
    """The rows with nothing known of these kinds."""
    own = {name for kind in kinds for name in features_of(design)[kind]}
    return {name: np.full(len(values), np.nan) if name in own else values for name, values in rows.items()}
