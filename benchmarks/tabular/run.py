"""Is a synthetic table like the real one, useful like it, and near to nobody? Real clinical tables, several splits, two baselines beside it."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described
from benchmarks.tabular import sets

from xinglin.models.synthesis.drawing import draw
from xinglin.models.synthesis.encoding import for_regression, for_trees
from xinglin.models.synthesis.judging import privacy
from xinglin.models.synthesis.nearness import neighbourhood
from xinglin.models.synthesis.rules import rewritten
from xinglin.models.table.copula import GENERATOR

SEEDS, BASELINE_SEEDS, FOLDS, NOISE = 5, 2, 5, 0.05
ASKED = {"classifier_auc_at_most": 0.70, "c_index_within": 0.02, "near_copies": 0}


def part(table, rows):
    """Some rows of a table."""
    return {name: values[rows] for name, values in table.items()}


def told_apart(held, made, design, boosted=False):
    """Cross-validated area of scikit-learn's forest, or gradient boosting, telling made rows from as many held-out people."""
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    size = min(len(held[design.names[0]]), len(made[design.names[0]]))
    table = np.vstack([for_trees(part(one, slice(size)), design) for one in (held, made)])
    labels = np.repeat([0, 1], size)
    model = (
        HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=8, min_samples_leaf=5, random_state=0)
        if boosted
        else RandomForestClassifier(200, min_samples_leaf=3, random_state=0)
    )
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    return float(roc_auc_score(labels, cross_val_predict(model, table, labels, cv=folds, method="predict_proba")[:, 1]))


def c_index(train, held, design, real):
    """Harrell's C on held-out people of lifelines' Cox regression (penalizer 0.01) trained on a table."""
    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.utils import concordance_index

    without = (design.time, design.event)
    rows, names = for_regression(train, design, without, real)
    asked = for_regression(held, design, without, real)[0]
    varies = np.ptp(rows, axis=0) > 0
    frame = pd.DataFrame(rows[:, varies], columns=[n for n, v in zip(names, varies, strict=True) if v])
    frame["T"], frame["E"] = np.maximum(train[design.time], 0.5), train[design.event] == design.event_at
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = CoxPHFitter(penalizer=0.01).fit(frame, "T", "E")
    risk = asked[:, varies] @ fitted.params_.to_numpy()
    return float(concordance_index(held[design.time], -risk, held[design.event] == design.event_at))


def independent(fit, count, rng):
    """Baseline: every column drawn on its own from the real one."""
    return {name: values[rng.integers(0, len(values), count)] for name, values in fit.items()}


def noisy_copies(fit, design, count, rng):
    """Baseline: real people drawn again, with 5 % of a standard deviation of noise on their numbers."""
    made = part(fit, rng.integers(0, len(fit[design.names[0]]), count))
    for one in design.columns:
        if one.kind == "number" and one.name != design.event:
            values = fit[one.name]
            noisy = made[one.name] + rng.normal(0, NOISE * np.nanstd(values), count)
            made[one.name] = np.clip(np.round(noisy, one.decimals), np.nanmin(values), np.nanmax(values))
    return made


def measured(fit, held, made, design, people, seed):
    """What is told of one table."""
    found = privacy(fit, held, made, people, seed)
    return {
        "forest_auc": told_apart(held, made, design),
        "c_made": c_index(made, held, design, fit),
        "near_copies": found.near_copies,
        "membership_auc": found.membership[0],
        "closest_over_held": found.closest / found.closest_held,
        "nearer_to_fit": found.nearer_to_fit[0],
    }


def one(name, seed):
    """One split of one set."""
    table, design = sets.read(name)
    total = len(table[design.time])
    rng = np.random.default_rng([seed, 7])
    order, cut = rng.permutation(total), total * 2 // 3
    fit, held = part(table, order[:cut]), part(table, order[cut:])
    people = neighbourhood(table, design)
    start = time.process_time()
    made_of = rewritten(fit, design)
    fitted = GENERATOR.fit(made_of.table, made_of.design, seed)
    drawn = draw(fitted, made_of, cut, seed, away_from=people)
    spent = time.process_time() - start
    row = measured(fit, held, drawn.table, design, people, seed) | {
        "boosting_auc": told_apart(held, drawn.table, design, boosted=True),
        "chance_auc": told_apart(held, fit, design),
        "c_real": c_index(fit, held, design, fit),
        "c_made_5_times": c_index(draw(fitted, made_of, 5 * cut, seed + 1000).table, held, design, fit),
        "c_real_drawn_again": c_index(part(fit, rng.integers(0, cut, cut)), held, design, fit),
        "redrawn_as_near_copies": drawn.near_copies,
        "cpu_s": spent,
        "rows": [cut, total - cut],
    }
    if seed < BASELINE_SEEDS:
        row["independent"] = measured(fit, held, independent(fit, cut, rng), design, people, seed)
        row["noisy copies"] = measured(fit, held, noisy_copies(fit, design, cut, rng), design, people, seed)
    return row


def mean(values, digits=3):
    """Mean with its 95 % limits over the splits (Student's t)."""
    from scipy.stats import t

    values = np.array(values, float)
    reach = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5) if len(values) > 1 else 0.0
    return {"mean": round(float(values.mean()), digits), "interval_95": [round(float(values.mean() + s * reach), digits) for s in (-1, 1)]}


def summed(rows):
    """One set, over its splits."""
    told = {"rows_fit_and_held_out": rows[0]["rows"], "splits": len(rows)}
    for key in ("forest_auc", "boosting_auc", "chance_auc", "c_real", "membership_auc", "closest_over_held", "nearer_to_fit"):
        told[key] = mean([row[key] for row in rows])
    for key in ("c_made", "c_made_5_times", "c_real_drawn_again"):
        told[f"{key}_less_c_real"] = mean([row[key] - row["c_real"] for row in rows], 4)
    told["near_copies"] = sum(row["near_copies"] for row in rows)
    told["redrawn_as_near_copies"] = sum(row["redrawn_as_near_copies"] for row in rows)
    told["cpu_s"] = round(float(np.median([row["cpu_s"] for row in rows])), 2)
    for key in ("independent", "noisy copies"):
        some = [(row[key], row["c_real"]) for row in rows if key in row]
        told[f"baseline: {key}"] = {
            "forest_auc": round(float(np.mean([r["forest_auc"] for r, _ in some])), 3),
            "c_less_c_real": round(float(np.mean([r["c_made"] - c for r, c in some])), 4),
            "near_copies_share": round(float(np.mean([r["near_copies"] for r, _ in some])) / rows[0]["rows"][0], 3),
            "membership_auc": round(float(np.mean([r["membership_auc"] for r, _ in some])), 3),
        }
    return told


def main() -> None:
    result = {"machine": described(), "asked": ASKED, "sets": {}}
    for name in sys.argv[1].split(",") if len(sys.argv) > 1 else sets.SETS:
        result["sets"][name] = summed([one(name, seed) for seed in range(SEEDS)])
        print(name, json.dumps(result["sets"][name]), file=sys.stderr, flush=True)
    if len(sys.argv) == 1:
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
