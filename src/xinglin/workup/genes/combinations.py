"""What no pair of named alleles explains, told as combinations and leftovers: "[*2 + *5]", "[*17 + g.94781859G>A]". For research, never for advice.

Each strand is laid out as named alleles that share no place, the fewest variants left over, then the fewest alleles; what is left over is told
by its place in GRCh38. Without phase every way of laying the bases out is tried. Method: PharmCAT documentation, Named Allele Matcher 101.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.entries import Allele
from xinglin.workup.genes.matching import Pair, Read, definitions, stands_for

MOST_HETEROZYGOUS = 8
MOST_TOGETHER = 4  # alleles on one strand


class _Strand(NamedTuple):
    """How one strand is told, and how many places it explains."""

    parts: tuple[str, ...]
    score: int


def combined(gene: str, reads: Mapping[str, Read]) -> tuple[Pair, ...]:
    """The best ways to tell two strands as combinations; () where too many places are heterozygous without phase."""
    ids, reference, alleles = definitions(gene)
    used = [place for place in ids if place in reads]
    sets = list(dict.fromkeys(reads[place].phase_set or f"?{place}" for place in used if len(set(reads[place].bases)) > 1))
    if not used or len(sets) > MOST_HETEROZYGOUS:
        return ()
    found: dict[tuple[str, ...], int] = {}
    for flips in product((False, True), repeat=max(0, len(sets) - 1)):
        turned = {name for name, flip in zip(sets[1:], flips, strict=True) if flip}
        strands = [_told(gene, dict(_bases(used, reads, strand, turned)), reference, alleles) for strand in (0, 1)]
        one, two = sorted(strands, key=lambda strand: (len(strand.parts), [_place(part) for part in strand.parts]))
        names = (_name(one.parts), _name(two.parts))
        found[names] = max(found.get(names, 0), one.score + two.score)
    best = max(found.values())
    return tuple(Pair(names, score) for names, score in found.items() if score == best)


def _bases(used: Sequence[str], reads: Mapping[str, Read], strand: int, turned: set[str]) -> Iterator[tuple[str, str]]:
    for place in used:
        read = reads[place]
        other = (read.phase_set or f"?{place}") in turned
        yield place, read.bases[-1 if (strand == 1) != other else 0]


def _told(gene: str, bases: Mapping[str, str], reference: Mapping[str, str], alleles: Sequence[Allele]) -> _Strand:
    changed = {place for place, base in bases.items() if not stands_for(reference[place], base)}
    if not changed:
        return _Strand((next(one.name for one in alleles if one.kind == "reference"),), len(bases))
    fitting = [
        (one, mine)
        for one in alleles
        if one.bases and (mine := {place for place in one.bases if place in bases}) and all(stands_for(one.bases[p], bases[p]) for p in mine)
        and mine & changed and set(one.bases) <= set(bases)
    ]  # fmt: skip
    best: tuple[tuple[int, int, int], _Strand] | None = None
    for count in range(MOST_TOGETHER + 1):
        for chosen in combinations(fitting, count):
            places = [place for _, mine in chosen for place in mine]
            if len(places) != len(set(places)):
                continue
            left = sorted(changed - set(places))
            names = sorted({one.core or one.name for one, _ in chosen}, key=_place)
            rank = (len(left), count, -len(places))
            if best is None or rank < best[0]:
                best = (rank, _Strand((*names, *sorted((_left(gene, place, bases[place]) for place in left), key=_place)), len(places)))
    assert best is not None  # the empty choice always counts
    return best[1]


def _left(gene: str, place: str, base: str) -> str:
    known = next(one for one in pgx.positions(gene) if one.id == place)
    return f"g.{known.grch38}{known.reference38}>{base}"


def _name(parts: Sequence[str]) -> str:
    return f"[{' + '.join(parts)}]" if len(parts) > 1 else parts[0]


def _place(name: str) -> tuple[bool, int, str]:
    digits = "".join(letter for letter in name.partition("+")[0].partition(".")[2 if name.startswith("g.") else 0] if letter.isdigit())
    return (name.startswith("g."), int(digits) if digits else 0, name)
