"""What is not removed piles up."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl208_organ", "organ")


CHECK = Check(
    name="xl208_organ",
    title={"en": "Kidneys or liver speak against it", "zh": "肝肾功能不宜"},
    why={"en": "What is not removed piles up.", "zh": "不能排出的药物会蓄积。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl208_organ"],
    passes=PASSES["xl208_organ"],
)
