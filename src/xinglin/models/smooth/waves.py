"""Features as waves: every number by its rank among the people learnt from, then straight lines, curves of single features and waves over all.

Random Fourier features (Rahimi and Recht 2007) stand for a Gaussian process; both from memory: unverified.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.tabular.columns import values_of
from xinglin.models.tabular.encoding import Encoding
from xinglin.records.table import TableColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = Mapping[str, NDArray[np.float64]]

KNOTS = np.linspace(0.02, 0.98, 33)
WAVES, OWN_WAVES = 160, 6
FEWEST_VALUES = 6


@dataclass(frozen=True, eq=False)
class Ranked:
    """Numbers as normal scores of their ranks, by quantiles that are shared by many; levels and missing marks as 0 or 1."""

    encoding: Encoding
    knots: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]

    @classmethod
    def learnt(cls, rows: Rows, columns: Sequence[TableColumn], *, bends: bool = False) -> Ranked:
        """From the people learnt from. `bends`: numbers may act along a curve with three knots."""
        from scipy.special import ndtri

        values, knots = values_of(rows, columns), {}
        for place, one in enumerate(columns):
            known = values[~np.isnan(values[:, place]), place]
            if one.kind != "category" and len(np.unique(known)) >= FEWEST_VALUES:
                edges = np.quantile(known, KNOTS)
                kept = np.unique(edges)
                scores = [float(np.mean(ndtri(KNOTS[edges == edge]))) for edge in kept]
                knots[one.name] = (tuple(kept.tolist()), tuple(scores))
        made = cls(Encoding((), ()), knots)
        return cls(Encoding.learnt(made._scored(rows, columns), columns, bends=bends), knots)

    def matrix(self, rows: Rows) -> NDArray[np.float64]:
        """(rows, columns of the matrix)."""
        return self.encoding.matrix(self._scored(rows, self.encoding.columns))

    def _scored(self, rows: Rows, columns: Sequence[TableColumn]) -> dict[str, NDArray[np.float64]]:
        values = values_of(rows, columns)
        found = {}
        for place, one in enumerate(columns):
            told = values[:, place]
            if one.name in self.knots:
                told = np.where(np.isnan(told), np.nan, np.interp(told, *self.knots[one.name]))
            found[one.name] = told
        return found

    def as_data(self) -> Any:
        """Plain data."""
        return {"encoding": self.encoding.as_data(), "knots": dict(self.knots)}

    @classmethod
    def of_data(cls, columns: Sequence[TableColumn], data: Any) -> Ranked:
        """What `as_data` gave."""
        return cls(Encoding.of_data(columns, data["encoding"]), {name: (tuple(a), tuple(b)) for name, (a, b) in data["knots"].items()})


@dataclass(frozen=True, eq=False)
class Waves:
    """The directions and phases, drawn once. `kinds` of the columns: 0 the mean, 1 straight, 2 of one feature, 3 over all."""

    directions: NDArray[np.float64]  # (columns of the matrix, waves), for a reach of 1
    phases: NDArray[np.float64]
    kinds: NDArray[np.int64]

    @classmethod
    def drawn(cls, columns: int, curved: NDArray[np.bool_], seed: int) -> Waves:
        """`curved`: the columns of the matrix that are numbers."""
        rng = np.random.default_rng([seed, 61])
        own = np.zeros((columns, OWN_WAVES * int(curved.sum())))
        for n, column in enumerate(np.flatnonzero(curved)):
            own[column, n * OWN_WAVES : (n + 1) * OWN_WAVES] = rng.normal(size=OWN_WAVES)
        directions = np.concatenate([own, rng.normal(size=(columns, WAVES))], axis=1)
        kinds = np.concatenate([[0], np.ones(columns), np.full(own.shape[1], 2), np.full(WAVES, 3)]).astype(np.int64)
        return cls(directions, rng.uniform(0, 2 * np.pi, directions.shape[1]), kinds)

    def at(self, matrix: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
        """(rows, columns): 1, the matrix, and the waves. `reach`: how far apart people still fare alike, in standard deviations."""
        scale = np.where(self.kinds[1 + matrix.shape[1] :] == 2, np.sqrt(2 / OWN_WAVES), np.sqrt(2 / WAVES))
        return np.column_stack([np.ones(len(matrix)), matrix, scale * np.cos(matrix @ self.directions / reach + self.phases)])
