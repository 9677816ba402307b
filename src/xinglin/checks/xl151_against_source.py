"""Is this sentence borne out by the source document (a transcript, an earlier note)? A learnt judge with shown culprits."""

from __future__ import annotations

from xinglin.models.transcript_reader.judge import Judgement, judge
from xinglin.models.transcript_reader.transcript import Transcript
from xinglin.records import CheckCase, Issue, Sentence
from xinglin.shelf.promises import Check, Example


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One issue per sentence that the source does not seem to bear out."""
    if not case.source:
        return ()
    source = Transcript(case.source)
    judged = ((s, judge(s.text, source)) for s in case.sentences if s.checkable)
    return tuple(_issue(s, j) for s, j in judged if j is not None and j.flagged)


def _issue(sentence: Sentence, judgement: Judgement) -> Issue:
    culprit = sentence.text[judgement.start : judgement.end]
    words = "the source says otherwise" if judgement.denied else "the source does not say this"
    return Issue(
        "xl151_against_source", "warning", f"{words} (likelihood of error {judgement.wrong:.0%})", sentence.id,
        "contradicted" if judgement.denied else "unsupported", said=culprit, start=judgement.start, end=judgement.end,
    )  # fmt: skip


_VISIT = (
    "Doctor: What brings you in?\nPatient: My left knee hurts, since I fell two weeks ago.\nDoctor: Any fever?\nPatient: No.\n"
    "Doctor: What do you take for it?\nPatient: Ibuprofen, four hundred milligrams, twice a day.\nDoctor: Any allergies?\nPatient: No, none."
)

CHECK = Check(
    name="xl151_against_source",
    title={"en": "Not borne out by the source", "zh": "与来源文件不符"},
    why={
        "en": "A note written from a visit may hold what nobody said. Every sentence is held against the source, word by word.",
        "zh": "由就诊对话写成的病历可能出现无人说过的内容，因此逐句逐词与来源核对。",
    },
    against="source",
    severity="warning",
    run=run,
    fails=(Example("The patient underwent a lumbar laminectomy for spinal stenosis in 1994.", source=_VISIT),),
    passes=(Example("He takes ibuprofen 400 mg twice a day.", source=_VISIT),),
)
