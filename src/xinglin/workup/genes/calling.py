"""Genes of one person: star alleles, phenotype, activity, what was not read and what else it could be.

From the places read in a file, or from what a laboratory reported; where both speak of a gene the laboratory's call counts and a
disagreement is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from msgspec.structs import replace

from xinglin.knowledge import pgx
from xinglin.knowledge.pgx.reported import as_reported
from xinglin.records.genomics import Diplotype, GeneCall, Genome, OutsideCall, SiteCall
from xinglin.workup.genes.combinations import combined
from xinglin.workup.genes.matching import MOST_TELLING, Matched, Pair, Read, matched
from xinglin.workup.genes.variant_lists import loose_name, strands_of, way_name

_LIMITS = {
    "CYP2D6": "copies, deletion (*5) and hybrid genes cannot be seen in small variants; a laboratory's call is needed for a full result"
}
UNKNOWN_ALLELE = "an allele that no definition knows"
_UNKNOWN_IS_UNREAD = frozenset({"G6PD", "NUDT15", "TPMT"})  # where a call must not be lost to one strange base: what is known there is harm
FALLBACK = {"SLCO1B1": "rs4149056"}  # the place that decides alone when no star allele fits (CPIC, statins, PMID 35152405)


def gene_calls(genomes: Sequence[Genome], outside: Sequence[OutsideCall], sex: str = "", *, research: bool = False) -> tuple[GeneCall, ...]:
    """One call per gene that anything is known of, in the order of the tables. `sex` decides how many copies of G6PD there are.

    Of several germline files the one that was read at most places of a gene counts; a file that answers otherwise is named in the notes.
    """
    called = {call.gene: call for call in _from_files(genomes, sex, research=research)}
    for one in outside:
        gene = "IFNL3" if one.gene == "IFNL4" else one.gene
        if any(gene == known.name for known in pgx.genes()):
            called[gene] = _outside(one, gene, called.get(gene))
    order = [gene.name for gene in pgx.genes()]
    return tuple(called[name] for name in order if name in called)


def _from_files(genomes: Sequence[Genome], sex: str, *, research: bool) -> list[GeneCall]:
    germline = [genome for genome in genomes if genome.origin == "germline"]
    found: list[GeneCall] = []
    for gene in pgx.genes():
        calls = [call for genome in germline if (call := call_of(gene.name, genome, sex, research=research)) is not None]
        if calls:
            best = max(calls, key=lambda call: len(call.used))
            unlike = [call.genome for call in calls if call is not best and call.diplotypes and _names(call) != _names(best)]
            found.append(replace(best, notes=(*best.notes, *(f"{other} answers otherwise" for other in unlike))))
    return found


def _names(call: GeneCall) -> set[str]:
    return {one.name for one in call.diplotypes}


def call_of(gene: str, genome: Genome, sex: str = "", *, research: bool = False) -> GeneCall | None:
    """The call of one gene from one file; None when the file says nothing of the gene.

    `research`: what no pair of named alleles explains is told as combinations and leftovers, without a phenotype.
    """
    known = pgx.gene(gene)
    sites = [site for site in genome.sites if site.gene == known.name]
    if not sites or all(site.state == "absent" for site in sites):
        return None
    reads, notes = _reads(
        sites, haploid=known.ploidy == "x-linked" and (sex or genome.sex) == "male", halves=known.method == "variant-list"
    )
    required = [place.id for place in pgx.positions(gene) if place.use == "required" and place.id not in reads]
    blank = GeneCall(known.name, known.method, genome=genome.id, notes=(*notes, *((_LIMITS[gene],) if gene in _LIMITS else ())))
    if required:
        return replace(blank, missing=tuple(required), notes=(*blank.notes, "places without which no allele can be told were not read"))
    if known.method == "variant-list":
        return _listed(blank, reads)
    strange = [site.id for site in sites if site.note.endswith(UNKNOWN_ALLELE)]
    if strange and gene not in _UNKNOWN_IS_UNREAD:
        used = tuple(place.id for place in pgx.positions(gene) if place.id in reads)
        told = replace(blank, used=used, missing=tuple(strange), variants=tuple(_changed(gene, reads)))
        return _alone(told, reads, "a base that no definition knows: no named allele carries it")
    return _starred(blank, matched(known.name, reads), reads, research=research)


def _reads(sites: Sequence[SiteCall], *, haploid: bool, halves: bool) -> tuple[dict[str, Read], list[str]]:
    """What can be used of the sites, and what was odd. `halves`: a place read on one copy alone is kept, its other base is ""."""
    reads: dict[str, Read] = {}
    notes: list[str] = []
    for site in sites:
        if site.note:
            notes.append(f"{site.id}: {site.note}")
        whole = site.state in {"called", "reference-block"} and bool(site.alleles) and "" not in site.alleles
        half = halves and site.state in {"no-call", "disagrees"} and any(site.alleles) and not haploid
        if not whole and not half:
            continue
        bases = site.alleles
        if haploid and len(bases) == 2:
            if bases[0] != bases[1]:
                notes.append(f"{site.id}: two alleles on the one X chromosome of a male; not used")
                continue
            bases = bases[:1]
        reads[site.id] = Read(bases, (site.phase_set or "all") if site.phased else "")
    return reads, notes


def _starred(blank: GeneCall, answer: Matched, reads: Mapping[str, Read], *, research: bool) -> GeneCall:
    gene = blank.gene
    told = replace(blank, used=answer.used, missing=answer.missing, variants=tuple(_changed(gene, reads)))
    if not answer.best and research and (pairs := combined(gene, reads)):
        note = "for research: combinations of alleles and single variants that no table knows together; no phenotype follows"
        told = replace(told, phenotypes=("",) * len(pairs), activities=("",) * len(pairs), notes=(*told.notes, note))
        return replace(told, by="combination", diplotypes=tuple(Diplotype(pair.alleles, pair.score) for pair in pairs))
    if not answer.best:
        return _alone(told, reads, "no pair of known alleles explains what was read")
    likelier = _likelier(gene, answer, reads)
    told = (
        replace(told, notes=(*told.notes, f"without phase also {' or '.join(likelier[1:])}; the commoner pair is told"))
        if likelier
        else told
    )
    pairs = tuple(pair for pair in (*answer.best, *answer.others) if "/".join(pair.alleles) == likelier[0]) if likelier else answer.best
    best = tuple(_diplotype(gene, pair) for pair in pairs)
    phenotypes = tuple(_phenotype(gene, one.alleles)[0] for one in best)
    unlike = [
        one
        for one in (_diplotype(gene, pair) for pair in (*answer.best, *answer.others) if pair not in pairs)
        if _phenotype(gene, one.alleles)[0] not in phenotypes
    ]
    return replace(
        told, diplotypes=best, phenotypes=phenotypes, activities=tuple(_phenotype(gene, one.alleles)[1] for one in best),
        alternatives=tuple(unlike[:MOST_TELLING]),
    )  # fmt: skip


def _likelier(gene: str, answer: Matched, reads: Mapping[str, Read]) -> tuple[str, ...]:
    """The commoner of pairs that unphased bases cannot tell apart, then the others; () where the tables know of none."""
    if all(reads[place].phase_set for place in answer.used if len(set(reads[place].bases)) > 1):
        return ()
    return next((one.pairs for one in pgx.likelier_pairs(gene) if answer.fitting.issuperset(one.pairs)), ())


def _alone(told: GeneCall, reads: Mapping[str, Read], why: str) -> GeneCall:
    """No star allele: the one place that decides alone, where a gene has one and it was read."""
    single = FALLBACK.get(told.gene, "")
    return _by_one_place(told, single, reads) if single in reads else replace(told, notes=(*told.notes, why))


def _by_one_place(told: GeneCall, place: str, reads: Mapping[str, Read]) -> GeneCall:
    """SLCO1B1 by rs4149056 alone: T does what *1 does, C what *5 does."""
    bases = sorted(reads[place].bases)
    alleles = ["*5" if base == "C" else "*1" for base in bases]
    one = Diplotype(
        tuple(f"{place} {base}" for base in bases),
        0,
        tuple(found.function if (found := pgx.function(told.gene, name)) else "" for name in alleles),
    )
    word = _phenotype(told.gene, alleles)[0]
    return replace(
        told, diplotypes=(one,), phenotypes=(word,), activities=("",), notes=(*told.notes, f"no star allele fits; {place} alone decides")
    )


def _listed(blank: GeneCall, reads: Mapping[str, Read]) -> GeneCall:
    found = strands_of(blank.gene, reads)
    if not found.used:
        return replace(blank, missing=found.missing)
    named = [(tuple(way_name(way).split("/")), pgx.deciding(blank.gene, *way)) for way in found.ways]
    if found.loose:
        name = loose_name(found.loose)
        named = [(tuple(name.split("/")) if len(found.loose) == 2 else (name,), pgx.deciding(blank.gene, found.loose))]
    told = [_phenotype(blank.gene, pair) for _, pair in named]
    diplotypes = tuple(
        Diplotype(name, 0, tuple(one.function if (one := pgx.function(blank.gene, allele)) else "" for allele in pair))
        for name, pair in named
    )
    return replace(
        blank, diplotypes=diplotypes, phenotypes=tuple(word for word, _ in told), activities=tuple(score for _, score in told),
        variants=found.told, used=found.used, missing=found.missing,
        notes=(*blank.notes, *(("the strands of the variants are not known; the two worst decide",) if found.loose else ())),
        alternatives=tuple(_unread_worse(blank.gene, found.missing, named[0][1], {word for word, _ in told})),
    )  # fmt: skip


def _unread_worse(gene: str, missing: Sequence[str], pair: tuple[str, str], words: Set[str]) -> list[Diplotype]:
    """What one unread variant would make of the call, where the phenotype would be another; the gravest few."""
    found: dict[str, Diplotype] = {}
    for allele in pgx.alleles(gene):
        if len(allele.bases) == 1 and next(iter(allele.bases)) in missing:
            other = pgx.deciding(gene, (*pair, allele.name))
            phenotype = _phenotype(gene, other)[0]
            if phenotype not in {*words, "Indeterminate"} and phenotype not in found:
                found[phenotype] = Diplotype(other)
    return list(found.values())[:MOST_TELLING]


def _changed(gene: str, reads: Mapping[str, Read]) -> list[str]:
    reference = {place.id: place.bases[0] for place in pgx.positions(gene)}
    return [f"{place} {'/'.join(read.bases)}" for place, read in reads.items() if set(read.bases) != {reference.get(place)}]


def _diplotype(gene: str, pair: Pair) -> Diplotype:
    functions = tuple(one.function if (one := pgx.function(gene, name)) else "" for name in pair.alleles)
    return Diplotype(pair.alleles, pair.score, functions)


def _phenotype(gene: str, alleles: Sequence[str]) -> tuple[str, str]:
    """(phenotype, activity score as text) of a pair or a single allele; ("", "") for a gene without phenotypes."""
    found = pgx.phenotype(gene, alleles[0], alleles[1] if len(alleles) > 1 else None)
    if found is None:
        return "", ""
    score = "" if found.activity is None else f"{'≥' if found.at_least else ''}{found.activity:g}"
    return found.term, score


def _outside(one: OutsideCall, gene: str, ours: GeneCall | None) -> GeneCall:
    """A laboratory's call, completed by the tables; a call of ours that differs is said."""
    reported = as_reported(gene, one.diplotype) if one.diplotype else ""
    if not isinstance(reported, str):
        return GeneCall(
            gene,
            "outside",
            variants=tuple(one.diplotype.split("/")),
            phenotypes=reported,
            activities=("",) * len(reported),
            genome=one.source,
        )
    alleles = tuple(part.strip() for part in reported.split("/") if part.strip())
    word, activity = _phenotype(gene, alleles) if alleles and pgx.gene(gene).phenotype_by != "status" else ("", "")
    if reported in {rule.phenotype for rule in pgx.phenotype_rules().get(gene, ())}:
        word = reported  # VKORC1 "A/A" is reported by its effect
    diplotypes = (
        (Diplotype(tuple(sorted(alleles, key=_star)), 0, tuple(f.function if (f := pgx.function(gene, a)) else "" for a in alleles)),)
        if alleles
        else ()
    )
    notes: tuple[str, ...] = ()
    unlike = ours is not None and ours.diplotypes and diplotypes and _names(ours) != {diplotypes[0].name}
    if ours is not None and unlike and not (reported == word and set(ours.phenotypes) == {word}):
        notes = (f"the file alone would say {' or '.join(sorted(_names(ours)))}; the laboratory's call counts",)
    if one.phenotype and word and one.phenotype.casefold() != word.casefold():
        notes = (*notes, f"the laboratory's phenotype differs from the tables' ({word})")
    return GeneCall(
        gene, "outside", diplotypes, (one.phenotype or word,), (one.activity or activity,), genome=one.source, notes=notes,
        variants=ours.variants if ours else (),
    )  # fmt: skip


def _star(name: str) -> tuple[float, str]:
    digits = "".join(letter for letter in name.removeprefix("*").split("+")[0].split("x")[0] if letter.isdigit())
    return (float(digits) if name.startswith("*") and digits else 1e9, name)
