"""Grasela and Donn, Dev Pharmacol Ther 1985;8:374: the shipped card on the newborns' own levels, against NONMEM (example of Pharmpy), and their half-life."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.map_bayes import real

from xinglin.diseases.pharmacokinetics import DRUGS
from xinglin.models.map_bayes.estimating import eta_shrinkage


def test_every_infant_has_the_parameters_nonmem_found() -> None:
    folder = real.data_folder()
    if folder is None:
        pytest.skip("shared data not present")
    found = real.phenobarbital(folder)
    assert len(found) >= 34
    assert max(real.percent_apart(one, etas) for one, etas in found.values()) < 1e-3
    theirs = 1 - np.std([etas[1] for _, etas in found.values()], ddof=1) / np.sqrt(0.027906)
    assert eta_shrinkage([one for one, _ in found.values()])["v1"] == pytest.approx(theirs, abs=1e-4)


def test_the_half_life_is_about_141_hours() -> None:
    people = DRUGS["phenobarbital"].drug.people({"weight": 1.52, "asphyxia": 0.0}, {})
    assert np.log(2) * people["v1"][0] / people["cl"][0] == pytest.approx(141.0, rel=0.04)
