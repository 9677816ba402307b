"""Is this sentence borne out by the source document (a transcript, an earlier note)? A judge that shows the culprit.

English: a learnt judge (see its model card in `models/transcript_reader/README.md`). Chinese: simple rules.
"""

from __future__ import annotations

from xinglin.models.transcript_reader.chinese import ChineseSource, held_against
from xinglin.models.transcript_reader.judge import Judgement, judge
from xinglin.models.transcript_reader.spoken_places import Spoken
from xinglin.records import CheckCase, Issue, Sentence
from xinglin.shelf.promises import Check, Example

_CODE = "xl151_against_source"
UNSURE = 0.45  # between this score and the judge's threshold a sentence is neither called right nor wrong


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per sentence that the source does not seem to bear out."""
    if not case.source:
        return ()
    checkable = [s for s in case.sentences if s.checkable]
    if case.language == "zh":
        chinese = ChineseSource(case.source)
        return tuple(_rule_issue(s, f.start, f.end, f.denied) for s in checkable for f in held_against(s.text, chinese)[:1])
    source, note = Spoken(case.source), Spoken(_whole(case.sentences))
    judged = ((s, judge(s.text, source, note, s.start)) for s in checkable)
    return tuple(_issue(s, j) for s, j in judged if j is not None and j.wrong >= UNSURE)


def _whole(sentences: tuple[Sentence, ...]) -> str:
    """The note again, each sentence where it stood: a note that contradicts itself is wrong somewhere."""
    text = ""
    for sentence in sorted(sentences, key=lambda s: s.start):
        text = text[: sentence.start].ljust(sentence.start, "\n") + sentence.text
    return text


def _issue(sentence: Sentence, judgement: Judgement) -> Issue:
    culprit = sentence.text[judgement.start : judgement.end]
    if not judgement.flagged:
        words = f"it could not be decided whether the source says this (score {judgement.wrong:.2f})"
        return Issue(_CODE, "note", words, sentence.id, "not_checkable", said=culprit, start=judgement.start, end=judgement.end)
    words = "the source says otherwise" if judgement.denied else "the source does not say this"
    return Issue(
        _CODE, "warning", f"{words} (score {judgement.wrong:.2f})", sentence.id,
        "contradicted" if judgement.denied else "unsupported", said=culprit, start=judgement.start, end=judgement.end,
    )  # fmt: skip


def _rule_issue(sentence: Sentence, start: int, end: int, denied: bool) -> Issue:
    words = "来源文件的说法不同" if denied else "来源文件未提及"
    return Issue(
        _CODE, "warning", words, sentence.id, "contradicted" if denied else "unsupported", said=sentence.text[start:end], start=start, end=end
    )  # fmt: skip


_VISIT = (
    "Doctor: What brings you in?\nPatient: My left knee hurts, since I fell two weeks ago.\nDoctor: Any fever?\nPatient: No.\n"
    "Doctor: What do you take for it?\nPatient: Ibuprofen, four hundred milligrams, twice a day.\nDoctor: Any allergies?\nPatient: No, none."
)
_VISIT_ZH = "医生：哪里不舒服？\n患者：左膝疼了两周。\n医生：有发热吗？\n患者：没有。\n医生：吃什么药？\n患者：布洛芬，每次四百毫克。"

CHECK = Check(
    name=_CODE,
    title={"en": "Not borne out by the source", "zh": "与来源文件不符"},
    why={
        "en": "A note written from a visit may hold what nobody said. Every sentence is held against the source, word by word.",
        "zh": "由就诊对话写成的病历可能出现无人说过的内容，因此逐句逐词与来源核对。",
    },
    against="source",
    severity="warning",
    run=run,
    fails=(
        Example("He takes ibuprofen 800 mcg twice a day.", source=_VISIT),
        Example("患者右膝疼痛2周。", source=_VISIT_ZH, language="zh"),
        Example("患者有发热。", source=_VISIT_ZH, language="zh"),
    ),
    passes=(
        Example("He takes ibuprofen 400 mg twice a day.", source=_VISIT),
        Example("患者左膝疼痛2周，无发热，服用布洛芬400mg。", source=_VISIT_ZH, language="zh"),
    ),
)
