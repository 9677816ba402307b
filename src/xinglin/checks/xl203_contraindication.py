"""What helps one illness may harm another that the same person has, and some orders must never go out at all."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl203_contraindication", "contraindication")


CHECK = Check(
    name="xl203_contraindication",
    title={"en": "An illness speaks against it", "zh": "与疾病冲突"},
    why={
        "en": "What helps one illness may harm another that the same person has, and some orders must never go out at all.",
        "zh": "对某病有益的药物可能危害同一患者的另一种疾病；有些医嘱在任何情况下都不应发出。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=FAILS["xl203_contraindication"],
    passes=PASSES["xl203_contraindication"],
)
