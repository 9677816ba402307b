"""An amount, route or frequency that is not the recorded one."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import METFORMIN
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "dose", "xl110_dose", "stop")


CHECK = Check(
    name="xl110_dose",
    title={"en": "Wrong dose", "zh": "用法用量不符"},
    why={
        "en": "Amount, route and frequency make the dose; one of them wrong makes another dose.",
        "zh": "剂量、途径和频次共同构成用法，任何一项有误即为错误用药。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Metformin 850 mg twice daily.", (METFORMIN,)),
        Example("二甲双胍500mg，每日三次。", (METFORMIN,), language="zh"),
    ),
    passes=(
        Example("Metformin 0.5 g b.i.d. by mouth.", (METFORMIN,)),
        Example("二甲双胍0.5g，每日两次，口服。", (METFORMIN,), language="zh"),
    ),
)
