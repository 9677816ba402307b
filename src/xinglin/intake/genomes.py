"""Files of genes in: one person's genotypes at the places that matter, held against the chart they are to be added to.

A laboratory's calls come as lines of gene, diplotype, phenotype and activity (the form PharmCAT reads), and become genomics Observations.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from xinglin.formats import vcf
from xinglin.formats.fhir.genomes import genome_document
from xinglin.formats.fhir.strict import dumps
from xinglin.knowledge import pgx
from xinglin.records import Chart
from xinglin.records.errors import InvalidInput, NotFound
from xinglin.records.genomics import Assembly, Genome, Origin, WantedSite
from xinglin.records.quantity import LOINC

ENDINGS = (".vcf", ".vcf.gz", ".vcf.bgz", ".gvcf", ".gvcf.gz", ".g.vcf", ".g.vcf.gz")
_ASSEMBLIES: tuple[Assembly, ...] = ("GRCh37", "GRCh38")
_LONGEST_CALL = 200


class Stated(Struct, frozen=True):
    """What the person who takes a file in says of it: which sample, which assembly, whose tumour, and what absence means."""

    sample: str = ""
    assembly: str = ""
    origin: Origin = "germline"
    absent_is_reference: bool = False
    when: str = ""


def is_vcf(path: str | Path) -> bool:
    """Whether a file goes by the name of a VCF."""
    return str(path).casefold().endswith(ENDINGS)


@lru_cache(maxsize=1)
def wanted() -> vcf.Wanted:
    """The places to read: every position of the pharmacogenes, in both assemblies."""
    return vcf.Wanted({assembly: tuple(_sites(assembly)) for assembly in _ASSEMBLIES})


@lru_cache(maxsize=1)
def tumour() -> vcf.Tumour:
    """The cancer genes, and the places of their alterations that the tables know in each assembly."""
    rows = pgx.somatic_alterations()
    places: dict[Assembly, dict[tuple[str, int, str, str], tuple[str, str]]] = {"GRCh37": {}, "GRCh38": {}}
    for row in rows:
        for assembly, position in zip(_ASSEMBLIES, (row.grch37, row.grch38), strict=True):
            if position and row.reference and row.alternate:
                places[assembly][row.chromosome, position, row.reference, row.alternate] = (row.gene, row.alteration)
    return vcf.Tumour(frozenset(row.gene for row in rows), places)


def _sites(assembly: Assembly) -> Sequence[WantedSite]:
    places = [place for gene in pgx.genes() for place in pgx.positions(gene.name)]
    return [
        WantedSite(p.id, p.gene, f"chr{p.chromosome}", p.place(assembly), p.reference(assembly), p.alternates(assembly), p.before, p.after)
        for p in places
    ]


def read(path: str | Path, stated: Stated) -> Genome:
    """One sample of one file. Raises what `vcf.read_genome` raises."""
    from msgspec.structs import replace

    found = vcf.read_genome(
        path,
        wanted(),
        sample=stated.sample,
        assembly=stated.assembly,
        origin=stated.origin,
        absent_is_reference=stated.absent_is_reference,
        tumour=tumour() if stated.origin == "somatic" else None,
    )
    return replace(found, when=stated.when)


def see_that_it_may_be(genome: Genome, chart: Chart) -> None:
    """Raises InvalidInput XL-INTAKE-080 when chromosome X contradicts the sex of the chart."""
    if genome.origin == "germline" and genome.sex and chart.person.sex in {"male", "female"} and genome.sex != chart.person.sex:
        raise InvalidInput(
            "XL-INTAKE-080", "the file is of another person", where="--chart", why="chromosome X contradicts the sex of the chart",
            fix="find out whose sample it is",
        )  # fmt: skip


def resource(patient: str, genome: Genome, path: str | Path) -> tuple[str, bytes]:
    """The DocumentReference that keeps what was read."""
    file = Path(path)
    return genome_document(patient, genome, f"genes{''.join(file.suffixes[-2:])}", file.stat().st_size)


def outside_calls(path: str | Path, patient: str, when: str = "") -> list[tuple[str, bytes]]:
    """One genomics Observation per line of a file of calls. Raises NotFound XL-INTAKE-081, InvalidInput XL-INTAKE-082."""
    file = Path(path)
    if not file.is_file():
        raise NotFound("XL-INTAKE-081", "there is no such file", where=str(path), fix="check the path")
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#") or line.casefold().startswith("gene\t"):
            continue
        cells = [cell.strip() for cell in (*line.split("\t"), "", "", "")][:4]
        if not cells[0] or not any(cells[1:]) or any(len(cell) > _LONGEST_CALL for cell in cells):
            raise _unread(file.name, number, "gene, diplotype, phenotype, activity, separated by tabs")
        if cells[0] not in {gene.name for gene in pgx.genes()} | {"IFNL4"}:
            raise _unread(file.name, number, "no such gene in the pharmacogene tables")
        found.append(_observation(cells, patient, when))
    return found


def _unread(name: str, number: int, why: str) -> InvalidInput:
    return InvalidInput("XL-INTAKE-082", "a laboratory's call cannot be read", where=f"{name}, line {number}", why=why, fix="mend the line")


def _observation(cells: Sequence[str], patient: str, when: str) -> tuple[str, bytes]:
    gene, diplotype, phenotype, activity = cells
    name = f"typed-{hashlib.sha256(chr(0).join((*cells, when)).encode()).hexdigest()[:16]}"

    def part(code: str, words: str, value: str) -> dict[str, object]:
        return {"code": {"coding": [{"system": LOINC, "code": code, "display": words}]}, "valueCodeableConcept": {"text": value}}

    parts = [part("48018-6", "Gene studied [ID]", gene)]
    parts += [part("84413-4", "Genotype display name", diplotype)] if diplotype else []
    parts += [part("53040-2", "Genetic variation's effect on drug efficacy", phenotype)] if phenotype else []
    parts += [{"code": {"text": "activity score"}, "valueCodeableConcept": {"text": activity}}] if activity else []
    body = {
        "resourceType": "Observation", "id": name, "status": "final", "code": {"coding": [{"system": LOINC, "code": "84413-4"}]},
        "subject": {"reference": patient}, **({"effectiveDateTime": when} if when else {}),
        "valueCodeableConcept": {"text": diplotype or phenotype or activity}, "component": parts,
    }  # fmt: skip
    return f"Observation/{name}", dumps(body)
