"""What is safe for one may harm two."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl206_pregnancy", "pregnancy")


CHECK = Check(
    name="xl206_pregnancy",
    title={"en": "Pregnancy or breast-feeding speaks against it", "zh": "妊娠或哺乳期禁忌"},
    why={"en": "What is safe for one may harm two.", "zh": "对一人安全的药物可能伤害两人。"},
    against="chart",
    severity="stop",
    run=run,
    fails=FAILS["xl206_pregnancy"],
    passes=PASSES["xl206_pregnancy"],
)
