"""Genes and medicines: what was called, what it means for the medicines somebody takes and might take, and what stays open.

A reading aid for clinicians, each line with the file, the laboratory's report and the guideline it rests on. It orders nothing.
"""

from __future__ import annotations

from xinglin.content.pgx_report.plan import WORDS, plan
from xinglin.content.pgx_report.prepare import prepare
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="pgx_report",
    title={"en": "Genes and medicines (pharmacogenomic report)", "zh": "药物基因组学报告"},
    intended_use={
        "en": "Clinicians: which genes were called from which file or laboratory, what guidelines advise for the medicines taken and for others, what is open.",
        "zh": "供临床医师使用：列明药物相关基因的检测来源与结果、对在用及其他药物的指南意见，以及尚未确定之处。",
    },
    not_for={
        "en": "Not a laboratory's report, not an order, not for patients without their doctor; not clinically validated.",
        "zh": "不能代替检验机构的正式报告，不是医嘱，不直接交付患者自行解读；未经临床验证。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={
        "length": "short: the card and the medicines taken; standard (default); full: also the places that differ from the reference.",
        "all": "yes: every medicine with a guideline, also where the usual use is advised; no (default).",
    },
    signers=1,
    document_code=("51969-4", "Genetic analysis report"),
    prepare=prepare,
)  # fmt: skip
