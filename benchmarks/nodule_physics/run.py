"""Can a classifier tell an inserted nodule from one that was scanned together with its chest? Beside it, other ways of inserting.

Run: python benchmarks/nodule_physics/run.py     (some minutes; writes result.json beside it and docs/images/nodules.png)
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.lesion_features import described, edge_mm
from benchmarks.machine import described as machine
from benchmarks.nodule_physics import sheet
from benchmarks.nodule_physics.cases import TIMES, Case, cases_of
from benchmarks.nodule_physics.chests import Scanner
from benchmarks.two_sample import auc, telling, told_apart

ANATOMIES, LESIONS, BAR = 17, 6, 0.60
OURS = ("ours, blur given", "ours, blur measured")
CONTROLS = (*TIMES, "noise removed")
OTHERS = ("voxel paste", "cut and paste", "Poisson blending")
PICTURE = HERE.parents[1] / "docs" / "images" / "nodules.png"


def edges(cases: list[Case], method: str) -> dict[str, float]:
    """Width of the edge of smooth solid lesions against that of the same lesions imaged with their anatomy, mm."""
    donors = method in OTHERS[1:]
    fit = [c for c in cases if c.lesion.request.kind == "solid" and c.lesion.request.margin == "smooth"]
    widths = np.array(
        [edge_mm(c.crops[method])[0] for c in (fit if not donors else [c for c in cases if c.lesion.request.kind == "solid"])]
    )
    reference = np.array([edge_mm(c.crops["reference"])[0] for c in fit])
    if donors or not fit:
        return {"edge_mm": round(float(np.median(widths)), 3)} if len(widths) else {}
    return {"edge_mm": round(float(np.median(widths)), 3), "edge_error_mm": round(float(np.median(widths - reference)), 3),
            "edge_worst_error_mm": round(float(np.abs(widths - reference).max()), 3)}  # fmt: skip


def physics(cases: list[Case], method: str) -> dict[str, object]:
    """Noise ratio inside lesions without a solid part (median), and the edge."""
    ratios = [c.noise_ratio[method] for c in cases if c.lesion.request.kind != "part-solid" and np.isfinite(c.noise_ratio[method])]
    return {"noise_ratio": round(float(np.median(ratios)), 3) if ratios else None, **edges(cases, method)}


@dataclass(frozen=True, eq=False)
class Group:
    """The lesions of some anatomies, and the features of each method's pictures: (lesions, features)."""

    cases: list[Case]
    tables: dict[str, np.ndarray]
    names: list[str]


def gathered_one(anatomy: int, scanner: Scanner, lesions: int) -> Group:
    """One anatomy."""
    cases = cases_of(anatomy, scanner, lesions)
    tables = {method: described([c.crops[method] for c in cases]) for method in ("reference", *OURS, *CONTROLS, *OTHERS)}
    return Group(cases, {method: table for method, (table, _) in tables.items()}, tables["reference"][1])


def together(groups: list[Group]) -> Group:
    """All anatomies, in order."""
    tables = {method: np.concatenate([g.tables[method] for g in groups]) for method in groups[0].tables}
    return Group([case for g in groups for case in g.cases], tables, groups[0].names)


def one(method: str, of: Group) -> dict[str, object]:
    """One method against the reference: the same lesions on both sides, anatomies never shared between folds."""
    anatomies = np.array([c.anatomy for c in of.cases] * 2)
    labels = np.repeat([0, 1], len(of.cases))
    table = np.concatenate([of.tables["reference"], of.tables[method]])
    verdict = told_apart(table, labels, anatomies)
    found = verdict.told() | physics(of.cases, method) | {"by_kind": _by_kind(of.cases, verdict.scores)}
    if method in OURS:
        found["telling"] = telling(table, labels, anatomies, of.names, 5)
    sys.stderr.write(f"{method}: {verdict.auc:.3f} ({verdict.low:.3f} to {verdict.high:.3f})\n")
    return found


def judged(of: Group, processes: int) -> dict[str, dict[str, object]]:
    """Every method, beside the reference's own noise and edge."""
    methods = (*OURS, *CONTROLS, *OTHERS)
    with ProcessPoolExecutor(processes) as pool:
        return {"reference": physics(of.cases, "reference"), **dict(zip(methods, pool.map(partial(one, of=of), methods), strict=True))}


def _by_kind(cases: list[Case], scores: np.ndarray) -> dict[str, float]:
    """The area among lesions of one kind, by the classifier of all kinds."""
    kinds = np.array([c.lesion.request.kind for c in cases] * 2)
    labels = np.repeat([0, 1], len(cases))
    return {kind: round(auc(labels[kinds == kind], scores[kinds == kind]), 3) for kind in sorted(set(kinds.tolist()))}


def gathered(anatomies: int, lesions: int, scanner: Scanner, processes: int) -> Group:
    """All anatomies, some at a time."""
    make = partial(gathered_one, scanner=scanner, lesions=lesions)
    with ProcessPoolExecutor(processes) as pool:
        return together(list(pool.map(make, range(anatomies))))


def result_of(of: Group, scanner: Scanner, processes: int) -> dict[str, object]:
    """What result.json says."""
    methods, cases = judged(of, processes), of.cases
    worst = max(float(methods[name]["auc"]) for name in OURS)  # type: ignore[arg-type]
    return {
        "machine": machine(), "bar_auc": BAR, "lesions_per_group": len(cases), "anatomies": len({c.anatomy for c in cases}),
        "scanner": {"spacing_mm": scanner.spacing_mm, "blur_mm": scanner.blur_mm, "noise_hu": scanner.noise_hu},
        "blur_measured_error_mm": round(max(float(np.abs(np.subtract(c.measured_blur_mm, scanner.blur_mm)).max()) for c in cases), 3),
        "within_bar": worst <= BAR, "methods": methods,
    }  # fmt: skip


def main() -> int:
    """Exit 1 when the bar is missed."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--anatomies", type=int, default=ANATOMIES)
    asked.add_argument("--processes", type=int, default=2)
    given = asked.parse_args()
    scanner = Scanner()
    everything = gathered(given.anatomies, LESIONS, scanner, given.processes)
    sheet.write(everything.cases, PICTURE)
    result = result_of(everything, scanner, given.processes)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    return 0 if result["within_bar"] else 1


if __name__ == "__main__":
    sys.exit(main())
