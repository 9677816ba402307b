"""Left for right, or a side that the record does not give."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import KNEE
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "side", "xl108_side", "stop")


CHECK = Check(
    name="xl108_side",
    title={"en": "Wrong side", "zh": "侧别不符"},
    why={
        "en": "Operations on the wrong side begin with a wrong word in a document.",
        "zh": "手术部位错误，往往始于文书中侧别写错。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Osteoarthritis of the right knee.", (KNEE,)),
        Example("右膝骨关节炎。", (KNEE,), language="zh"),
    ),
    passes=(
        Example("Left knee osteoarthritis.", (KNEE,)),
        Example("左膝骨关节炎。", (KNEE,), language="zh"),
    ),
)
