"""A tumour's changes as facts, one per gene and change, in the words that options and labels use: p.L858R, exon 19 deletion, fusion."""

from __future__ import annotations

from collections.abc import Iterator

from xinglin.knowledge import pgx
from xinglin.records import Chart, Concept, Evidence, Fact
from xinglin.records.genomics import Genome, SomaticCall
from xinglin.workup.evidence import at
from xinglin.workup.tumour_changes import one_letter


def tumour_facts(chart: Chart) -> list[Fact]:
    """One Fact of kind "gene" per change of the tumours' files; of the same change in two files the later one's."""
    found: dict[str, Fact] = {}
    for genome in sorted((one for one in chart.genomes if one.origin == "somatic"), key=lambda one: (one.when, one.id)):
        for number, call in enumerate(genome.somatic, start=len(genome.changed) + 1):
            fact = _fact(call, genome, number)
            found[fact.id] = fact
    return list(found.values())


def change_of(call: SomaticCall) -> str:
    """The change in one word: "p.L858R", "c.2573T>G" where no protein change is said, "fusion EML4-ALK", else its place."""
    if call.note.startswith("fusion"):
        return call.note.partition(";")[0]
    return one_letter(call.protein).replace("(", "").replace(")", "") or call.coding or f"{call.chromosome}:{call.position}"


def _fact(call: SomaticCall, genome: Genome, number: int) -> Fact:
    change, kind = change_of(call), call.note.partition(";")[0]
    named = pgx.somatic(call.gene, change) or (pgx.somatic(call.gene, "fusion" if kind.startswith("fusion") else kind) if kind else ())
    medicines = sorted({" + ".join(one) for row in named if row.effect == "sensitive" for one in row.therapies})
    significance = next((part.partition(": ")[2] for part in call.note.split("; ") if part.startswith("ClinVar: ")), "")
    words = f"{call.gene} {change}"
    share = f"{call.fraction:.0%} of reads" if call.fraction is not None else ""
    details = {
        "gene": call.gene, "variant": call.protein or call.coding or change, "findings": "; ".join(part for part in (kind, call.consequence.replace("_", " ")) if part),
        "significance": significance, "fraction": share, "depth": str(call.depth or ""), "genome": genome.assembly, "origin": "tumour",
        "place": f"{call.chromosome}:{call.position} {call.reference}>{call.alternate}", "label_medicines": "; ".join(medicines),
    }  # fmt: skip
    return Fact(
        id=f"gene.tumour.{call.gene}.{change.removeprefix('p.').replace(' ', '-')}",
        kind="gene",
        concept=Concept(text=words),
        text=f"{words}: detected in the tumour{f', {share}' if share else ''}",
        evidence=tuple(_evidence(genome, number, call, bool(named), change)),
        key=f"gene:{call.gene}",
        names={"en": (words, call.gene), "zh": (words, call.gene)},
        value="detected",
        time=genome.when,
        polarity="present",
        importance=2,
        details={name: text for name, text in details.items() if text},
    )  # fmt: skip


def _evidence(genome: Genome, number: int, call: SomaticCall, named: bool, change: str) -> Iterator[Evidence]:
    yield at(genome.id, f"extension[{number}].valueString", change)
    if named:
        yield Evidence(f"knowledge/pgx@{pgx.TOPIC.version}", f"{call.gene}/{change}")
