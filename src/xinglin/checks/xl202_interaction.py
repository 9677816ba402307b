"""Two right medicines can be a wrong pair."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl202_interaction", "interaction")


CHECK = Check(
    name="xl202_interaction",
    title={"en": "Two medicines harm together", "zh": "药物相互作用"},
    why={"en": "Two right medicines can be a wrong pair.", "zh": "两种各自合理的药物合用也可能有害。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl202_interaction"],
    passes=PASSES["xl202_interaction"],
)
