"""Genes where each variant counts by itself: DPYD, RYR1 and CACNA1S; a strand may carry several.

The two that decide are the worst of each strand, or the two worst of all when the strands are not known (CPIC, fluoropyrimidines and DPYD,
PMID 29152729). HapB3 of DPYD is told by its intron variant; the exon variant speaks only where the intron was not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from xinglin.workup.genes.matching import Read, definitions, stands_for

INTRON, EXON = "rs75017182", "rs56038477"  # HapB3: c.1129-5923C>G and c.1236G>A
HAP_B3, HAP_B3_INTRON = "c.1129-5923C>G, c.1236G>A (HapB3)", "c.1129-5923C>G"


class Strands(NamedTuple):
    """The variants found. `first`, `second`: per strand when that is known; `loose`: without strand, each as often as it was seen."""

    first: tuple[str, ...]
    second: tuple[str, ...]
    loose: tuple[str, ...]
    used: tuple[str, ...]
    missing: tuple[str, ...]
    told: tuple[str, ...]  # "rs3918290 C/T"

    @property
    def name(self) -> str:
        """As people write it: "Reference/c.1905+1G>A (*2A)", "[a + b]/c", or the variants in a row when their strands are not known."""
        if not self.loose:
            return f"{_strand(self.first)}/{_strand(self.second)}"
        if len(self.loose) <= 2:
            return "/".join((*["Reference"] * (2 - len(self.loose)), *self.loose))
        return ", ".join(self.loose)


def _strand(names: tuple[str, ...]) -> str:
    return f"[{' + '.join(names)}]" if len(names) > 1 else (names or ("Reference",))[0]


@lru_cache(maxsize=8)
def _named(gene: str) -> Mapping[tuple[str, str], str]:
    """(place, base) -> the allele of that one variant."""
    _, _, alleles = definitions(gene)
    return {next(iter(allele.bases.items())): allele.core or allele.name for allele in alleles if len(allele.bases) == 1}


def strands_of(gene: str, reads: Mapping[str, Read]) -> Strands:
    """Which variants a person carries, and on which strand where the file says so."""
    ids, reference, _ = definitions(gene)
    used, missing = tuple(place for place in ids if place in reads), tuple(place for place in ids if place not in reads)
    sets = {reads[place].phase_set for place in used if len(set(reads[place].bases)) > 1}
    phased = len(sets) <= 1 and "" not in sets
    found: list[list[str]] = [[], []]
    told = []
    for place in used:
        bases = reads[place].bases
        if any(not stands_for(reference[place], base) for base in bases):
            told.append(f"{place} {'/'.join(bases)}")
        for strand, base in enumerate(bases[:2]):
            name = _called(gene, place, base, reference[place], reads, strand, phased)
            if name:
                found[strand].append(name)
    first, second = tuple(found[0]), tuple(found[1])
    heterozygous = sorted(set(first) ^ set(second))
    known = phased or len(heterozygous) <= 1
    if known and not phased and heterozygous:  # one variant on one strand: which one says nothing, the reference is written first
        both = tuple(name for name in first if name in second)
        first, second = both, (*both, *heterozygous)
    return Strands(first, second, () if known else (*first, *second), used, missing, tuple(told))


def _called(gene: str, place: str, base: str, reference: str, reads: Mapping[str, Read], strand: int, phased: bool) -> str:
    if stands_for(reference, base):
        return ""
    if gene == "DPYD" and place == EXON:
        return "" if INTRON in reads else HAP_B3
    if gene == "DPYD" and place == INTRON:
        exon = reads.get(EXON)
        beside = exon is not None and (exon.bases[min(strand, len(exon.bases) - 1)] == "T" if phased else "T" in exon.bases)
        return HAP_B3 if beside else HAP_B3_INTRON
    return _named(gene).get((place, base), f"{place} {base}")
