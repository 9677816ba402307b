"""Does the result say that it is artificial?

An unmarked virtual nodule in an archive is a false finding about a real person."""

from __future__ import annotations

from xinglin.models import sample_images
from xinglin.records import CheckCase, Issue
from xinglin.shelf.promises import Check, Example

CODE = "xl507_synthetic_unmarked"


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop when the result is not marked as synthetic, in its data and in words."""
    if case.image is None:
        return ()
    missing = [
        word for word, there in (("the synthetic mark", case.image.result.synthetic), ("visible words", case.image.label)) if not there
    ]
    return (Issue(CODE, "stop", f"the changed series lacks {' and '.join(missing)}"),) if missing else ()


CHECK = Check(
    name=CODE,
    title={"en": "Not marked as synthetic", "zh": "缺少合成标识"},
    why={
        "en": "An unmarked virtual nodule in an archive is a false finding about a real person.",
        "zh": "未标识的虚拟结节进入影像库，就成了真实患者的虚假病灶。",
    },
    against="image",
    severity="stop",
    run=run,
    fails=(Example("Not marked as synthetic", image=sample_images.unlabelled),),
    passes=(Example("a sound change", image=sample_images.sample_case),),
)
