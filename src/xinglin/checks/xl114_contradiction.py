"""Two sentences of one text that cannot both be true."""

from __future__ import annotations

from xinglin.models.reader.contradictions import contradictions_of
from xinglin.models.reader.sample_facts import HYPERTENSION, KNEE
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue for each sentence that an earlier one contradicts."""
    return tuple(
        Issue("xl114_contradiction", "stop", one.text, one.statement, one.verdict, one.said, one.known, (), one.start, one.end)
        for one in contradictions_of(case)
    )


CHECK = Check(
    name="xl114_contradiction",
    title={"en": "Contradicts itself", "zh": "前后矛盾"},
    why={
        "en": "Where two sentences disagree, one of them is wrong, and the reader cannot know which.",
        "zh": "两句话互相矛盾时，必有一句是错的，而读者无从判断。",
    },
    against="chart",
    severity="stop",
    run=run,
    fails=(
        Example("The patient has hypertension. There is no hypertension.", (HYPERTENSION,)),
        Example("左膝骨关节炎。右膝骨关节炎。", (KNEE,), language="zh"),
    ),
    passes=(
        Example("The patient has hypertension. It began in 2012; hypertension is treated.", (HYPERTENSION,)),
        Example("患者有高血压。高血压自2012年起。", (HYPERTENSION,), language="zh"),
    ),
)
