"""Case summary: one person's record on a page, by problems, with what is urgent and what is abnormal first."""

from __future__ import annotations

from xinglin.content.case_summary.plan import WORDS, plan
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="case_summary",
    title={"en": "Case summary", "zh": "病例摘要"},
    intended_use={
        "en": "For clinicians at an admission or a visit: who this is, what is urgent, what is active, what is taken, what is missing.",
        "zh": "供临床医师在入院或就诊时阅读：患者概况、紧急情况、现患问题、目前用药及病历缺项。",
    },
    not_for={
        "en": "Not a diagnosis, not an order, no substitute for reading the record; not for patients without their doctor.",
        "zh": "不作诊断，不作医嘱，不能代替查阅原始病历；不直接交付患者。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={
        "length": "short: one screen of the essentials; standard (default); full: also plans, past medicines and normal results.",
        "encounter": "An encounter's id (Encounter/x): results of that visit or stay only; default: the newest results of all.",
    },
    signers=1,
    document_code=("34133-9", "Summarization of episode note"),
)  # fmt: skip
