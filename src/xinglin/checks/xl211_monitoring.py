"""Some medicines are safe only beside a number."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl211_monitoring", "monitoring")


CHECK = Check(
    name="xl211_monitoring",
    title={"en": "A test speaks against it, or is missing", "zh": "检验结果不宜或缺失"},
    why={"en": "Some medicines are safe only beside a number.", "zh": "有些药物只有在检验值监测下才安全。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl211_monitoring"],
    passes=PASSES["xl211_monitoring"],
)
