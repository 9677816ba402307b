"""Imaging report: what was marked in a person's scans, measured, compared with the scan before and put into a category.

Every number points at a slice. It says nothing about what nobody marked, and a virtual nodule never enters it.
"""

from __future__ import annotations

from xinglin.content.imaging_report.plan import WORDS, plan
from xinglin.shelf.promises import GROUNDING, ContentKind

KIND = ContentKind(
    name="imaging_report",
    title={"en": "Imaging report", "zh": "影像测量报告"},
    intended_use={
        "en": "A draft for the radiologist: marked lesions with measurements, change and guideline category, each with its slice.",
        "zh": "供影像科医师使用的草稿：已标记病灶的测量值、变化及指南分类，均可追溯到具体层面。",
    },
    not_for={
        "en": "Not a reading of the scan: what nobody marked is not mentioned. Not a diagnosis.",
        "zh": "并非阅片结论：未标记的内容不会提及。不作诊断。",
    },
    plan=plan,
    words=WORDS,
    checks=GROUNDING,
    options={
        "length": "short: newest measurements and category; standard (default): also change and response; full: also density, pleura and method.",
        "lesion": "Only the lesion of this name; default: all.",
    },
    signers=1,
    leaves_as=("fhir", "html", "pdf", "text", "dicom", "nifti"),
    document_code=("18748-4", "Diagnostic imaging study"),
)
