"""From readings to a twin: sample the posterior, see that the sample is large enough, that the model fits, and what was learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from xinglin.models.simulator import population
from xinglin.models.twin import sampling
from xinglin.models.twin.likelihood import IMPOSSIBLE, Readings, prior_scale
from xinglin.records.errors import Refused
from xinglin.records.simulation import DiseaseCard, Estimate, Measurement, Posterior, Regimen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.shelf.promises import AbstractDisease

    Array = NDArray[Any]

ENOUGH = 400.0  # effective draws
WANTED = 1_000.0
DRAWS = 2_000  # of equal weight, kept
_FEWEST = 100.0  # below which there is no twin
_COUNT, _MOST = 3_072, 60_000
_FARTHEST = 7.5  # standard deviations of the prior


def fitted(
    disease: AbstractDisease, measured: Sequence[Measurement], regimen: Regimen, *, traits: Mapping[str, float] | None = None, seed: int = 0,
    draws: int = DRAWS,
) -> Posterior:  # fmt: skip
    """The posterior given a person's readings under the treatment they had. `traits`: what of the person is known, and not fitted.

    Raises InvalidInput for readings or traits that cannot be used (XL-DOSE-010: a drug's covariate is not given), Refused XL-TWIN-003 without readings, XL-TWIN-004 when no course of the
    model could have given them, XL-TWIN-005 when too few draws are found.
    """
    fixed = dict(traits or {})
    card = disease.card
    population.see_that_traits_fit(card, fixed)
    disease.see_that_enough_is_known(fixed)
    if not measured:
        raise Refused("XL-TWIN-003", "there are no readings to fit a twin to", where=card.name, fix="take readings in first")
    readings = Readings(disease, measured, regimen)
    names = population.varying(card, fixed)
    fit = _Fit(readings, fixed, names)
    chance = sampling.Draws(seed)
    sample = sampling.importance(fit.log_likelihood, len(names), chance, wanted=WANTED, count=_COUNT, most=_MOST)
    if sample.effective < ENOUGH and fit.best > IMPOSSIBLE / 2:
        sample = max(sample, *_by_chains(fit, len(names), chance), key=lambda one: one.effective)
    if fit.best <= IMPOSSIBLE / 2:
        raise Refused(
            "XL-TWIN-004", "no course of the model could have given these readings", where=card.name, why="a reading, a date, a unit or the treatment may be wrong",
            fix="look at the readings; see docs/look-up/simulations.md",
        )  # fmt: skip
    if sample.effective < _FEWEST:
        raise Refused(
            "XL-TWIN-005",
            "the data cannot tell: too few draws agree with the readings",
            where=card.name,
            fix="give more readings, or check them",
        )
    chosen = sampling.resampled(sample, draws, float(chance.uniform(1)[0]))
    people = fit.people(chosen)
    check = _predictive(readings, people, chance)
    prior = fit.people(chance.normal(draws, len(names)))
    estimates = tuple(_estimate(card, name, people[name], prior[name]) for name in names)
    notes = () if sample.effective >= ENOUGH else (f"the sample behind the twin is small: {sample.effective:.0f} effective draws",)
    return Posterior(
        card.name, card.version, people, sample.effective, sample.method, sample.rounds, sample.simulations, seed, check, regimen, readings.measured,
        estimates, notes,
    )  # fmt: skip


def _by_chains(fit: _Fit, size: int, chance: sampling.Draws) -> tuple[sampling.Sample, sampling.Sample]:
    """The fall-back: chains side by side, and importance sampling around where they came to rest."""
    chains = sampling.tempered(fit.log_likelihood, size, chance, count=_COUNT // 2)
    around = sampling.importance(
        fit.log_likelihood, size, chance, wanted=ENOUGH * 1.2, count=2 * _COUNT, most=2 * _MOST, near=chains.scores
    )
    return chains, replace(
        around, method="tempered", rounds=chains.rounds + around.rounds, simulations=chains.simulations + around.simulations
    )


class _Fit:
    """The log likelihood of scores, and the best seen."""

    def __init__(self, readings: Readings, fixed: Mapping[str, float], names: tuple[str, ...]) -> None:
        self.readings, self.fixed, self.names, self.best = readings, fixed, names, -np.inf

    def people(self, scores: Array) -> dict[str, Array]:
        """The parameters at scores (people, names)."""
        return self._at(scores)[0]

    def log_likelihood(self, scores: Array) -> Array:
        """Of each row of scores; IMPOSSIBLE for people who are not plausible."""
        traits, plausible = self._at(scores)
        found = np.where(plausible, self.readings.log_likelihood(self.readings.predicted(traits)), IMPOSSIBLE)
        self.best = max(self.best, float(found.max()))
        return found

    def _at(self, scores: Array) -> tuple[dict[str, Array], Array]:
        near = np.clip(scores, -_FARTHEST, _FARTHEST)  # beyond, the normal distribution has no number left
        return population.at_scores(self.readings.card, self.fixed, {name: near[:, n] for n, name in enumerate(self.names)})


def _predictive(readings: Readings, people: Mapping[str, Array], chance: sampling.Draws) -> float:
    """Posterior predictive p-value: how often new readings of the same courses lie as far away as the person's own (Gelman et al. 1996)."""
    predicted = readings.predicted(people)
    seen = np.broadcast_to(readings.values, predicted.shape)
    again = readings.replicated(predicted, chance.normal(3, *predicted.shape))
    own, new = readings.misfit(predicted, seen), readings.misfit(predicted, again)
    kept = np.isfinite(own) & np.isfinite(new)
    return float(np.mean(new[kept] >= own[kept])) if kept.any() else 0.0


def _estimate(card: DiseaseCard, name: str, values: Array, prior: Array) -> Estimate:
    low, middle, high = (float(x) for x in np.quantile(values, (0.05, 0.5, 0.95)))
    before, after = (float(np.std(prior_scale(card, name, one))) for one in (prior, values))
    unit = next(one.unit for one in card.parameters if one.name == name)
    return Estimate(name, middle, low, high, unit, shrunk=max(0.0, 1 - after / before) if before > 0 else 0.0)
