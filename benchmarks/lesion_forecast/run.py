"""The last reading of 907 real lesions from the earlier ones: our twin beside the classical growth laws and "it stays as it is".

Run: python benchmarks/lesion_forecast/run.py [SECONDS [WORKER WORKERS]]     (pieces are kept in a random order; run again to go on)
Data: ../shared/data/tumour-laleh-lesions (Laleh et al. 2022, CC BY 4.0), or XINGLIN_TEST_DATA. Days count from a lesion's first reading. People are
split in two halves; the population behind the twin of one half is estimated on the other half alone. The classical laws are fitted to each
lesion's earlier volumes by least squares, as Laleh et al. did.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import alike
from card import UNSEEN_MM, card_of, population_of
from machine import described

from xinglin.models import twin
from xinglin.models.simulator.course import CardDisease
from xinglin.records.errors import Refused
from xinglin.records.simulation import Measurement, Regimen

DATA = Path(os.environ.get("XINGLIN_TEST_DATA") or HERE.parents[2] / "shared" / "data") / "tumour-laleh-lesions" / "lesions_long.csv"
PIECE, NONE = 30, Regimen("none")


def lesions() -> list[dict[str, object]]:
    """Each lesion: person, half, days from its first reading, diameters (mm), in the order of their numbers."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with open(DATA, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[row["Pt_hashID"]].append(row)
    found = []
    for name in sorted(rows):
        days = np.array([float(row["T_days"]) for row in rows[name]])
        order = np.argsort(days, kind="stable")
        person = rows[name][0]["patient"]
        half = int(hashlib.sha256(person.encode()).hexdigest(), 16) % 2
        diameters = np.array([float(row["Lesion_diam"]) for row in rows[name]])[order]
        found.append({"person": person, "half": half, "days": days[order] - days.min(), "diameters": diameters})
    return found


LAWS = {
    "exponential": (2, lambda t, v, k: v * np.exp(k * t)),
    "logistic": (3, lambda t, v, k, c: c * v / (v + (c - v) * np.exp(-k * t))),
    "Gompertz": (3, lambda t, v, k, c: c * (v / c) ** np.exp(-k * t)),
    "Bertalanffy": (3, lambda t, v, k, c: (c ** (1 / 3) + (v ** (1 / 3) - c ** (1 / 3)) * np.exp(-k * t)) ** 3),
}


def by_law(name: str, days: np.ndarray, diameters: np.ndarray, when: float) -> float:
    """The diameter a law forecasts: least squares on volumes, three starts, volumes and capacity positive."""
    size, law = LAWS[name]
    volumes = 0.52 * diameters**3
    scale, span = float(max(volumes.max(), 1.0)), float(max(days.max(), 1.0))
    best, forecast = np.inf, diameters[-1]
    for rate in (-1.0, 0.1, 1.0):
        start = [max(volumes[0], 1e-3 * scale) / scale, rate, 1.5][:size]
        low, high = [1e-6, -20.0, 1e-3][:size], [10.0, 20.0, 1e3][:size]
        with np.errstate(all="ignore"):
            fit = least_squares(
                lambda p: np.nan_to_num(law(days / span, *p) - volumes / scale, nan=1e3, posinf=1e3, neginf=-1e3), start, bounds=(low, high)
            )
            value = float(law(when / span, *fit.x)) * scale
        if fit.cost < best - 1e-12 and np.isfinite(value):
            best, forecast = fit.cost, (max(value, 0.0) / 0.52) ** (1 / 3)
    return float(forecast)


def by_twin(disease: CardDisease, lesion: dict[str, object], number: int) -> dict[str, object]:
    """The twin's median and 90 % interval of the last reading, with the error of measuring."""
    days, diameters = lesion["days"], lesion["diameters"]
    measured = [
        Measurement(float(t), "diameter", max(float(d), UNSEEN_MM), below=bool(d < UNSEEN_MM))
        for t, d in zip(days[:-1], diameters[:-1], strict=True)
    ]
    begun = time.process_time()
    try:
        found = twin.fitted(disease, measured, NONE, seed=number)
    except Refused as refused:
        return {"refused": refused.code}
    start, growth, shrinkage = (found.draws[name] for name in ("start", "growth", "shrinkage"))
    truth = np.maximum(start * (np.exp(growth * days[-1]) + np.exp(-shrinkage * days[-1]) - 1), 0.01)
    errors = np.random.Generator(np.random.Philox(key=[number, 8])).standard_normal((2, len(truth)))
    seen = disease.card.observables[0]
    read = truth * (1 + seen.proportional * errors[0]) + seen.additive * errors[1]
    read = np.where(read < UNSEEN_MM, 0.0, read)
    low, high = np.quantile(read, (0.05, 0.95))
    return {
        "middle": float(np.median(read)), "low": float(low), "high": float(high), "effective": found.effective, "cpu_s": time.process_time() - begun,
    }  # fmt: skip


def main() -> None:
    if not DATA.exists():
        print("shared data not present")
        return
    seconds, worker, workers = float((sys.argv[1:2] or ["3000"])[0]), *(int(x) for x in (sys.argv[2:4] or ["0", "1"]))
    everyone = lesions()
    key = hashlib.sha256(
        b"".join(path.read_bytes() for path in sorted([*HERE.glob("*.py"), *Path(twin.__file__).parent.glob("*.py")]))
    ).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"xinglin-lesions-{key}"
    folder.mkdir(exist_ok=True)
    people = []
    for half in (0, 1):  # the population for half 0 comes from half 1
        path = folder / f"population{half}.json"
        if not path.exists():
            path.write_text(
                json.dumps(population_of([(x["days"], x["diameters"]) for x in everyone if x["half"] != half], half)), encoding="utf-8"
            )
        people.append(json.loads(path.read_text(encoding="utf-8")))
    diseases = [CardDisease(card_of(one)) for one in people]
    until, rows = time.monotonic() + seconds, []
    order = np.random.Generator(np.random.Philox(key=[1, 9])).permutation(len(everyone))  # so that what is done stands for all
    for first in range(0, len(everyone), PIECE):
        path = folder / f"{first:04d}.json"
        if not path.exists():
            if time.monotonic() > until or first // PIECE % workers != worker:
                continue
            path.write_text(
                json.dumps([_one(everyone[n], diseases[int(everyone[n]["half"])], int(n)) for n in order[first : first + PIECE]]),
                encoding="utf-8",
            )
        rows += json.loads(path.read_text(encoding="utf-8"))
    print(f"{len(rows)} of {len(everyone)} lesions")
    if rows and worker == 0:
        result = {
            "machine": described(),
            "lesions": len(rows),
            "of": len(everyone),
            "people": len({str(x["person"]) for x in everyone}),
            "populations": people,
            **summed_up(rows),
            "by_comparable_courses": {
                "readings before the last, where it was chosen": alike.summed_up(alike.forecasts(everyone, dropped=1)),
                "last readings": alike.summed_up(alike.forecasts(everyone)),
            },
        }
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(result, indent=1))


def _one(lesion: dict[str, object], disease: CardDisease, number: int) -> dict[str, object]:
    days, diameters = lesion["days"], lesion["diameters"]
    told: dict[str, object] = {
        "truth": float(diameters[-1]),
        "before": len(days) - 1,
        "half": lesion["half"],
        "twin": by_twin(disease, lesion, number),
    }
    told["persistence"] = float(diameters[-2])
    for name in LAWS:
        told[name] = by_law(name, days[:-1], diameters[:-1], float(days[-1]))
    return told


def summed_up(rows: list[dict[str, object]]) -> dict[str, object]:
    """Median absolute error in mm of diameter and in cm3 of volume for each; coverage for those with intervals, by how many readings there were."""
    fitted = [row for row in rows if "refused" not in row["twin"]]
    truth = np.array([row["truth"] for row in fitted])
    methods = {"twin": np.array([row["twin"]["middle"] for row in fitted])} | {
        name: np.array([row[name] for row in fitted]) for name in ("persistence", *LAWS)
    }
    before = np.array([row["before"] for row in fitted])
    inside = np.array([row["twin"]["low"] <= row["truth"] <= row["twin"]["high"] for row in fitted])
    kept = _persistent(fitted)

    def errors(which: np.ndarray) -> dict[str, dict[str, float]]:
        return {
            name: {
                "median_absolute_mm": round(float(np.median(np.abs(found - truth)[which])), 3),
                "mean_absolute_mm": round(float(np.mean(np.minimum(np.abs(found - truth)[which], 200))), 3),
                "median_absolute_cm3": round(float(np.median(0.52e-3 * np.abs(found**3 - truth**3)[which])), 3),
            }
            for name, found in methods.items()
        }

    groups = {
        "all": before > 0,
        "two readings before": before == 2,
        "three or four": (before > 2) & (before < 5),
        "five or more": before >= 5,
    }
    widths = [row["twin"]["high"] - row["twin"]["low"] for row in fitted]
    return {
        "refused": len(rows) - len(fitted), "errors": {name: errors(which) | {"lesions": int(which.sum())} for name, which in groups.items()},
        "coverage_of_90": {
            "twin": round(float(inside.mean()), 4), "persistence": round(float(kept.mean()), 4),
            **{f"twin, {name}": round(float(inside[which].mean()), 4) for name, which in groups.items() if name != "all"},
        },
        "median_width_mm": round(float(np.median(widths)), 2), "cpu_s_mean": round(float(np.mean([row["twin"]["cpu_s"] for row in fitted])), 3),
        "share_effective_400": round(float(np.mean([row["twin"]["effective"] >= 400 for row in fitted])), 4),
    }  # fmt: skip


def _persistent(rows: list[dict[str, object]]) -> np.ndarray:
    """Whether the last reading lies in the 5 to 95 % range of changes in the other half."""
    change = np.array([row["truth"] - row["persistence"] for row in rows])
    half = np.array([row["half"] for row in rows])
    found = np.zeros(len(rows), bool)
    for side in (0, 1):
        low, high = np.quantile(change[half != side], (0.05, 0.95))
        found[half == side] = (change[half == side] >= low) & (change[half == side] <= high)
    return found


if __name__ == "__main__":
    main()
