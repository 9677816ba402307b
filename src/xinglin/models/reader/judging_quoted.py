"""What the quoted conclusion of an examination says of a thing: found, ruled out, on which side; a text must say the same.

"No pericardial effusion. Small left pleural effusion." rules out the one and places the other on the left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from xinglin.models.reader.findings import Finding, View, finding
from xinglin.models.reader.likeness import stems_of
from xinglin.models.reader.record_index import stands_in
from xinglin.models.reader.subjects import known_words
from xinglin.models.reader.text_forms import fold
from xinglin.records.fact import Fact
from xinglin.records.reading import Claim

_KINDS = ("imaging", "report", "document", "procedure")
_CLAUSE = re.compile(r"(?<!\d)[.](?!\d)|[.](?=\s|$)|[;。；!,，\n]|\bbut\b|但")
_DENIES = re.compile(
    r"\b(?:no|not|without|negative for|free of|nil|absence of|never|none)\b|未见|未发现|未及|未探及|未|无(?!创)|没有|否认|排除"
)
_DENIES_BEHIND = re.compile(r"\b(?:not|absent|excluded|ruled out|negative)\b|未见|阴性|排除|未发现")
_DOUBTS = re.compile(r"\b(?:possib\w+|probab\w+|suspect\w+|likely|may|might|cannot exclude|\?)\b|可能|考虑|疑|待排|不除外")
_SIDES = (
    ("left", re.compile(r"\bleft\b|左")),
    ("right", re.compile(r"\bright\b|右")),
    ("bilateral", re.compile(r"\bbilateral|\bboth\b|双|两侧")),
)
_PLAIN = frozenset(
    ("evide", "sign", "signs", "seen", "featu", "sugge", "ident", "found", "demon", "focal", "visib", "defin", "obvio", "signi")
)
_BACK = re.compile(r"\b(?:coming|come|came) back\b|\brecur\w*|\brelaps\w*|\breturn(?:ed|ing)?\b|复发|再发")


class Stance(NamedTuple):
    """What one clause of a conclusion says of a thing."""

    fact: Fact
    clause: str
    denied: bool
    doubted: bool
    side: str


def _conclusions(view: View) -> list[Fact]:
    """The examinations with a conclusion in words: those the sentence names, else all."""
    named = {one for claim in view.sentence.claims if claim.kind in ("imaging", "report") and not claim.negated for one in claim.facts}
    all_of_them = [fact for fact in view.record.facts.values() if fact.kind in _KINDS and isinstance(fact.value, str) and fact.value]
    return [fact for fact in all_of_them if fact.id in named] or all_of_them


def stances(view: View, names: Iterable[str]) -> list[Stance]:
    """What conclusions say of the thing that goes by `names` (folded)."""
    found: list[Stance] = []
    words = sorted({name for name in names if len(name) > 1}, key=lambda name: (-len(name), name))
    for fact in _conclusions(view):
        for clause in _CLAUSE.split(fold(str(fact.value))):
            name = next((one for one in words if stands_in(one, clause)), None)
            if name is not None:
                at = clause.find(name)
                found.append(_stance(fact, clause, at, at + len(name)))
    return found


def _stance(fact: Fact, clause: str, start: int, end: int) -> Stance:
    denied = _DENIES.search(clause, 0, start) is not None or _DENIES_BEHIND.search(clause, end) is not None
    sides = [side for side, pattern in _SIDES if pattern.search(clause)]
    return Stance(fact, clause, denied, _DOUBTS.search(clause) is not None, sides[0] if len(sides) == 1 else "")


def names_of_claim(view: View, claim: Claim) -> set[str]:
    """Every name of the thing a claim speaks of, folded."""
    names = {fold(claim.subject.text)}
    own = view.record.facts
    names |= {fold(name) for one in claim.facts if one in own for words in own[one].names.values() for name in words}
    known = known_words().by_key.get(claim.key)
    return names | ({fold(name) for name in known[1]} if known is not None else set())


def judge_quoted(view: View, claim: Claim) -> list[Finding] | None:
    """A thing no fact is about, held against the conclusions that speak of it; None where none does."""
    if claim.kind not in ("problem", "finding") or claim.experiencer != "patient":
        return None
    said = stances(view, names_of_claim(view, claim))
    if not said:
        return None
    if claim.negated:
        if any(one.denied for one in said):
            return []
        return [finding("negation", "The conclusion finds what the text denies", claim, None, said[0].clause, (said[0].fact.id,))]
    found = [one for one in said if not one.denied]
    if not found:
        return [finding("negation", "The conclusion rules this out", claim, None, said[0].clause, (said[0].fact.id,))]
    if claim.side and all(one.side and one.side != claim.side for one in found):
        return [finding("side", "The side is not that of the conclusion", claim, None, found[0].side, (found[0].fact.id,))]
    if claim.certainty == "certain" and all(one.doubted for one in found) and not _DOUBTS.search(fold(view.sentence.text)):
        return [finding("negation", "The conclusion holds this only as possible", claim, None, found[0].clause, (found[0].fact.id,))]
    if claim.certainty == "uncertain" and not any(one.doubted for one in found):
        return [finding("negation", "The text doubts what the conclusion finds", claim, None, found[0].clause, (found[0].fact.id,))]
    return None


def forgive_denied(view: View, found: list[Finding]) -> list[Finding]:
    """Without the findings on a denial that a conclusion bears out: "no fracture of the pelvis", "no sign of the cancer coming back"."""
    if not any(one.code == "negation" for one in found):
        return found
    text = fold(view.sentence.text)
    kept: list[Finding] = []
    for one in found:
        claim = next((c for c in view.sentence.claims if c.negated and (c.subject.start, c.subject.end) == (one.start, one.end)), None)
        if one.code == "negation" and claim is not None:
            if _BACK.search(text) and claim.kind == "problem":
                kept += _come_back(view, one)
                continue
            if _borne_out(view, claim, text):
                continue
        kept.append(one)
    return kept


def _borne_out(view: View, claim: Claim, text: str) -> bool:
    """True when a clause of a conclusion denies just what the sentence denies, in all its words."""
    if claim.kind in ("imaging", "report") and any(
        other.kind == claim.kind and not other.negated and set(other.facts) & set(claim.facts) for other in view.sentence.claims
    ):
        return True
    if claim.kind != "problem" or not any(other.kind in ("imaging", "report") and other.facts for other in view.sentence.claims):
        return False
    said = stems_of(text)
    return any(one.denied and _meant(one.clause) and _meant(one.clause) <= said for one in stances(view, (fold(claim.subject.text),)))


def denied_alike(view: View, folded: str) -> bool:
    """True for a denial in words that a conclusion denies too: 颈部淋巴结不大 of "no enlarged nodes in the neck"."""
    if not (_DENIES.search(folded) or "不" in folded):
        return False
    said = stems_of(folded)
    clauses = [clause for fact in _conclusions(view) for clause in _CLAUSE.split(fold(str(fact.value))) if _DENIES.search(clause)]
    return any(len(stems_of(clause) & said) >= 2 for clause in clauses)


def says_otherwise(fact: Fact, folded: str) -> bool:
    """True where every clause of a conclusion that shares a word with a sentence denies what the sentence does not deny."""
    if fact.kind not in ("imaging", "report", "document") or not isinstance(fact.value, str) or _DENIES.search(folded):
        return False
    said = stems_of(folded)
    shared = [clause for clause in _CLAUSE.split(fold(fact.value)) if stems_of(clause) & said]
    return bool(shared) and all(_DENIES.search(clause) or _DENIES_BEHIND.search(clause) for clause in shared)


def _meant(clause: str) -> frozenset[str]:
    return stems_of(_DENIES.sub(" ", clause)) - _PLAIN


def _come_back(view: View, one: Finding) -> Sequence[Finding]:
    """An illness that "has not come back": the conclusions must say that it has not."""
    clauses = [clause for fact in _conclusions(view) for clause in _CLAUSE.split(fold(str(fact.value))) if _BACK.search(clause)]
    if any(_DENIES.search(clause) for clause in clauses):
        return ()
    if clauses:
        return (one,)
    return (one._replace(code="unsupported", verdict="unsupported", text="The record does not say whether this has come back"),)
