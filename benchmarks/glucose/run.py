"""Is our glucose kernel as fast as it should be, and does it give the peer's own numbers?

Run: python benchmarks/glucose/run.py     (3 minutes, nearly all of it the peer; writes result.json beside it)
Peers' interpreter: XINGLIN_PEERS or .venv-peers/bin/python (packages in peers.txt). Recorded traces: ../shared/data/cgm or XINGLIN_TEST_DATA.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from machine import described

from xinglin.diseases.diabetes import DISEASE
from xinglin.diseases.diabetes.published_rows import traits_of_rows
from xinglin.records.simulation import Dose, Regimen, SimulationRequest

MINUTES = 1440
MEALS = {420: 50, 750: 70, 1110: 70}
COVER_MIN = 3
COPIES = 400
EVERY_MINUTE = tuple(float(minute) for minute in range(MINUTES + 1))
ASKED = {"times_simglucose": 5000, "mg_dl_of_its_trace": 1e-3}


def peer() -> dict[str, Any] | None:
    """The peer's day, or None where it is not installed."""
    python = Path(os.environ.get("XINGLIN_PEERS") or HERE.parents[1] / ".venv-peers" / "bin" / "python")
    if not python.exists():
        return None
    asked = json.dumps({"meals": MEALS, "minutes": MINUTES, "cover_minutes": COVER_MIN})
    return json.loads(
        subprocess.run([str(python), str(HERE / "peer_day.py")], input=asked, capture_output=True, text=True, check=True).stdout
    )


def exact(traits: dict[str, np.ndarray], **changes: float) -> dict[str, np.ndarray]:
    """The traits with a pump and a sensor that add nothing of their own."""
    set_to = {"bolus_step": 0.0, "basal_step": 0.0, "sensor_error": 0.0} | changes
    return {name: np.full(len(values), set_to[name]) if name in set_to else values for name, values in traits.items()}


def same_day(found: dict[str, Any]) -> dict[str, Any]:
    """Greatest difference from the peer's traces over 30 people and every minute, mg/dL."""
    traits = exact(traits_of_rows(found["rows"], found["therapy"]))
    worst, least = {"under_skin": 0.0, "plasma": 0.0}, 1e9
    for place, row in enumerate(found["rows"]):
        one = {name: values[place : place + 1] for name, values in traits.items()}
        boluses = tuple(Dose(float(m), "insulin_infusion", g / float(one["carbohydrate_ratio"][0]), COVER_MIN) for m, g in MEALS.items())
        meals = tuple(Dose(float(minute), "meal", float(grams)) for minute, grams in MEALS.items())
        block = DISEASE.run(
            SimulationRequest("diabetes", EVERY_MINUTE, Regimen("as the peer", doses=(Dose(0.0, "own_basal", 1.0), *meals, *boluses))), one
        )
        for number, (key, name) in enumerate((("under_skin", "sensor_glucose"), ("plasma", "plasma_glucose"))):
            theirs = np.array(found["traces"][row["Name"]][number])
            worst[key] = max(worst[key], float(np.abs(block.observed[name][0] - theirs).max()))
            least = min(least, float(theirs.min()))
    return {"people": len(found["rows"]), "minutes": MINUTES, "greatest_mg_dl": worst, "least_glucose_met": round(least, 1)}


def speed(traits: dict[str, np.ndarray], controllers: bool) -> float:
    """Patient-minutes per processor second for a basal-bolus day, read every five minutes; best of three."""
    many = {name: np.tile(values, COPIES) for name, values in (traits if controllers else exact(traits)).items()}
    regimen = next(regimen for regimen in DISEASE.card.regimens if regimen.name == "basal-bolus")
    request = SimulationRequest("diabetes", EVERY_MINUTE[::5], regimen)
    DISEASE.run(SimulationRequest("diabetes", (0.0, 5.0), regimen), traits)  # compiled before the clock starts
    spent = []
    for _ in range(3):
        started = time.process_time()
        DISEASE.run(request, many)
        spent.append(time.process_time() - started)
    return len(many["weight"]) * MINUTES / min(spent)


def recorded() -> dict[str, Any]:
    """Against days that simglucose recorded before issue 41 was corrected, by the legacy switch; and without it.

    A day is compared until plasma glucose first falls below 10 mg/dL: there our uptake falls with glucose, and the peer's equations run dry.
    """
    folder = Path(os.environ.get("XINGLIN_TEST_DATA", HERE.parents[1] / "../shared/data")) / "cgm"
    if not folder.exists():
        return {"absent": "the recorded days are not there (shared/data/cgm)"}
    with (folder / "simglucose_params/vpatient_params.csv").open(encoding="utf-8") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    shifts: dict[int, int] = {}
    days, left = {}, {}
    for path in sorted((folder / "simglucose_runs").glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            told = [(float(r["BG"]), float(r["CHO"] or 0), float(r["insulin"] or 0)) for r in csv.DictReader(file)]
        traits = traits_of_rows([rows[path.stem.replace("_", "#")]])
        for place, (_, eaten, _) in enumerate(told):
            if (
                eaten > 0 and place not in shifts
            ):  # the record tells the meal to three minutes: which of them is found once, on the first person
                shifts[place] = min(range(3), key=lambda shift: apart(told[: place + 40], traits, shifts | {place: shift}, 1.0)[0])
        worst, end = apart(told, traits, shifts, 1.0)
        days[path.stem] = [worst, apart(told, traits, shifts, 0.0)[0]]
        if end < 3 * (len(told) - 1):
            left[path.stem] = end
    return {
        "days": len(days), "greatest_mg_dl": {"legacy": max(day[0] for day in days.values()), "corrected": max(day[1] for day in days.values())},
        "by_day_legacy": {name: float(f"{day[0]:.2g}") for name, day in days.items()}, "compared_until_minute": left,
        "meal_minute_within_sample": shifts,
    }  # fmt: skip


def apart(
    told: list[tuple[float, float, float]], traits: dict[str, np.ndarray], shifts: dict[int, int], legacy: float
) -> tuple[float, int]:
    """Greatest difference from a record, mg/dL (means of three minutes, recorded meals and insulin given again), and the minute it goes up to."""
    meals = [Dose(float(3 * place + shifts.get(place, 0)), "meal", 3 * eaten) for place, (_, eaten, _) in enumerate(told) if eaten > 0]
    insulin = [Dose(float(3 * place), "insulin_infusion", 3 * rate, 3.0) for place, (_, _, rate) in enumerate(told)]
    times = tuple(float(minute) for minute in range(3 * (len(told) - 1) + 1))
    block = DISEASE.run(
        SimulationRequest("diabetes", times, Regimen("as recorded", doses=(*meals, *insulin))), exact(traits, legacy_meal_units=legacy)
    )
    ours = block.observed["sensor_glucose"][0, 1:].reshape(-1, 3).mean(axis=1)
    end = int(np.nanmin([block.ends["outside_the_model"][0], times[-1]]))
    return float(np.abs(ours - np.array([glucose for glucose, _, _ in told[1:]]))[: end // 3].max()), end


def residuals() -> dict[str, float]:
    """Greatest relative difference from DOP853 on four of our own people, for each regimen."""
    found = {}
    for regimen in DISEASE.card.regimens:
        request = SimulationRequest("diabetes", EVERY_MINUTE[::5], regimen, 4, seed=11)
        found[regimen.name] = DISEASE.residual(request, 4).greatest
    return found


def main() -> int:
    """0 when the bars are met, 1 when not, 2 when the peer is absent."""
    found = peer()
    own = DISEASE.draw(SimulationRequest("diabetes", (0.0,), seed=5), 0, 30)
    whole = speed(own, controllers=True)
    result: dict[str, Any] = {"machine": described(), "asked": ASKED, "own_people_with_sensor_and_pump_per_s": round(whole)}
    result |= {"recorded_days": recorded(), "residual_against_dop853": residuals()}
    code = 2
    if found is None:
        result["simglucose"] = "absent: its interpreter is not there (XINGLIN_PEERS or .venv-peers/bin/python; packages in peers.txt)"
    else:
        theirs, ours = (
            len(found["rows"]) * MINUTES / found["cpu_s"],
            speed(traits_of_rows(found["rows"], found["therapy"]), controllers=False),
        )
        same = same_day(found)
        result |= {
            "patient_minutes_per_cpu_s": {"simglucose": round(theirs), "ours": round(ours)},
            "times_simglucose": round(ours / theirs),
            "same_day": same,
        }
        good = ours / theirs >= ASKED["times_simglucose"] and max(same["greatest_mg_dl"].values()) <= ASKED["mg_dl_of_its_trace"]
        code = 0 if good else 1
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(result, indent=1) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
