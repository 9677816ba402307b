"""Star alleles from bases: which pairs of named alleles explain what was read, at every place that was read.

An allele carries the reference base wherever it does not say otherwise. Without phase every way of laying the bases on two strands is
tried; phase sets bind the places they hold. The score of a pair is the number of places its alleles define (the reference allele defines all);
every pair with the highest score is an answer. Places that were not read drop out, and what could then also be true is told as well.
Method: NamedAlleleMatcher 101 and 201 of the PharmCAT documentation (PharmGKB/PharmCAT, docs/methods), written anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.entries import WOBBLE, Allele

CALLABLE_KINDS = frozenset({"reference", "defined", "subvariant", "core"})
MOST_TELLING = 12  # how many alternatives are told


class Read(NamedTuple):
    """What was read at one place: one base (haploid) or two; `phase_set` "" means that their order says nothing."""

    bases: tuple[str, ...]
    phase_set: str = ""


class Pair(NamedTuple):
    """Two named alleles (or one) and their score."""

    alleles: tuple[str, ...]
    score: int


class Matched(NamedTuple):
    """The answers of one gene: `best` share the highest score; `others` fit too, or would if the missing places said so."""

    best: tuple[Pair, ...]
    others: tuple[Pair, ...]
    used: tuple[str, ...]
    missing: tuple[str, ...]
    fitting: frozenset[str] = frozenset()  # names of the pairs that no missing place is needed for


class _Candidate(NamedTuple):
    name: str
    first: int  # bit p: the allele can stand on the first strand at place p
    second: int
    score: int
    doubtful: bool  # it defines a place that was not read


@lru_cache(maxsize=64)
def definitions(gene: str) -> tuple[tuple[str, ...], Mapping[str, str], tuple[Allele, ...]]:
    """(ids of the defining places in order, reference base per place, the alleles small variants can show)."""
    places = [place for place in pgx.positions(gene) if place.use in {"definition", "required"}]
    alleles = tuple(allele for allele in pgx.alleles(gene) if allele.kind in CALLABLE_KINDS)
    return tuple(place.id for place in places), {place.id: place.bases[0] for place in places}, alleles


def matched(gene: str, reads: Mapping[str, Read]) -> Matched:
    """The named alleles of `gene` that explain `reads` (place id -> what was read). Nothing read gives no answer."""
    ids, reference, alleles = definitions(gene)
    used = tuple(place for place in ids if place in reads)
    missing = tuple(place for place in ids if place not in reads)
    if not used:
        return Matched((), (), (), missing)
    candidates = _candidates(alleles, used, reference, reads)
    haploid = all(len(reads[place].bases) == 1 for place in used)
    pairs = _singles(candidates, used) if haploid else _pairs(candidates, used, reads)
    if not pairs:
        return Matched((), (), used, missing)
    sound = [(pair, doubtful) for pair, doubtful in pairs if not doubtful]
    top = max((pair.score for pair, _ in sound), default=-1)
    best = tuple(dict.fromkeys(pair for pair, _ in sound if pair.score == top))
    taken = {pair.alleles for pair in best}
    others = sorted({pair for pair, _ in pairs if pair.alleles not in taken}, key=lambda pair: (-pair.score, pair.alleles))
    return Matched(best, tuple(others), used, missing, frozenset("/".join(pair.alleles) for pair, _ in sound))


def _candidates(
    alleles: Sequence[Allele], used: Sequence[str], reference: Mapping[str, str], reads: Mapping[str, Read]
) -> list[_Candidate]:  # fmt: skip
    """Alleles that can stand on at least one strand everywhere. One that only missing places define counts among the doubtful.

    Where an allele says nothing it carries the reference, so that only the places it defines need looking at one by one.
    """
    bit = {place: 1 << number for number, place in enumerate(used)}
    first = sum(bit[place] for place in used if stands_for(reference[place], reads[place].bases[0]))
    second = sum(bit[place] for place in used if stands_for(reference[place], reads[place].bases[-1]))
    every, found = (1 << len(used)) - 1, []
    for allele in alleles:
        defined = [place for place in allele.bases if place in bit]
        mine = [first, second]
        for place in defined:
            for strand, base in enumerate((reads[place].bases[0], reads[place].bases[-1])):
                stands = stands_for(allele.bases[place], base)
                mine[strand] = mine[strand] | bit[place] if stands else mine[strand] & ~bit[place]
        if mine[0] | mine[1] != every:
            continue
        score = len(used) if allele.kind == "reference" else len(defined)
        found.append(_Candidate(allele.core or allele.name, mine[0], mine[1], score, not score))
    return found


def stands_for(written: str, base: str) -> bool:
    """Whether a definition's base, which may be a wobble letter, covers the base that was read."""
    return written == base or (len(written) == 1 and len(base) == 1 and base in WOBBLE.get(written, ""))


def _singles(candidates: Sequence[_Candidate], used: Sequence[str]) -> list[tuple[Pair, bool]]:
    every = (1 << len(used)) - 1
    return [(Pair((one.name,), one.score), one.doubtful) for one in candidates if one.first == every]


def _pairs(candidates: Sequence[_Candidate], used: Sequence[str], reads: Mapping[str, Read]) -> list[tuple[Pair, bool]]:
    """Every pair that explains all places, each phase set lying one way round as a whole."""
    every, sets = (1 << len(used)) - 1, _phase_masks(used, reads)
    found: dict[tuple[str, ...], tuple[Pair, bool]] = {}
    for index, one in enumerate(candidates):
        for two in candidates[index:]:
            straight, crossed = one.first & two.second, one.second & two.first
            if (straight | crossed) != every or any((straight & mask) != mask and (crossed & mask) != mask for mask in sets):
                continue
            names = tuple(sorted((one.name, two.name), key=_order))
            pair, doubtful = Pair(names, one.score + two.score), one.doubtful or two.doubtful
            known = found.get(names)
            if known is None or (doubtful, -pair.score) < (known[1], -known[0].score):
                found[names] = (pair, doubtful)
    return list(found.values())


def _phase_masks(used: Sequence[str], reads: Mapping[str, Read]) -> tuple[int, ...]:
    masks: dict[str, int] = {}
    for bit, place in enumerate(used):
        read = reads[place]
        if read.phase_set and len(set(read.bases)) > 1:
            masks[read.phase_set] = masks.get(read.phase_set, 0) | 1 << bit
    return tuple(masks.values())


@lru_cache(maxsize=8192)
def _order(name: str) -> tuple[bool, float, str]:
    """*2 before *17, reference alleles first."""
    digits = "".join(letter for letter in name.removeprefix("*").split("+")[0] if letter.isdigit())
    starred = name.startswith("*") and bool(digits)
    return ("reference" not in name.casefold() and not starred, float(digits) if starred else 0.0, name)
