"""The most likely parameters of one person given a few drug levels, with intervals: maximum a posteriori (empirical Bayes) estimates.

Minimised is sum((y - f)^2 / var + log var) + eta' Omega^-1 eta, the objective of NONMEM's conditional estimates with interaction
(Kang et al., Korean J Physiol Pharmacol 2012;16:97, doi:10.4196/kjpp.2012.16.2.97). Intervals come from its curvature (Laplace), and from draws weighted by the exact posterior.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.compartments.plan import DosePlan, courses, plan_of
from xinglin.models.map_bayes.descent import MOST_VARYING, Lowest, lowest
from xinglin.models.map_bayes.likelihood import misfit, see_that_error_is_known, spread_of
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Estimate, Measurement, Posterior, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.compartments.drug import DrugModel

    Numbers = NDArray[np.float64]

LABEL = {"en": "simulation, for research; not a prescription", "zh": "模拟结果，仅供研究；不是处方"}
_SHARE = 0.9
_Z = 1.6448536269514722  # 90 % of a normal distribution lies within this many standard deviations


@dataclass(frozen=True, eq=False)
class MapEstimate:
    """What drug levels say about one person.

    etas, omegas, spreads: deviation from the typical person, and its standard deviation before and after the levels, on the scale of
    each distribution; covariance (k, k) after. parameters: every parameter and derived number with its 90 % interval. draws: name ->
    (n,) of equal weight from the posterior; effective: how many independent draws they are worth. objective: at the minimum.
    predicted, residuals: (readings,), the latter in standard deviations.
    """

    drug: DrugModel
    known: Mapping[str, float]
    regimen: Regimen
    measured: tuple[Measurement, ...]
    etas: Mapping[str, float]
    omegas: Mapping[str, float]
    spreads: Mapping[str, float]
    covariance: Numbers
    objective: float
    parameters: Mapping[str, Estimate]
    predicted: Numbers
    residuals: Numbers
    draws: Mapping[str, Numbers]
    effective: float
    seed: int
    fit: float  # posterior predictive p-value of the readings: near 0 they lie too far from any likely person, near 1 too close
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> Mapping[str, str]:
        """What must stand beside every number of it."""
        return LABEL

    def posterior(self) -> Posterior:
        """The same as a record that twins of every kind share."""
        return Posterior(
            self.drug.card.name, self.drug.card.version, self.draws, self.effective, "importance", 1, len(next(iter(self.draws.values()))),
            self.seed, self.fit, self.regimen, self.measured, tuple(self.parameters.values()), self.notes,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Question:
    """The readings laid out for the kernel, and the prior."""

    drug: DrugModel
    known: Mapping[str, float]
    plan: DosePlan
    times: Numbers  # (different times,)
    place: NDArray[np.int64]  # reading -> time
    seen: Numbers
    below: NDArray[np.bool_]
    names: tuple[str, ...]
    root: Numbers  # (k, k), lower triangle: root @ root.T is Omega

    def people(self, scores: Numbers) -> dict[str, Numbers]:
        """People at these standard normal scores, (n, k)."""
        etas = scores @ self.root.T
        return self.drug.people(self.known, {name: etas[:, j] for j, name in enumerate(self.names)})

    def expected(self, people: Mapping[str, Numbers], tolerance: float = 1e-10) -> Numbers:
        """Levels without error, (n, readings)."""
        return courses(self.drug.structure, people, self.plan, self.times, tolerance).concentration[:, self.place]

    def rough(self, scores: Numbers) -> Numbers:
        """`objective`, good to a millionth: for starts and for the weights of draws."""
        return self.objective(scores, 1e-6)

    def objective(self, scores: Numbers, tolerance: float = 1e-10) -> Numbers:
        """-2 log of the posterior, up to a constant, (n,)."""
        expected = self.expected(self.people(scores), tolerance)
        return misfit(self.drug.reading(), self.drug.residual, expected, self.seen, self.below) + (scores**2).sum(axis=1)


def estimate(
    drug: DrugModel, regimen: Regimen, measured: Sequence[Measurement], traits: Mapping[str, float],
    *, steady_every: float = 0.0, seed: int = 1, draws: int = 1000,
) -> MapEstimate:  # fmt: skip
    """The most likely person given these levels. `traits`: covariates, and parameters that are to be held fixed; `steady_every`: the
    regimen's first dose has been given at that interval for ever.

    Raises InvalidInput XL-DOSE-010 (covariate missing), -012 (error unknown), -013 (nothing to estimate or no reading of this drug), and those of `plan_of`.
    """
    asked = _question(drug, regimen, measured, traits, steady_every)
    best = lowest(asked.objective, asked.rough, len(asked.names), 3e-3 if drug.structure.saturable else 3e-4, 8 if _has_kinks(asked) else 4)
    root = _posterior_root(best)
    scores, effective = _draw(asked, best, root, seed, draws)
    covariance = asked.root @ root @ root.T @ asked.root.T
    etas = asked.root @ best.point
    rows = {row.name: row for row in drug.card.parameters}
    person = asked.people(best.point[None])
    expected = asked.expected(person)[0]
    drawn = asked.people(scores)
    omegas = {name: rows[name].spread for name in asked.names}
    spreads = dict(zip(asked.names, np.sqrt(np.diag(covariance)), strict=True))
    fit = _predictive(_residuals(drug, asked.expected(drawn, 1e-6), asked), int((~asked.below).sum()))
    return MapEstimate(
        drug, dict(traits), regimen, tuple(measured), dict(zip(asked.names, (float(x) for x in etas), strict=True)), omegas,
        {name: float(value) for name, value in spreads.items()}, covariance, best.value, told_parameters(drug, person, drawn, omegas, spreads),
        expected, _residuals(drug, expected, asked), {name: drawn[name] for name in person}, effective, seed, fit,
        _notes(drug, best, person, effective / draws, fit),
    )  # fmt: skip


def _question(
    drug: DrugModel, regimen: Regimen, measured: Sequence[Measurement], traits: Mapping[str, float], steady_every: float
) -> _Question:
    drug.require_covariates(traits)
    see_that_error_is_known(drug.reading(), f"card {drug.card.name}, observable {drug.observable}")
    readings = [reading for reading in measured if reading.observable == drug.observable]
    varying = drug.varying(traits)
    if not readings or not varying:
        raise InvalidInput(
            "XL-DOSE-013", "there is nothing to estimate", where=f"card {drug.card.name}",
            why="no reading of this drug, or every parameter is fixed", fix=f"give readings of {drug.observable}",
        )  # fmt: skip
    seen = np.array([reading.value for reading in readings], float)
    at = np.array([reading.time for reading in readings], float)
    if len(varying) > MOST_VARYING:
        raise InvalidInput(
            "XL-DOSE-015", f"more than {MOST_VARYING} parameters vary", where=f"card {drug.card.name}", fix="hold some fixed"
        )
    least = np.nextafter(0.0, 1.0) if drug.reading().logarithmic > 0 else 0.0
    if not (np.isfinite(seen).all() and np.isfinite(at).all() and (seen >= least).all()):
        raise InvalidInput(
            "XL-DOSE-014",
            "a reading must be a level at a time, not negative",
            where="measured",
            fix="give what is below the limit as `below`",
        )
    times, place = np.unique(at, return_inverse=True)
    below = np.array([reading.below for reading in readings])
    return _Question(
        drug, traits, plan_of(drug.structure, regimen, steady_every), times, place, seen, below, tuple(row.name for row in varying),
        lower_root(omega_of(drug, tuple(row.name for row in varying))),
    )  # fmt: skip


def lower_root(matrix: Numbers) -> Numbers:
    """The lower triangle whose product with its transpose is `matrix`."""
    return np.asarray(np.linalg.cholesky(matrix), np.float64)


def _has_kinks(asked: _Question) -> bool:
    """Whether the moment at which an input starts or ends is itself to be estimated: several people may then explain the levels."""
    return any({route.lag, route.duration} & set(asked.names) for route in asked.drug.structure.routes.values())


def omega_of(drug: DrugModel, names: Sequence[str]) -> Numbers:
    """Covariance of the deviations of these parameters between people, (k, k)."""
    spread = {row.name: row.spread for row in drug.card.parameters}
    omega = np.diag([spread[name] ** 2 for name in names])
    for pair in drug.card.correlations:
        if pair.first in names and pair.second in names:
            i, j = names.index(pair.first), names.index(pair.second)
            omega[i, j] = omega[j, i] = pair.value * spread[pair.first] * spread[pair.second]
    return omega


def _posterior_root(best: Lowest) -> Numbers:
    """Lower triangle whose product with itself is the covariance of the scores after the readings; never wider than twice the prior."""
    values, vectors = np.linalg.eigh(best.curvature)
    return lower_root((vectors * (2.0 / np.maximum(values, 0.5))) @ vectors.T)


def _draw(asked: _Question, best: Lowest, root: Numbers, seed: int, count: int) -> tuple[Numbers, float]:
    """`count` draws of equal weight from the posterior: from a Student distribution on the curvature, weighted, and resampled in order."""
    from scipy.special import ndtri

    from xinglin.models.simulator import streams

    k, freedom = len(best.point), 8
    uniform = streams.uniforms(seed, "map_bayes/draw", 0, count, k + 1)
    normal = ndtri(uniform[:k].T)
    heavy = _chi_square_quantile(uniform[k], freedom) / freedom
    scores = best.point + (normal / np.sqrt(heavy)[:, None]) @ root.T
    distance = (normal**2).sum(axis=1) / heavy
    log_proposal = -0.5 * (freedom + k) * np.log1p(distance / freedom)
    log_weight = -0.5 * (asked.rough(scores) - best.value) - log_proposal
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    chosen = np.searchsorted(np.cumsum(weight), (np.arange(count) + 0.5) / count)
    return scores[np.minimum(chosen, count - 1)], float(1.0 / (weight**2).sum())


def _chi_square_quantile(uniform: Numbers, freedom: int) -> Numbers:
    from scipy.special import gammaincinv

    return 2.0 * gammaincinv(freedom / 2.0, uniform)


def told_parameters(
    drug: DrugModel, person: Mapping[str, Numbers], drawn: Mapping[str, Numbers], omegas: Mapping[str, float], spreads: Mapping[str, float]
) -> dict[str, Estimate]:
    """Each parameter and derived number: the most likely value and the middle 90 % of the draws."""
    units = {row.name: row.unit for row in (*drug.card.parameters, *drug.card.derived)}
    found = {}
    for name, value in person.items():
        low, high = np.quantile(drawn[name], [(1 - _SHARE) / 2, (1 + _SHARE) / 2])
        taken = 1.0 - spreads[name] / omegas[name] if name in omegas else 0.0
        found[name] = Estimate(
            name, float(value[0]), float(min(low, value[0])), float(max(high, value[0])), units[name], float(np.clip(taken, 0, 1))
        )
    return found


def _residuals(drug: DrugModel, expected: Numbers, asked: _Question) -> Numbers:
    """(seen - expected) in standard deviations, in the shape of `expected`; 0 for readings below the limit."""
    reading = drug.reading()
    if reading.logarithmic > 0:
        away = (np.log(asked.seen) - np.log(np.maximum(expected, 1e-300))) / reading.logarithmic
    else:
        away = (asked.seen - expected) / spread_of(reading, expected, drug.residual, asked.seen)
    return np.where(asked.below, 0.0, away)


def _predictive(residuals: Numbers, readings: int) -> float:
    """Chance that new readings of the drawn people lie as far from what is expected as these do (sum of squares)."""
    from scipy.special import chdtrc

    return float(np.mean(chdtrc(readings, (residuals**2).sum(axis=1)))) if readings else 0.5


def _notes(drug: DrugModel, best: Lowest, person: Mapping[str, Numbers], share: float, fit: float) -> tuple[str, ...]:
    notes = []
    if not best.settled:
        notes.append("the search did not settle")
    if best.other - best.value < 4.0 and best.apart > 0.3:
        notes.append("two quite different people explain these levels about equally well")
    if fit < 0.01:
        notes.append("no likely person explains these levels: look at their times, the doses and the units")
    if share < 0.2:
        notes.append("the intervals are rough: the posterior is far from a normal distribution")
    outside = [row.name for row in drug.card.parameters if not row.low <= person[row.name][0] <= row.high]
    if outside:
        notes.append(f"outside the range its source supports: {', '.join(outside)}")
    return tuple(notes)


def eta_shrinkage(estimates: Sequence[MapEstimate]) -> dict[str, float]:
    """Shrinkage of each deviation over a group: 1 - SD(etas) / omega (Savic and Karlsson, AAPS J 2009;11:558); needs two people."""
    names = estimates[0].etas if estimates else {}
    return {name: 1.0 - float(np.std([one.etas[name] for one in estimates], ddof=1)) / estimates[0].omegas[name] for name in names}
