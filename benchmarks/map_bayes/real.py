"""Real people whose levels and NONMEM estimates are both public: theophylline (Boeckmann), phenobarbital in newborns (Grasela and Donn), readings below the limit (Bauer)."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np

from benchmarks.map_bayes import published
from benchmarks.map_bayes.models import model
from xinglin.diseases.pharmacokinetics import DRUGS
from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.estimating import MapEstimate, estimate
from xinglin.records.simulation import Correlation, Derived, Dose, Measurement, Regimen

ROOT = Path(__file__).resolve().parents[2]


def data_folder() -> Path | None:
    """Where the classic tables lie, or None."""
    folder = Path(os.environ.get("XINGLIN_TEST_DATA", ROOT / "../shared/data")) / "pkpd-classic"
    return folder if folder.is_dir() else None


def _rows(folder: Path, name: str) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    with (folder / name).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(int(row["Subject"]), []).append(row)
    return found


def _correlated(names: tuple[str, ...], omega: np.ndarray) -> tuple[Correlation, ...]:
    sd = np.sqrt(np.diag(omega))
    return tuple(Correlation(names[i], names[j], float(omega[i, j] / sd[i] / sd[j])) for i in range(len(names)) for j in range(i))


def theophylline(folder: Path) -> dict[int, tuple[MapEstimate, tuple[float, ...]]]:
    """subject -> our estimate and NONMEM's etas."""
    names, omega = ("ka", "v1", "k"), np.array(published.THEOPHYLLINE_OMEGA)
    drug = model(
        [(name, value, omega[i, i]) for i, (name, value) in enumerate(zip(names, published.THEOPHYLLINE_TYPICAL, strict=True))],
        Structure(1, {"oral": Route("oral")}), proportional=math.sqrt(published.THEOPHYLLINE_SIGMA[0]), additive=math.sqrt(published.THEOPHYLLINE_SIGMA[1]),
        correlations=_correlated(names, omega), derived=(Derived("cl", "k * v1"),),
    )  # fmt: skip
    found = {}
    for subject, rows in _rows(folder, "theophylline_oral.csv").items():
        levels = [Measurement(float(row["Time"]), "concentration", float(row["conc"])) for row in rows]
        found[subject] = estimate(drug, Regimen("one", doses=(Dose(0.0, "oral", 320.0),)), levels, {}), published.THEOPHYLLINE[subject]
    return found


def phenobarbital(folder: Path) -> dict[int, tuple[MapEstimate, tuple[float, ...]]]:
    """infant -> our estimate with the shipped card, and NONMEM's etas."""
    found = {}
    for subject, rows in _rows(folder, "phenobarbital_neonates.csv").items():
        regimen = Regimen("given", doses=tuple(Dose(float(row["time"]), "bolus", float(row["dose"])) for row in rows if row["dose"]))
        levels = [Measurement(float(row["time"]), "concentration", float(row["conc"])) for row in rows if row["conc"]]
        traits = {"weight": float(rows[0]["Wt"]), "asphyxia": float(int(rows[0]["Apgar"]) < 5)}
        found[subject] = estimate(DRUGS["phenobarbital"].drug, regimen, levels, traits), published.PHENOBARBITAL[subject]
    return found


def below_the_limit() -> list[tuple[MapEstimate, list[float], np.ndarray]]:
    """Our estimate, NONMEM's etas, NONMEM's covariance of them (Laplace), for people with levels below the limit."""
    names = ("cl", "v1", "q2", "v2")
    omega = lower(published.BAUER_OMEGA)
    drug = model(
        [(name, math.exp(value), omega[i, i]) for i, (name, value) in enumerate(zip(names, published.BAUER_TYPICAL, strict=True))],
        Structure(2, {"bolus": Route("bolus")}), logarithmic=published.BAUER_SD, correlations=_correlated(names, omega),
    )  # fmt: skip
    found = []
    for logs, etas, covariance in published.BAUER:
        levels = [
            Measurement(at, "concentration", math.exp(max(y, published.BAUER_LIMIT)), below=y < published.BAUER_LIMIT) for at, y in logs
        ]
        found.append((estimate(drug, Regimen("one", doses=(Dose(0.0, "bolus", 100.0),)), levels, {}), etas, lower(covariance)))
    return found


def lower(triangle: tuple[float, ...] | list[float]) -> np.ndarray:
    """The symmetric matrix of a lower triangle told row by row."""
    size = int((math.sqrt(8 * len(triangle) + 1) - 1) / 2)
    matrix = np.zeros((size, size))
    matrix[np.tril_indices(size)] = triangle
    return matrix + np.tril(matrix, -1).T


def percent_apart(found: MapEstimate, etas) -> float:
    """Greatest difference of the parameters in percent."""
    return 100 * float(np.max(np.abs(np.expm1(np.array(list(found.etas.values())) - np.array(etas)))))


def compared() -> dict[str, object]:
    """Worst difference in percent of each set; a set that is not here says so."""
    limit = below_the_limit()
    told: dict[str, object] = {
        "below the limit, M3 (Bauer 2019), 8 people": {
            "worst_percent": float(f"{max(percent_apart(one, etas) for one, etas, _ in limit):.2g}"),
            "covariance_worst_percent": float(
                f"{max(100 * np.abs(one.covariance - theirs).max() / np.abs(theirs).max() for one, _, theirs in limit):.2g}"
            ),
        }
    }
    folder = data_folder()
    for name, make in (("theophylline (Boeckmann)", theophylline), ("phenobarbital in newborns (Grasela and Donn)", phenobarbital)):
        if folder is None:
            told[name] = "shared data not present"
            continue
        found = make(folder)
        told[f"{name}, {len(found)} people"] = {
            "worst_percent": float(f"{max(percent_apart(one, etas) for one, etas in found.values()):.2g}")
        }
    return told
