"""Judges finer words about an illness or examination: its stage, its kind (acute, viral ...), and what a conclusion says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.passing_over import holds
from xinglin.models.reader.text_forms import fold
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim, Span

_SORT = re.compile(
    r"(?:\b(acute|chronic|viral|bacterial|fungal|allergic|benign|malignant)\s+|(急性|慢性|病毒性|细菌性|真菌性|过敏性|良性|恶性))$"
)
_SORTS = (
    {"acute", "急性"},
    {"chronic", "慢性"},
    {"viral", "病毒性"},
    {"bacterial", "细菌性"},
    {"fungal", "真菌性"},
    {"allergic", "过敏性"},
    {"benign", "良性"},
    {"malignant", "恶性"},
)


def judge_sort(view: View, claim: Claim, facts: Sequence[Fact]) -> list[Finding]:
    """ "Viral" said of what the record calls chronic: the word before an illness must be one of the record's."""
    said = _SORT.search(fold(view.sentence.text[: claim.subject.start]))
    if said is None or claim.kind != "problem":
        return []
    word = said[1] or said[2]
    same = next(words for words in _SORTS if word in words)
    known = " ".join(view.record.sheet(fact.id).words for fact in facts)
    others = [other for words in _SORTS if words is not same for other in words]
    if any(one in known for one in same) or not any(other in known for other in others):
        return []
    span = Span(said.start(), claim.subject.end, view.sentence.text[said.start() : claim.subject.end])
    return [
        finding(
            "unsupported",
            "The record knows this illness, but not this kind of it",
            claim,
            span,
            facts[0].text,
            (facts[0].id,),
            unsupported=True,
        )
    ]


_DEGREE = re.compile(
    r"(?:\b(?P<en>mild|slight|minimal|small|moderate|severe|large|marked|massive)(?:ly)?\W+(?:\w+\W+){0,2}|(?P<zh>轻度|轻微|少量|中度|中等量|重度|严重|大量|极重度)[^,，。;；、]{0,6})$"
)
_DEGREES = (
    ("mild", "slight", "minimal", "small", "轻度", "轻微", "少量"),
    ("moderate", "中度", "中等量"),
    ("severe", "large", "marked", "massive", "重度", "严重", "大量", "极重度"),
)
_ALL_DEGREES = re.compile(
    r"\b(?:mild|slight|minimal|small|moderate|severe|large|marked|massive)\b|轻度|轻微|少量|中度|中等量|极重度|重度|严重|大量"
)


def _grade(word: str) -> int:
    return next(place for place, words in enumerate(_DEGREES) if word in words)


def judge_degree(view: View) -> list[Finding]:
    """ "Moderate" said of what every conclusion and name of the record calls mild."""
    found: list[Finding] = []
    text = fold(view.sentence.text)
    if not _ALL_DEGREES.search(text):
        return found
    for claim in view.sentence.claims:
        if claim.kind not in ("problem", "finding") or claim.negated or claim.experiencer != "patient":
            continue
        said = _DEGREE.search(text[max(0, claim.subject.start - 36) : claim.subject.start])
        if said is None:
            continue
        names = sorted(
            {fold(claim.subject.text)} | {fold(name) for fact in view.known(claim) for names in fact.names.values() for name in names}
        )
        clauses = [
            clause
            for fact in view.record.facts.values()
            if fact.kind in ("imaging", "report", "document", "problem")
            for clause in re.split(r"[.;。；,，、]", fold(fact.text + (f" . {fact.value}" if isinstance(fact.value, str) else "")))
            if any(name in clause for name in names if len(name) > 1)
        ]
        known = {_grade(word) for clause in clauses for word in _ALL_DEGREES.findall(clause)}
        if known and _grade(said["en"] or said["zh"]) not in known:
            found.append(finding("value", "The record calls this of another degree", claim, None, clauses[0][:80], claim.facts[:1]))
    return found


_SAID_NORMAL = re.compile(r"\b(?:normal|unremarkable|clear|no abnormalit\w+)\b|正常|未见异常|无异常")
_READ_NORMAL = re.compile(r"\b(?:normal|unremarkable|clear|no|negative|without)\b|正常|未见|无|阴性")
_SIZES = {
    "grown": re.compile(r"\b(?:grown|grew|larger|bigger|enlarg\w*|increas\w*|progress\w*)\b|增大|变大|进展|增多"),
    "shrunk": re.compile(r"\b(?:shrunk|smaller|shrink\w*|decreas\w*|reduc\w*|regress\w*|respon\w*)\b|缩小|变小|减小|减少|缓解"),
    "steady": re.compile(r"\b(?:unchanged|stable|no change)\b|稳定|无变化|未变"),
}


def judge_conclusion(view: View, claim: Claim, facts: Sequence[Fact]) -> list[Finding]:
    """ "Normal", "grown" or "smaller" said of an examination must agree with what its conclusion says."""
    reports = [fact for fact in facts if fact.kind in ("report", "imaging") and isinstance(fact.value, str)]
    said = fold(view.sentence.text)
    if not reports or claim.negated:
        return []
    words = " ".join(fold(str(fact.value)) for fact in reports)
    if _SAID_NORMAL.search(said) and not _READ_NORMAL.search(words) and not re.search(r"\b(?:not|ab)\s?normal|不正常", said):
        return [finding("flag", "The conclusion is not normal", claim, None, words[:80], (reports[-1].id,))]
    for size, pattern in _SIZES.items():
        others = [other for name, other in _SIZES.items() if name != size]
        if pattern.search(said) and not pattern.search(words) and any(other.search(words) for other in others):
            return [finding("trend", "The conclusion says otherwise", claim, None, words[:80], (reports[-1].id,))]
    return []


_STAGE = re.compile(
    r"\b(class|stage|grade|type|nyha|asa)\s+(?:class\s+)?([ivx]{1,4}|[0-9][a-d]?)\b|([ivx]{1,4}|[0-9]|[一二三四五Ⅰ-Ⅴⅰ-ⅴ])\s*(期|级|型|度)"
)
_LETTERED = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "一": "1",
    "二": "2",
    "三": "3",
    "四": "4",
    "五": "5",
    "ⅰ": "1",
    "ⅱ": "2",
    "ⅲ": "3",
    "ⅳ": "4",
    "ⅴ": "5",
}
_SAME_WORD = {
    "class": "型级期类",
    "type": "型",
    "stage": "期",
    "grade": "级度",
    "nyha": "级",
    "asa": "级",
    "型": "型",
    "期": "期",
    "级": "级",
    "度": "级度",
}


def stages_of(words: str) -> list[tuple[str, str, int, int]]:
    """Stages, classes and grades in folded words: (kinds of label, number, start, end)."""
    found = []
    if not holds(words, tuple(_SAME_WORD)):
        return found
    for match in _STAGE.finditer(words):
        label, value = (match[1], match[2]) if match[1] else (match[4], match[3])
        found.append((_SAME_WORD[label], _LETTERED.get(value, value[:1]), match.start(), match.end()))
    return found


def judge_stage(view: View, claim: Claim) -> list[Finding]:
    """A stage or class said next to an illness must be the recorded one, where one is recorded."""
    text = fold(view.sentence.text)
    start, end = claim.subject.start, claim.subject.end
    near = [one for one in stages_of(text) if (one[2] >= end and one[2] - end <= 4) or (one[3] <= start and start - one[3] <= 4)]
    if not near or claim.kind != "problem":
        return []
    words = [view.record.sheet(fact.id).words for fact in view.known(claim)]
    words += [view.record.sheet(fact.id).words for fact in view.record.holding(fold(claim.subject.text))]
    words += [f"stage {fold(fact.details['stage'])}" for fact in view.known(claim) if fact.details.get("stage")]  # a name may hold another
    recorded = [stage for text_of in words for stage in stages_of(text_of)]
    for label, value, first, last in near:
        same = [stage for stage in recorded if set(stage[0]) & set(label)]
        if same and not any(stage[1] == value for stage in same):
            span = Span(first, last, view.sentence.text[first:last])
            return [finding("value", "The stage or class is not the recorded one", claim, span, same[0][1], claim.facts[:1])]
    return []
