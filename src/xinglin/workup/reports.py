"""Imaging and report conclusions, quoted word for word with the place of the quotation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from xinglin.records import Chart, Concept, Evidence, Fact
from xinglin.records.chart import Document, ImagingStudy, Report
from xinglin.records.moments import day, sort_key
from xinglin.workup.evidence import at
from xinglin.workup.naming import first, has_words, merged, named, panel_name

LONGEST_QUOTE = 600
_HEADING = re.compile(r"(?im)^\s*(?:impression|conclusions?|assessment|诊断意见|影像诊断|印象|结论|結論|診斷意見)\s*[:：]\s*")
_NEXT_HEADING = re.compile(r"(?m)^\s*(?:[A-Z][A-Z /]{3,}|[\u4e00-\u9fff]{2,8})\s*[:：]")


_MODALITIES = {
    "CT": ("CT", "CT"), "MR": ("MRI", "MRI"), "US": ("ultrasound", "超声"), "CR": ("X-ray", "X线"), "DX": ("X-ray", "X线"),
    "MG": ("mammography", "乳腺X线"), "NM": ("scintigraphy", "核医学显像"), "PT": ("PET", "PET"), "XA": ("angiography", "血管造影"),
    "RF": ("fluoroscopy", "透视"), "ECG": ("ECG", "心电图"), "ES": ("endoscopy", "内镜"), "OT": ("imaging study", "影像检查"),
}  # fmt: skip


_PANELS_ZH = {
    "basic metabolic panel": "基础代谢组合", "comprehensive metabolic panel": "综合代谢组合", "complete blood count": "血常规",
    "lipid panel": "血脂组合", "urinalysis": "尿常规", "liver function panel": "肝功能", "hepatic function panel": "肝功能",
    "renal function panel": "肾功能", "coagulation panel": "凝血功能", "heart failure tracking panel": "心力衰竭随访组合",
}  # fmt: skip


def report_facts(chart: Chart) -> list[Fact]:
    """One Fact per report, oldest first; `value` holds its conclusion, None where it only groups results."""
    texts = {document.source: document for document in chart.documents if document.text}
    return [_report(one, texts) or _panel(one) for one in sorted(chart.reports, key=lambda one: sort_key(one.when or one.issued))]


def _panel(one: Report) -> Fact:
    """A report without a conclusion: that the panel was done, under its short name."""
    words, key, names = _panel_names(one.concept)
    when = one.when or one.issued
    return Fact(
        id=f"report.{one.source}",
        kind="report",
        concept=one.concept,
        text=f"{words or 'Report'}{f' on {day(when)}' if when else ''}",
        evidence=(at(one.source),),
        key=key or "report",
        names=names,
        time=when,
        status=one.status,
        importance=0,
        details={"category": one.category, "panel": "yes", "encounter": one.encounter} if one.encounter else {"panel": "yes"},
    )


@lru_cache(maxsize=1024)
def _panel_names(concept: Concept) -> tuple[str, str, Mapping[str, tuple[str, ...]]]:
    """A panel's short name, key and names."""
    words = panel_name(concept.words)
    key, names = named(Concept(words, concept.codes)) if words else ("", {"en": ("report",), "zh": ("报告",)})
    chinese = _PANELS_ZH.get(words.casefold())
    return words, key, merged({"en": (words,), "zh": (chinese,)} if chinese else {"en": (words,)} if words else {}, names)


def _report(one: Report, texts: dict[str, Document]) -> Fact | None:
    marks: list[Evidence] = []
    conclusion = " ".join(one.conclusion.split())
    if conclusion:
        marks.append(at(one.source, "conclusion", conclusion[:LONGEST_QUOTE]))
    for source in one.documents:
        quoted = _impression(texts[source]) if source in texts and not conclusion else None
        if quoted is not None:
            conclusion = quoted.quote
            marks.append(quoted)
    coded = "; ".join(first(named(concept)[1], concept.words) for concept in one.conclusions)
    if coded:
        marks.append(at(one.source, "conclusionCode"))
    if not marks:
        return None
    key, names = named(one.concept)
    short = panel_name(one.concept.words)
    names = merged({"en": (short,)} if short.isascii() and "[" not in short else {}, names)
    if not has_words(one.concept):
        names = {"en": ("report",), "zh": ("报告",)}
    when = one.when or one.issued
    details = {"category": one.category, "coded": coded, "encounter": one.encounter}
    return Fact(
        id=f"report.{one.source}",
        kind="report",
        concept=one.concept,
        text=f"{first(names, 'report')}{f' on {day(when)}' if when else ''}: {conclusion or coded}",
        evidence=tuple(marks),
        key=key,
        names=names,
        value=conclusion or coded,
        time=when,
        status=one.status,
        importance=2,
        details={name: text for name, text in details.items() if text},
    )


def _impression(document: Document) -> Evidence | None:
    """The impression or conclusion paragraph of a note with its character range; None when it has no such heading."""
    heading = _HEADING.search(document.text)
    if heading is None:
        return None
    start = heading.end()
    following = _NEXT_HEADING.search(document.text, start)
    end = min(following.start() if following else len(document.text), start + LONGEST_QUOTE)
    raw = document.text[start:end]
    end = start + len(raw.rstrip())
    quote = " ".join(document.text[start:end].split())
    return Evidence("document", f"{document.source}#{start}-{end}", quote) if quote else None


def imaging_facts(chart: Chart) -> list[Fact]:
    """One Fact per imaging study, oldest first."""
    return [_study(one) for one in sorted(chart.imaging, key=lambda one: sort_key(one.when))]


def _study(one: ImagingStudy) -> Fact:
    described = one.description if any(letter.isalnum() for letter in one.description) else ""  # " " and "-" say nothing
    known = [_MODALITIES[code] for code in one.modalities if code in _MODALITIES] or ([] if one.modalities else [_MODALITIES["OT"]])
    words = described or ", ".join(dict.fromkeys(english for english, _ in known)) or " ".join(one.modalities)
    concept = Concept(text=words)
    key, names = named(concept)
    if known and not described:
        names = {"en": (words,), "zh": ("、".join(dict.fromkeys(chinese for _, chinese in known)),)}
    details = {"modality": " ".join(one.modalities), "site": one.site, "encounter": one.encounter, "series": str(len(one.series))}
    return Fact(
        id=f"imaging.{one.source}",
        kind="imaging",
        concept=concept,
        text=f"{words}{f' on {day(one.when)}' if one.when else ''}",
        evidence=(at(one.source),),
        key=key,
        names=names,
        time=one.when,
        side=one.side,
        importance=1,
        details={name: text for name, text in details.items() if text},
    )
