"""Genes on the road: a VCF or a laboratory's calls kept with the chart they belong to, or called without keeping anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinglin.flow.asked import Asked, Outcome
from xinglin.records.errors import UsageError

if TYPE_CHECKING:
    from xinglin.flow.house import House, TakenIn
    from xinglin.intake.genomes import Stated
    from xinglin.records.genomics import GeneCall

LARGEST_KEPT = 256 << 20  # bytes of a file that is kept whole beside what was read in it; of a larger one its digest is kept


def stated(given: Mapping[str, Any]) -> Stated:
    """What the command says of a VCF."""
    from xinglin.intake.genomes import Stated

    return Stated(
        given.get("sample") or "", given.get("assembly") or "", "somatic" if given.get("somatic") else "germline",
        bool(given.get("absent_is_reference")), given.get("when") or "",
    )  # fmt: skip


def keep(
    house: House, chart_id: str, files: Sequence[str | Path], said: Stated, calls: str | Path = "", *, dry_run: bool = False
) -> TakenIn:
    """Each file read and kept with the chart, all of them or none. Raises InvalidInput, NotFound, OutOfResources."""
    from xinglin.flow.house import TakenIn
    from xinglin.intake import genomes

    chart = house.chart(chart_id)
    patient, resources = chart.person.source, []
    found = [(Path(file), genomes.read(file, said)) for file in files]
    for file, genome in found:
        genomes.see_that_it_may_be(genome, chart)
        resources.append(genomes.resource(patient, genome, file))
    resources += genomes.outside_calls(calls, patient, said.when) if calls else []
    if dry_run:
        return TakenIn(chart, len(resources), False)
    with house.store.together():
        for file, genome in found:
            if file.stat().st_size <= LARGEST_KEPT:
                house.store.keep_file(chart_id, f"genes/{genome.digest}", file.read_bytes())
        kept = house.store.keep_resources(chart_id, resources, about="genes")
    return TakenIn(house.chart(chart_id), len(resources), kept.changed)


def taken(house: House, files: Sequence[str], given: Mapping[str, Any], people: Sequence[TakenIn]) -> TakenIn:
    """The same for `take-in`: the chart that is named, else the one person of the same command. Raises UsageError XL-FLOW-027."""
    charts = {one.chart.id for one in people}
    handle = given["chart"] or (next(iter(charts)) if len(charts) == 1 else "")
    if not handle:
        place = files[0] if files else str(given["outside_calls"])
        raise UsageError(
            "XL-FLOW-027",
            "a file of genes does not say whose it is",
            where=place,
            fix="say it: --chart chart-1, or take it in with its patient",
        )
    return keep(house, handle, files, stated(given), given["outside_calls"] or "", dry_run=given["dry_run"])


def genes(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Star alleles of a file or of a chart; of a file nothing is kept."""
    calls = called(asked.house, given["of"], stated(given), research=bool(given.get("research")))
    return Outcome({"genes": [call_value(one) for one in calls]}, tuple(line for one in calls for line in call_lines(one)))


def called(house: Any, of: str, said: Stated, *, research: bool = False) -> tuple[GeneCall, ...]:
    """The calls of a VCF by its path, or of a chart by its id. `house` is asked for only when a chart is meant."""
    from xinglin.intake import genomes
    from xinglin.workup.genes import calls_of, gene_calls

    if genomes.is_vcf(of):
        return gene_calls([genomes.read(of, said)], (), research=research)
    return calls_of(house().chart(of))


def call_value(one: GeneCall) -> dict[str, Any]:
    """A call as scripts read it."""
    return {
        "gene": one.gene, "by": one.by, "diplotypes": [pair.name for pair in one.diplotypes], "phenotypes": list(one.phenotypes),
        "activities": list(one.activities), "functions": [list(pair.functions) for pair in one.diplotypes], "variants": list(one.variants),
        "alternatives": [pair.name for pair in one.alternatives], "read": len(one.used), "missing": list(one.missing), "genome": one.genome,
        "notes": list(one.notes),
    }  # fmt: skip


def call_lines(one: GeneCall) -> tuple[str, ...]:
    """A call as people read it: the answer, and below it what was not read and what else it could be."""
    names = " or ".join(pair.name for pair in one.diplotypes) or "not called"
    words = " or ".join(dict.fromkeys(word for word in one.phenotypes if word))
    score = " or ".join(dict.fromkeys(value for value in one.activities if value))
    lines = [f"{one.gene:<10}{names:<34}{words}{f'  (activity {score})' if score else ''}"]
    if one.missing:
        lines.append(f"          not read: {len(one.missing)} of {len(one.missing) + len(one.used)} places")
    if one.alternatives:
        lines.append(f"          could also be: {', '.join(pair.name for pair in one.alternatives[:4])}")
    return (*lines, *(f"          {note}" for note in one.notes[:3]))
