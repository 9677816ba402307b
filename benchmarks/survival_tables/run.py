"""Survival of held-out people of real tables: our Cox and our forest beside lifelines and scikit-survival, on the same folds, in one run.

Run: XINGLIN_PEERS=/path/to/python python benchmarks/survival_tables/run.py [lung,gbsg]     (about twenty minutes; writes result.json beside it)
Peers' interpreter: XINGLIN_PEERS or .venv-peers/bin/python (packages in peers.txt). Tables: ../shared/data/clinical-tables or XINGLIN_TEST_DATA.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described
from benchmarks.tabular import sets
from xinglin.models.foretelling.trained import outcome_models
from xinglin.models.scoring import interval
from xinglin.models.survival.forecasts import brier_scores, concordance_of, staying
from xinglin.models.tabular.encoding import Encoding
from xinglin.records.prediction import OutcomeDesign
from xinglin.training.judging import FOLDS, held_out

REPEATS = {"lung": 5, "pbc": 5, "gbsg": 5, "rotterdam": 1, "rotterdam recurrence": 1, "aids": 1}
OURS = ("cox", "survival_forest")
DRAWN = 200
ASKED = {"c_index_and_integrated_brier": "not worse than the better of lifelines and scikit-survival"}


def design_of(table, columns):
    """All columns but the pair; survival is told at the median of the ends."""
    ended = table[columns.event] == columns.event_at
    features = tuple(name for name in columns.names if name not in (columns.time, columns.event))
    return OutcomeDesign(columns, "survival", features, horizons=(float(np.median(table[columns.time][ended])),))


def by_peers(python, table, columns, design, folds, grid):
    """name -> (score (repetitions, people), free (repetitions, people, grid))."""
    times, ended = table[columns.time], table[columns.event] == columns.event_at
    given = {"at": grid}
    for repeat, fold in np.ndindex(len(folds), FOLDS):
        out, key = folds[repeat] == fold, f"{repeat}_{fold}"
        encoding = Encoding.learnt({name: values[~out] for name, values in table.items()}, design.inputs)
        matrix = encoding.matrix(table)
        given |= {f"{key}/x": matrix[~out], f"{key}/new": matrix[out], f"{key}/times": times[~out], f"{key}/ended": ended[~out]}
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(source, **given)
        subprocess.run([python, str(HERE / "peer.py"), str(source), str(target)], check=True)
        told = np.load(target)
        names = sorted({name.split("/")[1] for name in told.files})
        found = {name: (np.zeros(folds.shape), np.zeros((*folds.shape, len(grid)))) for name in names}
        for name, (repeat, fold) in ((name, place) for name in names for place in np.ndindex(len(folds), FOLDS)):
            out = folds[repeat] == fold
            found[name][0][repeat, out] = told[f"{repeat}_{fold}/{name}/score"]
            found[name][1][repeat, out] = told[f"{repeat}_{fold}/{name}/free"]
    return found


def measures(table, columns, grid):
    """name -> a function of (score, free, rows): the mean over the repetitions."""
    times, ended = table[columns.time], table[columns.event] == columns.event_at
    curve, span = staying(times, ended), grid[-1] - grid[0]

    def brier(score, free, rows):
        return float(np.mean([np.trapezoid(brier_scores(times[rows], ended[rows], one[rows], grid, curve), grid) / span for one in free]))

    def ordered(score, free, rows):
        return float(np.mean([concordance_of(times[rows], ended[rows], one[rows]) for one in score]))

    return {"integrated_brier": brier, "c_index": ordered}


def one(name, python):
    """One table."""
    table, columns = sets.read(name)
    design = design_of(table, columns)
    found, held = {}, None
    for model in OURS:
        held = held_out(outcome_models()[model], table, design, seed=2, repeats=REPEATS[name])
        found[f"xinglin {model}"] = (held.score, held.predicted[:, :, 1:])
    assert held is not None
    found |= by_peers(python, table, columns, design, held.fold, held.grid)
    people, row = (
        len(table[columns.time]),
        {
            "people": len(table[columns.time]),
            "ends": int((table[columns.event] == columns.event_at).sum()),
            "split": f"{REPEATS[name]} x 5-fold",
        },
    )
    everyone, rows = np.arange(people), {}
    for what, measure in measures(table, columns, held.grid).items():
        values = {who: measure(*pair, everyone) for who, pair in found.items()}
        best = max if what == "c_index" else min
        ours = best((who for who in values if who.startswith("xinglin")), key=values.__getitem__)
        theirs = best((who for who in values if not who.startswith("xinglin")), key=values.__getitem__)

        def apart(drawn, measure=measure, ours=ours, theirs=theirs):
            return measure(*found[ours], drawn) - measure(*found[theirs], drawn)

        limits = interval(apart, people, 0, DRAWN)
        rows[what] = {
            "values": {who: round(value, 4) for who, value in values.items()}, "our_best": ours, "their_best": theirs,
            "difference": [round(value, 5) for value in (values[ours] - values[theirs], *limits)],
        }  # fmt: skip
    return row | rows


def main() -> None:
    """Measure the tables, and write result.json."""
    python = os.environ.get("XINGLIN_PEERS") or str(HERE.parents[1] / ".venv-peers" / "bin" / "python")
    names = sys.argv[1].split(",") if len(sys.argv) > 1 else list(REPEATS)
    kept = json.loads((HERE / "result.json").read_text(encoding="utf-8"))["tables"] if len(sys.argv) > 1 else {}
    result = {"machine": described(), "asked": ASKED, "tables": kept}
    for name in names:
        result["tables"][name] = one(name, python)
        rows = result["tables"].values()
        result["mean_difference"] = {
            what: round(float(np.mean([row[what]["difference"][0] for row in rows])), 5) for what in ("integrated_brier", "c_index")
        }
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        sys.stderr.write(f"{name} done\n")


if __name__ == "__main__":
    main()
