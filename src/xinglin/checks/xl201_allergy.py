"""A medicine somebody reacted to may kill at the next dose."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl201_allergy", "allergy")


CHECK = Check(
    name="xl201_allergy",
    title={"en": "An allergy speaks against it", "zh": "与过敏史冲突"},
    why={"en": "A medicine somebody reacted to may kill at the next dose.", "zh": "再次使用曾引起过敏的药物可致命。"},
    against="chart",
    severity="stop",
    run=run,
    fails=FAILS["xl201_allergy"],
    passes=PASSES["xl201_allergy"],
)
