"""A difference, percentage or length of time that does not follow from the numbers."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import HYPERTENSION, RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "arithmetic", "xl117_arithmetic", "stop")


CHECK = Check(
    name="xl117_arithmetic",
    title={"en": "Does not add up", "zh": "计算不符"},
    why={
        "en": "A change or a duration is believed without being worked out again.",
        "zh": "读者不会重新计算变化幅度和病程长短。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Creatinine rose from 98 umol/L to 121 umol/L, by 40%.", RESULTS),
        Example("高血压病史30年。", (HYPERTENSION,), language="zh"),
    ),
    passes=(
        Example("Creatinine rose from 98 umol/L to 121 umol/L, by 23%.", RESULTS),
        Example("高血压病史14年。", (HYPERTENSION,), language="zh"),
    ),
)
