"""One pass over a sentence: what it speaks of, and the words around it that change what is said.

At each place the longest phrase wins; where two are equally long, this patient's own words come before the word list
and the word list before the context words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from xinglin.models.reader.context_words import Role, context_tree
from xinglin.models.reader.phrase_tree import Token
from xinglin.models.reader.subjects import KnownWords, RecordTree, Subject


@dataclass(slots=True)
class Mention:
    """A place where a text speaks of something, while its sentence is being read."""

    start: int
    end: int
    subjects: tuple[Subject, ...]
    clause: int = 0
    values: list[int] = field(default_factory=list)  # places in the list of numbers
    times: list[int] = field(default_factory=list)
    negated: bool = False
    doubted: bool = False
    side: str = ""
    whose: str = "patient"
    relation: str = ""
    status: str = ""
    flag: str = ""
    flag_start: int = -1
    flag_end: int = -1
    trend: str = ""
    moment: str = ""
    route: str = ""
    frequency: str = ""
    allergy: bool = False
    kinds: frozenset[str] = frozenset()


@dataclass(slots=True)
class ContextHit:
    """A context word and where it stands; `gone` once it has been used up."""

    start: int
    end: int
    roles: tuple[Role, ...]
    clause: int = 0


_NEEDS_NUMBER = re.compile(r"\s*(?:[:=]|was|is|of|at|为|是)?\s*[<>≤≥~≈约]?\s*\d")
_COMMON = frozenset(
    [
        "a",
        "all",
        "am",
        "an",
        "and",
        "are",
        "as",
        "at",
        "ad",
        "be",
        "but",
        "by",
        "can",
        "do",
        "ed",
        "et",
        "for",
        "go",
        "got",
        "set",
        "had",
        "has",
        "he",
        "her",
        "him",
        "his",
        "hr",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "its",
        "lad",
        "led",
        "let",
        "ll",
        "lot",
        "man",
        "may",
        "me",
        "mi",
        "more",
        "ms",
        "my",
        "no",
        "not",
        "of",
        "off",
        "on",
        "one",
        "or",
        "our",
        "out",
        "own",
        "pa",
        "pe",
        "pm",
        "pt",
        "pet",
        "put",
        "ra",
        "ran",
        "red",
        "rice",
        "rest",
        "sat",
        "see",
        "she",
        "so",
        "some",
        "ten",
        "the",
        "then",
        "to",
        "tip",
        "top",
        "tub",
        "two",
        "up",
        "us",
        "use",
        "via",
        "was",
        "we",
        "who",
        "will",
        "with",
        "you",
        "yes",
        "old",
        "mad",
        "aid",
        "aids",
        "cap",
        "caps",
        "tab",
        "hs",
        "fast",
        "cold",
        "dose",
        "mass",
        "rash",
        "gas",
        "bad",
    ]
)


def scan(
    text: str, folded: str, tokens: list[Token], own: RecordTree, known: KnownWords
) -> tuple[list[Mention], list[ContextHit], list[tuple[int, int]]]:
    """Mentions, context words, and the stretches that hold known medical words which are not mentions (anatomy, relatives)."""
    mentions: list[Mention] = []
    hits: list[ContextHit] = []
    other: list[tuple[int, int]] = []
    trees = (own, known.tree, context_tree())
    roots = (own, known.tree.maybe(), context_tree().maybe())
    position, count = 0, len(tokens)
    while position < count:
        word = tokens[position].word
        best_stop, best_rank, best = position, -1, None
        for rank in (0, 1, 2):
            if word not in roots[rank] or (found := trees[rank].longest(tokens, position)) is None:
                continue
            if found[0] < best_stop or (found[0] == best_stop and not (rank == 2 and best_rank == 1 and found[1][0].what != "nothing")):  # type: ignore[index]
                continue
            if rank < 2 and not _stands(text, folded, tokens, position, found[0]):
                continue
            best_stop, best_rank, best = found[0], rank, found[1]
        if best is None:
            position += 1
            continue
        if (
            best_rank == 1
            and best.kind != "anatomy"  # type: ignore[union-attr]
            and not word.isascii()
            and best_stop - position < 4
            and _cuts_a_word(tokens, position, best_stop, roots, trees)
        ):
            position += 1
            continue
        if best_rank == 1:
            best_stop, best_rank, best = _refined(folded, tokens, position, best_stop, best, roots, trees)
        start, end = tokens[position].start, tokens[best_stop - 1].end
        if best_rank == 2:
            hits.append(ContextHit(start, end, best))  # type: ignore[arg-type]
        else:
            subjects: tuple[Subject, ...] = best if best_rank == 0 else (best,)  # type: ignore[assignment]
            if best_rank == 1 and subjects[0].kind in ("anatomy", "relative", "organism"):
                other.append((start, end))
                if subjects[0].kind == "relative" and (found := trees[2].longest(tokens, position)) is not None:
                    hits.append(ContextHit(start, end, found[1]))  # type: ignore[arg-type]
            else:
                mentions.append(Mention(start, end, subjects, kinds=frozenset(subject.kind for subject in subjects)))
        position = best_stop
    return mentions, hits, other


def _refined(folded: str, tokens: list[Token], position: int, stop: int, best: Any, roots: tuple, trees: tuple) -> tuple[int, int, Any]:
    """What a phrase of the word list should rather be read as: (token behind it, rank, meaning)."""
    word, kind = tokens[position].word, best.kind
    start, end = tokens[position].start, tokens[stop - 1].end
    if kind == "measurement" and (shorter := _plainer(tokens, position, stop, trees[0])) is not None:
        return stop, 0, shorter
    # "latex allergy" where latex is what the record holds; "ipratropium, salbutamol" is a list, not the combination
    split = _LISTED if kind == "medicine" else _ALLERGY if kind in ("allergy", "problem", "allergen") else None
    if split is not None and word in roots[0] and split.search(folded, start, end):
        alone = trees[0].longest(tokens, position)
        if alone is not None:
            return alone[0], 0, alone[1]
    if kind == "anatomy" and word in roots[2] and (side := trees[2].longest(tokens, position)) is not None:
        return side[0], 2, side[1]  # the side of "right knee" must not hide in the name of the joint
    return stop, 1, best


_ALLERGY = re.compile(r"allerg|过敏")
_JUDGED = frozenset("高低升降偏正为是约不未无减增过")


def _cuts_a_word(tokens: list[Token], first: int, stop: int, roots: tuple, trees: tuple) -> bool:
    """True for a short word of the list found inside a longer one: the 起皮 of 起皮疹, the 氨 of 转氨酶."""
    behind = tokens[stop] if stop < len(tokens) else None
    if behind is None or behind.start != tokens[stop - 1].end or behind.word.isascii():
        return False
    if stop - first == 1:
        return behind.word not in _JUDGED and stop - first == 1 and (first > 0 and tokens[first - 1].end == tokens[first].start)
    for place in range(first + 1, stop):
        for rank in (0, 1):
            found = trees[rank].longest(tokens, place) if tokens[place].word in roots[rank] else None
            if found is not None and found[0] > stop and found[0] - place >= stop - first:
                return True
    return False


_LISTED = re.compile(r"[,、，;；]|\band\b|[和与及]")
_GENE = re.compile(r"[\s\d-]*(?:exon|mut|del|gene|外显子|突变|缺失|基因|L858R|T790M|positive|阳性|阴性|wild)", re.IGNORECASE)
_SPECIMEN = frozenset(
    [
        "fasting",
        "serum",
        "plasma",
        "blood",
        "random",
        "spot",
        "morning",
        "venous",
        "arterial",
        "peripheral",
        "空",
        "腹",
        "血",
        "清",
        "浆",
        "静",
        "脉",
        "随",
        "机",
        "外",
        "周",
    ]
)


def _plainer(tokens: list[Token], first: int, stop: int, own: RecordTree) -> tuple[Subject, ...] | None:
    """The record's own "glucose" inside "fasting glucose", where only the specimen is said in addition."""
    for position in range(first + 1, stop):
        if tokens[position - 1].word not in _SPECIMEN:
            return None
        found = own.longest(tokens, position)
        if found is not None and found[0] >= stop:
            return found[1]
    return None


def _stands(text: str, folded: str, tokens: list[Token], first: int, stop: int) -> bool:
    """False where a short name is only a common word or a unit ("as", "it", the "mg" of "500 mg")."""
    if stop - first > 1:
        return True
    start, end = tokens[first].start, tokens[first].end
    if end - start > 4 or not folded[start].isascii():
        return True
    written = text[start:end]
    if written == "EGFR" and _GENE.match(text, end):
        return False
    if folded[start:end] in _COMMON and not written.isupper():
        return False
    if end - start > 2:
        return True
    before = folded[:start].rstrip()
    if before and before[-1].isdigit():
        return False
    return _NEEDS_NUMBER.match(folded, end) is not None or (end - start == 2 and written != written.lower())
