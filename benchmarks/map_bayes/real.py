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
from xinglin.models.compartments.plan import courses, plan_of
from xinglin.models.compartments.structure import Route, Structure
from xinglin.models.map_bayes.dosing import forecast
from xinglin.models.map_bayes.estimating import MapEstimate, estimate
from xinglin.models.map_bayes.prior import population
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
        regimen, levels, traits = _newborn(rows)
        found[subject] = estimate(DRUGS["phenobarbital"].drug, regimen, levels, traits), published.PHENOBARBITAL[subject]
    return found


def last_levels(folder: Path) -> dict[str, dict[str, float]]:
    """The last level of each person told from the earlier ones with the shipped cards: error in percent beside that of the population, coverage of 90 %."""
    told = {}
    for name, people in (("phenobarbital", _newborns(folder)), ("warfarin", _volunteers(folder))):
        drug, reading = DRUGS[name].drug, DRUGS[name].drug.reading()
        random = np.random.default_rng(7)
        apart, before, held = [], [], []
        for regimen, levels, traits in people:
            if len(levels) < 2:
                continue
            last = levels[-1]
            for errors, fit in ((apart, estimate(drug, regimen, levels[:-1], traits)), (before, population(drug, traits))):
                level = forecast(fit, regimen, [last.time])["middle"][0]
                errors.append(100 * abs(level - last.value) / last.value)
            fit = estimate(drug, regimen, levels[:-1], traits)
            drawn = courses(drug.structure, fit.draws, plan_of(drug.structure, regimen), [last.time]).concentration[:, 0]
            seen = drawn * (1 + reading.proportional * random.normal(size=len(drawn))) + reading.additive * random.normal(size=len(drawn))
            low, high = np.quantile(seen, [0.05, 0.95])
            held.append(low <= last.value <= high)
        told[name] = {
            "people": len(apart), "median_error_percent": round(float(np.median(apart)), 1), "population_median_error_percent": round(float(np.median(before)), 1),
            "covered_of_90_percent": round(100 * float(np.mean(held)), 1),
        }  # fmt: skip
    return told


def _newborns(folder: Path):
    for rows in _rows(folder, "phenobarbital_neonates.csv").values():
        yield _newborn(rows)


def _newborn(rows: list[dict[str, str]]):
    regimen = Regimen("given", doses=tuple(Dose(float(row["time"]), "bolus", float(row["dose"])) for row in rows if row["dose"]))
    levels = [Measurement(float(row["time"]), "concentration", float(row["conc"])) for row in rows if row["conc"]]
    return regimen, levels, {"weight": float(rows[0]["Wt"]), "asphyxia": float(int(rows[0]["Apgar"]) < 5)}


def _volunteers(folder: Path):
    people: dict[str, list[dict[str, str]]] = {}
    with (folder / "nlmixr_warfarin.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if row["dvid"] == "cp":
                people.setdefault(row["id"], []).append(row)
    for rows in people.values():
        doses = tuple(Dose(float(row["time"]), "oral", float(row["amt"])) for row in rows if row["evid"] == "1")
        yield (
            Regimen("given", doses=doses),
            [Measurement(float(row["time"]), "concentration", float(row["dv"])) for row in rows if row["evid"] == "0"],
            {},
        )


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
    if folder is not None:
        told["the last level told from the earlier ones"] = last_levels(folder)
    return told
