"""A statement without a fact, or about something the record knows nothing of."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import HYPERTENSION
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "unsupported", "xl101_unsupported", "stop")


CHECK = Check(
    name="xl101_unsupported",
    title={"en": "Not in the record", "zh": "病历中没有依据"},
    why={
        "en": "A statement that names no fact, or speaks of something the record knows nothing of, may be invented.",
        "zh": "没有依据的句子，或病历中从未出现的内容，可能是凭空编造。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("The patient has asthma.", (HYPERTENSION,)),
        Example("患者有哮喘。", (HYPERTENSION,), language="zh"),
    ),
    passes=(
        Example("The patient has hypertension.", (HYPERTENSION,)),
        Example("患者有高血压。", (HYPERTENSION,), language="zh"),
    ),
)
