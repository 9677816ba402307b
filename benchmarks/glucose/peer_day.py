"""One day of each published virtual patient in simglucose, in its own interpreter: traces and processor time as JSON on stdout.

stdin: {"meals": {"420": 50, ...}, "minutes": 1440, "cover_minutes": 3}. A bolus of meal / carbohydrate ratio is given over `cover_minutes`.
The old package gym is not needed for patients; an empty one stands in so that simglucose can be imported.
"""

import json
import sys
import time
import types
import warnings

warnings.filterwarnings("ignore")
for name in ("gym", "gym.envs", "gym.envs.registration"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["gym.envs.registration"].register = lambda **_: None  # type: ignore[attr-defined]

import pandas as pd
import simglucose.patient.t1dpatient as peer


def day(name, ratio, asked):
    patient = peer.T1DPatient.withName(name)
    basal = patient._params.u2ss * patient._params.BW / 6000
    meals = {int(minute): grams for minute, grams in asked["meals"].items()}
    under_skin, plasma, left = [patient.observation.Gsub], [patient.state[3] / patient._params.Vg], 0
    for minute in range(asked["minutes"]):
        if minute in meals:
            bolus, left = meals[minute] / ratio / asked["cover_minutes"], asked["cover_minutes"]
        insulin = basal + (bolus if left > 0 else 0.0)
        left -= 1
        patient.step(peer.Action(insulin=insulin, CHO=meals.get(minute, 0)))
        under_skin.append(patient.observation.Gsub)
        plasma.append(patient.state[3] / patient._params.Vg)
    return under_skin, plasma


def main():
    asked = json.load(sys.stdin)
    therapy = pd.read_csv(peer.PATIENT_PARA_FILE.replace("vpatient_params", "Quest")).set_index("Name")
    rows = pd.read_csv(peer.PATIENT_PARA_FILE, dtype=str)
    found = {}
    started = time.process_time()
    for name in therapy.index:
        found[name] = day(name, float(therapy.CR[name]), asked)
    spent = time.process_time() - started
    json.dump(
        {
            "cpu_s": spent, "traces": found, "rows": rows.to_dict("records"), "therapy": {n: {k: str(v) for k, v in r.items()} for n, r in therapy.iterrows()},
        },
        sys.stdout,
    )  # fmt: skip


main()
