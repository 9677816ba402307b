"""Does the model give back pictures that it learnt from?

A near-copy shows a real person, whatever label it carries."""

from __future__ import annotations

from msgspec.structs import replace

from xinglin.models import sample_pictures
from xinglin.models.picture_scores import score_of
from xinglin.records import CheckCase, Issue
from xinglin.records.image_learning import Spread
from xinglin.shelf.promises import Check, Example

CODE = "xl511_near_copy"
_SAID = {
    "en": {
        "found": "near-copies of learnt-from pictures were found among those judged: {count:g}",
        "gate": "the search for near-copies ended beyond its gate",
        "unjudged": "nobody has looked for copies of learnt-from pictures in what this model makes",
    },
    "zh": {
        "found": "评估时发现与学习图像近乎相同的图像：{count:g}幅",
        "gate": "近似复制的检查结果超出门限",
        "unjudged": "该模型生成的图像从未接受近似复制检查",
    },
}


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the model's judgement counts near-copies or their gate failed, one warning when it was never looked for.

    A model that translates a person's own series is looked at in the same way; one that learnt from artificial pictures alone gives nobody away.
    """
    if case.pictures is None or case.pictures.card.data.nobodys:
        return ()
    said, score = _SAID[case.language], score_of(case.pictures.card.judgement, "copies")
    if score is None:
        return (Issue(CODE, "warning", said["unjudged"]),)
    if score.made.value > 0:
        return (Issue(CODE, "stop", said["found"].format(count=score.made.value)),)
    return (Issue(CODE, "stop", said["gate"]),) if score.passed is False else ()


CHECK = Check(
    name=CODE,
    title={"en": "Near-copies of real pictures", "zh": "近似复制真实图像"},
    why={
        "en": "A near-copy shows a real person, whatever label it carries.",
        "zh": "近似复制的图像显示的是真实的人，加任何标识都无法改变。",
    },
    against="pictures",
    severity="stop",
    run=run,
    fails=(
        Example("two near-copies", pictures=sample_pictures.judged({"near-copies": {"made": Spread(2.0), "passed": False}})),
        Example("its gate failed", pictures=sample_pictures.judged({"near-copies": {"passed": False}})),
        Example("never judged for copies", pictures=sample_pictures.judged({}, ("near-copies",))),
        Example("never judged at all", pictures=sample_pictures.with_card({"judgement": None})),
    ),
    passes=(
        Example("none found", pictures=sample_pictures.sample),
        Example(
            "copies of pictures of nobody",
            pictures=sample_pictures.with_card({"judgement": None, "data": replace(sample_pictures.sample_card().data, synthetic=200)}),
        ),
    ),
)
