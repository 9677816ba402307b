"""High, low, normal or critical said of a value that is not."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import RESULTS
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "flag", "xl112_flag", "stop")


CHECK = Check(
    name="xl112_flag",
    title={"en": "Wrong judgement of a value", "zh": "高低判断不符"},
    why={
        "en": '"Normal" for a high value, or the other way round, misleads whoever reads only the words.',
        "zh": "把偏高写成正常，会误导只看文字的读者。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Creatinine 121 umol/L is normal.", RESULTS),
        Example("肌酐121 μmol/L，正常。", RESULTS, language="zh"),
    ),
    passes=(
        Example("Creatinine 121 umol/L is elevated.", RESULTS),
        Example("肌酐121 μmol/L，偏高。", RESULTS, language="zh"),
    ),
)
