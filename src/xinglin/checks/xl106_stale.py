"""A value said as current, or without a date, although a newer one exists."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "stale", "xl106_stale", "stop")


CHECK = Check(
    name="xl106_stale",
    title={"en": "Out of date", "zh": "已有更新的结果"},
    why={
        "en": "A value that is called current, or given without a date, must be the newest one.",
        "zh": "称为当前或未注明日期的数值，必须是最新结果。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("The latest creatinine is 98 umol/L.", RESULTS),
        Example("目前肌酐98 μmol/L。", RESULTS, language="zh"),
    ),
    passes=(
        Example("The latest creatinine is 121 umol/L.", RESULTS),
        Example("2025年11月2日肌酐98 μmol/L。", RESULTS, language="zh"),
    ),
)
