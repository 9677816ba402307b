"""A draft never names the person: identity is attached by the release, from the source record, and nowhere else."""

from __future__ import annotations

import re

from xinglin.records import CheckCase, Identity, Issue, Sentence
from xinglin.shelf.promises import Check, Example

CHINESE_ID = re.compile(r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])")
SHORTEST = 2  # a one-letter or one-character name part would match anything


def run(case: CheckCase) -> tuple[Issue, ...]:
    """One stop per sentence that holds a name, number or address of the person. Pasted text may name the patient."""
    if case.draft is None and not case.cited:
        return ()
    known = _words_of(case.chart.identity) if case.chart else ()
    return tuple(issue for sentence in case.sentences for issue in _in_sentence(sentence, known))


def _words_of(identity: Identity) -> tuple[str, ...]:
    parts = [*identity.names, *(v for _, v in identity.identifiers), *identity.telecoms, *identity.addresses, *identity.relatives]
    return tuple(sorted({p.strip() for p in parts if len(p.strip()) >= SHORTEST}, key=lambda p: (-len(p), p)))


def _in_sentence(sentence: Sentence, known: tuple[str, ...]) -> list[Issue]:
    text = sentence.text
    for word in known:
        # whole words only for alphabetic scripts, so that "Li" is not found in "Lisinopril"
        place = text.find(word) if not word.isascii() else _whole_word(word, text)
        if place >= 0:
            return [_issue(sentence, place, place + len(word))]
    found = CHINESE_ID.search(text)
    return [_issue(sentence, *found.span())] if found else []


def _whole_word(word: str, text: str) -> int:
    if word not in text:
        return -1
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    return found.start() if found else -1


def _issue(sentence: Sentence, start: int, end: int) -> Issue:
    return Issue("xl301_identity", "stop", "names or numbers the person; identity is added at release", sentence.id, start=start, end=end)


_SOMEBODY = Identity(names=("Rowan Vale",), identifiers=(("https://example.org/mrn", "DEMO-00001"),))

CHECK = Check(
    name="xl301_identity",
    title={"en": "Names the person", "zh": "出现身份信息"},
    why={
        "en": "A draft that names the person leaks when it is copied, and can be pasted into the wrong record.",
        "zh": "草稿一旦写明身份，复制时便会泄露，也容易贴错病历。",
    },
    against="draft",
    severity="stop",
    run=run,
    fails=(Example("The ID number is 11010519491231002X.", identity=Identity()), Example("Rowan Vale has anemia.", identity=_SOMEBODY)),
    passes=(Example("Hemoglobin 92 g/L on 2026-03-04.", identity=_SOMEBODY),),
)
