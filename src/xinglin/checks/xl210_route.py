"""The right medicine by the wrong route has killed."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl210_route", "route")


CHECK = Check(
    name="xl210_route",
    title={"en": "A route it is not made for", "zh": "给药途径不当"},
    why={"en": "The right medicine by the wrong route has killed.", "zh": "途径错误的正确药物曾致人死亡。"},
    against="chart",
    severity="stop",
    run=run,
    fails=FAILS["xl210_route"],
    passes=PASSES["xl210_route"],
)
