"""What is known of a person before any level has been measured: the card's typical person with these covariates, and people around it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from xinglin.models.map_bayes.estimating import MapEstimate, lower_root, omega_of, told_parameters
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Regimen

if TYPE_CHECKING:
    from xinglin.models.compartments.drug import DrugModel


def population(drug: DrugModel, traits: Mapping[str, float], *, seed: int = 1, draws: int = 1000) -> MapEstimate:
    """The typical person with these covariates, with 90 % intervals of the population, in the form of an estimate: for a first dose.

    Raises InvalidInput XL-DOSE-010 (a covariate is missing), XL-DOSE-013 (nothing varies).
    """
    from scipy.special import ndtri

    from xinglin.models.simulator import streams

    drug.require_covariates(traits)
    names = tuple(row.name for row in drug.varying(traits))
    if not names:
        raise InvalidInput("XL-DOSE-013", "there is nothing to estimate", where=f"card {drug.card.name}", why="every parameter is fixed")
    omega = omega_of(drug, names)
    etas = ndtri(streams.uniforms(seed, "map_bayes/prior", 0, draws, len(names)).T) @ lower_root(omega).T
    typical = drug.people(traits, {name: np.zeros(1) for name in names})
    drawn = drug.people(traits, {name: etas[:, j] for j, name in enumerate(names)})
    spreads = {name: float(np.sqrt(omega[j, j])) for j, name in enumerate(names)}
    told = told_parameters(drug, typical, drawn, spreads, spreads)
    return MapEstimate(
        drug, dict(traits), Regimen("none"), (), dict.fromkeys(names, 0.0), spreads, spreads, omega, 0.0,
        told, np.zeros(0), np.zeros(0), {name: drawn[name] for name in told}, float(draws), seed, 0.5, ("no level yet",),
    )  # fmt: skip
