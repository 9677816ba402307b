"""Genes as facts: one per pharmacogene that anything is known of, with its phenotype, what was not read, and what else it could be.

A call rests on the changed places of the kept file (or on the file as a whole), or on a laboratory's report, and on the rows of knowledge that
turn alleles into a phenotype.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xinglin.knowledge import pgx
from xinglin.records import Chart, Concept, Evidence, Fact
from xinglin.records.chart import Variant
from xinglin.records.genomics import GeneCall, Genome, OutsideCall
from xinglin.workup.evidence import at
from xinglin.workup.genes.calling import gene_calls

_STARS = re.compile(r"^[^\s/]+(?: \([^)]*\))?/[^\s/]+(?: \([^)]*\))?$")
_USUAL = frozenset({"Normal Metabolizer", "Normal Function", "Normal", "Uncertain Susceptibility", "negative"})
_SHOWN_MISSING = 8


def calls_of(chart: Chart) -> tuple[GeneCall, ...]:
    """The calls of a chart's files and of the laboratory's reports in it."""
    reported = (*chart.outside_calls, *(call for one in chart.variants if (call := outside_call(one)) is not None))
    sex = chart.person.sex if chart.person.sex in {"male", "female"} else ""
    return gene_calls(chart.genomes, reported, sex)


def outside_call(one: Variant) -> OutsideCall | None:
    """A laboratory's star-allele call among the genetic results of a record; None for any other result."""
    genes = {gene.name for gene in pgx.genes()} | {"IFNL4"}
    if one.gene not in genes:
        return None
    words = dict(one.parts)
    phenotype = next(
        (
            value
            for name, value in one.parts
            if "effect on drug" in name or "phenotype" in name.casefold() or "metaboli" in value.casefold()
        ),
        "",
    )
    diplotype = next((text for text in (one.name, one.result) if _STARS.match(text)), "")
    if pgx.gene(one.gene).phenotype_by == "status" and not phenotype:
        phenotype = one.result if one.result.casefold().endswith(("positive", "negative")) else ""
    if not diplotype and not phenotype:
        return None
    return OutsideCall(one.gene, one.source, diplotype, phenotype, words.get("activity score", ""), one.when)


def called_sources(chart: Chart) -> frozenset[str]:
    """The genetic results that became calls; they are not told a second time as they stand."""
    return frozenset(one.source for one in chart.variants if outside_call(one) is not None)


def call_facts(chart: Chart) -> list[Fact]:
    """One Fact of kind "gene" per called gene, in the order of the tables."""
    genomes = {genome.id: genome for genome in chart.genomes}
    return [_fact(call, genomes) for call in calls_of(chart)]


def _fact(call: GeneCall, genomes: Mapping[str, Genome]) -> Fact:
    genome = genomes.get(call.genome)
    names = [one.name for one in call.diplotypes]
    phenotypes = list(dict.fromkeys(one for one in call.phenotypes if one))
    details = {
        "gene": call.gene, "diplotype": " or ".join(names), "phenotype": phenotypes[0] if len(phenotypes) == 1 else "",
        "phenotypes": " or ".join(phenotypes) if len(phenotypes) > 1 else "", "phenotype_zh": _zh(call.gene, phenotypes),
        "activity": " or ".join(dict.fromkeys(one for one in call.activities if one)), "by": call.by,
        "function": "; ".join(f"{allele} {function}" for one in call.diplotypes[:1] for allele, function in zip(one.alleles, one.functions, strict=False) if function),
        "missing": _few(call.missing), "missing_count": str(len(call.missing)) if call.missing else "", "read_count": str(len(call.used)) if call.used else "",
        "alternatives": "; ".join(one.name for one in call.alternatives), "variants": "; ".join(call.variants),
        "assembly": genome.assembly if genome else "", "note": "; ".join(call.notes),
    }  # fmt: skip
    said = f"{' or '.join(names) or 'not called'}{', ' + ' or '.join(phenotypes) if phenotypes else ''}"
    return Fact(
        id=f"gene.call.{call.gene}",
        kind="gene",
        concept=Concept(text=call.gene),
        text=f"{call.gene}: {said}",
        evidence=tuple(_evidence(call, genome)),
        key=f"gene:{call.gene}",
        names={"en": (call.gene,), "zh": (call.gene,)},
        value=" or ".join(names) or " or ".join(phenotypes) or None,
        time=genome.when if genome else "",
        polarity="present" if names or phenotypes else "uncertain",
        importance=2 if phenotypes and not _USUAL.issuperset(phenotypes) else 1,
        details={name: text for name, text in details.items() if text},
    )  # fmt: skip


def _few(places: tuple[str, ...]) -> str:
    more = len(places) - _SHOWN_MISSING
    return ", ".join(places[:_SHOWN_MISSING]) + (f" and {more} more" if more > 0 else "")


def _zh(gene: str, phenotypes: list[str]) -> str:
    rules = {rule.phenotype: rule.zh for rule in pgx.phenotype_rules().get(gene, ())}
    return "或".join(rules.get(one, "无法判定" if one == "Indeterminate" else one) for one in phenotypes)


def _evidence(call: GeneCall, genome: Genome | None) -> Iterator[Evidence]:
    """The changed places the call rests on, else the whole file or report; then the rows of knowledge."""
    if genome is None:
        yield at(call.genome)
    else:
        used = set(call.used)
        places = [(number, site) for number, site in enumerate(genome.changed, start=1) if site.gene == call.gene and site.id in used]
        if not places:
            yield at(genome.id)
        for number, site in places:
            yield at(
                genome.id,
                f"extension[{number}].valueString",
                f"{site.id} {'|'.join(site.alleles) if site.phased else '/'.join(site.alleles)}",
            )
    for one in call.diplotypes[:2]:
        for allele in dict.fromkeys(one.alleles):
            yield Evidence(f"knowledge/pgx@{pgx.TOPIC.version}", f"{call.gene}/{allele}")
