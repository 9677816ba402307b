"""Children and the old are not small or worn adults: some medicines are not for them."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl207_age", "age")


CHECK = Check(
    name="xl207_age",
    title={"en": "Age speaks against it", "zh": "年龄不宜"},
    why={
        "en": "Children and the old are not small or worn adults: some medicines are not for them.",
        "zh": "儿童与老人并非缩小或衰老的成人，有些药物不宜使用。",
    },
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl207_age"],
    passes=PASSES["xl207_age"],
)
