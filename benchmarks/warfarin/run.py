"""The stable warfarin dose on the IWPC table: the published equation as it is, and our own models on people they have not seen.

Run: python benchmarks/warfarin/run.py PATH-TO-THE-XLSX     (README.md says where it is; about fifteen minutes; writes result.json beside it)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from msgspec.structs import replace

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.machine import described
from benchmarks.warfarin import table as iwpc
from xinglin.knowledge.dosing_equations import warfarin_dose
from xinglin.models.foretelling.trained import outcome_models
from xinglin.models.penalised.fitting import folds_of
from xinglin.models.scoring import interval
from xinglin.training.judging import bands_held, held_out

FOR_GENES = 1500  # people drawn to try the absence of genes on
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


def missing_genes(rows):
    """Genes there, and genes away: trees that practised it (fusion), trees that did not, trees that never had genes. Mean error, mg a week."""
    rows = [rows[place] for place in np.random.default_rng(3).permutation(len(rows))[:FOR_GENES]]
    table, design = iwpc.learnable(rows, all_inputs=True)
    genes = [name for name in design.features if "VKORC1" in name or "CYP2C9" in name]
    design = replace(design, groups=dict.fromkeys(genes, "gene"))
    without = replace(design, features=tuple(name for name in design.features if name not in genes), groups={})
    fold, found = folds_of(len(rows), 3, 1), {"people": len(rows), "split": "1 x 3-fold"}
    for name, asked in (("fusion", design), ("boosted_trees", design), ("boosted_trees, never had genes", without)):
        whole, absent = np.zeros(len(rows)), np.zeros(len(rows))
        for one in range(3):
            learn, ask = ({key: values[part] for key, values in table.items()} for part in (fold != one, fold == one))
            fitted = outcome_models()[name.split(",")[0]].fit(learn, asked, seed=1)
            whole[fold == one] = np.abs(fitted.predict(ask) - ask["dose"])
            absent[fold == one] = np.abs(fitted.predict({key: values for key, values in ask.items() if key not in genes}) - ask["dose"])
            sys.stderr.write(f"{name}: fold {one + 1}\n")
        found[name] = {"genes_there": told(whole), "genes_away": told(absent)}
    return found


def main(path: Path, only: str = "") -> None:
    """Measure, and write result.json. `only`: "genes" for the missing genes alone."""
    everybody = iwpc.sheet(path)
    rows = [one for one in everybody if one[iwpc.STABLE] == "1" and one[iwpc.DOSE] and one["CYP2C9 consensus"]]
    dose = np.array([float(one[iwpc.DOSE]) for one in rows])
    usable = ~np.isnan(by_equation(rows, dose, "warfarin-iwpc-genetic", False)[0])
    rows, dose = [one for one, keep in zip(rows, usable, strict=True) if keep], dose[usable]
    if only == "genes":
        result = json.loads((HERE / "result.json").read_text(encoding="utf-8")) | {"missing_genes": missing_genes(rows)}
        (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        return
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
    result["missing_genes"] = missing_genes(rows)
    (HERE / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("say where the file is: run.py PS206767-553247439.xlsx (see README.md)")
    main(Path(sys.argv[1]), *sys.argv[2:])
