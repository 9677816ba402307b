"""How long until the end: a proportional-hazards model of the real people, from which times of new people are drawn.

Log hazard ratios of everything known of a person by Cox's likelihood, pulled towards none as strongly as the data themselves suggest, and the
baseline hazard by Breslow's way. Who leaves before the end is not drawn here: times of leaving have a score of their own beside the other columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from xinglin.models.survival import cox
from xinglin.models.table.copula.layout import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Matrix = NDArray[np.float64]

ROUNDS = 4  # of guessing how strongly to pull
WEAKEST, STRONGEST = 0.1, 1e4


class Hazards(msgspec.Struct, frozen=True):
    """`slopes` per feature of `features_of`; `times` and `cumulative`: the baseline hazard up to each time at which an end was seen."""

    slopes: list[float]
    times: list[float]
    cumulative: list[float]

    def until(self, features: Matrix, rng: np.random.Generator) -> Row:
        """A time of the end for each person; infinity beyond what was seen."""
        wanted = rng.exponential(size=len(features)) / np.exp(features @ np.array(self.slopes))
        return np.interp(wanted, [0.0, *self.cumulative], [0.0, *self.times], right=np.inf)


def features_of(parts: Sequence[Part], table: Mapping[str, Row]) -> Matrix:
    """What the hazard may depend on (people, features): scores and their squares, levels but the commonest, gaps."""
    rows: list[Row] = []
    for part in parts:
        values = table[part.of[0]]
        if part.kind == "ordered" and part.margin:
            score = part.margin.score(values)
            rows.append(score)
            if len(part.margin.values) > 2:
                rows.append(np.where(np.isnan(values), 0.0, np.clip(score, -2.5, 2.5) ** 2 - 1) / 2)
        else:
            yes = np.isnan(values) if part.kind == "written" else values == part.level
            rows.append(yes.astype(float) * 2)
    return np.column_stack(rows)


def hazards_of(times: Row, happened: NDArray[np.bool_], features: Matrix) -> Hazards:
    """The model of these people. Raises InvalidInput XL-SURV-00x."""
    varying = np.ptp(features, axis=0) > 0
    table = features[:, varying]
    slopes = np.zeros(features.shape[1])
    pull = float(table.shape[1])
    if table.shape[1] and happened.any():
        found = cox(times, happened, table, ridge=pull)
        for _ in range(ROUNDS):
            used = table.shape[1] - pull * float(np.trace(found.covariance))
            pull = float(np.clip(max(used, 0.5) / (found.coefficients @ found.coefficients + 1e-12), WEAKEST, STRONGEST))
            found = cox(times, happened, table, ridge=pull)
        slopes[varying] = found.coefficients
    return _with_baseline(times, happened, features, slopes)


def _with_baseline(times: Row, happened: NDArray[np.bool_], features: Matrix, slopes: Row) -> Hazards:
    risk = np.exp(features @ slopes)
    order = np.argsort(-times, kind="stable")
    at_risk = np.cumsum(risk[order])
    moments, counts = np.unique(times[happened], return_counts=True)
    last = np.searchsorted(-times[order], -moments, side="right") - 1
    return Hazards(slopes.tolist(), moments.tolist(), np.cumsum(counts / at_risk[last]).tolist())
