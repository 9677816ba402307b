"""How the shipped population of diabetes was estimated: medians by age group, spreads and correlations of published virtual patients.

Run: python benchmarks/glucose/fit_population.py FOLDER     (FOLDER holds vpatient_params.csv and Quest.csv of simglucose, MIT)
Writes src/xinglin/diseases/diabetes/population_numbers.py. No row of the tables is kept: only what is estimated from all of them.

Logarithms (logits for the shares `b` and `d`) are taken; an age group has its own middle where an F test says so at 1 %;
spreads and correlations are of what is left within groups; correlations are shrunk towards 0 (Schaefer and Strimmer 2005) and
those left below 0.1 are dropped. The range is that of the rows, widened by half a spread at each end.
Carbohydrate ratio and correction factor are told as multiples of what one unit does in that person at the basal state (`effect`),
since drawn apart from it they would put people on insulin that does not fit them.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from scipy.special import expit, logit
from scipy.stats import f_oneway

NAMES = {
    "weight": "BW", "gb": "Gb", "ib": "Ib", "egpb": "EGPb", "vg": "Vg", "vi": "Vi", "kabs": "kabs", "kmax": "kmax", "kmin": "kmin", "b": "b",
    "d": "d", "vmx": "Vmx", "km0": "Km0", "k1": "k1", "k2": "k2", "p2u": "p2u", "m1": "m1", "m2": "m2", "ki": "ki", "kp2": "kp2", "kp3": "kp3",
    "kd": "kd", "ksc": "ksc", "ka1": "ka1", "ka2": "ka2", "carbohydrate_ratio": "CR", "correction_factor": "CF",
}  # fmt: skip
SHARES = ("b", "d")
THERAPY = ("carbohydrate_ratio", "correction_factor")
GROUPS = ("child", "adolescent", "adult")
LEAST_CORRELATION = 0.1
OUT = Path(__file__).parents[2] / "src/xinglin/diseases/diabetes/population_numbers.py"


def table(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Values of the 30 people on the scale of their distribution, and the group of each."""
    with (folder / "vpatient_params.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (folder / "Quest.csv").open(encoding="utf-8") as file:
        therapy = {row["Name"]: row for row in csv.DictReader(file)}
    values = np.array([[float((row | therapy[row["Name"]])[column]) for column in NAMES.values()] for row in rows])
    effect = effects({name: values[:, place] for place, name in enumerate(NAMES)})
    for name, unit in zip(THERAPY, effect, strict=True):
        values[:, list(NAMES).index(name)] /= unit
    for place, name in enumerate(NAMES):
        values[:, place] = logit(values[:, place]) if name in SHARES else np.log(values[:, place])
    return values, np.array([GROUPS.index(row["Name"].split("#")[0]) for row in rows])


def effects(v: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Grams that one unit covers and mg/dL that it takes away, to first order at the basal state; 1 mg/kg/min is used without insulin.

    One unit adds 6000 / (weight vi m2) pmol.min/L of plasma insulin; each lowers production by kp3 and raises uptake by vmx gt / (km0 + gt).
    """
    tissue = (1 - v["egpb"] + v["k1"] * v["gb"] * v["vg"]) / v["k2"]
    taken = (v["kp3"] + v["vmx"] * tissue / (v["km0"] + tissue)) * 6000 / (v["weight"] * v["vi"] * v["m2"])
    return taken * v["weight"] / 900, taken / v["vg"]


def middles(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Middle of each parameter in each group; the same in all where the groups do not differ."""
    found = np.empty((len(GROUPS), values.shape[1]))
    for place in range(values.shape[1]):
        column = values[:, place]
        apart = f_oneway(*(column[groups == group] for group in range(len(GROUPS)))).pvalue < 0.01
        found[:, place] = [column[groups == group].mean() for group in range(len(GROUPS))] if apart else column.mean()
    return found


def shrunk(correlation: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    """The correlation matrix shrunk by the share that minimises the expected squared error."""
    n = len(scores)
    products = scores[:, :, None] * scores[:, None, :]
    variance = ((products - products.mean(0)) ** 2).sum(0) * n / (n - 1) ** 3
    away = ~np.eye(len(correlation), dtype=bool)
    share = float(min(1.0, variance[away].sum() / (correlation[away] ** 2).sum()))
    return np.where(away, (1 - share) * correlation, 1.0), share


def main(folder: Path) -> None:
    values, groups = table(folder)
    middle = middles(values, groups)
    left = values - middle[groups]
    spread = np.sqrt((left**2).sum(0) / (len(values) - len(GROUPS)))
    correlation, share = shrunk(np.corrcoef(left.T), left / left.std(0))
    correlation[np.abs(correlation) < LEAST_CORRELATION] = 0
    least = float(np.linalg.eigvalsh(correlation).min())
    if least <= 0.01:
        raise SystemExit(f"correlations are no longer positive definite ({least:.3g})")
    names = list(NAMES)
    lines = [
        '"""Middles by age group, spreads and correlations of 30 published virtual patients: estimated, no patient is copied.',
        "",
        "Written by benchmarks/glucose/fit_population.py from the parameter tables of simglucose (MIT); read its first lines for the method.",
        f"Correlations are shrunk by {share:.2f}.",
        '"""',
        "",
        "# name: (child, adolescent, adult, spread, lowest, highest); the spread is of the logarithm, of the logit for b and d;",
        "# carbohydrate_ratio and correction_factor are multiples of what one unit does in the person at the basal state",
        "MIDDLES: dict[str, tuple[float, float, float, float, float, float]] = {",
    ]
    for place, name in enumerate(names):
        back = expit if name in SHARES else np.exp
        ends = values[:, place].min() - spread[place] / 2, values[:, place].max() + spread[place] / 2
        numbers = [*back(middle[:, place]), spread[place], *back(np.array(ends))]
        lines.append(f'    "{name}": ({", ".join(f"{number:.4g}" for number in numbers)}),')
    lines += ["}", "", "CORRELATIONS: tuple[tuple[str, str, float], ...] = ("]
    for i, first in enumerate(names):
        lines += [f'    ("{first}", "{names[j]}", {correlation[i, j]:.2f}),' for j in range(i + 1, len(names)) if correlation[i, j]]
    OUT.write_text("\n".join([*lines, ")", ""]), encoding="utf-8")
    sys.stdout.write(f"{len(values)} rows, shrunk by {share:.2f}, least eigenvalue {least:.3f}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
