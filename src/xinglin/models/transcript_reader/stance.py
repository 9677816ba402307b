"""How surely a text says that something is so, or is not: each word's stance, from -1 (clearly denied) to 1 (clearly affirmed).

A word in a question takes the stance of the answer; one said of what may happen, or advised, says little.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xinglin.models.transcript_reader.words import Token

_A_LITTLE = re.compile(
    r"^\W*(?:(?:um+|uh+|well|yeah|so|oh|and|i mean|you know|just|only|i have|i get|there'?s|maybe|probably)\W+)*"
    r"(?:a (?:little|bit|lot|couple|few)|some|sometimes|occasionally|once in a while|here and there|both|plenty|all the time|every (?:day|night|time)"
    r"|it (?:does|is|has|did|was)|they (?:do|are|have|did)|he (?:does|is|has|did)|she (?:does|is|has|did)"
    r"|i (?:do|am|have|did|was|can|could) (?!not|n't)|mostly|usually|often|quite)\b",
    re.IGNORECASE,
)
_SUPPOSING = frozenset([
    "if", "can", "may", "could", "should", "would", "might", "watch", "will", "gonna", "gon", "cause", "causes", "avoid", "prevent",
    "unless", "recommend", "risk", "call", "rule", "check", "checking", "let's", "looking", "worry", "concern",
])  # fmt: skip
_RESTRICTS = frozenset(["just", "only", "except", "but", "besides"])
_NORMAL = frozenset([
    "normal", "negative", "unremarkable", "clear", "intact", "fine", "good", "great", "okay", "benign", "absent", "symmetric", "healthy",
])  # fmt: skip
_ABNORMAL = frozenset([
    "abnormal", "positive", "elevated", "high", "low", "impaired", "decreased", "increased", "irregular", "poor", "limited",
    "diminished", "enlarged", "reduced", "concerning", "present",
])  # fmt: skip


def stated(found: Sequence[Token], negated: Sequence[bool]) -> list[float]:
    """The stance of every word of statements: less sure where the sentence supposes or advises, and of a word that is itself a result."""
    out = [-0.9 if n else 0.7 for n in negated]
    for i, token in enumerate(found):
        if token.word in _SUPPOSING:
            for j in range(max(0, i - 2), min(len(found), i + 12)):
                out[j] *= 0.3 if found[j].sentence == token.sentence else 1.0
    for i, token in enumerate(found):
        if token.word in ("stopped", "quit", "stop"):
            for j in range(i + 1, min(len(found), i + 6)):
                out[j] *= 0.4
        if token.word in ("negative", "absent") and i and not negated[i]:
            for j in range(i - 1, max(-1, i - 6), -1):
                if found[j].sentence != token.sentence or found[j].word in ("but", "and", "positive"):
                    break
                out[j] = -0.8
    return out


def asked(
    found: Sequence[Token], first: int, negated: Sequence[bool], reply: int, answer: Sequence[Token], answered: Sequence[float], text: str
) -> list[float]:
    """The stance of every word of a question that begins at token `first`, by the answer that follows.

    `reply`: -1 a no, 1 a yes, 0 neither; `answer` and `answered`: the words of the answer with their own stance; `text`: the answer as it stands.
    """
    if not reply and _A_LITTLE.match(text):
        reply = 1
    said = {t.stem: s for t, s in zip(answer, answered, strict=True)}
    either = any(t.word in ("or", "any") for t in found[first:])
    restricted = any(t.word in _RESTRICTS for t in answer)
    last = found[-1].sentence if found else 0
    out = []
    for i in range(first, len(found)):
        token = found[i]
        near = 1.0 if token.sentence == last else 0.5
        if token.stem in said and (said[token.stem] > 0) != (reply > 0):
            out.append(0.0)
        elif reply < 0:
            out.append(-near)
        elif reply > 0:
            sure = 0.3 if restricted and token.stem not in said else 0.5 if either and token.stem not in said else 0.9
            out.append((-0.6 if negated[i] else sure) * near)
        else:
            out.append(-0.3 if negated[i] else 0.05)
    return out


def results(found: Sequence[Token], negated: Sequence[bool]) -> list[int]:
    """For every word whether its sentence calls it normal (-1) or abnormal (1) right there, else 0."""
    out = [0] * len(found)
    for i, token in enumerate(found):
        sign = -1 if token.word in _NORMAL else 1 if token.word in _ABNORMAL else 0
        if not sign:
            continue
        sign = -sign if negated[i] else sign
        for j in range(i - 1, max(-1, i - 8), -1):
            if found[j].sentence != token.sentence or found[j].word in ("but",):
                break
            out[j] = out[j] or sign
        for j in range(i + 1, min(len(found), i + 4)):
            if found[j].clause != token.clause:
                break
            out[j] = out[j] or sign
    return out
