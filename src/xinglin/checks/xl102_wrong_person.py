"""A name, number, sex, age or birth date that is not this person's."""

from __future__ import annotations

from xinglin.models.reader.findings import issues_of
from xinglin.models.reader.sample_facts import PERSON
from xinglin.records import CheckCase, Identity, Issue
from xinglin.shelf.promises import Check, Example

_WHO = Identity(names=("Rowan Vale",), identifiers=(("https://example.org/mrn", "DEMO-00001"),))


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per place where it happens."""
    return issues_of(case, "wrong_person", "xl102_wrong_person", "stop")


CHECK = Check(
    name="xl102_wrong_person",
    title={"en": "Another person", "zh": "可能是另一位患者"},
    why={
        "en": "A name, number, sex or age that is not this person's means that the text may be about somebody else.",
        "zh": "姓名、编号、性别或年龄与本人不符，说明文字可能属于另一位患者。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("Mr Smith is a 45-year-old man.", (PERSON,), identity=_WHO),
        Example("患者男性，45岁。", (PERSON,), language="zh"),
    ),
    passes=(
        Example("This 67-year-old woman was seen.", (PERSON,), identity=_WHO),
        Example("患者女性，67岁。", (PERSON,), language="zh"),
    ),
)
