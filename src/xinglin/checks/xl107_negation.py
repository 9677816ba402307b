"""Something denied that is so, affirmed that is not, or doubted that is certain."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import HYPERTENSION
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "negation", "xl107_negation", "stop")


CHECK = Check(
    name="xl107_negation",
    title={"en": "Affirmed or denied wrongly", "zh": "肯定与否定不符"},
    why={
        "en": '"No pneumonia" and "pneumonia" differ by one word and by everything that follows.',
        "zh": "“无肺炎”与“肺炎”一字之差，处置全然不同。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("The patient denies hypertension.", (HYPERTENSION,)),
        Example("否认高血压病史。", (HYPERTENSION,), language="zh"),
    ),
    passes=(
        Example("The patient has hypertension.", (HYPERTENSION,)),
        Example("无明显诱因发现高血压。", (HYPERTENSION,), language="zh"),
    ),
)
