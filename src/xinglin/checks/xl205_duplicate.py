"""Two names of one substance make a double dose that nobody meant."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl205_duplicate", "duplicate")


CHECK = Check(
    name="xl205_duplicate",
    title={"en": "The same thing twice", "zh": "重复用药"},
    why={"en": "Two names of one substance make a double dose that nobody meant.", "zh": "同一成分的两个名称会造成无意的双倍剂量。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl205_duplicate"],
    passes=PASSES["xl205_duplicate"],
)
