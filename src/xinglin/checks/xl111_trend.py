"""A word of change that the numbers do not bear out."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "trend", "xl111_trend", "stop")


CHECK = Check(
    name="xl111_trend",
    title={"en": "Wrong trend", "zh": "变化趋势不符"},
    why={
        "en": '"Improving" for a value that worsens ends a search that should begin.',
        "zh": "把恶化写成好转，会让该查的原因不再追查。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Creatinine has fallen to 121 umol/L.", RESULTS),
        Example("肌酐较前下降。", RESULTS, language="zh"),
    ),
    passes=(
        Example("Creatinine rose from 98 umol/L to 121 umol/L.", RESULTS),
        Example("肌酐较前升高。", RESULTS, language="zh"),
    ),
)
