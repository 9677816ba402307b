"""The twin beside NUTS on the same readings, prior and error: the same posterior, in what time? Run through run.py."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
from people import REGIMEN, SEED, TIMES, pieces_folder

from xinglin.diseases.nsclc import DISEASE
from xinglin.models import twin
from xinglin.models.simulator import population
from xinglin.models.simulator.course import measured
from xinglin.models.twin.fitting import DRAWS
from xinglin.records.simulation import Measurement, SimulationRequest

HERE = Path(__file__).resolve().parent
FIXED = {"stage_rank": 0.7, "weight": 76.8, "albumin": 39.4, "pd_l1": 0.15, "control_draw": 0.5}
TOLD, PEOPLE, WARMUP, SAMPLES = ("rho", "sensitivity", "start_diameter"), 3, 400, 1000


def readings(count: int) -> np.ndarray:
    """Volumes of the first people with these traits who are alive on the last day and whose tumour the reader sees throughout."""
    request = SimulationRequest("nsclc", TIMES, REGIMEN, 60, 0, FIXED)
    traits = DISEASE.draw(SimulationRequest("nsclc", TIMES, REGIMEN, 60, SEED, FIXED), 0, 60)
    block = DISEASE.run(request, traits)
    seen = measured(DISEASE.card, block, SEED).observed["volume"].astype(float)
    return seen[np.flatnonzero((seen > 0.1).all(axis=1))][:count]


def ours(row: np.ndarray, number: int) -> dict[str, object]:
    """CPU-seconds, moments and quantiles of the twin."""
    begun = time.process_time()
    found = twin.fitted(
        DISEASE, [Measurement(t, "volume", float(v)) for t, v in zip(TIMES, row, strict=True)], REGIMEN, traits=FIXED, seed=number
    )
    told = {name: found.draws[name] for name in TOLD}
    return {
        "cpu_s": time.process_time() - begun, "effective": found.effective, "method": found.method,
        "parameters": {n: {"mean": float(v.mean()), "sd": float(v.std()), "quantiles": np.quantile(v, (0.05, 0.5, 0.95)).tolist()} for n, v in told.items()},
    }  # fmt: skip


def run() -> dict[str, object]:
    """Both, on the same people; how far means lie apart in Monte Carlo errors, how far quantiles lie apart in posterior standard deviations."""
    python = Path(os.environ.get("XINGLIN_PEERS") or HERE.parents[1] / ".venv-peers" / "bin" / "python")
    if not python.exists():
        return {"absent": "the peers' interpreter is not there (XINGLIN_PEERS or .venv-peers/bin/python; packages in peers.txt)"}
    rows, card = readings(PEOPLE), DISEASE.card
    varying = [name for name in population.varying(card, FIXED)]
    group = population.correlated_groups(card)[0]
    everyone = {name: column for name, column in DISEASE.draw(SimulationRequest("nsclc", TIMES, REGIMEN, 1, 0, FIXED), 0, 1).items()}
    centres = {row.name: float(population._centre(row, everyone, 1)[0]) for row in card.parameters}
    folder = pieces_folder("nuts")
    given, back = folder / "in.json", folder / "out.json"
    given.write_text(json.dumps({
        "rows": [{n: getattr(row, n) for n in ("name", "distribution", "spread", "low", "high")} for row in card.parameters],
        "fixed": {name: float(column[0]) for name, column in everyone.items() if name not in varying}, "varying": varying, "group": list(group),
        "root": np.linalg.cholesky(population.correlation_matrix(card, group)).tolist(), "centres": centres, "told": TOLD, "doses": 6,
        "error": next(o.logarithmic for o in card.observables if o.name == "volume"), "people": rows.tolist(), "warmup": WARMUP, "samples": SAMPLES,
    }), encoding="utf-8")  # fmt: skip
    if not back.exists():  # kept, also where only some people are done
        subprocess.run([str(python), str(HERE / "peer_nuts.py"), str(given), str(back)], check=True)
    theirs = json.loads(back.read_text(encoding="utf-8"))
    ours(rows[0], 0)  # compile and choose steps once
    mine = [ours(row, number) for number, row in enumerate(rows[: len(theirs["people"])])]
    return {
        "people": len(mine), "versions": {"numpyro": theirs["numpyro"], "jax": theirs["jax"]}, "warmup": WARMUP, "samples": SAMPLES,
        "ours_cpu_s": [round(float(one["cpu_s"]), 3) for one in mine], "nuts_cpu_s": [round(one["cpu_s"], 1) for one in theirs["people"]],
        "nuts_with_compiling_cpu_s": [round(one["with_compiling_cpu_s"], 1) for one in theirs["people"]],
        "ours_effective": [round(float(one["effective"])) for one in mine], "nuts_effective_least": [round(one["effective_least"]) for one in theirs["people"]],
        "times_faster": round(sum(one["cpu_s"] for one in theirs["people"]) / sum(float(one["cpu_s"]) for one in mine), 1),
        "apart": [_apart(a, b) for a, b in zip(mine, theirs["people"], strict=True)],
    }  # fmt: skip


def _apart(mine: dict, theirs: dict) -> dict[str, object]:
    found = {}
    for name in TOLD:
        a, b = mine["parameters"][name], theirs["parameters"][name]
        error = b["sd"] * np.sqrt(1 / mine["effective"] + 1 / DRAWS + 1 / b["effective"])  # DRAWS: kept of the sample
        found[name] = {
            "mean_in_mc_errors": round(float(abs(a["mean"] - b["mean"]) / error), 2),
            "quantiles_in_sd": [round(float((x - y) / b["sd"]), 3) for x, y in zip(a["quantiles"], b["quantiles"], strict=True)],
        }
    return found
