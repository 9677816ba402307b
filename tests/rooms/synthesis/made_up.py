"""A made-up table of people of our own invention, with survival, dates, gaps and an order that always holds."""

import numpy as np

from xinglin.records.table import TableColumn, TableDesign

DESIGN = TableDesign(
    (
        TableColumn("age", "number"), TableColumn("sex", "category", levels=("f", "m")), TableColumn("stage", "category", levels=("I", "II", "III")),
        TableColumn("creatinine", "number", decimals=1), TableColumn("systolic", "number"), TableColumn("diastolic", "number"),
        TableColumn("pulse_pressure", "number"), TableColumn("started", "date"), TableColumn("days", "number"), TableColumn("died", "number"),
    ),
    time="days", event="died",
)  # fmt: skip


def people(count=400, seed=0):
    """The table: hazard grows with age (1.05 a year) and stage (2 each); creatinine is missing in a tenth, more often in stage III."""
    rng = np.random.default_rng(seed)
    age = np.clip(np.round(rng.normal(63, 10, count)), 30, 92)
    stage = rng.choice(3, count, p=[0.5, 0.3, 0.2])
    creatinine = np.round(50 + 0.5 * age + rng.gamma(2, 6, count), 1)
    creatinine[rng.random(count) < 0.05 + 0.1 * (stage == 2)] = np.nan
    systolic = np.round(100 + 0.5 * age + rng.normal(0, 12, count))
    diastolic = np.round(np.minimum(systolic - 15, 0.5 * systolic + rng.normal(15, 7, count)))
    ends = rng.exponential(1 / (0.0005 * 1.05 ** (age - 63) * 2.0**stage))
    leaves = rng.uniform(200, 1900, count)
    return {
        "age": age, "sex": rng.integers(0, 2, count).astype(float), "stage": stage.astype(float), "creatinine": creatinine, "systolic": systolic,
        "diastolic": diastolic, "pulse_pressure": systolic - diastolic, "started": np.round(rng.uniform(16000, 18000, count)),
        "days": np.ceil(np.minimum(ends, leaves)), "died": (ends <= leaves).astype(float),
    }  # fmt: skip


def written(table, path):
    """The same as a CSV."""
    from xinglin.formats.csv.writing import csv_bytes
    from xinglin.review.tables import written as words

    path.write_bytes(csv_bytes({one.name: words(one, table[one.name]) for one in DESIGN.columns}))
    return path
