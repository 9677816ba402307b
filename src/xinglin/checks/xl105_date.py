"""A date that is not the date of the fact."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "date", "xl105_date", "stop")


CHECK = Check(
    name="xl105_date",
    title={"en": "Wrong date", "zh": "日期不符"},
    why={
        "en": "A value under the wrong date hides a change or invents one.",
        "zh": "日期错误会掩盖变化，或凭空造成变化。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("On 4 March 2025 creatinine was 121 umol/L.", RESULTS),
        Example("2025年3月4日肌酐121 μmol/L。", RESULTS, language="zh"),
    ),
    passes=(
        Example("On 4 March 2026 creatinine was 121 umol/L.", RESULTS),
        Example("2026年3月肌酐121 μmol/L。", RESULTS, language="zh"),
    ),
)
