"""Something that must be mentioned and that no sentence mentions."""

from __future__ import annotations

from xinglin.models.reader.omissions import unmentioned
from xinglin.models.reader.sample_facts import HYPERTENSION, METFORMIN
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per fact left out, with an empty statement and the fact's id."""
    return tuple(
        Issue("xl115_omission", "warning", "This is not mentioned", "", None, "", fact.text, (fact.id,)) for fact in unmentioned(case)
    )


CHECK = Check(
    name="xl115_omission",
    title={"en": "Left out", "zh": "遗漏"},
    why={
        "en": "What is missing is the hardest error to see, and in published studies the most frequent one.",
        "zh": "遗漏最难发现，在已发表的研究中也最常见。",
    },
    against="chart",
    severity="warning",
    run=run,
    fails=(
        Example("The patient has hypertension.", (HYPERTENSION, METFORMIN)),
        Example("患者服用二甲双胍。", (HYPERTENSION, METFORMIN), language="zh"),
    ),
    passes=(
        Example("The patient has HTN and takes metformin.", (HYPERTENSION, METFORMIN)),
        Example("患者有高血压，服用二甲双胍。", (HYPERTENSION, METFORMIN), language="zh"),
    ),
)
