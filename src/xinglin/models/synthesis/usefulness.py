"""Is a model trained on the made table as good for real people as one trained on real people? Both are tried on people neither has seen.

Survival: Cox's regression, judged by Harrell's C; a yes-or-no column: logistic regression, judged by the area under the ROC curve.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from xinglin.models.survival import concordance, cox
from xinglin.models.synthesis.encoding import for_regression
from xinglin.models.synthesis.forest import area
from xinglin.records.table import TableDesign

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]
    Table = Mapping[str, Row]

RESAMPLED = 200
RIDGE = 1.0  # keeps the answer finite where a group has no end


class Usefulness(msgspec.Struct, frozen=True):
    """`measure`: "C" or "AUC"; of the model trained on real and on made rows, tried on the same held-out people.

    `difference` made less real, with 95 % limits from resampling the held-out people. `effects`: feature, hazard (or odds) ratio with its 95 %
    limits from real rows, and the ratio from made rows.
    """

    measure: str
    real: float
    made: float
    difference: tuple[float, float, float]
    effects: tuple[tuple[str, float, float, float, float], ...]


def usefulness(fit: Table, held: Table, made: Table, design: TableDesign, target: str = "", seed: int = 0) -> Usefulness | None:
    """None where the table names neither survival nor a target, or either group has too few ends to say."""
    without = (design.time, design.event) if design.time else (target,)
    features = [for_regression(table, design, without, fit) for table in (fit, held, made)]
    names = features[0][1]
    ends = [_ends(table, design, target) for table in (fit, held, made)]
    if not (design.time or target) or not names or any(not 5 <= one.sum() <= len(one) - bool(target) * 5 for one in ends):
        return None
    slopes = []
    for table, rows, end in ((fit, features[0][0], ends[0]), (made, features[2][0], ends[2])):
        if design.time:
            found = cox(table[design.time], end, rows, ridge=RIDGE)
            slopes.append((found.coefficients, np.sqrt(np.diag(found.covariance))))
        else:
            slopes.append(_logistic(rows, end))
    scores = [features[1][0] @ slope for slope, _ in slopes]
    times = held[design.time] if design.time else None
    real, good = (_good(times, ends[1], score) for score in scores)
    low, high = _limits(times, ends[1], scores, seed)
    (real_slopes, errors), (made_slopes, _) = slopes
    effects = tuple(
        (name, _ratio(slope), _ratio(slope - 1.96 * error), _ratio(slope + 1.96 * error), _ratio(other))
        for name, slope, error, other in zip(names, real_slopes, errors, made_slopes, strict=True)
    )
    return Usefulness("C" if design.time else "AUC", real, good, (good - real, low, high), effects)


def _ratio(slope: float) -> float:
    return float(np.exp(np.clip(slope, -50, 50)))


def _ends(table: Table, design: TableDesign, target: str) -> NDArray[np.bool_]:
    if design.time:
        return table[design.event] == design.event_at
    return table[target] == 1.0 if target else np.zeros(1, bool)


def _good(times: Row | None, ends: NDArray[np.bool_], score: Row) -> float:
    return float(concordance(times, ends, score)) if times is not None else area(score[ends], score[~ends])[0]


def _limits(times: Row | None, ends: NDArray[np.bool_], scores: list[Row], seed: int) -> tuple[float, float]:
    rng, found = np.random.default_rng([seed, 51]), []
    for _ in range(RESAMPLED):
        people = rng.integers(0, len(ends), len(ends))
        if 0 < ends[people].sum() < len(ends):
            then = None if times is None else times[people]
            real, made = (_good(then, ends[people], score[people]) for score in scores)
            found.append(made - real)
    return float(np.nanpercentile(found, 2.5)), float(np.nanpercentile(found, 97.5))


def _logistic(rows: NDArray[np.float64], yes: NDArray[np.bool_]) -> tuple[Row, Row]:
    """Slopes of a logistic regression with a ridge, and their standard errors, by Newton's method."""
    table = np.column_stack([np.ones(len(rows)), rows])
    pull = np.diag([1e-6] + [RIDGE] * rows.shape[1])
    slopes = np.zeros(table.shape[1])
    curve = pull
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(table @ slopes, -30, 30)))
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + pull
        step = np.linalg.solve(curve, table.T @ (yes - chance) - pull @ slopes)
        slopes = slopes + step
        if np.max(np.abs(step)) < 1e-9:
            break
    return slopes[1:], np.sqrt(np.diag(np.linalg.inv(curve)))[1:]
