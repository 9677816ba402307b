"""What a treatment does to each: our three learners beside EconML's causal forest and T-learner, on people whose true effect is known.

Run: XINGLIN_PEERS_ECONML=/path/to/python python benchmarks/treatment_effect/run.py [SEEDS] [FOLDER]    (100 seeds: hours; writes result.json beside it)
What is done stays in FOLDER (default treatment-effect-work in the folder for temporary files): stopped, it goes on from there.
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

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described
from benchmarks.treatment_effect.generator import FEATURES, drawn
from xinglin.models.causal.parts import treated_of, value_of
from xinglin.models.effect.dr_learner import MODEL as DR
from xinglin.models.effect.t_learner import MODEL as T
from xinglin.models.effect.x_learner import MODEL as X
from xinglin.models.scoring import interval

KINDS, STATED, AT_ONCE = ("continuous", "survival"), "xinglin dr_learner", 5
BESIDE = 20  # seeds for which our other learners stand beside it
ASKED = {"pehe": "not worse than EconML, paired", "coverage_95": [0.92, 0.98]}


def judged(told, truth):
    """Root mean square error of the effects (PEHE), share of people whose effect lies within the limits, their mean width."""
    inside = np.mean((told[:, 1] <= truth) & (truth <= told[:, 2])) if np.isfinite(told).all() else np.nan
    return {
        "pehe": float(np.sqrt(np.mean((told[:, 0] - truth) ** 2))),
        "coverage": float(inside),
        "width": float(np.mean(told[:, 2] - told[:, 1])),
    }


def ours(kind, seed, folder):
    """Our learners; and what the peers need."""
    made, key = drawn(kind, seed), f"{kind}-{seed:03d}"
    target = folder / f"{key}.ours.json"
    if target.exists():
        return
    found = {}
    for model in (DR, X, T) if seed < BESIDE else (DR,):
        start = time.process_time()
        fitted = model.fit(made.table, made.design, seed)
        middle, low, high = fitted.average()
        found[f"xinglin {model.name}"] = judged(fitted.effect(made.asked), made.effect) | {
            "cpu_s": time.process_time() - start, "average_error": middle - made.mean_effect, "average_held": low <= made.mean_effect <= high
        }  # fmt: skip
    value = value_of(made.table, made.design, treated_of(made.table, made.design))
    columns = [np.column_stack([one[name] for name in FEATURES]) for one in (made.table, made.asked)]
    np.savez(folder / f"{key}.in.npz", x=columns[0], asked=columns[1], value=value, treated=made.table["treated"], seed=seed)
    target.write_text(json.dumps(found), encoding="utf-8")


def gathered(folder, seeds):
    """kind -> who -> figures of every seed that all have done."""
    found = {kind: {} for kind in KINDS}
    for kind in KINDS:
        for seed in range(seeds):
            own, peers = folder / f"{kind}-{seed:03d}.ours.json", folder / f"{kind}-{seed:03d}.out.npz"
            if not (own.exists() and peers.exists()):
                continue
            truth, told = drawn(kind, seed).effect, np.load(peers)
            rows = json.loads(own.read_text(encoding="utf-8"))
            for name in (one for one in told.files if not one.endswith("cpu_s")):
                rows[name] = judged(told[name], truth) | {"cpu_s": float(told[f"{name}/cpu_s"])}
            for who, row in rows.items():
                found[kind].setdefault(who, []).append(row)
    return found


def limits(values):
    """(mean, 95 % limits over seeds)."""
    values = np.array(values, float)
    return [round(float(one), 4) for one in (values.mean(), *interval(lambda rows: float(values[rows].mean()), len(values), 0, 2000))]


def summary(rows):
    """Of one kind."""
    told = {}
    for who, each in rows.items():
        told[who] = {"pehe": limits([one["pehe"] for one in each]), "cpu_s": round(float(np.median([one["cpu_s"] for one in each])), 2)}
        if np.isfinite(each[0]["coverage"]):
            told[who] |= {
                "coverage_95": limits([one["coverage"] for one in each]),
                "width": round(float(np.mean([one["width"] for one in each])), 3),
            }
        if "average_held" in each[0]:
            told[who] |= {"average_effect_covered": limits([one["average_held"] for one in each])}
    apart = {
        who: limits([a["pehe"] - b["pehe"] for a, b in zip(rows[STATED], rows[who], strict=True)])
        for who in rows
        if who.startswith("EconML")
    }
    return {"seeds": len(rows[STATED]), "methods": told, f"{STATED} less": apart}


def main():
    """Some seeds at a time, ours and then the peers', so that what is there can be told at any moment."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / "treatment-effect-work"
    folder.mkdir(parents=True, exist_ok=True)
    python = os.environ.get("XINGLIN_PEERS_ECONML") or str(HERE.parents[1] / ".venv-peers-econml" / "bin" / "python")
    for first in range(0, seeds, AT_ONCE):
        for seed in range(first, min(seeds, first + AT_ONCE)):
            for kind in KINDS:
                ours(kind, seed, folder)
        subprocess.run([python, str(HERE / "peer.py"), str(folder)], check=True)
        rows = gathered(folder, seeds)
        result = {"machine": described(), "asked": ASKED, "stated": STATED} | {kind: summary(rows[kind]) for kind in KINDS}
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        sys.stderr.write(f"{min(seeds, first + AT_ONCE)} of {seeds} seeds\n")


if __name__ == "__main__":
    main()
