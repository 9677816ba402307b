"""People whose true effect of a treatment is known: covariates of real people, treatment and outcome made by the formulas below.

Covariates: Rotterdam breast cancer (age, menopause, size, grade, nodes, progesterone and oestrogen receptors), as they stand. For each seed 1,000
people are learnt from and 600 others asked about. With a = (age - 55) / 12, n = log(1 + nodes) - 1, p = log(1 + pgr) / 2 - 1.75,
e = log(1 + er) / 2 - 2, g = grade 3, s = size 0, 1, 2:

treated      Bernoulli(chance), logit chance = -0.1 + 0.5 a + 0.4 n - 0.4 e + 0.3 g        (who is older and worse off is treated more)
base         n + 0.6 sin(1.5 a) + 0.4 p e + 0.4 s + 0.3 g
continuous   y = base + treated * effect + Normal(0, 1),   effect = 0.5 + 0.8 tanh(e) + 0.6 / (1 + exp(-3 a)) - 0.3 n
survival     Weibull, shape 1.2, hazard ratio against a person at base 0: exp(0.5 base + treated * (-0.4 - 0.5 tanh(e) + 0.25 a)), median of such a
             person 4 years; observed until the least of the end, an Exponential(mean 12 years) and 8 years. The effect is that on the mean time free
             of the end within 5 years, by integration.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.tabular import sets
from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn, TableDesign

FEATURES = ("age", "meno", "size", "grade", "nodes", "pgr", "er")
LEARN, ASK, LIMIT_YEARS, SHAPE, MEDIAN_YEARS = 1000, 600, 5.0, 1.2, 4.0


@dataclass(frozen=True)
class Drawn:
    """Rows to learn from with their outcome, rows to ask about with the true effect on each, and the true mean effect on the former."""

    table: dict[str, np.ndarray]
    design: OutcomeDesign
    asked: dict[str, np.ndarray]
    effect: np.ndarray
    mean_effect: float


def drawn(kind: str, seed: int) -> Drawn:
    """The people of a seed. `kind`: "continuous" or "survival"."""
    rng = np.random.default_rng([seed, 2026])
    real, columns = sets.read("rotterdam")
    rows = rng.permutation(len(real["age"]))[: LEARN + ASK]
    people = {name: real[name][rows] for name in FEATURES}
    a, n = (people["age"] - 55) / 12, np.log1p(people["nodes"]) - 1
    p, e, g, s = np.log1p(people["pgr"]) / 2 - 1.75, np.log1p(people["er"]) / 2 - 2, (people["grade"] == 3).astype(float), people["size"]
    treated = (rng.random(len(rows)) < 1 / (1 + np.exp(-(-0.1 + 0.5 * a + 0.4 * n - 0.4 * e + 0.3 * g)))).astype(float)
    base = n + 0.6 * np.sin(1.5 * a) + 0.4 * p * e + 0.4 * s + 0.3 * g
    made = [columns.column(name) for name in FEATURES] + [TableColumn("treated", "number")]
    learn = {name: values[:LEARN] for name, values in people.items()} | {"treated": treated[:LEARN]}
    asked = {name: values[LEARN:] for name, values in people.items()}
    if kind == "continuous":
        effect = 0.5 + 0.8 * np.tanh(e) + 0.6 / (1 + np.exp(-3 * a)) - 0.3 * n
        learn["y"] = (base + treated * effect + rng.normal(size=len(rows)))[:LEARN]
        design = OutcomeDesign(TableDesign((*made, TableColumn("y", "number", decimals=6))), "number", FEATURES, "y", treatment="treated")
    else:
        shift = -0.4 - 0.5 * np.tanh(e) + 0.25 * a
        scale = MEDIAN_YEARS / np.log(2) ** (1 / SHAPE)
        ratio = 0.5 * base + treated * shift
        end = scale * (rng.exponential(size=len(rows)) / np.exp(ratio)) ** (1 / SHAPE)
        left = np.minimum(rng.exponential(12, len(rows)), 8.0)
        learn |= {"years": np.minimum(end, left)[:LEARN], "ended": (end <= left).astype(float)[:LEARN]}
        effect = free_years(0.5 * base + shift, scale) - free_years(0.5 * base, scale)
        pair = (TableColumn("years", "number", decimals=6), TableColumn("ended", "number"))
        design = OutcomeDesign(
            TableDesign((*made, *pair), "years", "ended"), "survival", FEATURES, horizons=(LIMIT_YEARS,), treatment="treated"
        )
    return Drawn(learn, design, asked, effect[LEARN:], float(effect[:LEARN].mean()))


def free_years(log_ratio: np.ndarray, scale: float) -> np.ndarray:
    """The mean time free of the end within the limit, by Simpson's rule."""
    times = np.linspace(0, LIMIT_YEARS, 401)
    weights = np.ones(401)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    free = np.exp(-np.exp(log_ratio)[:, None] * (times / scale) ** SHAPE)
    return free @ weights * (times[1] / 3)
