"""Each one is bearable; the sum is not."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl212_sum", "qt", "bleeding")


CHECK = Check(
    name="xl212_sum",
    title={"en": "Together too much for rhythm or clotting", "zh": "QT间期或出血风险叠加"},
    why={"en": "Each one is bearable; the sum is not.", "zh": "单用可耐受，叠加则不然。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl212_sum"],
    passes=PASSES["xl212_sum"],
)
