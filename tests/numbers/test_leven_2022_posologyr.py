"""The estimates of Monolix and nlmixr against which posologyr is tested (github.com/levenc/posologyr tests/testthat/test_map_mlx.R, test_map_nlmixr.R)."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.map_bayes.models import model
from benchmarks.map_bayes.real import _correlated

from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.estimating import estimate
from xinglin.records.simulation import Derived, Dose, Measurement, Regimen

TWO = Structure(2, {"infusion": Route("infusion")})


def test_tobramycin_as_monolix() -> None:
    drug = model(
        (
            ("crcl", 80.0, 0.0), ("wt", 65.0, 0.0), ("ke", 0.21, 0.08075, "", "0.21 * (crcl / 67.8) ** 0.89 * (wt / 66.4) ** -1.09"),
            ("v1", 19.8, 0.01203, "", "19.8 * (wt / 66.4) ** 0.8"), ("k12", 0.041, 0.0), ("k21", 0.12, 0.0),
        ),
        TWO, proportional=0.198, residual="sum",
        derived=(Derived("cl", "ke * v1"), Derived("q2", "k12 * v1"), Derived("v2", "q2 / k21")),
    )  # fmt: skip
    levels = [Measurement(1.0, "concentration", 25.0), Measurement(14.0, "concentration", 5.5)]
    found = estimate(drug, Regimen("one", doses=(Dose(0.0, "infusion", 500.0, 0.5),)), levels, {"crcl": 80.0, "wt": 65.0}, draws=100)
    assert found.parameters["ke"].middle == pytest.approx(0.1258, rel=1e-3)
    assert found.parameters["v1"].middle == pytest.approx(18.21, rel=1e-2)


def test_vancomycin_of_goti_as_monolix() -> None:
    drug = model(
        (
            ("crcl", 34.0, 0.0), ("wt", 62.0, 0.0), ("cl", 4.5, 0.147, "", "4.5 * (crcl / 120) ** 0.8"), ("v1", 58.4, 0.510, "", "58.4 * wt / 70"),
            ("v2", 38.4, 0.282), ("q2", 6.5, 0.0),
        ),
        TWO, proportional=0.227, additive=3.4, residual="sum",
    )  # fmt: skip
    levels = [Measurement(12.0, "concentration", 14.8), Measurement(37.5, "concentration", 22.5)]
    regimen = Regimen("two", doses=(Dose(0.0, "infusion", 1900.0, 1.0), Dose(22.2, "infusion", 1750.0, 1.0)))
    found = estimate(drug, regimen, levels, {"crcl": 34.0, "wt": 62.0}, draws=100).parameters
    assert found["cl"].middle == pytest.approx(1.72, rel=5e-3)
    assert found["v1"].middle == pytest.approx(59.8, rel=1e-2) and found["v2"].middle == pytest.approx(41.6, rel=1e-2)


def test_amikacin_of_burdet_as_nlmixr() -> None:
    names = ("cl", "v1", "v2", "q2")
    omega = np.array([[0.1, 0.01, 0.01, -0.06], [0.01, 0.05, 0.02, 0.004], [0.01, 0.02, 0.2, 0.003], [-0.06, 0.004, 0.003, 0.08]])
    typical = ("4.3 * (50 / 82) ** 0.7", "15.9 * (62 / 78) ** 0.9", "21.4", "12.1")
    drug = model(
        tuple((name, 1.0, omega[i, i], "", typical[i]) for i, name in enumerate(names)),
        TWO,
        proportional=0.1,
        additive=0.2,
        correlations=_correlated(names, omega),
    )
    levels = [Measurement(1.0, "concentration", 75.0), Measurement(6.0, "concentration", 32.0)]
    found = estimate(drug, Regimen("one", doses=(Dose(0.0, "infusion", 1600.0, 0.5),)), levels, {}, draws=100).parameters
    assert [found[name].middle for name in names] == pytest.approx([2.62, 11.01, 14.57, 11.96], rel=1e-3)
