"""A medicine that this person's record does not hold, such as one with a similar name."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import METFORMIN
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "medicine", "xl109_medicine", "stop")


CHECK = Check(
    name="xl109_medicine",
    title={"en": "Another medicine", "zh": "药物不符"},
    why={
        "en": "Look-alike names (metformin, metronidazole) are a known cause of harm.",
        "zh": "形似、音似药名（如二甲双胍与甲硝唑）是已知的用药风险。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Takes metronidazole 500 mg twice daily.", (METFORMIN,)),
        Example("服用甲硝唑500mg，每日两次。", (METFORMIN,), language="zh"),
    ),
    passes=(
        Example("Takes metformin 500 mg twice daily.", (METFORMIN,)),
        Example("服用二甲双胍500mg，每日两次。", (METFORMIN,), language="zh"),
    ),
)
