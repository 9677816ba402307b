"""How many patients a CPU-second buys, at equal error, beside what people use?

Run: python benchmarks/cohort_speed/run.py     (about two minutes; writes result.json beside it)
180 days of the lung cancer card: five doses of chemotherapy, 34 fractions, nine doses of pembrolizumab, volumes every 30 days, one core.
Truth: DOP853 at 1e-12. Each solver uses the loosest tolerance that stays within 1e-5 of it. Peers' interpreter: XINGLIN_PEERS or .venv-peers/bin/python.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy
from scipy.integrate import solve_ivp

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator import population
from xinglin.models.simulator.timeline import laid_out
from xinglin.records.simulation import Dose, Regimen, SimulationRequest

ALLOWED = 1e-5
REGIMEN = Regimen(
    "all",
    doses=(
        *next(r for r in DISEASE.card.regimens if r.name == "sequential").doses,
        *(Dose(21.0 * k, "pembrolizumab", 200.0) for k in range(9)),
    ),
)
REQUEST = SimulationRequest("nsclc", tuple(float(day) for day in range(0, 181, 30)), REGIMEN, seed=20260401)
JUDGED, SLOW, FAST, PEERS = 200, 12, 200_000, 4000


def truth(values: dict[str, np.ndarray], count: int) -> np.ndarray:
    """Volumes (count, times) by the slow solver."""
    return DISEASE.reference(REQUEST, {name: column[:count] for name, column in values.items()}).observed["volume"].astype(float)


def amounts(timeline, name: str) -> np.ndarray:
    """Dose of one treatment at each mark."""
    number = [treatment.name for treatment in DISEASE.card.treatments].index(name)
    found = np.zeros(len(timeline.marks))
    for mark, what, amount in timeline.jumps:
        if what == number:
            found[mark] += amount
    return found


def by_scipy(values: dict[str, np.ndarray], true: np.ndarray) -> dict[str, float]:
    """LSODA, one patient after another, from dose to dose."""
    timeline = laid_out(DISEASE.card, REQUEST)
    marks, chemo, gray, antibody = timeline.marks, *(amounts(timeline, name) for name in ("chemotherapy", "radiotherapy", "pembrolizumab"))
    reads = np.flatnonzero(timeline.reads >= 0)

    def course(p: dict[str, float], tolerance: float) -> np.ndarray:
        decay = np.log(2) / p["drug_half_life"]

        def rates(t, y):
            s, r, drug, central, peripheral = y
            level = central / p["volume_central"]
            held = level / (level + p["pembrolizumab_ec50"])
            growth = p["rho"] * np.log(p["capacity"] / (s + r)) if s + r > p["last_cell"] else 0.0
            growth *= 1 - (1 - p["immune_growth"]) * held
            kill = p["beta_c"] * drug + p["immune_kill"] * held
            moved = p["k12"] * central - p["k21"] * peripheral
            return [(growth - kill) * s, growth * r, -decay * drug, -p["k10"] * central - moved, moved]

        y = np.array([p["start_volume"] * (1 - p["resistant_share"]), p["start_volume"] * p["resistant_share"], 0.0, 0.0, 0.0])
        volumes = []
        for k in range(len(marks)):
            y[:2] *= np.exp(-p["alpha"] * gray[k] - p["alpha"] / p["alpha_beta"] * gray[k] ** 2)
            y[2] += chemo[k]
            y[3] += antibody[k]
            volumes.append(y[0] + y[1])
            if k + 1 < len(marks):
                y = solve_ivp(rates, (marks[k], marks[k + 1]), y, method="LSODA", rtol=tolerance, atol=tolerance * 1e-4).y[:, -1]
        return np.array(volumes)[reads]

    people = [{name: float(column[k]) for name, column in values.items()} for k in range(SLOW)]
    for tolerance in (1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
        start = time.process_time()
        found = np.array([course(person, tolerance) for person in people])
        cpu_s = time.process_time() - start
        error = float(np.max(np.abs(found / true[:SLOW] - 1)))
        if error <= ALLOWED:
            break
    return {"tolerance": tolerance, "greatest_relative_error": error, "patients_per_cpu_s": SLOW / cpu_s}


def ours(values: dict[str, np.ndarray], true: np.ndarray) -> dict[str, float]:
    """The card's kernel, every observable and both ends; people already drawn, as for the peers."""

    people = {name: column[:JUDGED] for name, column in values.items()}
    found = DISEASE.run(REQUEST, people).observed["volume"]
    alive = np.isfinite(found)
    error = float(np.max(np.abs(found[alive] / true[:JUDGED][alive] - 1)))
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        DISEASE.run(REQUEST, values)
        best = min(best, time.process_time() - start)
    return {"step_days": round(DISEASE.residual(REQUEST).step, 3), "greatest_relative_error": error, "patients_per_cpu_s": FAST / best}


def by_diffrax(values: dict[str, np.ndarray], true: np.ndarray) -> dict[str, object]:
    """Tsit5 under vmap and jit, by the peers' interpreter."""
    python = Path(os.environ.get("XINGLIN_PEERS") or HERE.parents[1] / ".venv-peers" / "bin" / "python")
    if not python.exists():
        return {"absent": "the peers' interpreter is not there (XINGLIN_PEERS or .venv-peers/bin/python; packages in peers.txt)"}
    timeline = laid_out(DISEASE.card, REQUEST)
    more = {
        "decay": np.log(2) / values["drug_half_life"], "log_last": np.log(values["last_cell"]), "log_capacity": np.log(values["capacity"])
    }  # fmt: skip
    table = {name: column[:PEERS] for name, column in {**values, **more}.items()}
    with tempfile.TemporaryDirectory() as folder:
        given, back = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(
            given, names=np.array(list(table)), parameters=np.array(list(table.values())), marks=timeline.marks, truth=true[:JUDGED],
            reads=np.flatnonzero(timeline.reads >= 0), chemo=amounts(timeline, "chemotherapy"), fraction=amounts(timeline, "radiotherapy"),
            antibody=amounts(timeline, "pembrolizumab"),
        )  # fmt: skip
        subprocess.run([str(python), str(HERE / "peer_diffrax.py"), str(given), str(back)], check=True)
        found = np.load(back)
        keys = ("tolerance", "greatest_relative_error", "patients_per_cpu_s", "compile_s")
        told = {label: dict(zip(keys, found[label].tolist(), strict=True)) for label in ("natural", "rational")}
        return {"version": str(found["version"]), **told}


def main() -> None:
    drawn = DISEASE.draw(REQUEST, 0, FAST)
    values = population.with_derived(DISEASE.card, drawn)
    # everyone is followed to the last day in every solver, so that nobody stops early: the lethal burden is put out of reach
    values["lethal_diameter"] = np.full(FAST, 290.0)
    values = population.with_derived(DISEASE.card, values)
    true = truth(values, JUDGED)
    mine, slow, vmap = ours(values, true), by_scipy(values, true), by_diffrax(values, true)
    result: dict[str, object] = {
        "machine": described(),
        "scipy_version": scipy.__version__,
        "allowed_error": ALLOWED,
        "patients_judged": JUDGED,
    }
    result |= {"ours": mine, "scipy LSODA per patient": slow, "diffrax Tsit5 vmap": vmap}
    result["asked"] = {"times_scipy": 5000, "times_diffrax": 40}
    result["times_scipy"] = round(mine["patients_per_cpu_s"] / slow["patients_per_cpu_s"])
    if "natural" in vmap:
        result["times_diffrax"] = round(mine["patients_per_cpu_s"] / vmap["natural"]["patients_per_cpu_s"], 1)
        result["times_diffrax_given_our_coordinates"] = round(mine["patients_per_cpu_s"] / vmap["rational"]["patients_per_cpu_s"], 1)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
