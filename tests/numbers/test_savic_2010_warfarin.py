"""Savic, Mentré and Lavielle, AAPS J 2011;13:44: the warfarin card on O'Reilly's own subjects (nlmixr2data), which its population was fitted to."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from xinglin.diseases.pharmacokinetics import DRUGS
from xinglin.models.map_bayes.estimating import estimate, eta_shrinkage
from xinglin.records.simulation import Dose, Measurement, Regimen

FOLDER = Path(os.environ.get("XINGLIN_TEST_DATA", Path(__file__).resolve().parents[2] / "../shared/data")) / "pkpd-classic"


def test_the_population_lies_in_the_middle_of_its_subjects() -> None:
    if not FOLDER.is_dir():
        pytest.skip("shared data not present")
    people: dict[str, list[dict[str, str]]] = {}
    with (FOLDER / "nlmixr_warfarin.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["dvid"] == "cp":
                people.setdefault(row["id"], []).append(row)
    found = []
    for rows in people.values():
        doses = tuple(Dose(float(row["time"]), "oral", float(row["amt"])) for row in rows if row["evid"] == "1")
        levels = [Measurement(float(row["time"]), "concentration", float(row["dv"])) for row in rows if row["evid"] == "0"]
        found.append(estimate(DRUGS["warfarin"].drug, Regimen("one", doses=doses), levels, {}, draws=100))
    assert len(found) >= 20
    for name in ("cl", "v1"):
        etas = np.array([one.etas[name] for one in found])
        assert abs(etas.mean()) < 3 * etas.std(ddof=1) / np.sqrt(len(etas))
    shrunk = eta_shrinkage(found)
    assert -0.3 < shrunk["cl"] < 0.3 and -0.3 < shrunk["v1"] < 0.4
    assert 0.6 < np.sqrt(np.mean(np.concatenate([one.residuals for one in found]) ** 2)) < 1.4
