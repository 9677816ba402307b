"""A gene can turn the usual dose into none or into far too much."""

from __future__ import annotations

from xinglin.models.medication_safety.proposals import issues_of
from xinglin.models.medication_safety.sample_orders import FAILS, PASSES
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per medicine that the text proposes and that this speaks against."""
    return issues_of(case, "xl209_gene", "gene")


CHECK = Check(
    name="xl209_gene",
    title={"en": "The genes speak against it", "zh": "与基因型冲突"},
    why={"en": "A gene can turn the usual dose into none or into far too much.", "zh": "基因可使常用剂量失效，或成为过量。"},
    against="chart",
    severity="warning",
    run=run,
    fails=FAILS["xl209_gene"],
    passes=PASSES["xl209_gene"],
)
