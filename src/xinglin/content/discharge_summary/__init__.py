"""Discharge summary: one stay from door to door, with what changed and what the record leaves open."""

from __future__ import annotations

from xinglin.content.discharge_summary.plan import WORDS, plan
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="discharge_summary",
    title={"en": "Discharge summary", "zh": "出院小结"},
    intended_use={
        "en": "For the doctor who writes the discharge letter: the stay, its results, medicines before and after, follow-up as recorded.",
        "zh": "供书写出院小结的医师使用：住院经过、主要结果、入院前后用药及记录中的随访计划。",
    },
    not_for={
        "en": "Not an order or a prescription; it advises no treatment; not for patients without their doctor.",
        "zh": "不作医嘱或处方，不提出治疗建议；不直接交付患者。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={
        "length": "short, standard (default) or full: how many results and hospital medicines are named.",
        "encounter": "An encounter's id (Encounter/x); default: the last admission, else the last visit.",
    },
    signers=1,
    document_code=("18842-5", "Discharge summary"),
)  # fmt: skip
