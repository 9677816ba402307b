"""The stable warfarin dose on the IWPC table: the published equation as it is, and our own models on people they have not seen.

Run: python benchmarks/warfarin/run.py PATH-TO-THE-XLSX     (README.md says where it is; about fifteen minutes; writes result.json beside it)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described
from benchmarks.warfarin import table as iwpc
from xinglin.knowledge.dosing_equations import warfarin_dose
from xinglin.models.foretelling.trained import outcome_models
from xinglin.models.scoring import interval
from xinglin.training.judging import bands_held, held_out

REPEATS, ASKED = 5, {"equation_mae": [8.53, 8.63], "coverage": [0.88, 0.92]}


def told(values):
    """(mean, 95 % limits over people)."""
    return [round(float(one), 4) for one in (values.mean(), *interval(lambda rows: float(values[rows].mean()), len(values), 0, 2000))]


def by_equation(rows, dose, key, linked):
    """Errors of an equation; nan where it declines."""
    people = (iwpc.person(row, iwpc.linked_vkorc1(row) if linked else row[iwpc.VKORC1]) for row in rows)
    weekly = np.array([found.weekly_mg if (found := warfarin_dose(one, key)).weekly_mg is not None else np.nan for one in people])
    return np.abs(weekly - dose), np.abs(weekly - dose) <= 0.2 * dose


def by_model(name, rows, *, all_inputs):
    """(mean error of each person over the repetitions, share within 20 %, share within the 90 % interval, of each person)."""
    table, design = iwpc.learnable(rows, all_inputs=all_inputs)
    held = held_out(outcome_models()[name], table, design, seed=1, repeats=REPEATS, note=lambda text: sys.stderr.write(f"{text}\n"))
    errors = np.abs(held.predicted - table["dose"])
    inside = np.array([bands_held(one, fold, table["dose"], 0.9) for one, fold in zip(held.predicted, held.fold, strict=True)])
    return errors.mean(axis=0), (errors <= 0.2 * table["dose"]).mean(axis=0), inside.mean(axis=0)


def main(path: Path) -> None:
    """Measure, and write result.json."""
    everybody = iwpc.sheet(path)
    rows = [one for one in everybody if one[iwpc.STABLE] == "1" and one[iwpc.DOSE] and one["CYP2C9 consensus"]]
    dose = np.array([float(one[iwpc.DOSE]) for one in rows])
    usable = ~np.isnan(by_equation(rows, dose, "warfarin-iwpc-genetic", False)[0])
    rows, dose = [one for one, keep in zip(rows, usable, strict=True) if keep], dose[usable]
    typed, typed_near = by_equation(rows, dose, "warfarin-iwpc-genetic", False)
    linked, linked_near = by_equation(rows, dose, "warfarin-iwpc-genetic", True)
    clinical, _ = by_equation(rows, dose, "warfarin-iwpc-clinical", False)
    fixed = np.abs(35 - dose)
    result = {
        "machine": described(), "asked": ASKED, "people_in_table": len(everybody), "people": len(rows), "split": f"{REPEATS} x 5-fold",
        "equation": {"mae": told(typed), "within_20_percent": told(typed_near)},
        "equation_with_linked_sites": {"mae": told(linked), "within_20_percent": told(linked_near)},
        "clinical_equation": {"mae": told(clinical)}, "fixed_35_mg": {"mae": told(fixed)}, "models": {},
    }  # fmt: skip
    for name, all_inputs in (("linear", False), ("boosted_trees", False), ("linear", True), ("boosted_trees", True)):
        errors, near, inside = by_model(name, rows, all_inputs=all_inputs)
        result["models"][f"{name}, {'all inputs' if all_inputs else 'inputs of the equation'}"] = {
            "mae": told(errors), "within_20_percent": told(near), "interval_90_holds": told(inside), "less_equation": told(errors - typed),
            "less_equation_with_linked_sites": told(errors - linked),
        }  # fmt: skip
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("say where the file is: run.py PS206767-553247439.xlsx (see README.md)")
    main(Path(sys.argv[1]))
