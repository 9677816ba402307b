"""A number that is not the recorded one, after conversion and fair rounding."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "value", "xl103_value", "stop")


CHECK = Check(
    name="xl103_value",
    title={"en": "Wrong value", "zh": "数值不符"},
    why={
        "en": "A wrong number can change a dose or a diagnosis, and nobody re-reads the chart for each one.",
        "zh": "数值错误可能改变剂量或诊断，而读者不会逐一核对病历。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Creatinine was 212 umol/L on 4 March 2026.", RESULTS),
        Example("2026年3月4日肌酐212 μmol/L。", RESULTS, language="zh"),
    ),
    passes=(
        Example("Creatinine was 121 umol/L on 4 March 2026.", RESULTS),
        Example("Creatinine 1.37 mg/dL.", RESULTS),
        Example("肌酐一百二十一μmol/L。", RESULTS, language="zh"),
    ),
)
