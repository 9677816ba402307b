"""Synthetic images: pictures of nobody that a kept image model draws, with what must be known to trust them.

They stand in a chart of a made-up subject. The draft says which model made them, from what it learnt and how good it was found; the pictures
leave as DICOM, marked in every file.
"""

from __future__ import annotations

from xinglin.content.synthetic_image.asking import OPTIONS
from xinglin.content.synthetic_image.plan import WORDS, plan
from xinglin.content.synthetic_image.prepare import prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="synthetic_image",
    title={"en": "Synthetic images", "zh": "合成图像"},
    intended_use={
        "en": "Research, teaching and testing: pictures of nobody from a judged model, with its origin and its measured quality.",
        "zh": "用于科研、教学和测试：由经过评估的模型生成、不对应任何真人的图像，并附来源和质量指标。",
    },
    not_for={
        "en": "Not pictures of a person; never for a clinical report or a clinical archive, never as evidence about patients.",
        "zh": "不是任何人的图像；不得用于临床报告或临床影像库，不得作为关于患者的证据。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl511_near_copy", "xl512_broken_pictures", "xl513_model_gates", "xl514_unlike_set", "xl515_pictures_unmarked",
    ),
    options=OPTIONS,
    signers=1,
    leaves_as=("html", "pdf", "text", "dicom"),
    prepare=prepare,
    needs_chart=False,
)  # fmt: skip
