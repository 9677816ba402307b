"""Every name a fact goes by: the names of the record, and the shorter forms people use for them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xinglin.records.quantity import Concept

_PARENTHESES = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]\s*")
_STRENGTH = re.compile(r"\s*\d[\d.,]*\s?(?:mg|mcg|g|ml|unt|units?|%|meq|iu|actuat|hr|毫克|克|毫升).*$", re.IGNORECASE)
_LEAD = re.compile(r"^(?:nda\d+\s+)?\d+\s?(?:hr|ml|actuat|day)\s+", re.IGNORECASE)
_LOINC_TAIL = re.compile(
    r"\s*\[.*$|\s+(?:in|by|of|from)\s+(?:serum|blood|plasma|urine|venous|arterial|capillary|automated|calculated).*$", re.IGNORECASE
)
_FORMS = re.compile(
    r"\s+(?:oral|injectable|topical|extended|delayed|release|tablets?|capsules?|solution|suspension|product|hydrochloride|sodium|maleate|tartrate|succinate|besylate|calcium|potassium)\b.*$",
    re.IGNORECASE,
)
_SOFT = frozenset(["acute", "chronic", "mild", "moderate", "severe", "primary", "secondary", "essential", "simple", "viral", "bacterial", "recurrent", "suspected", "history", "of", "the", "a", "an", "personal", "known", "unspecified", "other", "disorder", "disease", "finding", "type", "nos", "with", "without", "due", "to", "nonspecific", "localized", "generalised", "generalized"])  # fmt: skip
TOO_PLAIN = frozenset(
    [
        "护理",
        "blood",
        "serum",
        "plasma",
        "urine",
        "disease",
        "disorder",
        "finding",
        "pain",
        "injury",
        "infection",
        "test",
        "result",
        "report",
        "document",
        "note",
        "plan",
        "procedure",
        "history",
        "problem",
        "patient",
        "examination",
        "assessment",
        "evaluation",
        "treatment",
        "therapy",
        "visit",
        "encounter",
        "admission",
        "care",
        "medication",
        "medicine",
        "drug",
        "value",
        "level",
        "count",
        "ratio",
        "total",
        "direct",
        "body",
        "score",
        "left",
        "right",
        "active",
        "current",
        "none",
        "unknown",
        "status",
        "other",
        "type",
        "normal",
        "high",
        "low",
        "positive",
        "negative",
        "present",
        "absent",
        "not",
        "yes",
        "no",
        "female",
        "male",
        "man",
        "woman",
        "child",
        "adult",
        "heart",
        "mean",
        "review",
        "check",
        "data",
        "summary",
        "record",
        "name",
        "date",
        "time",
        "day",
        "week",
        "month",
        "year",
        "reading",
        "measurement",
        "range",
        "reference",
        "check",
        "up",
        "follow",
        "up",
        "service",
        "management",
        "患者",
        "病人",
        "检查",
        "治疗",
        "诊断",
        "结果",
        "报告",
        "病史",
        "症状",
        "正常",
        "异常",
        "疾病",
        "阴性",
        "阳性",
        "左",
        "右",
        "药物",
        "测量",
        "记录",
        "检验",
    ]
)


def names_of(key: str, kind: str, concept: Concept, given: Mapping[str, Sequence[str]]) -> list[str]:
    """Every name the record gives a fact of that key and kind, and the shorter forms people use for it."""
    words = [word for names in given.values() for word in names]
    words += [concept.text, *(code.display for code in concept.codes)]
    out: list[str] = []
    for word in words:
        if word:
            out += _forms(word, kind)
    if kind == "allergy" and key != "allergy:none":
        out += [
            form
            for name in out[:8]
            if name
            for form in (
                (f"{name} allergy", f"allergy to {name}", f"allergic to {name}") if name.isascii() else (f"{name}过敏", f"对{name}过敏")
            )
        ]
    return list(dict.fromkeys(form for form in out if form))


_CUT_SHORT = re.compile(r"\b(?:and|with)$|[/,+&]$", re.IGNORECASE)  # "dextrose and" of "dextrose and sodium chloride"


def _forms(word: str, kind: str) -> list[str]:
    forms = [word]
    bare = _PARENTHESES.sub(" ", word).strip()
    if bare:
        forms.append(bare)
    if kind in ("measurement", "trend", "calculation"):
        short = _LOINC_TAIL.sub("", bare)
        forms += [short, _SIDED.sub("", bare).strip(), _TIMED.sub("", bare).strip()]
        tail = _SCORE.sub("", short).strip()
        if len(tail) >= (4 if tail.isascii() else 3) and tail.lower() not in TOO_PLAIN:
            forms.append(tail)
        if (hours := _TIMED.match(bare)) and not bare.isascii():
            forms.append(bare.replace(hours.group(), "二十四小时"))
    elif kind in ("medicine", "allergy", "immunization"):
        stem = _FORMS.sub("", _STRENGTH.sub("", _LEAD.sub("", bare)))
        if not _CUT_SHORT.search(stem):
            forms.append(stem)
        if kind == "allergy":
            forms.append(re.sub(r"^(?:allergy to|allergic to|intolerance to)\s+|\s+allergy$|过敏$|^对", "", bare, flags=re.IGNORECASE))
        if " / " in bare or "/" in stem or "+" in bare:
            forms += [
                _FORMS.sub("", _STRENGTH.sub("", part.strip())) for part in re.split(r"\s*/\s*|\s*\+\s*", stem if "/" in stem else bare)
            ][:0]
    elif kind in ("problem", "family", "procedure", "imaging", "report"):
        heads = _heads(bare)
        forms += heads if kind not in ("imaging", "report") else [one for one in heads if not one.startswith(_ITS)]
    return forms


_SCORE = re.compile(r"\s*(?:scores?|levels?|scale|concentration|评分|量表|水平|浓度)$", re.IGNORECASE)
_SIDED = re.compile(r"\b(?:left|right)(?: eye| ear| arm| leg)?\b|[左右](?:眼|耳|侧|臂|腿|上肢|下肢)?", re.IGNORECASE)
_TIMED = re.compile(r"^24[- ]?(?:hours?|hr|h|小时)[ -]?", re.IGNORECASE)


_ITS = ("the ", "his ", "her ", "this ", "that ", "their ")  # "the pelvis" is no X-ray of the pelvis


def _heads(name: str) -> list[str]:
    """The name without leading words that only qualify it: "Acute viral pharyngitis" is also "viral pharyngitis", "pharyngitis"."""
    parts = name.split()
    heads = []
    while len(parts) > 1 and parts[0].lower().strip(",") in _SOFT:
        parts = parts[1:]
        heads.append(" ".join(parts))
    if "," in name:
        heads.append(name.split(",")[0])
    eponym = _EPONYM.match(name)
    if eponym:
        heads += [f"{eponym[1]}'s", eponym[1]] if eponym[2] else [f"{eponym[1]}'s"]
    last = name.split()[-1].lower()
    if name.isascii() and len(name.split()) > 1 and last.isalpha() and last not in _SOFT and last not in TOO_PLAIN and len(last) > 4:
        heads += [f"{word} {last}" for word in ("the", "his", "her", "this", "that", "their")]
    return heads


_EPONYM = re.compile(r"([A-Z][a-z]+(?:-[A-Z][a-z]+)?)('s)? (?:disease|syndrome)$")
