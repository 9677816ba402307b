"""How well a person explains the drug levels: minus twice the log likelihood of the readings under the card's measurement error.

Readings below the limit count as the probability of being below it (method M3: Beal, J Pharmacokinet Pharmacodyn 2001;28:481).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.records.simulation import Observable

    Numbers = NDArray[np.float64]


def spread_of(reading: Observable, expected: Numbers, residual: Literal["combined", "sum"], seen: Numbers) -> Numbers:
    """Standard deviation of a reading where `expected` is true, same shape; never below a millionth of what was seen."""
    if residual == "sum":
        spread = reading.proportional * expected + reading.additive
    else:
        spread = np.hypot(reading.proportional * expected, reading.additive)
    return np.maximum(spread, 1e-6 * np.maximum(np.abs(seen), 1e-300))


def misfit(
    reading: Observable, residual: Literal["combined", "sum"], expected: Numbers, seen: Numbers, below: NDArray[np.bool_]
) -> Numbers:
    """-2 log likelihood (n,), without the constant of 2 pi, of `seen` (readings,) where `expected` (n, readings) is true.

    `below` marks readings that the instrument gave as "below value". With logarithmic error the residuals are those of the logarithm.
    """
    from scipy.special import log_ndtr

    expected = np.maximum(expected, 0.0)
    if reading.logarithmic > 0:
        spread = np.full_like(expected, reading.logarithmic)
        with np.errstate(divide="ignore"):
            away = (np.log(seen) - np.log(np.maximum(expected, 1e-300))) / spread
    else:
        spread = spread_of(reading, expected, residual, seen)
        away = (seen - expected) / spread
    each = np.where(below, -2.0 * log_ndtr(np.clip(away, -1e8, 1e8)), away**2 + 2.0 * np.log(spread))
    return np.minimum(each.sum(axis=1), 1e300)


def see_that_error_is_known(reading: Observable, where: str) -> None:
    """Raises InvalidInput XL-DOSE-012 for an observable without an error, or with one that mixes the logarithmic with another."""
    plain = reading.proportional > 0 or reading.additive > 0
    if plain == (reading.logarithmic > 0):
        raise InvalidInput(
            "XL-DOSE-012", "levels can only be weighed with one kind of measurement error", where=where,
            why="the card gives none, or a logarithmic one together with another", fix="state proportional and additive, or logarithmic",
        )  # fmt: skip
