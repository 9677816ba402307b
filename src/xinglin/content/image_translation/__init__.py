"""Image translation: a kept series of a person as a model would show it by another kernel, dose, contrast or scanner. Never a finding.

The new series lies on the source's own grid, beside it, marked as synthetic in every file; the draft says which model, how good it is, and how
much it changed.
"""

from __future__ import annotations

from xinglin.content.image_translation.plan import WORDS, plan
from xinglin.content.image_translation.prepare import OPTIONS, prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="image_translation",
    title={"en": "Image translation", "zh": "图像转换"},
    intended_use={
        "en": "Research, teaching and testing: a series of a person as a judged model would show it in another manner of acquisition.",
        "zh": "用于科研、教学和测试：由经过评估的模型将患者的序列转换为另一种采集方式下的样子。",
    },
    not_for={
        "en": "Not an acquisition: nothing in it is a finding of the person; never for a clinical report or a clinical archive.",
        "zh": "并非实际采集的图像，其中任何内容均不是患者的病灶；不得用于临床报告或临床影像库。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl501_grid_changed", "xl502_hounsfield_range", "xl507_synthetic_unmarked", "xl513_model_gates", "xl515_pictures_unmarked",
        "xl516_anatomy_lost",
    ),
    options=OPTIONS,
    signers=1,
    leaves_as=("html", "pdf", "text", "dicom", "nifti"),
    document_code=("18748-4", "Diagnostic imaging study"),
    prepare=prepare,
)  # fmt: skip
