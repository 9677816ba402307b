"""A source document made searchable: where each word, number and meaning is said, and whether it is affirmed or denied."""

from __future__ import annotations

import re
from collections import defaultdict

from xinglin.models.transcript_reader import stance
from xinglin.models.transcript_reader.meaning import meanings
from xinglin.models.transcript_reader.words import Token, tokens

_TURN = re.compile(
    r"(?m)^\s*\[?(doctor|patient|guest[\w ]*|nurse|family|clinician|provider|医生|患者|家属)[\w ]*\]?\s*[:：]?\s*", re.IGNORECASE
)
_PERSONS = frozenset(["patient", "guest", "family", "患者", "家属"])
_FILLERS = r"^(?:\W|\b(?:um+|uh+|oh|well|so|okay|ok|hmm+|mm|ah|er|and|i mean|you know|let me (?:think|see)|honestly|actually|i'?m trying to think|trying to think|i guess|i think|i believe|thankfully|luckily|fortunately|like|yet|doctor|sir|ma'am|hey|gosh|oh my gosh|god)\b)*"
_NO = re.compile(
    _FILLERS
    + r"(?:no|nope|nah|none|not|never|neither|mm-mm|uh-uh|nothing|negative|(?:i |he |she |we |it |that |they |there )?(?:do|does|did|have|has|had|is|was|are|were|am|ca|could|would|wo) ?n[o']t|i'?m not|it'?s not|that'?s not|not really)\b",
    re.IGNORECASE,
)
_NOT_SO = re.compile(_FILLERS + r"(?:correct|right|that's right|exactly|true)\b", re.IGNORECASE)
_YES = re.compile(
    _FILLERS + r"(?:yes|yeah|yep|yup|mm-hmm|uh-huh|i do|i have|i am|i did|correct|right|sure|absolutely|definitely|exactly|true)\b",
    re.IGNORECASE,
)
NEGATORS = frozenset(
    [
        "no",
        "not",
        "never",
        "none",
        "nor",
        "neither",
        "without",
        "deny",
        "denies",
        "denied",
        "denying",
        "negative",
        "nothing",
        "isn't",
        "aren't",
        "wasn't",
        "weren't",
        "don't",
        "doesn't",
        "didn't",
        "haven't",
        "hasn't",
        "hadn't",
        "won't",
        "can't",
        "couldn't",
        "wouldn't",
        "n't",
        "absent",
        "absence",
        "nope",
        "cannot",
        "unable",
        "non",
        "unsuccessful",
        "free",
        "unremarkable",
        "stopped",
    ]
)
_LISTING = frozenset(["deny", "denies", "denied", "denying", "without", "no", "negative"])
_REACH = 7  # words a negation reaches forward
_NEW_START = frozenset(
    [
        "i",
        "you",
        "we",
        "it",
        "he",
        "she",
        "there",
        "they",
        "okay",
        "so",
        "listening",
        "looking",
        "your",
        "there's",
        "it's",
        "i'm",
        "he's",
        "she's",
    ]
)
_BEFORE_A_NAME = frozenset(["in", "of", "on", "with", "to", "from", "for", "at", "around", "down", "or"])
_COPULAS = frozenset(["is", "are", "was", "were", "looks", "sounds", "seem", "seems"])
_BREAKS = frozenset(
    [
        "but",
        "except",
        "however",
        "although",
        "though",
        "just",
        "only",
        "reports",
        "endorses",
        "because",
        "since",
        "positive",
        "admits",
        "until",
    ]
)
HEDGES = frozenset(
    [
        "possible",
        "possibly",
        "may",
        "might",
        "could",
        "suspect",
        "suspected",
        "suspicious",
        "probable",
        "probably",
        "likely",
        "unclear",
        "questionable",
        "maybe",
        "perhaps",
        "suggest",
        "suggests",
        "suggestive",
        "suggesting",
        "concern",
        "concerned",
        "concerning",
        "appears",
        "seems",
        "think",
        "thinks",
        "if",
        "guess",
        "believe",
        "believes",
        "unsure",
        "consistent",
        "rule",
        "pending",
        "potential",
        "potentially",
        "presumed",
        "thought",
        "equivocal",
    ]
)
_SUBJECTS = frozenset(
    [
        "i",
        "we",
        "he",
        "she",
        "it",
        "they",
        "you",
        "that",
        "that's",
        "this",
        "there",
        "there's",
        "it's",
        "i'm",
        "i've",
        "my",
        "he's",
        "she's",
        "just",
        "only",
        "the",
        "okay",
        "um",
        "uh",
        "no",
        "nope",
        "not",
        "but",
        "so",
        "because",
        "doctor",
        "sir",
        "ma'am",
        "thank",
    ]
)
_ABOUT = re.compile(_FILLERS + r"(?:how|what) about\b|" + _FILLERS + r"what other\b", re.IGNORECASE)
_OPEN = re.compile(_FILLERS + r"(?:how|what|when|where|which|who|why|do you (?:remember|know|recall))\b", re.IGNORECASE)
_INVERTED = re.compile(
    r"\b(?:(?:were|are|is|was|do|did|does|have|has|had|can|could) (?:you|your|he|she|it|they|there|that|those|any|the|this)|(?:how|what) about|any)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    _FILLERS + r"(?:any|do|does|did|have|has|had|are|is|was|were|can|could|what|how|when|where|which|who|why)\b", re.IGNORECASE
)


_CUT = re.compile(r"\b(\w+) (n't)\b")


class Transcript:
    """The tokens of a source with turns and polarity, indexed by stem, number and meaning.

    `polarity[i]`: -1 denied, 1 said or affirmed, 0 asked and not answered. `hedged[i]`: said as a possibility only.
    """

    def __init__(self, text: str) -> None:
        self.tokens: list[Token] = []
        self.polarity: list[int] = []
        self.hedged: list[bool] = []
        self.stance: list[float] = []
        self.result: list[int] = []
        self.doctor: list[bool] = []
        turns, speakers = _turns(text)
        spoken = [tokens(_CUT.sub(lambda m: m.group(1) + "n't" + " ", text[a:b])) for a, b in turns]
        for number, (start, end) in enumerate(turns):
            said = text[start:end]
            answer = text[slice(*turns[number + 1])] if number + 1 < len(turns) else ""
            self._add(said, start, number, answer, spoken[number], spoken[number + 1] if number + 1 < len(turns) else [])
            self.doctor += [speakers[number]] * len(spoken[number])
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

    def _add(self, said: str, offset: int, turn: int, answer: str, found: list[Token], following: list[Token]) -> None:
        asked = _questions_from(said)
        if asked is None and _PLAIN_REPLY.match(answer):
            asked = _put_to(said)
        reply = -1 if _NO.match(answer) else 1 if _YES.match(answer) else 0
        if asked is not None and _OPEN.match(said[asked:]):
            reply = 0 if reply >= 0 or not re.match(r"\W*(?:no|none|nothing|nope)\b", answer, re.IGNORECASE) else reply
            reply = 0 if not _ABOUT.match(said[asked:]) else reply
        agreed = bool(_NOT_SO.match(answer))
        negated, doubtful = negations(found), hedges(found)
        held = stance.stated(found, negated)
        first = next((i for i, t in enumerate(found) if asked is not None and t.start >= asked), len(found))
        if first < len(found):
            answered = stance.stated(following, negations(following))
            held[first:] = stance.asked(found, first, negated, reply, following, answered, answer)
        self.stance += held
        self.result += stance.results(found, negated)
        base = self.tokens[-1].sentence + 1 if self.tokens else 0
        clause = self.tokens[-1].clause + 1 if self.tokens else 0
        for i, token in enumerate(found):
            state = -1 if negated[i] else 1
            if asked is not None and token.start >= asked:
                state = (-1 if negated[i] and (reply <= 0 or agreed) else reply) if reply else 0
            token.start, token.end, token.turn = token.start + offset, token.end + offset, turn
            token.sentence += base
            token.clause += clause
            self.tokens.append(token)
            self.polarity.append(state)
            self.hedged.append(doubtful[i])


def _turns(text: str) -> tuple[list[tuple[int, int]], list[bool]]:
    """Where each turn stands, and whether a doctor (or nurse) speaks."""
    marks = list(_TURN.finditer(text))
    if len(marks) < 2:
        return [(0, len(text))], [False]
    ends = [m.start() for m in marks[1:]] + [len(text)]
    return [(m.end(), e) for m, e in zip(marks, ends, strict=True)], [m.group(1).lower() not in _PERSONS for m in marks]


def _questions_from(said: str) -> int | None:
    """Where the questions at the end of a turn begin, or None when it asks nothing at its end."""
    parts = [m for m in re.finditer(r"[^.!?]+[.!?]*", said) if re.search(r"\w", m.group())]
    first: int | None = None
    for part in reversed(parts):
        asks = part.group().rstrip().endswith("?") or (_ASKS.match(part.group()) and len(part.group()) < 160)
        if not asks:
            tail = max(part.start(), part.end() - 140)
            asking = _INVERTED.search(said, tail) if first is None else None  # speech written without question marks
            return asking.start() if asking else first
        first = part.start()
    return first


_PLAIN_REPLY = re.compile(
    r"^\W*(?:um+|uh+|oh|well)?\W*(?:no|nope|nah|yes|yeah|yep|mm-hmm|correct|right|not really|none)\b(?! problem)", re.IGNORECASE
)
_PUT = re.compile(r"\b(?:you|your|you're|you've|any|he|she|there)\b|(?:\bor|-)\s*[.,]?\s*$", re.IGNORECASE)
_TELLS = re.compile(
    r"\b(?:i'm|i am|i will|i'll|we'll|we will|let's|gonna|going to|would like|want you|recommend|sorry|great|good)\b", re.IGNORECASE
)


def _put_to(said: str) -> int | None:
    """Where the last sentence of a turn begins when it is put to the other for a yes or no without the form of a question."""
    parts = [m for m in re.finditer(r"[^.!?]+[.!?]*", said) if re.search(r"\w", m.group())]
    if not parts or len(parts[-1].group()) > 120 or not _PUT.search(parts[-1].group()) or _TELLS.search(parts[-1].group()):
        return None
    return parts[-1].start()


def negations(found: list[Token]) -> list[bool]:
    """For every token whether a negation reaches it: forward within its sentence, through a list of short items, ended by "but" and the like."""
    out = [False] * len(found)
    for i, token in enumerate(found):
        if (token.word not in NEGATORS and not token.word.endswith("n't")) or _only_answers(found, i):
            continue
        lists = token.word in _LISTING or any(t.word == "any" and t.clause == token.clause for t in found[i + 1 : i + 5])
        end = i + 1 + (1 if token.word == "non" else _REACH)
        for j in range(i + 1, len(found)):
            if found[j].sentence != token.sentence or found[j].word in _BREAKS:
                break
            if lists and (found[j].word in ("or", "nor", "any") or found[j].clause != found[j - 1].clause):
                end = max(end, j + 6)
            if token.word == "no" and j > i + 2 and found[j].word in _COPULAS and not _ends_so(found, j):  # "no thrush tonsils are midline"
                out[j - 1] = False
                break
            ends = (
                found[j].word in _NEW_START
                and found[j - 1].word not in _BEFORE_A_NAME
                and (lists or token.word in ("never", "nothing") or found[j - 1].word in ("and", "so", "but", "because"))
            )
            if j >= end or (ends and j > i + 1):
                break
            out[j] = True
    for i, token in enumerate(found[1:], 1):
        if token.word == "out" and found[i - 1].word in ("ruled", "rules"):
            for j, other in enumerate(found):
                out[j] = out[j] or other.clause == token.clause
    return out


def _ends_so(found: list[Token], j: int) -> bool:
    """Whether "is" at `j` only closes the denial: "no weakness is noted"."""
    return j + 1 < len(found) and found[j + 1].word in (
        "noted",
        "seen",
        "appreciated",
        "present",
        "identified",
        "found",
        "evident",
        "there",
    )


def _only_answers(found: list[Token], i: int) -> bool:
    """Whether a "no" answers a question ("no, I had to stop"), or a "don't know" denies nothing."""
    after = found[i + 1] if i + 1 < len(found) else None
    if found[i].word in ("no", "nope", "not"):
        return after is not None and (after.word in _SUBJECTS or (found[i].word != "not" and after.clause != found[i].clause))
    return found[i].word.endswith("n't") and after is not None and after.word in ("know", "remember", "recall", "mind", "worry")


def hedges(found: list[Token]) -> list[bool]:
    """For every token whether a word near before it, in its sentence, holds it possible only."""
    out = [False] * len(found)
    for i, token in enumerate(found):
        if token.word in HEDGES:
            for j in range(max(0, i - 3), min(len(found), i + 11)):
                out[j] = out[j] or found[j].sentence == token.sentence
    return out
