"""Medication review: every medicine one person takes, why, and what speaks against it, gravest first; what could not be judged is said.

For clinicians and pharmacists. It reports what is taken and proposes nothing: no order is written or changed.
"""

from __future__ import annotations

from xinglin.content.medication_review.plan import WORDS, plan
from xinglin.content.medication_review.prepare import prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="medication_review",
    title={"en": "Medication review", "zh": "用药评估"},
    intended_use={
        "en": "Clinicians and pharmacists: all medicines of one person with dose, reason, and what speaks against each, gravest first, each with its source.",
        "zh": "供医师与药师使用：列出患者全部在用药物的剂量、指征及需要警示之处，按严重程度排列并注明来源。",
    },
    not_for={
        "en": "Not an order, not a change of treatment, not for patients without their doctor; not clinically validated.",
        "zh": "不是医嘱，不作治疗变更，不直接交付患者自行解读；未经临床验证。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={"length": "short: the grave warnings and the list; standard (default); full: also minor notes and what has long been borne."},
    signers=1,
    document_code=("56445-0", "Medication summary"),
    prepare=prepare,
)  # fmt: skip
