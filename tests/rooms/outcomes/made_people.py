"""A table of people of our own making, whose truth is known: a dose, a bleed, a time."""

import numpy as np

from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn, TableDesign

COLUMNS = (
    TableColumn("age", "number"), TableColumn("sex", "category", levels=("f", "m")), TableColumn("bmi", "number", decimals=1),
    TableColumn("gene", "category", levels=("AA", "AG", "GG")), TableColumn("dose", "number", decimals=1),
    TableColumn("bled", "category", levels=("no", "yes")), TableColumn("days", "number"), TableColumn("died", "number"),
)  # fmt: skip
FEATURES = ("age", "sex", "bmi", "gene")


def people(count=400, seed=1, missing=True):
    """Column -> values."""
    rng = np.random.default_rng(seed)
    age, sex, bmi = (
        rng.integers(30, 90, count).astype(float),
        rng.integers(0, 2, count).astype(float),
        np.round(rng.normal(26, 4, count), 1),
    )
    gene = rng.choice(3, count, p=[0.2, 0.4, 0.4]).astype(float)
    dose = np.round(np.maximum(3, 45 - 0.3 * age + 0.5 * bmi - 9 * (2 - gene) + rng.normal(0, 5, count)), 1)
    bled = (rng.random(count) < 1 / (1 + np.exp(-(age - 65) / 8 - sex + 0.5))).astype(float)
    time, left = rng.exponential(900 * np.exp(-(age - 60) / 15 - 0.5 * sex)), rng.uniform(200, 2500, count)
    table = {
        "age": age,
        "sex": sex,
        "bmi": bmi,
        "gene": gene,
        "dose": dose,
        "bled": bled,
        "days": np.floor(np.minimum(time, left)) + 1,
        "died": (time <= left).astype(float),
    }
    if missing:
        table["bmi"] = np.where(rng.random(count) < 0.1, np.nan, bmi)
        table["gene"] = np.where(rng.random(count) < 0.05, np.nan, gene)
    return table


def design(kind="number", **changed):
    """What is foretold of them."""
    pair = {"time": "days", "event": "died"} if kind == "survival" else {}
    given = {
        "number": {"outcome": "dose", "unit": "mg/wk"},
        "yes-no": {"outcome": "bled", "positive": "yes"},
        "survival": {"horizons": (200.0, 600.0)},
    }[kind]
    return OutcomeDesign(TableDesign(COLUMNS, **pair), kind, **({"features": FEATURES} | given | changed))


def part(table, rows):
    """Some rows."""
    return {name: values[rows] for name, values in table.items()}
