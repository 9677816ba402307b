"""A relative's illness said of the patient, or the patient's of a relative."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import MOTHER
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "family", "xl116_family", "stop")


CHECK = Check(
    name="xl116_family",
    title={"en": "Whose illness", "zh": "家族史与本人病史混淆"},
    why={
        "en": "A mother's cancer written as the patient's own changes every later decision.",
        "zh": "把母亲的癌症写成患者本人的，会影响此后的每一项决定。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("The patient has breast cancer.", (MOTHER,)),
        Example("父亲患乳腺癌。", (MOTHER,), language="zh"),
    ),
    passes=(
        Example("Her mother had breast cancer.", (MOTHER,)),
        Example("母亲患乳腺癌。", (MOTHER,), language="zh"),
    ),
)
