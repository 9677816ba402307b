"""Active for resolved, current for stopped, or the other way round."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import METFORMIN, PNEUMONIA
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "status", "xl113_status", "stop")


CHECK = Check(
    name="xl113_status",
    title={"en": "Wrong status", "zh": "状态不符"},
    why={
        "en": "A stopped medicine called current, or a healed illness called active, leads to wrong treatment.",
        "zh": "把已停药物写成在用，或把已愈疾病写成现患，会导致错误治疗。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Metformin was stopped.", (METFORMIN,)),
        Example("肺炎，活动期。", (PNEUMONIA,), language="zh"),
    ),
    passes=(
        Example("Currently takes metformin.", (METFORMIN,)),
        Example("既往肺炎，已治愈。", (PNEUMONIA,), language="zh"),
    ),
)
