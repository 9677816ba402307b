"""Is this person like those a model learnt from? The range of each number, the levels that occurred, and how far all of it together lies away.

A range is one that several people reach, so that no single person's value is kept. Nothing is foretold of the unfamiliar.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from xinglin.models.foretelling.sources import features_of, lacking
from xinglin.models.tabular.columns import values_of
from xinglin.models.tabular.encoding import Encoding
from xinglin.records.prediction import OutcomeDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

SHARED_BY = 5  # so many people lie at or beyond each end of a range
MARGIN = 0.1  # of the range: so far beyond it a number is told as outside, and further nothing is foretold
RARE, BEYOND = 0.995, 1.5  # the distance that one in 200 exceeds, and half as much again


class Familiar(Struct, frozen=True):
    """`outside`: features beyond their range; `declined`: why nothing is foretold, or ""."""

    outside: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    declined: str = ""


class Familiarity(Struct, frozen=True):
    """What the people learnt from were like, in summaries."""

    design: OutcomeDesign
    encoding: Encoding
    ranges: Mapping[str, tuple[float, float]]
    seen: Mapping[str, tuple[int, ...]]
    centre: tuple[float, ...]
    inverse: tuple[tuple[float, ...], ...]
    furthest: float
    most_missing: int

    @classmethod
    def learnt(cls, table: Rows, design: OutcomeDesign) -> Familiarity:
        """Summaries of the table."""
        values, encoding = values_of(table, design.inputs), Encoding.learnt(table, design.inputs)
        ranges, seen = {}, {}
        for place, one in enumerate(design.inputs):
            known = np.sort(values[~np.isnan(values[:, place]), place])
            if one.kind == "category":
                counts = np.bincount(known.astype(int), minlength=len(one.levels))
                seen[one.name] = tuple(np.flatnonzero(counts >= SHARED_BY).tolist())
            elif len(known) > 2 * SHARED_BY:
                ranges[one.name] = (float(known[SHARED_BY - 1]), float(known[-SHARED_BY]))
        matrix = encoding.matrix(table)
        centre = matrix.mean(axis=0)
        spread = np.cov(matrix, rowvar=False).reshape(matrix.shape[1], -1) if matrix.shape[1] else np.zeros((0, 0))
        inverse = np.linalg.inv(spread + (0.05 * np.trace(spread) / max(1, len(spread)) + 1e-9) * np.eye(len(spread)))
        furthest = float(np.quantile(_distance(matrix, centre, inverse), RARE)) * BEYOND if len(spread) else np.inf
        absent = np.sort(np.isnan(values).sum(axis=1))
        return cls(
            design, encoding, ranges, seen, tuple(centre.tolist()), tuple(map(tuple, inverse.tolist())), furthest,
            int(absent[-SHARED_BY]),
        )  # fmt: skip

    def judged(self, rows: Rows) -> list[Familiar]:
        """One judgement per row."""
        values = values_of(rows, self.design.inputs)
        matrix, centre = self.encoding.matrix(rows), np.array(self.centre)
        for row, kinds in enumerate(lacking(rows, self.design)):
            own = [self.design.features.index(name) for kind in kinds for name in features_of(self.design)[kind]]
            held = np.isin(self.encoding.owners, own)  # a kind that is missing whole makes nobody unlike the others
            matrix[row, held] = centre[held]
        far = _distance(matrix, centre, np.array(self.inverse)) > self.furthest
        return [self._of_one(rows, values[row], row, bool(far[row])) for row in range(len(values))]

    def _of_one(self, rows: Rows, values: NDArray[np.float64], row: int, far: bool) -> Familiar:
        outside, beyond = [], []
        for place, one in enumerate(self.design.inputs):
            if one.name in self.ranges and not np.isnan(values[place]):
                low, high = self.ranges[one.name]
                apart = max(low - values[place], values[place] - high)
                if apart > 0:
                    outside.append(one.name)
                if apart > MARGIN * (high - low):
                    beyond.append(one.name)
            elif (
                one.name in self.seen
                and one.name in rows
                and not np.isnan(rows[one.name][row])
                and values[place] not in self.seen[one.name]
            ):
                outside.append(one.name)
                beyond.append(one.name)
        missing = tuple(one.name for place, one in enumerate(self.design.inputs) if np.isnan(values[place]) and one.name not in outside)
        declined = ""
        if beyond:
            declined = "beyond what the model learnt from: " + ", ".join(beyond)
        elif len(missing) > self._most_missing(missing):
            declined = f"too much is missing: {len(missing)} of {len(values)}"
        elif far:
            declined = "this combination is unlike the people the model learnt from"
        return Familiar(tuple(outside), missing, declined)

    def _most_missing(self, missing: tuple[str, ...]) -> int:
        """As much as several of those learnt from lacked; with groups of sources, whole groups may be missing beside it, but never all."""
        kinds = features_of(self.design)
        gone = [kind for kind, names in kinds.items() if set(names) <= set(missing)]
        if len(kinds) < 2 or len(gone) == len(kinds):
            return self.most_missing
        return self.most_missing + sum(len(kinds[kind]) for kind in gone)

    def as_data(self) -> dict[str, Any]:
        """Plain data for keeping, without the design."""
        return {
            "encoding": self.encoding.as_data(), "ranges": dict(self.ranges), "seen": dict(self.seen), "centre": self.centre,
            "inverse": self.inverse, "furthest": self.furthest, "most_missing": self.most_missing,
        }  # fmt: skip

    @classmethod
    def of_data(cls, design: OutcomeDesign, data: Mapping[str, Any]) -> Familiarity:
        """What `as_data` gave."""
        return cls(
            design, Encoding.of_data(design.inputs, data["encoding"]), {k: (v[0], v[1]) for k, v in data["ranges"].items()},
            {k: tuple(v) for k, v in data["seen"].items()}, tuple(data["centre"]), tuple(map(tuple, data["inverse"])), data["furthest"],
            data["most_missing"],
        )  # fmt: skip


def _distance(matrix: NDArray[np.float64], centre: NDArray[np.float64], inverse: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mahalanobis distance, the covariance a little rounded off."""
    apart = matrix - centre
    return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", apart, inverse, apart), 0.0))
