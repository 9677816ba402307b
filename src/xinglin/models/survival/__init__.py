"""Time until something happens, with people who leave before it does: survival curves, their comparison, hazard ratios, mean time.

Each function says which formula it uses; all are held against lifelines in the tests. Times in any one unit, `happened` true where the end was
seen and false where observation stopped before it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.records.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Times = NDArray[np.floating]
    Marks = NDArray[np.bool_]

_Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)
class Curve:
    """A Kaplan-Meier curve: share without the end from each time on, 95 % limits, numbers at risk before it and ends at it."""

    times: Times
    share: Times
    low: Times
    high: Times
    at_risk: NDArray[np.int64]
    ends: NDArray[np.int64]

    def at(self, time: float) -> float:
        """The share without the end at a time."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        return 1.0 if place < 0 else float(self.share[place])

    def quantile(self, share: float = 0.5) -> float:
        """The first time at which no more than `share` are left; infinity when that is not reached."""
        below = np.flatnonzero(self.share <= share + 1e-12)
        return float(self.times[below[0]]) if len(below) else math.inf

    def median_limits(self) -> tuple[float, float]:
        """95 % limits of the median: where the limits of the curve cross one half (Brookmeyer and Crowley 1982, doi:10.2307/2530286)."""
        last = self.share > 0  # where nobody is left the limits say nothing
        low, high = (np.flatnonzero((row <= 0.5 + 1e-12) & last) for row in (self.low, self.high))
        return (float(self.times[low[0]]) if len(low) else math.inf, float(self.times[high[0]]) if len(high) else math.inf)

    def mean_until(self, limit: float) -> tuple[float, float]:
        """(restricted mean time until `limit`, its variance): the area under the curve, with Greenwood's variance.

        Royston and Parmar 2013, doi:10.1186/1471-2288-13-152.
        """
        inside = self.times < limit
        knots = np.concatenate([[0.0], self.times[inside], [limit]])
        levels = np.concatenate([[1.0], self.share[inside]])
        areas = levels * np.diff(knots)
        after = np.cumsum(areas[::-1])[::-1][1:]  # area to the right of each time
        risk, ends = self.at_risk[inside].astype(float), self.ends[inside].astype(float)
        spread = np.divide(ends, risk * (risk - ends), out=np.zeros_like(risk), where=risk > ends)
        return float(areas.sum()), float(np.sum(after**2 * spread))


def kaplan_meier(times: Times, happened: Marks) -> Curve:
    """The Kaplan-Meier curve, with Greenwood's variance and limits on the scale of log(-log S).

    Kalbfleisch and Prentice 2002, The Statistical Analysis of Failure Time Data, section 1.4. Raises InvalidInput XL-SURV-001.
    """
    _see(times, happened)
    moments = np.unique(times)
    ends = np.array([np.sum(happened & (times == t)) for t in moments]) if len(moments) < 50 else _counted(times, happened, moments)
    at_risk = len(times) - np.searchsorted(np.sort(times), moments, side="left")
    share = np.cumprod(1 - ends / at_risk)
    spread = np.cumsum(np.divide(ends, at_risk * (at_risk - ends), out=np.zeros(len(ends)), where=at_risk > ends))
    low, high = share.copy(), share.copy()
    inner = (share > 0) & (share < 1)
    log = np.log(share[inner])
    reach = _Z95 * np.sqrt(spread[inner]) / np.abs(log)
    low[inner], high[inner] = np.exp(log * np.exp(reach)), np.exp(log * np.exp(-reach))
    return Curve(moments, share, low, high, at_risk, ends)


def _counted(times: Times, happened: Marks, moments: Times) -> NDArray[np.int64]:
    return np.bincount(np.searchsorted(moments, times[happened]), minlength=len(moments))


def log_rank(times: Times, happened: Marks, group: NDArray[np.integer]) -> tuple[float, float]:
    """(chi square, p) of the log-rank test that all groups share one curve: Peto and Peto 1972, doi:10.2307/2344317."""
    from scipy.stats import chi2

    _see(times, happened)
    words = np.unique(group)
    moments = np.unique(times[happened])
    order = np.sort(times)
    risk = len(times) - np.searchsorted(order, moments, side="left")
    ends = _counted(times, happened, moments)
    risks = np.array([(group == w).sum() - np.searchsorted(np.sort(times[group == w]), moments, side="left") for w in words])
    seen = np.array([_counted(times[group == w], happened[group == w], moments).sum() for w in words])
    expected = risks * (ends / risk)
    weight = np.divide(ends * (risk - ends), risk - 1, out=np.zeros(len(risk)), where=risk > 1)
    shares = risks / risk
    covariance = np.diag((shares * weight).sum(axis=1)) - (shares * weight) @ shares.T
    apart = (seen - expected.sum(axis=1))[:-1]
    square = float(apart @ np.linalg.pinv(covariance[:-1, :-1]) @ apart)
    return square, float(chi2.sf(square, len(words) - 1))


@dataclass(frozen=True, eq=False)
class CoxFit:
    """Log hazard ratios with their covariance, and the log partial likelihood."""

    coefficients: Times
    covariance: Times
    likelihood: float

    def ratio(self, column: int = 0) -> tuple[float, float, float]:
        """(hazard ratio, lower and upper 95 % limit) of a covariate."""
        middle, error = self.coefficients[column], math.sqrt(self.covariance[column, column])
        return math.exp(middle), math.exp(middle - _Z95 * error), math.exp(middle + _Z95 * error)

    def p(self, column: int = 0) -> float:
        """Two-sided p of the Wald test."""
        from scipy.stats import norm

        return float(2 * norm.sf(abs(self.coefficients[column]) / math.sqrt(self.covariance[column, column])))


def cox(times: Times, happened: Marks, covariates: NDArray[np.float64], ridge: float = 0.0) -> CoxFit:
    """Cox's proportional hazards, ties by Efron's way (Efron 1977, doi:10.1080/01621459.1977.10480613), by Newton's method.

    `covariates` (people, columns). `ridge`: the likelihood less half of it times the squares of the coefficients, in the units of the
    covariates (Verweij and Van Houwelingen 1994, doi:10.1002/sim.4780132307); 0 is none. Raises InvalidInput XL-SURV-002 when the data hold no finite answer (nobody has an end in one group).
    """
    _see(times, happened)
    table = np.asarray(covariates, float).reshape(len(times), -1)
    centre = table.mean(axis=0)
    order = np.argsort(-times, kind="stable")  # from the last to the first: sums over those at risk grow
    ordered = times[order], happened[order], (table - centre)[order]
    found = np.zeros(table.shape[1])
    value, slope, curve = _pulled(found, ridge, *ordered)
    for _ in range(50):
        try:
            step = np.linalg.solve(curve, slope)
        except np.linalg.LinAlgError:
            break
        scale = 1.0
        while True:
            tried = _pulled(found + scale * step, ridge, *ordered)
            if tried[0] >= value - 1e-12 or scale < 1e-6:
                break
            scale /= 2
        found, gained = found + scale * step, tried[0] - value
        value, slope, curve = tried
        if np.max(np.abs(scale * step)) < 1e-10 or (abs(gained) < 1e-12 and np.max(np.abs(slope)) < 1e-6):
            if np.max(np.abs(found) * (np.ptp(table, axis=0) + 1e-300)) < 25:
                return CoxFit(found, np.linalg.inv(curve), value)
            break
    raise InvalidInput(
        "XL-SURV-002",
        "the hazard ratio has no finite answer",
        why="one group has no end, or the groups are one",
        fix="follow them longer, or use more people",
    )


def _pulled(
    beta: Times, ridge: float, times: Times, happened: Marks, table: NDArray[np.float64]
) -> tuple[float, Times, NDArray[np.float64]]:
    """The likelihood with its ridge, its gradient, minus its Hessian."""
    value, slope, curve = _likelihood(beta, times, happened, table)
    return value - ridge / 2 * float(beta @ beta), slope - ridge * beta, curve + ridge * np.eye(len(beta))


def _likelihood(beta: Times, times: Times, happened: Marks, table: NDArray[np.float64]) -> tuple[float, Times, NDArray[np.float64]]:
    """(log partial likelihood, its gradient, minus its Hessian), people ordered from the longest time to the shortest."""
    columns = table.shape[1]
    risk = np.exp(np.clip(table @ beta, -700, 700))
    sums, firsts = np.cumsum(risk), np.cumsum(risk[:, None] * table, axis=0)
    seconds = np.cumsum(risk[:, None, None] * table[:, :, None] * table[:, None, :], axis=0)
    value, slope, curve = 0.0, np.zeros(columns), np.zeros((columns, columns))
    marked = np.flatnonzero(happened)
    if not len(marked):
        return value, slope, curve
    starts = np.flatnonzero(np.r_[True, times[marked][1:] != times[marked][:-1]])
    last_of_time = np.searchsorted(-times, -times[marked[starts]], side="right") - 1
    for place, (start, last) in enumerate(zip(starts, last_of_time, strict=True)):
        tied = marked[start : starts[place + 1] if place + 1 < len(starts) else len(marked)]
        own, own_first = risk[tied].sum(), (risk[tied][:, None] * table[tied]).sum(axis=0)
        own_second = (risk[tied][:, None, None] * table[tied][:, :, None] * table[tied][:, None, :]).sum(axis=0)
        value += float((table[tied] @ beta).sum())
        slope = slope + table[tied].sum(axis=0)
        for k in range(len(tied)):
            share = k / len(tied)
            whole = sums[last] - share * own
            mean = (firsts[last] - share * own_first) / whole
            value -= math.log(whole)
            slope = slope - mean
            curve = curve + (seconds[last] - share * own_second) / whole - np.outer(mean, mean)
    return value, slope, curve


def concordance(times: Times, happened: Marks, score: Times) -> float:
    """Harrell's C: of the pairs whose order is known, the share in which the higher score had its end first; ties in score count half.

    Harrell 1996, doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4.
    """
    _see(times, happened)
    right = pairs = 0.0
    for place in np.flatnonzero(happened):
        later = (times > times[place]) | ((times == times[place]) & ~happened)
        pairs += later.sum()
        right += np.sum(score[place] > score[later]) + 0.5 * np.sum(score[place] == score[later])
    return right / pairs if pairs else math.nan


def _see(times: Times, happened: Marks) -> None:
    if len(times) == 0 or len(times) != len(happened) or not np.all(np.isfinite(times)) or np.any(times < 0):
        raise InvalidInput(
            "XL-SURV-001", "these are no survival times", why="empty, negative, or not a number", fix="give one finite time per person"
        )
