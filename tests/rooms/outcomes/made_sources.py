"""People of our own making who are known from four kinds of sources: table, image, gene and simulation."""

import numpy as np

from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn, TableDesign

COLUMNS = (
    TableColumn("age", "number", decimals=1), TableColumn("stage", "category", levels=("i", "ii", "iii")),
    TableColumn("nodule_mm", "number", decimals=1), TableColumn("nodule_hu", "number"),
    TableColumn("egfr_gene", "category", levels=("changed", "wild")), TableColumn("simulated_mm", "number", decimals=1),
    TableColumn("shrinks", "number", decimals=2), TableColumn("responds", "category", levels=("no", "yes")),
    TableColumn("days", "number"), TableColumn("died", "number"),
)  # fmt: skip
GROUPS = {"nodule_mm": "image", "nodule_hu": "image", "egfr_gene": "gene", "simulated_mm": "simulation"}
FEATURES = ("age", "stage", "nodule_mm", "nodule_hu", "egfr_gene", "simulated_mm")


def people(count=600, seed=0):
    """Column -> values: each kind of source tells something of its own, and the simulation half of what the image tells."""
    rng = np.random.default_rng(seed)
    age, stage = np.round(rng.uniform(40, 85, count), 1), rng.integers(0, 3, count).astype(float)
    size, dense = np.round(np.exp(rng.normal(2.8, 0.5, count)), 1), np.round(rng.normal(-50, 60, count))
    gene = (rng.random(count) < 0.55).astype(float)
    simulated = np.round(0.6 * size + rng.normal(0, 5, count), 1)
    shrinks = np.round(30 - 14 * gene - 0.5 * size - 3 * stage - 0.1 * (age - 60) + 0.5 * (simulated - 10) + rng.normal(0, 3, count), 2)
    responds = (rng.random(count) < 1 / (1 + np.exp(-(shrinks - 12) / 4))).astype(float)
    end, left = rng.exponential(700 * np.exp((shrinks - 12) / 10)), rng.uniform(300, 2500, count)
    return dict(zip(
        (one.name for one in COLUMNS),
        (age, stage, size, dense, gene, simulated, shrinks, responds, np.floor(np.minimum(end, left)) + 1, (end <= left).astype(float)),
        strict=True,
    ))  # fmt: skip


def design(kind="number", **changed):
    """What is foretold of them."""
    pair = {"time": "days", "event": "died"} if kind == "survival" else {}
    given = {"number": {"outcome": "shrinks"}, "yes-no": {"outcome": "responds", "positive": "yes"}, "survival": {"horizons": (500.0,)}}[
        kind
    ]
    return OutcomeDesign(TableDesign(COLUMNS, **pair), kind, **({"features": FEATURES, "groups": GROUPS} | given | changed))
