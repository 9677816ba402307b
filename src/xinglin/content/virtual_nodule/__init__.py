"""Virtual nodule: a lesion that is not there, put into the person's own CT, with the truth about it.

For research, teaching and testing of detectors. It states what was made, where, how and what the masks lose; it never
says anything about the person's health.
"""

from __future__ import annotations

from xinglin.content.virtual_nodule.asking import OPTIONS
from xinglin.content.virtual_nodule.plan import WORDS, plan
from xinglin.content.virtual_nodule.prepare import prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="virtual_nodule",
    title={"en": "Virtual nodule", "zh": "虚拟结节"},
    intended_use={
        "en": "Research, teaching and testing: an artificial lung nodule of known size and place in a CT, with its ground truth.",
        "zh": "用于科研、教学和算法测试：在CT中植入大小和位置已知的人工肺结节，并附真值。",
    },
    not_for={
        "en": "Not a finding about the person; never for a clinical report or a clinical archive.",
        "zh": "不是患者的真实病灶；不得用于临床报告或临床影像库。",
    },
    plan=plan,
    words=WORDS,
    checks=(
        *GROUNDING, "xl501_grid_changed", "xl502_hounsfield_range", "xl503_changed_outside", "xl504_mask_disagrees",
        "xl505_noise_mismatch", "xl506_edge_mismatch", "xl507_synthetic_unmarked", "xl508_copied",
    ),
    options=OPTIONS,
    signers=1,
    leaves_as=("html", "pdf", "text", "dicom", "nifti"),
    document_code=("18748-4", "Diagnostic imaging study"),
    prepare=prepare,
)  # fmt: skip
