"""A source document made searchable: where each word, number and meaning is said, and whether it is affirmed or denied."""

from __future__ import annotations

import re
from collections import defaultdict

from xinglin.models.transcript_reader.meaning import meanings
from xinglin.models.transcript_reader.words import Token, tokens

_TURN = re.compile(r"(?m)^\s*\[?(doctor|patient|guest[\w ]*|nurse|family|clinician|provider|医生|患者|家属)[\w ]*\]?\s*[:：]?\s*", re.IGNORECASE)
_FILLERS = r"^(?:\W|\b(?:um+|uh+|oh|well|so|okay|ok|hmm+|mm|ah|er|and|i mean|you know|let me think|honestly|actually)\b)*"
_NO = re.compile(_FILLERS + r"(?:no|nope|nah|none|not|never|neither|mm-mm|uh-uh|nothing|negative|i don't|i have ?n't|i do ?n't|did ?n't|not really)\b", re.IGNORECASE)
_YES = re.compile(_FILLERS + r"(?:yes|yeah|yep|yup|mm-hmm|uh-huh|i do|i have|i am|i did|correct|right|sure|absolutely|definitely|exactly|true)\b", re.IGNORECASE)
NEGATORS = frozenset(
    ["no", "not", "never", "none", "nor", "neither", "without", "deny", "denies", "denied", "denying", "negative", "nothing", "isn't", "aren't", "wasn't", "weren't", "don't", "doesn't", "didn't", "haven't", "hasn't", "hadn't", "won't", "can't", "couldn't", "wouldn't", "n't", "absent", "absence", "nope", "cannot", "unable", "free", "unremarkable", "stopped"]
)
_REACH = 7  # words a negation reaches forward


class Transcript:
    """The tokens of a source with turns and polarity, indexed by stem, number and meaning.

    `polarity[i]`: -1 denied, 1 said or affirmed, 0 asked and not answered.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[Token] = []
        self.polarity: list[int] = []
        turns = _turns(text)
        for number, (start, end) in enumerate(turns):
            said = text[start:end]
            answer = text[slice(*turns[number + 1])] if number + 1 < len(turns) else ""
            self._add(said, start, number, answer)
        self.meanings = meanings(self.tokens)
        self.by_stem: dict[str, list[int]] = defaultdict(list)
        self.by_value: dict[str, list[int]] = defaultdict(list)
        self.by_meaning: dict[int, list[int]] = defaultdict(list)
        for i, token in enumerate(self.tokens):
            self.by_stem[token.stem].append(i)
            for value in token.values:
                self.by_value[value].append(i)
            for meaning in self.meanings[i]:
                self.by_meaning[meaning].append(i)
        self.vocabulary = sorted(self.by_stem)

    def _add(self, said: str, offset: int, turn: int, answer: str) -> None:
        found = tokens(re.sub(r"\b(\w+) (n't)\b", lambda m: m.group(1) + "n't" + " ", said))
        asked = _last_question(said)
        reply = -1 if _NO.match(answer) else 1 if _YES.match(answer) else 0
        negated = negations(found)
        base = self.tokens[-1].sentence + 1 if self.tokens else 0
        clause = self.tokens[-1].clause + 1 if self.tokens else 0
        for i, token in enumerate(found):
            in_question = asked is not None and token.start >= asked
            state = -1 if negated[i] else 1
            if in_question:
                state = (-1 if negated[i] and reply <= 0 else reply) if reply else 0
            token.start, token.end, token.turn = token.start + offset, token.end + offset, turn
            token.sentence += base
            token.clause += clause
            self.tokens.append(token)
            self.polarity.append(state)


def _turns(text: str) -> list[tuple[int, int]]:
    marks = list(_TURN.finditer(text))
    if len(marks) < 2:
        return [(0, len(text))]
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [(m.end(), e) for m, e in zip(marks, ends, strict=True)]


def _last_question(said: str) -> int | None:
    """Where the last question of a turn begins, or None when it asks nothing at its end."""
    text = said.rstrip()
    if not text.endswith("?"):
        return None
    before = re.split(r"[.!](?=\s)|\?(?=\s)", text[:-1])
    return len(text) - 1 - len(before[-1])


def negations(found: list[Token]) -> list[bool]:
    """For every token whether a negation reaches it: forward some words within its sentence, ended by "but" and the like."""
    out = [False] * len(found)
    for i, token in enumerate(found):
        if token.word not in NEGATORS and not token.word.endswith("n't"):
            continue
        for j in range(i + 1, min(len(found), i + 1 + _REACH)):
            if found[j].sentence != token.sentence or found[j].word in ("but", "except", "however", "although", "just", "only", "reports", "endorses"):
                break
            out[j] = True
    return out
