"""Le Louedec et al., CPT Pharmacometrics Syst Pharmacol 2021;10:1208 (doi:10.1002/psp4.12689): NONMEM's estimates of simulated people, model by model."""

from __future__ import annotations

import pytest
from benchmarks.map_bayes import published
from benchmarks.map_bayes.models import NAMES, model, published_model
from benchmarks.map_bayes.run import people_of, their_objective

from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.estimating import estimate
from xinglin.records.simulation import Dose, Measurement, Regimen

PEOPLE = [(run, number) for run, people in published.LE_LOUEDEC.items() for number in range(len(people))]


@pytest.mark.parametrize(("run", "number"), PEOPLE, ids=[f"{NAMES[run]}, {number + 1}" for run, number in PEOPLE])
def test_a_persons_parameters_are_those_nonmem_found(run: int, number: int) -> None:
    drug = published_model(run)
    regimen, levels, known, etas = list(people_of(run, None))[number]
    found = estimate(drug, regimen, levels, known, draws=100)
    theirs, blind = their_objective(drug, regimen, levels, known, dict(zip(found.etas, etas, strict=True)))
    assert not blind and found.objective <= theirs + 1e-6
    if found.objective > theirs - 1e-3:  # the same minimum; else ours is the lower one
        assert list(found.etas.values()) == pytest.approx(etas, abs=1e-4)


def test_all_but_one_of_these_people_share_nonmems_minimum() -> None:
    """One was simulated with a variance of 2: NONMEM, which starts in the middle, stays at a higher minimum there (their Discussion, large variability)."""
    lower = []
    for run, number in PEOPLE:
        if run == 512:
            drug, (regimen, levels, known, etas) = published_model(run), list(people_of(run, None))[number]
            found = estimate(drug, regimen, levels, known, draws=100)
            lower.append(
                found.objective < their_objective(drug, regimen, levels, known, dict(zip(found.etas, etas, strict=True)))[0] - 1e-3
            )
    assert sum(lower) == 1


def test_the_covariance_of_the_first_person_is_near_nonmems() -> None:
    """NONMEM's conditional variances rest on first derivatives only: mapbayr allows 3 % (its tests/testthat/test-covariance.R)."""
    regimen, levels, known, _ = next(iter(people_of(1, None)))
    found = estimate(published_model(1), regimen, levels, known, draws=100)
    theirs = [0.0128120118, 0.0231664035, 0.125252672]
    assert [found.covariance[i, i] for i in range(3)] == pytest.approx(theirs, rel=0.1)


def test_a_level_below_the_limit_counts_as_pchelle_found() -> None:
    """The example in mapbayr's tests (tests/testthat/test-blq.R): two compartments, 100 in 5 minutes, the last of four levels below 1."""
    drug = model(
        (("cl", 0.2, 0.05), ("v1", 2.0, 0.02), ("q2", 0.1, 0.0), ("v2", 0.5, 0.0)), Structure(2, {"infusion": Route("infusion")}),
        proportional=0.1**0.5, additive=0.5**0.5,
    )  # fmt: skip
    levels = [Measurement(1.0, "concentration", 75.0), Measurement(6.0, "concentration", 25.0), Measurement(24.0, "concentration", 7.0)]
    regimen = Regimen("one", doses=(Dose(0.0, "infusion", 100.0, 100.0 / 1200.0),))
    below = estimate(drug, regimen, [*levels, Measurement(48.0, "concentration", 1.0, below=True)], {}, draws=100)
    seen = estimate(drug, regimen, [*levels, Measurement(48.0, "concentration", 1.0)], {}, draws=100)
    assert list(below.etas.values()) == pytest.approx([-0.0427451, -0.122636], rel=1e-4)
    assert list(seen.etas.values()) == pytest.approx([-0.0706898, -0.113914], rel=1e-4)
