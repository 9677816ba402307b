"""Laboratory report: the newest results of one person, critical first, then abnormal, then the rest, with trends.

It says what the record holds and where each value stands against its range; it interprets nothing.
"""

from __future__ import annotations

from xinglin.content.lab_report.plan import WORDS, plan
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="lab_report",
    title={"en": "Laboratory report", "zh": "检验结果报告"},
    intended_use={
        "en": "A reading aid for clinicians: the newest laboratory results in order of urgency, with trends and sources.",
        "zh": "供临床医师阅读：按紧急程度排列的最新检验结果，附动态变化及来源。",
    },
    not_for={
        "en": "Not the laboratory's own report, not a diagnosis, not for patients without their doctor.",
        "zh": "不能替代检验科正式报告，不作诊断，不直接交付患者自行解读。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={
        "days": "How far back from the newest result to look for each analyte's latest value (default 365; 0: no limit).",
        "date": "Only results of this day (2019-03-04); default: the newest of each analyte.",
        "length": "short: critical and abnormal only; standard (default); full: also trends of normal results.",
    },
    signers=1,
    document_code=("11502-2", "Laboratory report"),
)  # fmt: skip
