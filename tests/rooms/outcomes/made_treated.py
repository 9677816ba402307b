"""People of our own making, some of them treated, whose true effect is known."""

import numpy as np

from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn, TableDesign

COLUMNS = (
    TableColumn("a", "number", decimals=3), TableColumn("b", "number", decimals=3), TableColumn("group", "category", levels=("x", "y")),
    TableColumn("treated", "number"), TableColumn("y", "number", decimals=3), TableColumn("years", "number", decimals=3), TableColumn("ended", "number"),
)  # fmt: skip


def people(count=600, seed=0, overlap=1.0):
    """(table, true effect): who has a large `a` is treated more and fares better anyway; the effect is 1 + b, 0.5 more in group y."""
    rng = np.random.default_rng(seed)
    a, b, group = rng.normal(size=count), rng.uniform(-1, 1, count), rng.integers(0, 2, count).astype(float)
    treated = (rng.random(count) < 1 / (1 + np.exp(-a / overlap))).astype(float)
    effect = 1 + b + 0.5 * group
    y = 2 * a + treated * effect + rng.normal(0, 0.7, count)
    end, left = rng.exponential(3 * np.exp(0.5 * a + 0.8 * treated)), rng.exponential(9, count)
    years = np.minimum(np.minimum(end, left), 8)
    return {
        "a": a,
        "b": b,
        "group": group,
        "treated": treated,
        "y": y,
        "years": years,
        "ended": ((end <= left) & (end <= 8)).astype(float),
    }, effect


def design(kind="number"):
    given = {"outcome": "y"} if kind == "number" else {"horizons": (4.0,)}
    pair = {} if kind == "number" else {"time": "years", "event": "ended"}
    return OutcomeDesign(TableDesign(COLUMNS, **pair), kind, ("a", "b", "group"), treatment="treated", **given)
