"""A number whose unit is not that of the record and does not convert to it."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "unit", "xl104_unit", "stop")


CHECK = Check(
    name="xl104_unit",
    title={"en": "Wrong unit", "zh": "单位不符"},
    why={
        "en": "The right number with the wrong unit is a wrong value, often by a factor of ten or a thousand.",
        "zh": "数值正确而单位错误，仍是错误的数值，常相差十倍乃至千倍。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Creatinine was 121 mg/dL.", RESULTS),
        Example("肌酐121 mg/dL。", RESULTS, language="zh"),
    ),
    passes=(
        Example("Creatinine was 121 µmol/L.", RESULTS),
        Example("肌酐121微摩尔/升。", RESULTS, language="zh"),
    ),
)
