"""A misplaced point makes a tenfold dose."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl204_dose", "dose")


CHECK = Check(
    name="xl204_dose",
    title={"en": "Dose or rhythm beyond its limit", "zh": "剂量或频次超限"},
    why={"en": "A misplaced point makes a tenfold dose.", "zh": "小数点错位即成十倍剂量。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl204_dose"],
    passes=PASSES["xl204_dose"],
)
