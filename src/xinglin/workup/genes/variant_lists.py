"""Genes where each variant counts by itself: DPYD, RYR1 and CACNA1S; a strand may carry several.

The two that decide are the worst of each strand, or the two worst of all when the strands are not known (CPIC, fluoropyrimidines and DPYD,
PMID 29152729). HapB3 of DPYD is told by its intron variant; the exon variant speaks only where the intron was not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from xinglin.workup.genes.matching import Read, definitions, stands_for

INTRON, EXON = "rs75017182", "rs56038477"  # HapB3: c.1129-5923C>G and c.1236G>A
HAP_B3, HAP_B3_INTRON = "c.1129-5923C>G, c.1236G>A (HapB3)", "c.1129-5923C>G"
MOST_PHASE_SETS = 6  # more heterozygous phase sets than this have too many ways to lie; their strands count as not known

Strand = tuple[str, ...]


class Strands(NamedTuple):
    """The variants found. `ways`: every way they can lie on two strands; `loose`: without strand, each as often as it was seen."""

    ways: tuple[tuple[Strand, Strand], ...]
    loose: Strand
    used: tuple[str, ...]
    missing: tuple[str, ...]
    told: tuple[str, ...]  # "rs3918290 C/T"


def way_name(way: tuple[Strand, Strand]) -> str:
    """As people write it: "Reference/c.1905+1G>A (*2A)", "c.61C>T/[c.61C>T + c.313G>A]"."""
    return "/".join(f"[{' + '.join(one)}]" if len(one) > 1 else (one or ("Reference",))[0] for one in way)


def loose_name(loose: Strand) -> str:
    """Variants whose strands are not known: two as a pair, more in a row."""
    return "/".join(loose) if len(loose) == 2 else ", ".join(loose)


@lru_cache(maxsize=8)
def _named(gene: str) -> Mapping[tuple[str, str], str]:
    """(place, base) -> the allele of that one variant."""
    _, _, alleles = definitions(gene)
    return {next(iter(allele.bases.items())): allele.core or allele.name for allele in alleles if len(allele.bases) == 1}


def strands_of(gene: str, reads: Mapping[str, Read]) -> Strands:
    """Which variants a person carries, and on which strand where the file says so.

    A place may be read on one strand alone (the other base is ""): what was seen there counts, and the place is missing as well.
    """
    ids, reference, _ = definitions(gene)
    used = tuple(place for place in ids if place in reads)
    missing = tuple(place for place in ids if place not in reads or "" in reads[place].bases)
    told = tuple(
        f"{place} {'/'.join(base or '.' for base in reads[place].bases)}"
        for place in used
        if any(base and not stands_for(reference[place], base) for base in reads[place].bases)
    )
    ways, loose = _ways(gene, used, reads, reference)
    return Strands(ways, loose, used, missing, told)


def _ways(
    gene: str, used: Sequence[str], reads: Mapping[str, Read], reference: Mapping[str, str]
) -> tuple[tuple[tuple[Strand, Strand], ...], Strand]:
    sets = list(dict.fromkeys(reads[place].phase_set for place in used if len(set(reads[place].bases)) > 1))
    if "" not in sets and len(sets) <= MOST_PHASE_SETS:
        ways = []
        for flips in product((False, True), repeat=max(0, len(sets) - 1)):
            turned = {name for name, flip in zip(sets[1:], flips, strict=True) if flip}
            strands = [_names(gene, {place: _base(reads[place], strand, turned) for place in used}, reference) for strand in (0, 1)]
            ways.append(_way(*strands))
        return tuple(dict.fromkeys(ways)), ()
    bases = _laid_together({place: reads[place].bases for place in used})
    one, two = (_names(gene, {place: both[min(strand, len(both) - 1)] for place, both in bases.items()}, reference) for strand in (0, 1))
    unlike = {INTRON if place == EXON else place for place in used if one.get(place) != two.get(place)}
    if len(unlike) <= 1:  # one variant on one strand: which one says nothing
        return (_way(one, two),), ()
    return (), _sorted((*one.values(), *two.values()))


def _base(read: Read, strand: int, turned: set[str]) -> str:
    if len(read.bases) == 1:
        return read.bases[0]
    return read.bases[1 - strand if read.phase_set in turned else strand]


def _laid_together(bases: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """HapB3's exon variant laid beside its intron variant, with which it travels, where their strands are not known."""
    intron, exon = bases.get(INTRON, ()), bases.get(EXON, ())
    if len(intron) != 2 or len(exon) != 2 or intron[0] == intron[1]:
        return dict(bases)
    return {**bases, EXON: tuple(sorted(exon, key="CT".find, reverse=intron[0] == "C")), INTRON: intron}


def _names(gene: str, bases: Mapping[str, str], reference: Mapping[str, str]) -> dict[str, str]:
    """The variants of one strand by place."""
    found = {place: _called(gene, place, bases, reference[place]) for place in bases}
    return {place: name for place, name in found.items() if name}


def _way(one: Mapping[str, str], two: Mapping[str, str]) -> tuple[Strand, Strand]:
    first, second = sorted((_sorted(one.values()), _sorted(two.values())), key=lambda names: (len(names), [_order(name) for name in names]))
    return first, second


def _sorted(names: Iterable[str]) -> Strand:
    return tuple(sorted(names, key=_order))


def _called(gene: str, place: str, bases: Mapping[str, str], reference: str) -> str:
    base = bases[place]
    if not base or stands_for(reference, base):
        return ""
    if gene == "DPYD" and place == EXON:
        return "" if bases.get(INTRON) else HAP_B3
    if gene == "DPYD" and place == INTRON:
        return HAP_B3 if bases.get(EXON) == "T" else HAP_B3_INTRON
    return _named(gene).get((place, base), f"{place} {base}")


@lru_cache(maxsize=4096)
def _order(name: str) -> tuple[int, int, str]:
    """In the order of the coding sequence: c.498G>A before c.1129-5923C>G before c.2846A>T."""
    found = re.match(r"c\.(\d+)", name)
    return (int(found[1]) if found else 1 << 30, len(name), name)
