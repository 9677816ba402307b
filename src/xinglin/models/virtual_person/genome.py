"""A virtual person's germline genome at the places that matter: alleles drawn by how common they are, and the bases they carry.

Only alleles that small variants show are drawn (no copies, deletions or hybrids of CYP2D6, no HLA); where no frequency was read, everyone
carries the usual allele. Frequencies: CPIC's tables and others of knowledge/pgx, of Europeans for `us` and East Asians for `cn`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx import WOBBLE
from xinglin.models.virtual_person.draws import uniform
from xinglin.records.genomics import Assembly, SiteCall
from xinglin.records.people import Gene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xinglin.models.virtual_person.person import Lives
    from xinglin.records.people import VirtualPeople

POPULATIONS = {"us": "european", "cn": "east-asian"}
USUAL = {"CYP2C19": "*1"}  # where the genome's own allele (*38) is not the one most people carry
_SHOWN = frozenset({"reference", "defined", "core"})


@lru_cache(maxsize=4)
def drawn_genes(locale: str) -> tuple[Gene, ...]:
    """Each gene that small variants show, its alleles and their shares among those shown; shares add up to one."""
    found = []
    for gene in pgx.genes():
        if gene.method == "outside":
            continue
        alleles = {one.name for one in pgx.alleles(gene.name) if one.kind in _SHOWN}
        shares = {
            one.allele: one.share for one in pgx.frequencies(gene.name, POPULATIONS[locale]) if one.allele in alleles and one.share > 0
        }
        usual = USUAL.get(gene.name, gene.reference)
        rest = max(0.0, 1.0 - sum(shares.values()))
        if usual not in shares:
            shares = {usual: rest} | shares
        total = sum(shares.values())
        found.append(Gene(gene.name, tuple(shares), tuple(share / total for share in shares.values()), gene.ploidy == "x-linked"))
    return tuple(found)


def genotypes(lives: Lives, genes: Sequence[Gene]) -> dict[str, NDArray[np.int64]]:
    """Two alleles of each gene, drawn one by one (Hardy-Weinberg proportions); a man has one of a gene on chromosome X."""
    rows, count = [], len(lives.people)
    for place, gene in enumerate(genes):
        steps = np.cumsum(gene.shares)
        pair = [
            np.minimum(np.searchsorted(steps, uniform(lives.request.seed, f"gene/{gene.gene}", lives.people, side)), len(steps) - 1)
            for side in (0, 1)
        ]
        first, second = np.minimum(*pair), np.maximum(*pair)
        second = np.where(lives.female, second, -1) if gene.x_linked else second
        rows.append((np.arange(count), np.full(count, place), first, second))
    row, gene, first, second = (np.concatenate(column).astype(np.int64) for column in zip(*rows, strict=True))
    order = np.lexsort((gene, row))
    return {"person": lives.people[row[order]], "gene": gene[order], "first": first[order], "second": second[order]}


def alleles_of(people: VirtualPeople, person: int) -> dict[str, tuple[str, ...]]:
    """Gene -> the alleles of one person by number, two or (chromosome X of a man) one."""
    table = people.tables["genotype"]
    found: dict[str, tuple[str, ...]] = {}
    for row in np.flatnonzero(table["person"] == person):
        gene, numbers = people.genes[table["gene"][row]], (table["first"][row], table["second"][row])
        found[gene.gene] = tuple(gene.alleles[number] for number in numbers if number >= 0)
    return found


def genome_of(alleles: Mapping[str, Sequence[str]], assembly: Assembly, *, phased: bool = True) -> tuple[SiteCall, ...]:
    """What a sequencer would say of these alleles: every known place of these genes, its bases strand by strand."""
    return tuple(site for gene, names in alleles.items() for site in sites_of(gene, names, assembly, phased=phased))


def sites_of(gene: str, names: Sequence[str], assembly: Assembly, *, phased: bool = True) -> tuple[SiteCall, ...]:
    """The places of one gene that carries these alleles. An allele may be several variants on one strand: "c.85T>C (*9A) + c.2846A>T"."""
    carried = [_bases(gene, name) for name in names]
    return tuple(
        SiteCall(
            place.id,
            gene,
            f"chr{place.chromosome}",
            place.place(assembly),
            place.reference(assembly),
            tuple(_one(bases.get(place.id, place.bases[0]), place.bases[0]) for bases in carried),
            "called",
            phased and len(carried) > 1,
        )
        for place in pgx.positions(gene)
    )


def _bases(gene: str, name: str) -> Mapping[str, str]:
    known = _definitions(gene)
    if name in known:
        return known[name]
    return {place: base for part in name.split(" + ") for place, base in known[part].items()}


@lru_cache(maxsize=32)
def _definitions(gene: str) -> dict[str, dict[str, str]]:
    """Allele -> its bases; a core allele that is only defined through its sub-alleles has those of the first."""
    alleles = pgx.alleles(gene)
    known = {one.name: one.bases for one in alleles}
    for one in alleles:
        if one.core and not known.get(one.core):
            known[one.core] = one.bases
    return known


def _one(written: str, reference: str) -> str:
    """A base for a wobble letter: the first that is not the reference."""
    bases = WOBBLE.get(written, "")
    return next((base for base in bases if base != reference), reference) if bases else written
