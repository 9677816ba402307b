"""1,000 virtual people with a handful of readings each: is the twin quick, large enough, and right as often as it says?

Run through run.py. Works in pieces of 25 people that are kept, so that an interrupted run goes on where it stopped.
Each person is drawn from the lung cancer card, treated with pembrolizumab, and alive on day 252. Readings: the tumour volume on days 0, 42, 84
and 126 with the card's error; below 0.03 cm3 the reader says "below". Judged: the true volume on day 252, never shown to the twin.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from xinglin.diseases.nsclc import DISEASE
from xinglin.models import twin
from xinglin.models.simulator.course import measured
from xinglin.records.errors import Refused
from xinglin.records.simulation import Measurement, SimulationRequest

REGIMEN = next(one for one in DISEASE.card.regimens if one.name == "pembrolizumab")
TIMES, LATER, LIMIT_CM3 = (0.0, 42.0, 84.0, 126.0), 252.0, 0.03
SEED, PIECE = 20261122, 25
WATCHED = ("rho", "alpha", "sensitivity", "start_diameter")


def pieces_folder(name: str = "people") -> Path:
    """Where pieces are kept: by the text of the sampler, so that no piece of another version is taken."""
    texts = b"".join(path.read_bytes() for path in sorted(Path(twin.__file__).parent.glob("*.py")))
    folder = Path(tempfile.gettempdir()) / f"xinglin-twin-{hashlib.sha256(texts).hexdigest()[:12]}-{name}"
    folder.mkdir(exist_ok=True)
    return folder


def people(count: int) -> dict[str, np.ndarray]:
    """Traits of the first people who are alive on the later day, their readings and their later value."""
    request = SimulationRequest("nsclc", (*TIMES, LATER), REGIMEN, 4 * count, SEED)
    traits = DISEASE.draw(request, 0, 4 * count)
    block = DISEASE.run(replace(request, seed=0), traits)  # seed 0: steps as the twin's own; nothing else of a course hangs on it
    alive = np.flatnonzero(np.isfinite(block.observed["volume"][:, -1]))[:count]
    seen = measured(DISEASE.card, block, SEED).observed["volume"]
    return {
        **{name: traits[name][alive] for name in WATCHED},
        "readings": seen[alive, :-1].astype(float),
        "later": block.observed["volume"][alive, -1].astype(float),
    }


def readings_of(row: np.ndarray) -> list[Measurement]:
    """Volumes as the reader gives them."""
    return [Measurement(t, "volume", max(float(v), LIMIT_CM3), below=bool(v < LIMIT_CM3)) for t, v in zip(TIMES, row, strict=True)]


def one(who: dict[str, np.ndarray], number: int) -> dict[str, object]:
    """The twin of one person: CPU-seconds of the fit, effective draws, interval of the later value, places of the truth among the draws."""
    begun = time.process_time()
    try:
        posterior = twin.fitted(DISEASE, readings_of(who["readings"][number]), REGIMEN, seed=number)
    except Refused as refused:
        return {"number": number, "refused": refused.code, "cpu_s": time.process_time() - begun}
    cpu_s = time.process_time() - begun
    request = SimulationRequest("nsclc", (0.0, LATER), REGIMEN, len(posterior.draws["rho"]))
    later = DISEASE.run(request, posterior.draws).observed["volume"][:, -1].astype(float)
    later = later[np.isfinite(later)]
    low, high = np.quantile(later, (0.05, 0.95)) if len(later) else (np.nan, np.nan)
    truth = float(who["later"][number])
    return {
        "number": number, "cpu_s": cpu_s, "effective": posterior.effective, "method": posterior.method, "simulations": posterior.simulations,
        "fit": posterior.fit, "inside": bool(low <= truth <= high), "place": float(np.mean(later < truth)) if len(later) else None,
        "error": float(abs(np.log(np.median(later)) - np.log(truth))) if len(later) else None,
        "places": {name: float(np.mean(posterior.draws[name] < who[name][number])) for name in WATCHED},
    }  # fmt: skip


def run(count: int, seconds: float, worker: int = 0, workers: int = 1) -> list[dict[str, object]]:
    """Rows of the people done; works at most so many seconds of wall time on new ones, and of several workers on its own share."""
    folder, who = pieces_folder(), people(count)
    one(who, 0)  # compile and choose steps once, outside what is timed
    until = time.monotonic() + seconds
    rows: list[dict[str, object]] = []
    for first in range(0, count, PIECE):
        path = folder / f"{first:05d}.json"
        if not path.exists():
            if time.monotonic() > until or first // PIECE % workers != worker:
                continue
            made = [one(who, number) for number in range(first, min(first + PIECE, count))]
            path.write_text(json.dumps(made), encoding="utf-8")
        rows += json.loads(path.read_text(encoding="utf-8"))
    return rows


def summed_up(rows: list[dict[str, object]]) -> dict[str, object]:
    """The figures that are asked for."""
    from scipy.stats import kstest

    fitted = [row for row in rows if "refused" not in row]
    cpu, effective = (np.array([row[key] for row in fitted], float) for key in ("cpu_s", "effective"))
    places = np.array([row["place"] for row in fitted if row["place"] is not None])
    inside = int(sum(bool(row["inside"]) for row in fitted))
    errors = [row["error"] for row in fitted if row["error"] is not None]
    return {
        "people": len(rows), "refused": len(rows) - len(fitted),
        "cpu_s_mean": round(float(cpu.mean()), 3), "cpu_s_median": round(float(np.median(cpu)), 3), "cpu_s_95": round(float(np.quantile(cpu, 0.95)), 3),
        "share_within_1_cpu_s": round(float(np.mean(cpu <= 1)), 4),
        "coverage_of_90": round(inside / len(fitted), 4), "inside": inside,
        "effective_median": round(float(np.median(effective))), "effective_5": round(float(np.quantile(effective, 0.05))),
        "share_effective_400": round(float(np.sum(effective >= 400) / len(rows)), 4),
        "share_by_fallback": round(float(np.mean([row["method"] != "importance" for row in fitted])), 4),
        "median_absolute_error_log_volume": round(float(np.median(errors)), 3),
        "places_ks": {"later": _ks(kstest, places)} | {name: _ks(kstest, np.array([row["places"][name] for row in fitted])) for name in WATCHED},
    }  # fmt: skip


def _ks(test: object, places: np.ndarray) -> dict[str, float]:
    found = test(places, "uniform")  # type: ignore[operator]
    return {"distance": round(float(found.statistic), 4), "p": round(float(found.pvalue), 4)}
