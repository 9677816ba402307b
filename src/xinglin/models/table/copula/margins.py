"""One column and its normal score: from a value to the stretch of the bell curve it stands for, and back to a value as it would be written.

Values that many people share keep their share exactly; between rare values it is interpolated, on the steps the column is written in, so that
no single person's value is handed on as such. Nothing lies outside what was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Row = NDArray[np.float64]

SHARED = 3  # a value held by so many people is a value of the column, not of a person
_FINE = 6  # digits up to which steps are looked for


class Margin(msgspec.Struct, frozen=True):
    """An ordered column. `values` with their cumulative shares `ends`; `knot_shares` -> `knot_values` draws; written in `step`s from `origin`."""

    values: list[float]
    ends: list[float]
    knot_shares: list[float]
    knot_values: list[float]
    origin: float
    step: float
    decimals: int

    def stretch(self, column: Row) -> tuple[Row, Row]:
        """Lower and upper normal score of each value; from -inf to inf where it is missing."""
        place = np.searchsorted(self.values, column, side="left")
        known = ~np.isnan(column)
        place = np.clip(place, 0, len(self.values) - 1)
        edges = ndtri(np.concatenate([[0.0], self.ends]))
        return np.where(known, edges[place], -np.inf), np.where(known, edges[place + 1], np.inf)

    def score(self, column: Row) -> Row:
        """One normal score per value, the middle of its stretch; 0 where it is missing."""
        edges = np.concatenate([[0.0], self.ends])
        middles = ndtri((edges[1:] + edges[:-1]) / 2)
        known = ~np.isnan(column)
        return np.where(known, np.interp(np.where(known, column, 0.0), self.values, middles), 0.0)

    def drawn(self, shares: Row) -> Row:
        """Values at these cumulative shares (0 to 1), as the column is written."""
        raw = np.interp(shares, self.knot_shares, self.knot_values)
        if self.step > 0:
            raw = self.origin + np.round((raw - self.origin) / self.step) * self.step
        return np.clip(np.round(raw, self.decimals), self.values[0], self.values[-1])

    def share_below(self, value: float, including: bool) -> float:
        """The share of draws below a value."""
        half = self.step / 2 if self.step > 0 else 10.0**-self.decimals / 2
        edge = value + half if including else value - half
        if edge >= self.values[-1]:
            return 1.0
        if edge <= self.values[0]:
            return 0.0
        place = int(np.searchsorted(self.knot_values, edge, side="left"))
        left, right = self.knot_values[place - 1], self.knot_values[place]
        low, high = self.knot_shares[place - 1], self.knot_shares[place]
        return low + (high - low) * (edge - left) / (right - left)


def margin_of(column: Row, decimals: int, weights: Row | None = None) -> Margin:
    """The margin of the values that are there. `weights`: people behind each, 1 by default; shares are of their sum."""
    known = ~np.isnan(column)
    values, inverse, counts = np.unique(column[known], return_inverse=True, return_counts=True)
    masses = counts.astype(float) if weights is None else np.bincount(inverse, weights[known], minlength=len(values))
    shares = masses / masses.sum()
    ends = np.minimum(np.cumsum(shares), 1.0)
    ends[-1] = 1.0
    starts = np.concatenate([[0.0], ends[:-1]])
    knot_shares, knot_values = [0.0], [float(values[0])]
    for value, count, start, end in zip(values.tolist(), counts.tolist(), starts.tolist(), ends.tolist(), strict=True):
        for share in (start, end) if count >= SHARED else ((start + end) / 2,):
            if share > knot_shares[-1] or value > knot_values[-1]:
                knot_shares.append(share)
                knot_values.append(value)
    knot_shares.append(1.0)
    knot_values.append(float(values[-1]))
    origin, step = _steps(values, decimals)
    return Margin(values.tolist(), ends.tolist(), knot_shares, knot_values, origin, step, decimals)


def _steps(values: Row, decimals: int) -> tuple[float, float]:
    """(first value, the greatest step that reaches all); step 0 where the digits are too many to say."""
    if decimals > _FINE or len(values) < 2:
        return float(values[0]), 0.0
    units = np.round((values - values[0]) * 10.0**decimals).astype(np.int64)
    return float(values[0]), float(np.gcd.reduce(units)) / 10.0**decimals


def shares_of(latent: Row) -> Row:
    """Cumulative shares of normal scores."""
    return ndtr(latent)
